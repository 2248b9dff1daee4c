# Evaluates the cases with the module library alone, and gives what a test compares. `lib` is that of nixpkgs, or of its mirror
# nix-community/nixpkgs.lib.
{ lib }:

let
  stubs = import ./stubs.nix { inherit lib; };
  cases = import ./cases.nix;

  evaluate = cfg: (lib.evalModules {
    class = "nixos";
    specialArgs = { inherit (stubs) pkgs; };
    modules = [
      stubs.module
      ../module.nix
      { services.clawrden = cfg; virtualisation.docker.enable = cfg ? toolsForUnits; }
    ];
  }).config;

  refused = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);

  # What a host is built of, without the derivations' own attributes.
  shown = config: {
    settings = config.services.clawrden.settings;
    refused = refused config;
    sockets = lib.mapAttrs (_: s: { inherit (s) wantedBy socketConfig; }) config.systemd.sockets;
    services = lib.mapAttrs (_: s: { inherit (s) wantedBy script serviceConfig; path = map toString s.path; }) config.systemd.services;
    groups = lib.mapAttrs (_: g: g.members) config.users.groups;
    users = lib.mapAttrs (_: u: u.extraGroups) config.users.users;
    ports = config.networking.firewall.allowedTCPPorts;
    polkit = config.security.polkit.extraConfig;
    bus = map (p: p.name) config.services.dbus.packages;
    etc = lib.mapAttrs (_: e: toString e.source) config.environment.etc;
    checks = map (c: c.command) config.system.checks;
  };

  # The message of each bad case, or "type" where the evaluation itself fails, or "accepted".
  verdict = case:
    let
      config = evaluate case.config;
      tried = builtins.tryEval (builtins.deepSeq (shown config) (refused config));
    in
    if !tried.success then [ "type" ] else if tried.value == [ ] then [ "accepted" ] else tried.value;
in
{
  good = lib.mapAttrs (_: cfg: shown (evaluate cfg)) cases.good;
  bad = lib.mapAttrs (_: case: { inherit (case) says; got = verdict case; }) cases.bad;
}
