# A container's image with the daemon, for hosts without systemd: packaging/compose says what it needs of the host.
{ dockerTools, clawrden, cacert, version ? "devel" }:

dockerTools.buildLayeredImage {
  name = "clawrden";
  tag = version;
  contents = [ clawrden cacert dockerTools.fakeNss ];
  extraCommands = ''
    mkdir -p etc/clawrden/policy.d run/clawrden/agent var/lib/clawrden var/log/clawrden usr/lib
    ln -s ${clawrden}/lib/clawrden usr/lib/clawrden
  '';
  config = {
    Entrypoint = [ "${clawrden}/bin/clawrdend" ];
    Healthcheck = {
      Test = [ "CMD" "${clawrden}/bin/clawrden" "status" ];
      Interval = 10000000000; # nanoseconds
    };
  };
}
