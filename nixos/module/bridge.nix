# One bridge: services.clawrden.bridges.NAME.
{ lib, ... }:

let
  inherit (lib) mkOption types;
in
{
  options = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the bridge runs.";
    };
    people = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { U012AB = "ann"; };
      description = "Who is who: the id that the service knows a person by, and the user of the host as whom that person decides.";
    };
    rules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "deploy*" ];
      description = "Names of rules, as globs: only what one of them asks about goes to this bridge. Empty: all.";
    };
    rights = mkOption {
      type = types.listOf (types.enum [ "grant" "kill" "unlock" ]);
      default = [ ];
      description = "Rights beyond reading and deciding.";
    };
    credentials = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { token = "/run/keys/slack-token"; };
      description = "Secrets by name: paths outside of the Nix store, given to the service as systemd credentials.";
    };
    environment = mkOption {
      type = types.attrsOf types.str;
      default = { };
      description = "Variables of its environment.";
    };
  };
}
