# What the module writes: the settings in HCL's JSON form, and the directory of policies, each checked by the program that will
# read it. A mistake ends the build with the daemon's own words, and nothing of it reaches a running host.
{ config, lib, pkgs }:

let
  cfg = config.services.clawrden;
  json = pkgs.formats.json { };

  named = suffix: lib.mapAttrs' (name: value: lib.nameValuePair "${name}${suffix}" value);

  # File name to file in the store.
  texts = lib.mapAttrs (name: text: pkgs.writeText name text) (named ".hcl" cfg.policies);
  given = lib.listToAttrs (map (file: lib.nameValuePair (baseNameOf file) file) cfg.policyFiles);
  profiles = lib.optionalAttrs (cfg.profiles != { }) {
    "nixos-profiles.hcl.json" = json.generate "nixos-profiles.hcl.json" { profile = cfg.profiles; };
  };
  all = texts // given // profiles;

  bridges = lib.filterAttrs (_: bridge: bridge.enable) cfg.bridges;

  vendor = "${cfg.package}/lib/clawrden/policy.d";
  vendors = lib.optional cfg.defaultPolicy vendor;
in
{
  policyNames = lib.attrNames all;

  # What other options say, for the settings. Each can still be changed there.
  settings = {
    paths = {
      agents_group = lib.mkDefault cfg.agentsGroup;
      approvers_group = lib.mkDefault cfg.approversGroup;
      policy = lib.mkDefault (vendors ++ [ "/etc/clawrden/policy.d" "/var/lib/clawrden/policy.d" "/run/clawrden/policy.d" ]);
    };
    docker = lib.mkIf cfg.docker.enable { socket = lib.mkDefault cfg.docker.socket; };
    metrics = lib.mkIf (cfg.metrics.tools != null) { tools = lib.mkDefault cfg.metrics.tools; };
    http = lib.mkIf cfg.http.enable (
      { hosts = lib.mkDefault cfg.http.hosts; }
      // lib.optionalAttrs (cfg.http.certificateFile != null) { certificate = lib.mkDefault cfg.http.certificateFile; }
      // lib.optionalAttrs (cfg.http.keyFile != null) { key = lib.mkDefault cfg.http.keyFile; }
    );
    agent = lib.mkIf (cfg.agents != { }) (lib.mapAttrs
      (name: agent: lib.filterAttrs (_: value: value != null) {
        inherit (agent) team container;
        user = if agent.command != null then null else agent.user;
        unit = if agent.command != null then "clawrden-agent-${name}.service" else agent.unit;
      })
      cfg.agents);
    team = lib.mkIf (cfg.teams != { }) (lib.mapAttrs (_: team: { inherit (team) approvers; }) cfg.teams);
    bridge = lib.mkIf (bridges != { }) (lib.mapAttrs
      (name: bridge: {
        unit = "clawrden-bridge@${name}.service";
        inherit (bridge) people rules rights;
      })
      bridges);
  };

  settingsFile = pkgs.runCommand "clawrden.hcl.json"
    { written = json.generate "clawrden-unchecked.hcl.json" cfg.settings; preferLocalBuild = true; }
    ''
      cp "$written" clawrden.hcl.json
      ${cfg.package}/bin/clawrden config check clawrden.hcl.json
      cp clawrden.hcl.json "$out"
    '';

  policy = pkgs.runCommand "clawrden-policy.d" { preferLocalBuild = true; }
    (''
      mkdir "$out"
    ''
    + lib.concatStrings (lib.mapAttrsToList (name: file: ''
      cp ${file} "$out"/${lib.escapeShellArg name}
    '') all)
    + lib.optionalString (cfg.defaultPolicy || all != { }) ''
      ${cfg.package}/bin/clawrden policy check ${lib.concatStringsSep " " vendors} "$out"
      ${cfg.package}/bin/clawrden policy test ${lib.concatStringsSep " " vendors} "$out"
    '');
}
