#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# say.sh - what the scripts tell the person in front of them. To be sourced.

say() {
	printf '%s\n' "$*"
}

# A problem, on the error stream; several arguments are several lines.
complain() {
	printf '%s\n' "$@" >&2
}

# The end of a log, indented, on the error stream: complain_log FILE [LINES]
complain_log() {
	[ -r "$1" ] || return 0
	complain "  ${1} :"
	tail -n "${2:-20}" -- "$1" | sed 's/^/    /' >&2
}
