# The programs. `part` is all, or what one of the build targets of the Makefile makes: shim, daemon, cli, bridge. What is
# installed stands in packaging/clawrden/files, as for every other packager.
{ lib, buildGoModule, part ? "all", version ? "devel" }:

let
  programs = { shim = "clawrden-shim"; daemon = "clawrdend"; cli = "clawrden"; bridge = "clawrden-bridge"; };
  one = programs.${part};
in
buildGoModule {
  pname = if part == "all" then "clawrden" else one;
  inherit version;
  src = lib.cleanSource ../.;

  # Of the folder that `go mod vendor` writes; `make nix-hash` renews it, and a test tells when it is stale.
  vendorHash = lib.fileContents ./vendor-hash;

  env.CGO_ENABLED = 0;
  dontStrip = true; # the programs are linked without symbols, and the shim starts where its linker said

  buildPhase = ''
    runHook preBuild
    make ${if part == "all" then "build" else "build-${part}"} VERSION=${lib.escapeShellArg version}
    runHook postBuild
  '';

  # The policy and the settings are what differs most between hosts: their tests run here. The others need a whole system.
  checkPhase = ''
    runHook preCheck
    go test ./config ./policy/...
    runHook postCheck
  '';
  doCheck = part == "all";

  installPhase = ''
    runHook preInstall
  '' + (if part == "all" then ''
    make install PREFIX="$out" VERSION=${lib.escapeShellArg version}
  '' else ''
    install -Dm0755 bin/${one} "$out/bin/${one}"
  '') + ''
    runHook postInstall
  '';

  meta = {
    description = "Governs the commands that AI agents run on a Linux host";
    homepage = "https://github.com/clawrden/clawrden";
    license = lib.licenses.mit;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
    mainProgram = if part == "all" then "clawrden" else one;
  };
}
