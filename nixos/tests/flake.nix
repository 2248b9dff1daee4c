# The flake's outputs with builders that only give what they are told, for a test without nixpkgs.
{ lib }:

let
  stub = attrs: { type = "derivation"; name = attrs.pname or attrs.name or "stub"; outPath = "${builtins.storeDir}/stub"; drvPath = "/stub.drv"; } // attrs;
  pkgs = {
    inherit lib;
    stdenv.hostPlatform.system = "x86_64-linux";
    buildGoModule = stub;
    callPackage = file: args: let f = import file; in f (builtins.intersectAttrs (builtins.functionArgs f) (pkgs // args));
    dockerTools = { buildLayeredImage = stub; fakeNss = stub { }; };
    cacert = stub { };
    mkShell = stub;
    runCommand = name: _: _: stub { inherit name; };
    testers.runNixOSTest = test: stub { name = (test { inherit pkgs lib; }).name; };
    prometheus.cli = stub { };
  } // lib.genAttrs [ "go" "gnumake" "git" "docker-client" "docker-compose" "nfpm" "shellcheck" "nixfmt" ] (name: stub { inherit name; });

  flake = import ../../flake.nix;
  self = flake.outputs {
    inherit self;
    nixpkgs = { inherit lib; legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: pkgs); };
  };
  names = output: let set = output.x86_64-linux; in builtins.deepSeq (lib.mapAttrs (_: v: v.name or v.program) set) (lib.attrNames set);
in
{
  packages = names self.packages;
  apps = names self.apps;
  checks = names self.checks;
  shells = names self.devShells;
  modules = lib.attrNames self.nixosModules;
  overlay = (self.overlays.default pkgs pkgs).clawrden.pname;
  hash = self.packages.x86_64-linux.default.vendorHash;
}
