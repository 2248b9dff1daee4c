# What the module takes of NixOS, for an evaluation with nixpkgs' library alone: the options that it sets, and builders that give
# what they were told. A misspelt option is an error here as it is there.
{ lib }:

let
  inherit (lib) mkOption types;
  list = mkOption { type = types.listOf types.anything; default = [ ]; };
  strings = mkOption { type = types.listOf types.str; default = [ ]; };
  text = mkOption { type = types.lines; default = ""; };
  flag = mkOption { type = types.bool; default = false; };
  attrs = mkOption { type = types.attrsOf types.anything; default = { }; };
  named = options: mkOption { type = types.attrsOf (types.submodule { inherit options; }); default = { }; };

  unit = {
    description = text;
    wantedBy = strings;
    requires = strings;
    before = strings;
    after = strings;
    restartTriggers = list;
    reloadTriggers = list;
    overrideStrategy = mkOption { type = types.enum [ "asDropinIfExists" "asDropin" ]; default = "asDropinIfExists"; };
  };

  derivation = name: more: { type = "derivation"; inherit name; outPath = "${builtins.storeDir}/stub-${name}"; drvPath = "/stub.drv"; } // more;
  value = types.nullOr (types.oneOf [ types.bool types.int types.float types.str types.path (types.attrsOf value) (types.listOf value) ]) // { description = "JSON value"; };
in
{
  module.options = {
    assertions = list;
    environment = { etc = attrs; systemPackages = list; };
    networking.firewall.allowedTCPPorts = mkOption { type = types.listOf types.port; default = [ ]; };
    security.polkit = { enable = flag; extraConfig = text; };
    services.dbus.packages = list;
    system.checks = list;
    systemd = {
      packages = list;
      tmpfiles.packages = list;
      sockets = named (unit // { socketConfig = attrs; });
      services = named (unit // {
        stopIfChanged = mkOption { type = types.bool; default = true; };
        environment = attrs;
        path = list;
        script = text;
        serviceConfig = attrs;
      });
    };
    users = {
      groups = named { members = strings; };
      users = named { packages = list; extraGroups = strings; isSystemUser = flag; group = text; };
    };
    virtualisation = { docker.enable = flag; podman.enable = flag; };
  };

  pkgs = {
    clawrden = derivation "clawrden" { };
    runCommand = name: env: command: derivation name { inherit command env; };
    writeText = name: text: derivation name { inherit text; };
    writeTextDir = place: text: derivation (baseNameOf place) { inherit place text; };
    formats.json = _: { type = value; generate = name: written: derivation name { inherit written; }; };
  };
}
