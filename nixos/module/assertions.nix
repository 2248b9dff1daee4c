# What options can't say by their types. Each message tells what is wrong, why, and what to write.
{ config, lib, ... }:

let
  cfg = config.services.clawrden;
  loopback = address: builtins.elem address [ "localhost" "[::1]" ] || lib.hasPrefix "127." address;
  inStore = file: file != null && lib.hasPrefix builtins.storeDir file;
  fileNames = map (file: builtins.unsafeDiscardStringContext (baseNameOf file)) cfg.policyFiles ++ map (name: "${name}.hcl") (lib.attrNames cfg.policies);
  twice = lib.unique (lib.filter (name: lib.count (other: other == name) fileNames > 1) fileNames);
  badFiles = lib.filter (name: !(lib.hasSuffix ".hcl" name || lib.hasSuffix ".hcl.json" name)) fileNames;
  fileLike = name: builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]*" name != null;
  namesOK = name: builtins.match "[a-z]([a-z0-9-]{0,30}[a-z0-9])?" name != null;

  agents = lib.concatLists (lib.mapAttrsToList
    (name: agent: [
      {
        assertion = namesOK name;
        message = "services.clawrden.agents: \"${name}\" can't be the name of an agent: use lowercase letters, digits and dashes, beginning with a letter and not ending with a dash.";
      }
      {
        assertion = agent.command != null || lib.count (value: value != null) [ agent.user agent.unit agent.container ] <= 1;
        message = "services.clawrden.agents.${name}: an agent is known by its user, its unit or its container: give one of them.";
      }
      {
        assertion = agent.command == null || (agent.unit == null && agent.container == null);
        message = "services.clawrden.agents.${name}: an agent with a command is known by the unit that runs it: leave out unit and container, or the command.";
      }
      {
        assertion = agent.command == null || lib.hasPrefix "/" (builtins.head agent.command);
        message = "services.clawrden.agents.${name}: name the program of its command by its absolute path, such as \"\${pkgs.my-agent}/bin/my-agent\".";
      }
      {
        assertion = agent.command == null || agent.user != null;
        message = "services.clawrden.agents.${name}: say as which user its command runs: user = \"bot\", a user of the host with nothing to lose.";
      }
      {
        assertion = !(builtins.elem agent.user [ "root" "0" ]);
        message = "services.clawrden.agents.${name}: no agent is root: root can take Clawrden away. Make a user for it.";
      }
      {
        assertion = agent.user == null || !(builtins.elem agent.user cfg.approvers);
        message = "services.clawrden.agents.${name}: its user is also in services.clawrden.approvers, so that the agent could approve its own commands.";
      }
      {
        assertion = agent.team == null || cfg.teams ? ${toString agent.team};
        message = "services.clawrden.agents.${name}: there is no services.clawrden.teams.${toString agent.team}.";
      }
    ])
    cfg.agents);

  bridges = lib.concatLists (lib.mapAttrsToList
    (name: bridge: lib.optionals bridge.enable [
      {
        assertion = bridge.people != { };
        message = "services.clawrden.bridges.${name}: say whose answers it brings: people = { ID = \"user\"; }. Nobody else can answer by it.";
      }
      {
        assertion = !(builtins.elem "root" (lib.attrValues bridge.people));
        message = "services.clawrden.bridges.${name}: nobody can be root by a bridge.";
      }
      {
        assertion = !(lib.any inStore (lib.attrValues bridge.credentials));
        message = "services.clawrden.bridges.${name}: everybody reads the Nix store, where one of its credentials is. Give the path of a file outside of it, as a string.";
      }
    ])
    cfg.bridges);
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.defaultPolicy || cfg.policies != { } || cfg.policyFiles != [ ];
        message = "services.clawrden: without a policy every command is denied. Set defaultPolicy = true, or give policies or policyFiles.";
      }
      {
        assertion = twice == [ ];
        message = "services.clawrden: there are several policies of the same name: ${lib.concatStringsSep ", " twice}. Rename all but one in policies or policyFiles.";
      }
      {
        assertion = badFiles == [ ];
        message = "services.clawrden.policyFiles: the daemon reads *.hcl and *.hcl.json, and not ${lib.concatStringsSep ", " badFiles}.";
      }
      {
        assertion = lib.all fileLike fileNames;
        message = "services.clawrden: a policy's name is made of letters, digits, dots, dashes and underscores: ${lib.concatStringsSep ", " (lib.filter (name: !fileLike name) fileNames)}.";
      }
      {
        assertion = cfg.agentsGroup != cfg.approversGroup;
        message = "services.clawrden: agentsGroup and approversGroup are the same, so that agents could approve their own commands.";
      }
      {
        assertion = (cfg.toolsForUsers == [ ] && cfg.toolsForUnits == [ ]) || cfg.tools != [ ];
        message = "services.clawrden: toolsForUsers and toolsForUnits get the shims of tools, of which there are none. Name some: tools = [ \"git\" ].";
      }
      {
        assertion = !cfg.http.enable || loopback cfg.http.address || (cfg.http.certificateFile != null && cfg.http.keyFile != null);
        message = "services.clawrden.http: ${cfg.http.address} isn't the loopback: the daemon serves it by TLS alone. Give certificateFile and keyFile, or leave address as it is and put a proxy before it.";
      }
      {
        assertion = (cfg.http.certificateFile == null) == (cfg.http.keyFile == null);
        message = "services.clawrden.http: certificateFile and keyFile belong together: give both or none.";
      }
      {
        assertion = !(inStore cfg.http.keyFile);
        message = "services.clawrden.http.keyFile: everybody reads the Nix store. Give the path of a file outside of it, as a string.";
      }
      {
        assertion = !cfg.openFirewall || (cfg.http.enable && !(loopback cfg.http.address)) || (cfg.metrics.enable && !(loopback cfg.metrics.address));
        message = "services.clawrden.openFirewall: nothing listens on more than the loopback, so there is nothing to open. Set http.address or metrics.address, or leave it out.";
      }
      {
        assertion = !cfg.docker.enable || config.virtualisation.docker.enable || config.virtualisation.podman.enable;
        message = "services.clawrden.docker: there is no container engine. Set virtualisation.docker.enable, or virtualisation.podman.enable with docker.socket = \"/run/podman/podman.sock\".";
      }
    ] ++ agents ++ bridges;
  };
}
