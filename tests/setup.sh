#!/bin/sh
# Installs, on Debian, what the named purpose needs and the machine lacks: `setup.sh demo`, `setup.sh test`, `setup.sh bench`.
# Without root, apt-get or npm it names what is missing; what depends on that is then skipped, with its reason.
set -eu

case "${1:-}" in
demo) want="git:git make:make" ;;
test) want="git:git make:make gcc:gcc libc6-dev: libseccomp-dev: nc:netcat-openbsd socat:socat python3:python3 npm:npm node:nodejs sudo:sudo setpriv:util-linux unshare:util-linux busybox:busybox-static musl-gcc:musl-tools curl:curl jq:jq qemu-aarch64-static:qemu-user-static rsync:rsync wget:wget ssh:openssh-client gawk:gawk watch:procps capsh:libcap2-bin script:bsdutils dbus-daemon:dbus-daemon dbus-monitor:dbus-bin busctl:systemd dbus-broker-launch:dbus-broker pkcheck:polkitd systemd-nspawn:systemd-container mmdebstrap:mmdebstrap dockerd:docker.io docker-compose:docker-compose podman:podman runc:runc newuidmap:uidmap rootlesskit:rootlesskit promtool:prometheus nsenter:util-linux lintian:lintian rpm:rpm rpmlint:rpmlint cpio:cpio shellcheck:shellcheck file:file tmux:tmux cargo:cargo asciinema:asciinema dunst:dunst Xvfb:xvfb chromium:chromium fonts-dejavu-core: nix-instantiate:nix-bin" ;;
bench) want="sudo:sudo hyperfine:hyperfine" ;;
*) echo "usage: setup.sh demo|test|bench" >&2; exit 2 ;;
esac

install() {
	missing=
	for pair in $want; do
		program=${pair%%:*} package=${pair#*:}
		if [ -z "$package" ]; then
			dpkg -s "$program" >/dev/null 2>&1 || missing="$missing $program"
		else
			command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
		fi
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "setup: not installed, and not root on Debian:$missing" >&2
		return 0
	fi
	echo "setup: installing$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
		apt-get update -qq >/dev/null
		apt-get install -y -qq --no-install-recommends $missing >/dev/null
	}
}

# axe-core, by which tests of the dashboard look for what keeps people out. It comes from npm's registry, as it was when its sum
# was written down here.
fetch_axe() {
	version=4.14.1 sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
	file=${XDG_CACHE_HOME:-$HOME/.cache}/clawrden-tests/axe-$version.min.js
	[ ! -s "$file" ] || return 0
	work=$(mktemp -d)
	if (cd "$work" && npm pack --silent "axe-core@$version" >/dev/null && echo "$sum  axe-core-$version.tgz" | sha256sum --check --quiet &&
		tar xzf "axe-core-$version.tgz" package/axe.min.js && mkdir -p "${file%/*}" && mv package/axe.min.js "$file") 2>/dev/null; then
		echo "setup: fetched axe-core $version" >&2
	else
		echo "setup: axe-core can't be fetched" >&2
	fi
	rm -rf "$work"
}

install
[ "$1" != test ] || fetch_axe
