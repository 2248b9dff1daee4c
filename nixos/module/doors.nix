# The doors for people: the bus, polkit, HTTP and metrics. The ports are systemd's: the daemon can't open one.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.clawrden;
  loopback = address: builtins.elem address [ "localhost" "[::1]" ] || lib.hasPrefix "127." address;
  numeric = address: if address == "localhost" then "127.0.0.1" else address;
  changed = door: address: port: lib.optionalAttrs (door.address != address || door.port != port) {
    ListenStream = [ "" "${numeric door.address}:${toString door.port}" ]; # the empty one takes the unit's own away
  };
  open = door: lib.optional (cfg.openFirewall && door.enable && !(loopback door.address)) door.port;
  otherGroup = cfg.approversGroup != "clawrden-approvers";

  # What systemd/dbus and systemd/polkit say of clawrden-approvers, for a group of another name.
  busGroup = pkgs.writeTextDir "share/dbus-1/system.d/clawrden-approvers.conf" ''
    <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
     "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
    <busconfig>
      <policy group="${cfg.approversGroup}">
        <allow receive_sender="org.clawrden1" receive_type="signal"/>
      </policy>
    </busconfig>
  '';
in
{
  config = lib.mkIf cfg.enable {
    services.dbus.packages = [ cfg.package ] ++ lib.optional otherGroup busGroup;

    security.polkit.enable = lib.mkDefault true;
    security.polkit.extraConfig = lib.mkIf otherGroup ''
      polkit.addRule(function(action, subject) {
        var group = ["org.clawrden1.read", "org.clawrden1.decide", "org.clawrden1.grant", "org.clawrden1.kill"];
        if (group.indexOf(action.id) >= 0 && subject.isInGroup("${cfg.approversGroup}")) {
          return polkit.Result.YES;
        }
        return polkit.Result.NOT_HANDLED;
      });
    '';

    systemd.sockets.clawrden-http = lib.mkIf cfg.http.enable {
      wantedBy = [ "sockets.target" "clawrden.service" ];
      socketConfig = changed cfg.http "127.0.0.1" 8080;
    };
    systemd.sockets.clawrden-metrics = lib.mkIf cfg.metrics.enable {
      wantedBy = [ "sockets.target" ];
      socketConfig = changed cfg.metrics "127.0.0.1" 9478;
    };

    networking.firewall.allowedTCPPorts = open cfg.http ++ open cfg.metrics;
  };
}
