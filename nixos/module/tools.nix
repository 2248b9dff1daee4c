# The shims. /var/lib/clawrden/shims is what containers are given: real files, since they don't see the Nix store. Users and units
# of the host have the same shims in a package, first on their PATH.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.clawrden;
  words = lib.concatMapStringsSep " " lib.escapeShellArg;
  shims = pkgs.runCommand "clawrden-tools" { preferLocalBuild = true; } (''
    mkdir -p "$out/bin"
  '' + lib.concatMapStrings (tool: ''
    ln -s ${cfg.package}/lib/clawrden/clawrden-shim "$out/bin/"${lib.escapeShellArg tool}
  '') cfg.tools);

  # Before anything is governed: the programs of this release, and one link a tool. Links that were put there by hand stay.
  install = {
    description = "Clawrden: shims of the configuration";
    wantedBy = [ "multi-user.target" "clawrden.service" ];
    before = [ "clawrden.service" ];
    after = [ "systemd-tmpfiles-setup.service" ];
    restartTriggers = [ shims cfg.package ];
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      StateDirectory = "clawrden clawrden/shims";
      StateDirectoryMode = "0755";
      UMask = "0022";
      ProtectSystem = "strict";
      ProtectHome = true;
      PrivateTmp = true;
      PrivateNetwork = true;
      NoNewPrivileges = true;
      CapabilityBoundingSet = "";
    };
    script = ''
      cd /var/lib/clawrden
      for program in clawrden-shim clawrden-launch; do
        cp ${cfg.package}/lib/clawrden/$program shims/.new-configuration
        chmod 0755 shims/.new-configuration
        mv -f shims/.new-configuration shims/$program
      done
      touch shims-by-configuration
      while read -r tool; do
        case " ${lib.concatStringsSep " " cfg.tools} " in
          *" $tool "*) ;;
          *) if [ -L "shims/$tool" ]; then rm "shims/$tool"; fi ;;
        esac
      done <shims-by-configuration
      for tool in ${words cfg.tools}; do
        ln -sfn clawrden-shim "shims/$tool"
        echo "$tool"
      done >shims-by-configuration.new
      mv shims-by-configuration.new shims-by-configuration
    '';
  };
in
{
  config = lib.mkIf cfg.enable {
    users.users = lib.genAttrs cfg.toolsForUsers (_: {
      packages = [ (lib.hiPrio shims) ];
      extraGroups = [ cfg.agentsGroup ];
    });
    systemd.services = {
      clawrden-shims = install;
    } // lib.genAttrs cfg.toolsForUnits (_: {
      path = lib.mkBefore [ shims ];
      serviceConfig.SupplementaryGroups = [ cfg.agentsGroup ];
    });
  };
}
