# The NixOS module: services.clawrden. It wires what the package brings (the units of systemd/, the bus and polkit files) and
# writes settings and policy, which are checked when the system is built. It never writes a unit of the daemon's anew: what a unit
# may do stands in systemd/ alone, and only groups, addresses and what starts at boot are set here.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.clawrden;
  files = import ./module/files.nix { inherit config lib pkgs; };
in
{
  imports = [
    ./module/options.nix
    ./module/assertions.nix
    ./module/doors.nix
    ./module/tools.nix
    ./module/agents.nix
    ./module/bridges.nix
  ];

  config = lib.mkIf cfg.enable {
    services.clawrden.settings = files.settings;

    environment.systemPackages = [ cfg.package ]; # the command line, polkit's actions and rules, completions, manuals
    environment.etc = {
      "clawrden/clawrden.hcl.json".source = files.settingsFile;
    } // lib.listToAttrs (map
      (name: lib.nameValuePair "clawrden/policy.d/${name}" { source = "${files.policy}/${name}"; })
      files.policyNames);
    system.checks = [ files.policy ]; # also where no file of it is put anywhere

    # Merged, so that two groups of one name come to the assertion that explains, and not to an error of the language.
    users.groups = lib.mkMerge [
      { ${cfg.agentsGroup} = { }; }
      { ${cfg.approversGroup}.members = cfg.approvers; }
    ];

    systemd.packages = [ cfg.package ];
    systemd.tmpfiles.packages = [ cfg.package ];

    # [Install] of units that a package brings means nothing on NixOS: what it says is said here again.
    systemd.sockets.clawrden = {
      wantedBy = [ "sockets.target" ];
      socketConfig = lib.optionalAttrs (cfg.agentsGroup != "clawrden-agents") { SocketGroup = cfg.agentsGroup; };
    };
    systemd.sockets.clawrden-control = {
      wantedBy = [ "sockets.target" ];
      socketConfig = lib.optionalAttrs (cfg.approversGroup != "clawrden-approvers") { SocketGroup = cfg.approversGroup; };
    };
    systemd.sockets.clawrden-judge.wantedBy = [ "sockets.target" ];
    systemd.sockets.clawrden-guard = {
      wantedBy = [ "sockets.target" ];
      socketConfig = lib.optionalAttrs (cfg.agentsGroup != "clawrden-agents") { SocketGroup = cfg.agentsGroup; };
    };

    systemd.services.clawrden = {
      restartTriggers = [ files.settingsFile ];
      reloadTriggers = [ files.policy ]; # a policy is put in force without a restart
      stopIfChanged = false; # the sockets stay, and what waits is taken over
      after = lib.optional cfg.docker.enable "docker.socket";
    };
    systemd.services.clawrden-guard.stopIfChanged = false;
  };
}
