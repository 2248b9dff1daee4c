#!/bin/sh
# Clawrden in a minute: a daemon in a scratch directory with the policy that is built in, real commands through shims,
# what the agent saw, and what the record holds. Nothing is left behind.
#
#   tests/demo/demo.sh [BIN]      BIN: where the programs are (default: bin)
set -eu

bin=$(cd "${1:-bin}" && pwd)
dir=$(mktemp -d /tmp/clawrden-demo-XXXXXX)
daemon=
cleanup() {
	status=$?
	trap - EXIT INT TERM
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null || true
		wait "$daemon" 2>/dev/null || true
	fi
	[ "$status" = 0 ] || cat "$dir/daemon.log" >&2 2>/dev/null || true
	rm -rf "$dir"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold='\033[1m' dim='\033[2m' off='\033[0m'; else bold='' dim='' off=''; fi
title() { printf "\n${bold}%s${off}\n" "$*"; }
note() { printf "${dim}%s${off}\n" "$*"; }

# --- the operator's side -------------------------------------------------------------------------------------------
export XDG_CONFIG_HOME="$dir/config" # so that the policy that is built in counts, and not the user's own
export CLAWRDEN_SOCKET="$dir/shim.sock" CLAWRDEN_CONTROL="$dir/control.sock"
title "1. A daemon, with the policy that is built in"
note "$ clawrdend --dev --socket … --control … --audit … --state …"
"$bin/clawrdend" --dev --socket "$CLAWRDEN_SOCKET" --control "$CLAWRDEN_CONTROL" --audit "$dir/audit.jsonl" --state "$dir/state" \
	>"$dir/daemon.log" 2>&1 &
daemon=$!
tries=0
until "$bin/clawrden" status >/dev/null 2>&1; do
	kill -0 "$daemon" 2>/dev/null || exit 1
	tries=$((tries + 1))
	[ "$tries" -lt 200 ] || exit 1
	sleep 0.05
done
"$bin/clawrden" status

tools="git sudo"
for tool in npm make; do
	if command -v "$tool" >/dev/null 2>&1; then tools="$tools $tool"; fi
done
note "$ clawrden shims add $tools"
# shellcheck disable=SC2086 # a list of words
"$bin/clawrden" shims add --dir "$dir/shims" --shim "$bin/clawrden-shim" $tools >/dev/null

# --- the agent's side ----------------------------------------------------------------------------------------------
mkdir "$dir/work" "$dir/home"
git init -q --bare "$dir/origin.git"
# agent STATUS COMMAND… runs a command as an agent would: shims first on PATH, a directory and a home of its own. Another
# exit status than the given one ends the demonstration: it would show something else than it says.
agent() {
	want=$1
	shift
	printf "${dim}agent\$${off} %s\n" "$*"
	status=0
	(cd "$dir/work" && HOME="$dir/home" PATH="$dir/shims:$PATH" GIT_CONFIG_NOSYSTEM=1 "$@" 2>&1) || status=$?
	[ "$status" = 0 ] || note "(exit status $status)"
	[ "$status" = "$want" ] || { echo "demo: exit status $status, expected $want" >&2; return 1; }
}

title "2. Allowed: it runs in the agent's own context, as without Clawrden"
agent 0 git init -q -b main .
agent 0 git -c user.name=agent -c user.email=agent@example.org commit -q --allow-empty -m "first"
agent 0 git log --oneline
case " $tools " in *" npm "*) agent 0 npm --version ;; *" make "*) agent 0 make --version ;; esac

title "3. Denied: the reason goes to stderr, where the model reads it"
agent 126 sudo -n true

title "4. Asked: it waits until a person decides"
git -C "$dir/work" remote add origin "$dir/origin.git" # the person's own doing: the policy would ask about it
agent 0 git push -q origin main >"$dir/push.out" 2>&1 &
push=$!
id=
tries=0
while [ -z "$id" ]; do
	id=$("$bin/clawrden" queue -o json | tr -d ' \n' | sed -n 's/.*"id":"\([a-z0-9]*\)","command":"git".*/\1/p')
	tries=$((tries + 1))
	[ "$tries" -lt 200 ] || { cat "$dir/push.out"; exit 1; }
	sleep 0.05
done
note "$ clawrden queue"
"$bin/clawrden" queue
note "$ clawrden approve $id"
"$bin/clawrden" approve "$id" --comment "looks good"
status=0
wait "$push" || status=$?
cat "$dir/push.out"
[ "$status" = 0 ] || exit 1
printf "pushed: %s\n" "$(git --git-dir="$dir/origin.git" log --oneline main)"

# --- the record ----------------------------------------------------------------------------------------------------
title "5. What happened"
note "$ clawrden history"
"$bin/clawrden" history
note "$ clawrden audit verify"
"$bin/clawrden" audit verify "$dir/audit.jsonl"
note "(one record, of the command that was approved:)"
grep "\"id\":\"$id\"" "$dir/audit.jsonl" | head -n 1 | cut -c 1-600
printf "\nNothing is left: %s is removed now.\n" "$dir"
