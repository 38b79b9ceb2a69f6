#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh - what every bench begins and ends with. To be sourced. Sets `here`, this folder, and `top`; sources say.sh,
# account.sh and server.sh.
#
#	bench_arguments NAME WORD…	[--short] [PROGRAM]: sets `short` and `program`, or says how NAME is called and ends
#	bench_sizes NAME SIZE…		ends in the same way unless they are numbers
#	bench_release			builds the program of build/release
#	bench_program			makes `program` a whole path; without one it is that of build/release, built now
#	bench_begin SECONDS		makes the folder `state`; at the end it is gone, and what still runs is stopped (a command that
#					is waited for within SECONDS). Unless `finished` is set the last line then says that it failed
#	bench_tools FOLDER [TARGET]	builds the programs of this folder, or one of them, in $state/tools with the layers in FOLDER
#	bench_account			becomes able to run things as the account of the database, which gets $state
#	bench_nginx PORT		an nginx that serves $state/www: one worker, files ready compressed, nothing logged; sets nginx_pid

here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
top=$(cd -- "$here/../.." && pwd -P)
# shellcheck source=deploy/lib/say.sh
source "$top/deploy/lib/say.sh"
# shellcheck source=deploy/lib/account.sh
source "$top/deploy/lib/account.sh"
# shellcheck source=tests/support/server.sh
source "$top/tests/support/server.sh"

program=${BAROMETRE_PROGRAM:-}
short=()
state=
finished=
nginx_pid=
SERVER_PID=

bench_arguments() {
	local name=$1
	shift
	if [ "${1:-}" = --short ]; then
		# shellcheck disable=SC2034 # for whoever sources this
		short=(--short)
		shift
	fi
	program=${1:-$program}
	if [ $# -gt 1 ] || { [ -n "$program" ] && [ ! -x "$program" ]; }; then
		complain "usage: tests/bench/$name [--short] [PROGRAM]    (or BAROMETRE_PROGRAM; « $program » is not a program)"
		exit 64
	fi
}

bench_sizes() {
	local name=$1 size
	shift
	for size; do
		[[ $size =~ ^[1-9][0-9]*$ ]] || { complain "usage: tests/bench/$name"; exit 64; }
	done
}

bench_release() {
	(cd -- "$top" && cmake --preset release >/dev/null &&
		cmake --build --preset release --parallel "$(nproc)" --target barometre >/dev/null)
}

bench_program() {
	if [ -z "$program" ]; then
		say "building build/release"
		bench_release
		program=$top/build/release/barometre
	fi
	program=$(readlink -f -- "$program")
}

bench_end() {
	local status=$?
	trap - EXIT
	trap '' INT TERM HUP
	[ -z "$WORK_PID" ] || stop_process "$WORK_PID" TERM "$bench_patience"
	[ -z "$nginx_pid" ] || stop_process "$nginx_pid" TERM 10
	[ -z "$SERVER_PID" ] || stop_process "$SERVER_PID" TERM 30
	if [ -n "${BAROMETRE_BENCH_KEEP:-}" ]; then
		mkdir -p -- "$BAROMETRE_BENCH_KEEP"
		cp -- "$state"/*.log "$state"/figures.json "$BAROMETRE_BENCH_KEEP/" 2>/dev/null || :
	fi
	rm -rf -- "$state"
	[ -n "$finished" ] || say "0 passed, 1 failed"
	exit "$status"
}

bench_begin() {
	bench_patience=$1
	state=$(mktemp -d --tmpdir --suffix=.barometre-bench)
	trap bench_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

bench_tools() {
	if ! in_background cmake -S "$here" -B "$state/tools" -DBAROMETRE_BUILD="$1" >"$state/tools.log" 2>&1 ||
		! in_background cmake --build "$state/tools" --parallel "$(nproc)" ${2:+--target "$2"} >>"$state/tools.log" 2>&1; then
		complain_log "$state/tools.log" 30
		return 1
	fi
}

bench_account() {
	account_name "$state"
	account_owns "$state"
	account_choose "$state" || { complain "bench: $ACCOUNT cannot reach $state"; exit 1; }
}

# Root lets the account of the database run it.
bench_nginx() {
	mkdir -- "$state/www" "$state/nginx"
	account_owns "$state/nginx"
	chmod 755 -- "$state/www"
	sed -e "s|@FOLDER@|$state/nginx|g" -e "s|@ROOT@|$state/www|" -e "s|@PORT@|$1|" "$here/nginx.conf" >"$state/nginx/nginx.conf"
	account_spawn "$state/nginx.log" nginx -e "$state/nginx.log" -c "$state/nginx/nginx.conf"
	nginx_pid=$ACCOUNT_SPAWNED
}
