#!/bin/sh
# Installs, on Debian, what the named purpose needs and the machine lacks: `setup.sh demo`, `setup.sh test`, `setup.sh bench`.
# Without root or apt-get it names what is missing; what depends on that is then skipped, with its reason.
set -eu

case "${1:-}" in
demo) want="git:git make:make" ;;
test) want="git:git make:make gcc:gcc libc6-dev: libseccomp-dev: nc:netcat-openbsd socat:socat python3:python3 npm:npm node:nodejs sudo:sudo setpriv:util-linux unshare:util-linux busybox:busybox-static curl:curl jq:jq qemu-aarch64-static:qemu-user-static rsync:rsync wget:wget ssh:openssh-client gawk:gawk watch:procps capsh:libcap2-bin script:bsdutils dbus-daemon:dbus-daemon dbus-monitor:dbus-bin busctl:systemd dbus-broker-launch:dbus-broker pkcheck:polkitd systemd-nspawn:systemd-container mmdebstrap:mmdebstrap dockerd:docker.io promtool:prometheus nsenter:util-linux lintian:lintian rpm:rpm rpmlint:rpmlint cpio:cpio shellcheck:shellcheck file:file tmux:tmux cargo:cargo asciinema:asciinema chromium:chromium fonts-dejavu-core:" ;;
bench) want="sudo:sudo hyperfine:hyperfine" ;;
*) echo "usage: setup.sh demo|test|bench" >&2; exit 2 ;;
esac

missing=
for pair in $want; do
	program=${pair%%:*} package=${pair#*:}
	if [ -z "$package" ]; then
		dpkg -s "$program" >/dev/null 2>&1 || missing="$missing $program"
	else
		command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
	fi
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "setup: not installed, and not root on Debian:$missing" >&2
	exit 0
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
	apt-get update -qq >/dev/null
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
