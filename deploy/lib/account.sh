#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# account.sh - under which account the servers run. To be sourced, after say.sh.
#
# PostgreSQL refuses to run as root, and nothing else here needs to. A user runs everything as that
# user. Root runs the servers as the account of the Debian package, `postgres`: in a folder that this
# account cannot reach (a clone under /root) with one capability, to read and search, and nothing else.

ACCOUNT_OF_ROOT=postgres

# account_name STATE: sets ACCOUNT. Root takes up the state folder of whoever made it.
account_name() {
	ACCOUNT=$(id -un)
	[ "$(id -u)" -eq 0 ] || return 0
	ACCOUNT=$(stat -c %U -- "$1" 2>/dev/null) || ACCOUNT=root
	case $ACCOUNT in
	root | UNKNOWN) ACCOUNT=$ACCOUNT_OF_ROOT ;;
	esac
}

# account_choose PATH…: after account_name, sets ACCOUNT_PREFIX, what makes a command run as that account
# (nothing for an ordinary user). Fails when the account can not reach every PATH; ACCOUNT_PREFIX is then
# the plain one.
account_choose() {
	local capability plain
	ACCOUNT_PREFIX=()
	[ "$(id -u)" -eq 0 ] || return 0
	plain=(setpriv --reuid "$ACCOUNT" --regid "$(id -g "$ACCOUNT")" --clear-groups --no-new-privs)
	ACCOUNT_PREFIX=("${plain[@]}")
	account_reaches "$@" && return 0
	# Containers often keep the second and not the first, which is the weaker.
	for capability in dac_read_search dac_override; do
		ACCOUNT_PREFIX=("${plain[@]}" --inh-caps "+$capability" --ambient-caps "+$capability")
		account_reaches "$@" && return 0
	done
	ACCOUNT_PREFIX=("${plain[@]}")
	return 1
}

# Can the account read each PATH? By trying: access(2) does not count ambient capabilities.
account_reaches() {
	local path
	for path in "$@"; do
		if [ -d "$path" ]; then
			as_account ls -- "$path/." >/dev/null 2>&1 || return 1
		else
			as_account head -c 1 -- "$path" >/dev/null 2>&1 || return 1
		fi
	done
}

# as_account COMMAND…: in the foreground.
as_account() {
	"${ACCOUNT_PREFIX[@]}" "$@"
}

# account_spawn LOG COMMAND…: in the background, in a session of its own, so that Ctrl-C reaches only the
# script, which stops its servers in order; and told to stop should the script itself be killed.
# Sets ACCOUNT_SPAWNED to its process id. $ACCOUNT_DEATH_SIGNAL: TERM unless set.
account_spawn() {
	local log=$1
	shift
	local prefix=(setpriv)
	[ ${#ACCOUNT_PREFIX[@]} -eq 0 ] || prefix=("${ACCOUNT_PREFIX[@]}")
	# A shell script starts its background jobs with SIGINT ignored; env gives it back.
	# Descriptor 9 is the lock of the demo: a server must not hold it.
	setsid env --default-signal=INT,QUIT \
		"${prefix[@]}" --pdeathsig "${ACCOUNT_DEATH_SIGNAL:-TERM}" "$@" \
		</dev/null >>"$log" 2>&1 9>&- &
	# shellcheck disable=SC2034 # read by the callers
	ACCOUNT_SPAWNED=$!
}

# account_owns FOLDER…: makes each folder, private to the account.
account_owns() {
	local folder
	for folder in "$@"; do
		mkdir -p -- "$folder"
		if [ "$(id -u)" -eq 0 ]; then
			chown -- "$ACCOUNT:" "$folder"
		elif [ ! -O "$folder" ]; then
			complain "Le dossier $folder appartient à $(stat -c %U -- "$folder"), pas à $ACCOUNT." \
				"Choisissez-en un autre : BAROMETRE_STATE=/un/autre/dossier"
			return 1
		fi
		chmod 700 -- "$folder"
	done
}

# is_alive PID: a process that runs (not one that is dead and not yet waited for).
is_alive() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
	[ -n "$state" ] && [ "$state" != Z ]
}

# stop_process PID SIGNAL SECONDS: asks, waits, and insists.
# Not by the wait of bash, which in a trap can wait for ever for a child it has already reaped.
stop_process() {
	local pid=$1 signal=$2 tenths=$(($3 * 10))
	kill -s "$signal" "$pid" 2>/dev/null || :
	while is_alive "$pid" && [ $((tenths -= 1)) -gt 0 ]; do
		sleep 0.1
	done
	if is_alive "$pid"; then
		complain "Le processus $pid ne s’arrête pas : il est interrompu."
		kill -s KILL "$pid" 2>/dev/null || :
	fi
}
