# Agents that the host runs: each a service whose command is put under guard by the launcher before anything of it runs, as
# docs/operations.md has it for a service that exists.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.clawrden;
  run = lib.filterAttrs (_: agent: agent.command != null) cfg.agents;

  # systemd's own quoting: a dollar or a percent sign of an argument is to stay one.
  quote = word: "\"" + lib.replaceStrings [ "\\" "\"" "$" "%" "\n" ] [ "\\\\" "\\\"" "$$" "%%" "\\n" ] word + "\"";

  service = name: agent: lib.nameValuePair "clawrden-agent-${name}" {
    description = "Clawrden: agent ${name}";
    wantedBy = lib.optional agent.autoStart "multi-user.target";
    requires = [ "clawrden-guard.socket" ];
    after = [ "clawrden-guard.socket" "clawrden.socket" "clawrden-shims.service" "network.target" ];
    inherit (agent) environment path;
    serviceConfig = {
      ExecStart = lib.concatMapStringsSep " " quote
        ([ "${cfg.package}/lib/clawrden/clawrden-launch" "init" "--name" name "--" ] ++ agent.command);
      User = agent.user;
      SupplementaryGroups = [ cfg.agentsGroup ];
      Slice = "clawrden-agents.slice";
      StateDirectory = "clawrden-agent-${name}";
      WorkingDirectory = if agent.workingDirectory != null then agent.workingDirectory else "/var/lib/clawrden-agent-${name}";
      NoNewPrivileges = true;
      ReadOnlyPaths = "/proc";
      PrivateTmp = true;
      # The sockets of helpers that would start commands outside of the session, if the agent asked them to.
      InaccessiblePaths = [ "-/run/dbus" "-/run/systemd/private" "-/run/docker.sock" "-/run/containerd" "-/run/podman" "-/run/user" "-/nix/var/nix/daemon-socket" ];
      Restart = "on-failure";
    } // lib.optionalAttrs (agent.environmentFile != null) { EnvironmentFile = agent.environmentFile; };
  };
in
{
  config = lib.mkIf cfg.enable {
    systemd.services = lib.mapAttrs' service run;
  };
}
