# Configurations: those that must evaluate, and those that must be refused, each with words of the reason. "type" stands for one
# that the option's own type refuses.
{
  good = {
    smallest = { enable = true; };
    off = { enable = false; };
    policies = {
      enable = true;
      defaultPolicy = false;
      policies.base = ''
        policy { default = "deny" }
      '';
      profiles.project = { extends = "build"; network.mode = "none"; };
    };
    everything = {
      enable = true;
      settings = { ask.timeout = "2m"; limits.pending = 100; };
      policies."50-git" = ''
        rule "git" {
          commands = ["git"]
          action   = "ask"
        }
      '';
      tools = [ "git" "npm" "g++" ];
      toolsForUsers = [ "bot" ];
      toolsForUnits = [ "ci-runner" ];
      agentsGroup = "robots";
      approversGroup = "reviewers";
      approvers = [ "ann" ];
      teams.web.approvers = [ "user:ann" "group:web" ];
      agents.reviewer = { command = [ "/run/current-system/sw/bin/agent" "--say" "100% $HOME \"quoted\"" ]; user = "bot"; team = "web"; };
      agents.ci.unit = "ci-runner.service";
      agents.box.container = "box";
      agents.socket-only = { };
      http = {
        enable = true;
        address = "0.0.0.0";
        port = 8443;
        hosts = [ "agents.example.org" ];
        certificateFile = "/var/lib/acme/a/fullchain.pem";
        keyFile = "/var/lib/acme/a/key.pem";
      };
      metrics = { enable = true; tools = [ "git" ]; };
      bridges.slack = { people.U012AB = "ann"; rules = [ "deploy*" ]; rights = [ "kill" ]; credentials.token = "/run/keys/slack"; };
      docker.enable = true;
      openFirewall = true;
    };
    ports = {
      enable = true;
      http.enable = true;
      metrics.enable = true;
    };
  };

  bad = {
    noPolicy = { config = { enable = true; defaultPolicy = false; }; says = "without a policy every command is denied"; };
    sameGroup = { config = { enable = true; agentsGroup = "clawrden-approvers"; }; says = "could approve their own commands"; };
    openWithoutTLS = { config = { enable = true; http = { enable = true; address = "0.0.0.0"; }; }; says = "isn't the loopback"; };
    keyAlone = { config = { enable = true; http = { enable = true; keyFile = "/k.pem"; }; }; says = "belong together"; };
    keyInStore = {
      config = { enable = true; http = { enable = true; certificateFile = "/c.pem"; keyFile = "${builtins.storeDir}/k.pem"; }; };
      says = "everybody reads the Nix store";
    };
    nothingToOpen = { config = { enable = true; openFirewall = true; http.enable = true; }; says = "nothing listens on more than the loopback"; };
    noEngine = { config = { enable = true; docker.enable = true; }; says = "there is no container engine"; };
    noTools = { config = { enable = true; toolsForUsers = [ "bot" ]; }; says = "of which there are none"; };
    rootAgent = { config = { enable = true; agents.a.user = "root"; }; says = "no agent is root"; };
    ownApprover = { config = { enable = true; approvers = [ "bot" ]; agents.a.user = "bot"; }; says = "approve its own commands"; };
    agentOfTwo = { config = { enable = true; agents.a = { user = "bot"; unit = "a.service"; }; }; says = "give one of them"; };
    agentName = { config = { enable = true; agents."Big One".user = "bot"; }; says = "can't be the name of an agent"; };
    relativeCommand = { config = { enable = true; agents.a = { user = "bot"; command = [ "agent" ]; }; }; says = "absolute path"; };
    commandOfNobody = { config = { enable = true; agents.a.command = [ "/bin/agent" ]; }; says = "as which user"; };
    commandAndUnit = { config = { enable = true; agents.a = { user = "bot"; unit = "x.service"; command = [ "/bin/agent" ]; }; }; says = "known by the unit that runs it"; };
    noTeam = { config = { enable = true; agents.a = { user = "bot"; team = "web"; }; }; says = "there is no services.clawrden.teams.web"; };
    bridgeOfNobody = { config = { enable = true; bridges.slack = { }; }; says = "say whose answers it brings"; };
    bridgeToRoot = { config = { enable = true; bridges.slack.people.U1 = "root"; }; says = "nobody can be root by a bridge"; };
    storedSecret = {
      config = { enable = true; bridges.slack = { people.U1 = "ann"; credentials.token = "${builtins.storeDir}/t"; }; };
      says = "everybody reads the Nix store";
    };
    policyTwice = { config = { enable = true; policies."10-base" = ""; policyFiles = [ ../../packaging/policy.d/10-base.hcl ]; }; says = "several policies of the same name: 10-base.hcl"; };
    notAPolicy = { config = { enable = true; policyFiles = [ ../../README.md ]; }; says = "and not README.md"; };
    policyPath = { config = { enable = true; policies."../x" = ""; }; says = "a policy's name is made of"; };

    toolPath = { config = { enable = true; tools = [ "/usr/bin/git" ]; }; says = "type"; };
    toolWithSpace = { config = { enable = true; tools = [ "git; reboot" ]; }; says = "type"; };
    portAsText = { config = { enable = true; http = { enable = true; port = "8080"; }; }; says = "type"; };
    unknownOption = { config = { enable = true; polices = { }; }; says = "type"; };
    unknownRight = { config = { enable = true; bridges.slack.rights = [ "reload" ]; }; says = "type"; };
    groupName = { config = { enable = true; agentsGroup = "a b"; }; says = "type"; };
    approver = { config = { enable = true; teams.web.approvers = [ "ann" ]; }; says = "type"; };
    functionAsSetting = { config = { enable = true; settings.ask.timeout = x: x; }; says = "type"; };
  };
}
