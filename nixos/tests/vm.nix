# A machine with the module: an agent's user has git governed by name, another agent runs as a unit under guard. For
# `nix build .#checks.x86_64-linux.vm`.
module:

{ pkgs, lib, ... }:

{
  name = "clawrden";

  nodes.machine = {
    imports = [ module ];
    users.users.bot = { isNormalUser = true; };
    users.users.ann = { isNormalUser = true; };
    environment.systemPackages = [ pkgs.git pkgs.jq ];

    services.clawrden = {
      enable = true;
      defaultPolicy = false;
      policies.base = ''
        policy { default = "deny" }
        rule "version" {
          commands = ["git"]
          args     = ["--version"]
          action   = "allow"
        }
        rule "status" {
          commands = ["git"]
          args     = ["status"]
          action   = "ask"
        }
        rule "session" {
          commands = ["bash", "sleep", "touch"]
          action   = "allow"
        }
      '';
      tools = [ "git" ];
      toolsForUsers = [ "bot" ];
      approvers = [ "ann" ];
      metrics.enable = true;
      http.enable = true;
      agents.worker = {
        user = "bot";
        command = [ "${pkgs.bash}/bin/bash" "-c" "touch governed; rm -f governed; exec sleep infinity" ];
        path = [ pkgs.coreutils ];
      };
    };
  };

  testScript = ''
    machine.wait_for_unit("sockets.target")
    machine.wait_for_unit("clawrden-shims.service")

    with subtest("allowed, denied, asked"):
        machine.succeed("su -l bot -c 'git --version'")
        code, said = machine.execute("su -l bot -c 'git push' 2>&1")
        assert code == 126, f"{code}: {said}"
        assert "clawrden:" in said, said
        machine.execute("su -l bot -c 'cd /tmp && git status >/tmp/asked 2>&1; echo $? >/tmp/answer' >/dev/null 2>&1 &")
        machine.wait_until_succeeds("su -l ann -c 'clawrden queue -o json' | jq -e 'length == 1'")
        machine.succeed("su -l ann -c 'clawrden deny $(clawrden queue -o json | jq -r .[0].id)'")
        machine.wait_until_succeeds("grep -qx 126 /tmp/answer")

    with subtest("an agent under guard"):
        machine.wait_for_unit("clawrden-agent-worker.service")
        machine.wait_until_succeeds("test -e /var/lib/clawrden-agent-worker/governed")
        machine.wait_until_succeeds("clawrden history -o json | jq -e '.[] | select(.command | endswith(\"rm\")) | .decision == \"deny\"'")

    with subtest("the bus, polkit, ports"):
        machine.succeed("busctl call org.clawrden1 /org/clawrden1 org.clawrden1.Manager ListRequests")
        machine.fail("su -l bot -c 'busctl call org.clawrden1 /org/clawrden1 org.clawrden1.Manager ListRequests'")
        machine.wait_for_open_port(9478)
        machine.wait_for_open_port(8080)

    with subtest("the kill switch"):
        machine.succeed("su -l ann -c 'clawrden kill'")
        machine.fail("su -l bot -c 'git --version'")
        machine.succeed("clawrden unlock")
        machine.succeed("su -l bot -c 'git --version'")
  '';
}
