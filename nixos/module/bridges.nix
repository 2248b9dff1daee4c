# Bridges run as clawrden-bridge@NAME.service, by which the daemon knows them. The unit is the package's.
{ config, lib, ... }:

let
  cfg = config.services.clawrden;
  run = lib.filterAttrs (_: bridge: bridge.enable) cfg.bridges;
in
{
  config = lib.mkIf cfg.enable {
    users = lib.mkIf (run != { }) {
      users.clawrden-bridge = { isSystemUser = true; group = "clawrden-bridge"; }; # whom the package's unit runs as
      groups.clawrden-bridge = { };
    };
    systemd.services = lib.mapAttrs'
      (name: bridge: lib.nameValuePair "clawrden-bridge@${name}" {
        overrideStrategy = "asDropin"; # of the template that the package brings
        wantedBy = [ "multi-user.target" ];
        inherit (bridge) environment;
        serviceConfig.LoadCredential = lib.mapAttrsToList (credential: file: "${credential}:${file}") bridge.credentials;
      })
      run;
  };
}
