#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# modules.sh - packages of npm for a test, pinned in its package-lock.json. To be sourced, after say.sh.
#
#	modules_install FOLDER [COMMAND…]	into FOLDER/node_modules, by COMMAND when given (in_background of server.sh)
#
# Scripts of packages are not run. Nothing is asked of the registry when FOLDER has what its lock file names.

modules_install() {
	local folder=$1
	local wanted=$folder/package-lock.json done=$folder/node_modules/.installed-lock
	shift
	cmp -s -- "$wanted" "$done" && return 0
	if ! "$@" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error; then
		complain "npm could not install what $wanted names"
		return 1
	fi
	cp -- "$wanted" "$done"
}
