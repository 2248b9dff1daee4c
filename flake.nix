{
  description = "Clawrden governs the commands that AI agents run on a Linux host";

  # There is no lock file: the first `nix build` or `nix flake lock` writes one. See docs/nix.md.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      version = "0-${self.shortRev or self.dirtyShortRev or "devel"}";
      hasBridge = builtins.pathExists ./cmd/clawrden-bridge;

      # go.mod names the release of Go.
      build = pkgs: part: pkgs.callPackage ./nixos/package.nix {
        buildGoModule = pkgs.buildGo126Module or pkgs.buildGoModule;
        inherit part version;
      };

      packagesFor = pkgs: rec {
        default = build pkgs "all";
        clawrden = default;
        shim = build pkgs "shim";
        daemon = build pkgs "daemon";
        cli = build pkgs "cli";
        docker = pkgs.callPackage ./nixos/image.nix { clawrden = default; inherit version; };

        # names of before
        warden = daemon;
        warden-docker = docker;
      } // lib.optionalAttrs hasBridge (
        let bridge = build pkgs "bridge"; in { inherit bridge; slack-bridge = bridge; telegram-bridge = bridge; }
      );

      app = program: description: { type = "app"; inherit program; meta = { inherit description; }; };
    in
    {
      packages = each packagesFor;

      apps = each (pkgs:
        let packages = self.packages.${pkgs.stdenv.hostPlatform.system}; in
        rec {
          default = cli;
          cli = app "${packages.cli}/bin/clawrden" "the command line";
          daemon = app "${packages.daemon}/bin/clawrdend" "the daemon";
        });

      overlays.default = final: _prev: { clawrden = build final "all"; };

      nixosModules = rec {
        default = { pkgs, lib, ... }: {
          imports = [ ./nixos/module.nix ];
          services.clawrden.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
        clawrden = default;
      };

      checks = each (pkgs: {
        package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        module = pkgs.callPackage ./nixos/tests/evaluate.nix { };
        vm = pkgs.testers.runNixOSTest (import ./nixos/tests/vm.nix self.nixosModules.default);
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = [
            (pkgs.go_1_26 or pkgs.go)
            pkgs.gnumake
            pkgs.git
            pkgs.docker-client
            pkgs.docker-compose
            pkgs.nfpm
            pkgs.prometheus.cli # promtool
            pkgs.shellcheck
          ];
          CGO_ENABLED = "0";
        };
      });

      formatter = each (pkgs: pkgs.nixfmt-rfc-style or pkgs.nixfmt);
    };
}
