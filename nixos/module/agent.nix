# One registered agent: services.clawrden.agents.NAME.
{ lib, ... }:

let
  inherit (lib) mkOption types;
  optional = description: example: mkOption {
    type = types.nullOr types.str;
    default = null;
    inherit description example;
  };
in
{
  options = {
    command = mkOption {
      type = types.nullOr (types.nonEmptyListOf types.str);
      default = null;
      example = lib.literalExpression ''[ "''${pkgs.my-agent}/bin/my-agent" "--task" "7" ]'';
      description = ''
        Program and arguments to run as clawrden-agent-NAME.service, under guard: each command that it starts, by whatever path, is
        judged before its first instruction. The program is named by its absolute path. Null only registers an agent that is
        started otherwise.
      '';
    };
    user = optional "With a command: the user that it runs as. Without: it is known by this user of the host, and not root." "bot";
    unit = optional "It is known by this unit: NAME.service or NAME.scope." "ci-runner.service";
    container = optional "It is known as the container with this name or id." "reviewer";
    team = optional "Its team: approvers of a team see and decide the requests of its agents alone." "web";
    path = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.git pkgs.nodejs ]";
      description = "With a command: packages whose programs are on its PATH.";
    };
    environment = mkOption {
      type = types.attrsOf types.str;
      default = { };
      description = "With a command: variables of its environment. Secrets belong in environmentFile.";
    };
    environmentFile = optional "With a command: file with further variables, read by systemd as root." "/run/keys/agent.env";
    workingDirectory = optional "With a command: where it starts. Without: its state directory, /var/lib/clawrden-agent-NAME." "/srv/project";
    autoStart = mkOption {
      type = types.bool;
      default = true;
      description = "With a command: whether it starts at boot.";
    };
  };
}
