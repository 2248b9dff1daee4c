# The options, each with what it means. What they do is in the files beside this one.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkEnableOption mkOption types;
  json = pkgs.formats.json { };

  # A name as the daemon takes it for agents and bridges.
  toolName = types.strMatching "[A-Za-z0-9_+][A-Za-z0-9_+.-]*";

  agent = types.submodule (import ./agent.nix);
  bridge = types.submodule (import ./bridge.nix);
  team = types.submodule {
    options.approvers = mkOption {
      type = types.listOf (types.strMatching "(user|group):.+");
      example = [ "user:ann" "group:web" ];
      description = "Whom the team binds: they see and decide the requests of its agents alone.";
    };
  };
in
{
  options.services.clawrden = {
    enable = mkEnableOption "Clawrden, which governs the commands of AI agents";

    package = mkOption {
      type = types.package;
      default = pkgs.clawrden or (throw "services.clawrden.package: add Clawrden's overlay to nixpkgs.overlays, import nixosModules.default of its flake, or name a package");
      defaultText = lib.literalExpression "pkgs.clawrden";
      description = "The package with the daemon, the command line, the shim and the units.";
    };

    settings = mkOption {
      type = types.submodule { freeformType = json.type; };
      default = { };
      example = { ask.timeout = "2m"; audit.retain_age = "8760h"; };
      description = ''
        The daemon's settings, by block and name as in docs/configuration.md. They are written to
        /etc/clawrden/clawrden.hcl.json and checked when the system is built. They are readable by everybody: secrets
        don't belong here.
      '';
    };

    defaultPolicy = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the policy that comes with Clawrden is in force. A policy of yours with the name of one of its files takes that file's place.";
    };

    policies = mkOption {
      type = types.attrsOf types.lines;
      default = { };
      example = lib.literalExpression ''{ deploy = "rule \"deploy\" { commands = [\"kubectl\"] action = \"ask\" }"; }'';
      description = "Policy by name: each becomes NAME.hcl in /etc/clawrden/policy.d. All of it is checked, and its tests are run, when the system is built.";
    };

    policyFiles = mkOption {
      type = types.listOf types.path;
      default = [ ];
      example = lib.literalExpression "[ ./policy/40-build.hcl ]";
      description = "Files of policy, under their own names.";
    };

    profiles = mkOption {
      type = types.attrsOf json.type;
      default = { };
      example = { project = { extends = "build"; network.mode = "none"; limits.memory = "4GiB"; }; };
      description = "Profiles (docs/profiles.md) by name, for rules to use as `profile.NAME`.";
    };

    tools = mkOption {
      type = types.listOf toolName;
      default = [ ];
      example = [ "git" "npm" "kubectl" ];
      description = "The tools that are governed by name. Their shims are in /var/lib/clawrden/shims, and first on the PATH of the users and units below.";
    };

    toolsForUsers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "bot" ];
      description = "Users in whose profile the shims stand before the system's tools. A profile that such a user makes comes before that: where the agent isn't trusted to that degree, run it under guard (services.clawrden.agents).";
    };

    toolsForUnits = mkOption {
      type = types.listOf (types.strMatching "[A-Za-z0-9:_.@\\-]+");
      default = [ ];
      example = [ "ci-runner" ];
      description = "System services, named without .service, with the shims first on their PATH.";
    };

    agentsGroup = mkOption {
      type = types.strMatching "[a-z_][a-z0-9_-]*";
      default = "clawrden-agents";
      description = "The group that may hand commands to the daemon.";
    };

    approversGroup = mkOption {
      type = types.strMatching "[a-z_][a-z0-9_-]*";
      default = "clawrden-approvers";
      description = "The group that may see and decide commands.";
    };

    approvers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "ann" ];
      description = "Users in the approvers' group. Nobody should be in both groups.";
    };

    agents = mkOption {
      type = types.attrsOf agent;
      default = { };
      description = "Registered agents by name: each has a socket of its own, and a name that rules can match. One with a command is run under guard.";
    };

    teams = mkOption {
      type = types.attrsOf team;
      default = { };
      description = "Teams of approvers by name.";
    };

    http = {
      enable = mkEnableOption "the HTTP API and the dashboard on TCP";
      address = mkOption {
        type = types.str;
        default = "127.0.0.1";
        example = "[::]";
        description = "The address to listen on (IPv6 in brackets). Any other than the loopback's takes a certificate.";
      };
      port = mkOption {
        type = types.port;
        default = 8080;
        description = "The port to listen on.";
      };
      hosts = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "agents.example.org" ];
        description = "Names by which other machines call this one.";
      };
      certificateFile = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "/var/lib/acme/agents.example.org/fullchain.pem";
        description = "File with the certificate, and those above it, in PEM.";
      };
      keyFile = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "/var/lib/acme/agents.example.org/key.pem";
        description = "File with its private key: a path as a string, outside of the Nix store, which everybody reads.";
      };
    };

    metrics = {
      enable = mkEnableOption "metrics for Prometheus";
      address = mkOption {
        type = types.str;
        default = "127.0.0.1";
        description = "The address to listen on. Whoever reaches it sees the metrics.";
      };
      port = mkOption {
        type = types.port;
        default = 9478;
        description = "The port to listen on.";
      };
      tools = mkOption {
        type = types.nullOr (types.listOf toolName);
        default = null;
        description = "Tools with a count of their own; null for the daemon's own list.";
      };
    };

    bridges = mkOption {
      type = types.attrsOf bridge;
      default = { };
      description = "Services that pass asks on to people elsewhere, by name.";
    };

    docker = {
      enable = mkEnableOption "agents in containers, and commands in containers of their own";
      socket = mkOption {
        type = types.str;
        default = "/run/docker.sock";
        description = "The engine's socket: Docker's, or Podman's as root (for callers in its containers).";
      };
    };

    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether to open the ports of HTTP and metrics, where they listen on more than the loopback.";
    };
  };
}
