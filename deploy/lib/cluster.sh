#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cluster.sh - a private PostgreSQL cluster in a folder. To be sourced, after say.sh and account.sh,
# and used only after account_name and account_choose.
#
#	cluster_start STATE	makes it if there is none, starts it unless it runs
#	cluster_stop STATE	stops it, however it was started; harmless when it is not running
#	cluster_psql ARG…	psql, as the owner, on the cluster started last
#	cluster_conninfo DB	how to connect to it, for libpq
#
# cluster_start sets CLUSTER_HOST (the folder of the socket), CLUSTER_PORT, CLUSTER_PID and CLUSTER_BIN.
#
# It listens on a Unix socket only, in a folder private to the account that runs it. Who may connect is
# decided by the account asking (peer): the one that runs the cluster and the one that started the script,
# as the owner or as one of the four roles of the program; nobody else, root's own superpowers apart.
# STATE/db is the data, STATE/run the socket, STATE/log/postgresql.log the log; where the data or the
# socket cannot be there, STATE/db-location or STATE/socket-location says where they are.
#
# Settings, before cluster_start: CLUSTER_TEMPORARY=1 is for a cluster that lives as long as one test run:
# any role name connects without question (the folder is private), and nothing is forced to disk unless
# CLUSTER_DURABLE=1.

CLUSTER_OWNER=barometre_owner
CLUSTER_ROLES=("$CLUSTER_OWNER" barometre_web barometre_staff barometre_keeper barometre_mailer)
CLUSTER_PORT=5432
CLUSTER_VERSION=15    # of Debian 12; a cluster already made keeps its own
CLUSTER_PATH_MAX=107  # bytes of a Unix socket's path, sun_path of unix(7) less its NUL
CLUSTER_START_SECONDS=60

# Whatever the person's own clients are set to must not lead here, nor from here to elsewhere.
unset "${!PG@}"

# cluster_find_programs DATA: sets CLUSTER_BIN to the programs of the version that wrote DATA.
cluster_find_programs() {
	local version=$CLUSTER_VERSION
	if as_account test -e "$1/PG_VERSION"; then
		version=$(as_account cat -- "$1/PG_VERSION")
	fi
	CLUSTER_BIN=/usr/lib/postgresql/$version/bin
	[ ! -x "$CLUSTER_BIN/postgres" ] || return 0
	complain "La base de données de $1 est au format de PostgreSQL $version, dont les programmes manquent." \
		"Installez postgresql-$version, ou déplacez ce dossier pour repartir d’une base vide."
	return 1
}

# cluster_private_folder FILE PARENT: prints the folder remembered in FILE, or makes one below PARENT
# and remembers it. A folder that is no longer there, or no longer the account's alone, is not used again.
cluster_private_folder() {
	local folder=
	[ ! -r "$1" ] || folder=$(<"$1")
	if [ -z "$folder" ] || [ -L "$folder" ] ||
		[ "$(stat -c '%U %a' -- "$folder" 2>/dev/null)" != "$ACCOUNT 700" ]; then
		folder=$(as_account mktemp -d --tmpdir="$2" --suffix=.barometre)
		printf '%s\n' "$folder" >"$1"
	fi
	printf '%s\n' "$folder"
}

# Sets CLUSTER_DATA, CLUSTER_HOST and CLUSTER_LOG from STATE.
cluster_locate() {
	local state=$1 socket
	# Also where the account cannot go and cannot be made to.
	if ! account_reaches "$state" || [ -e "$state/db-location" ]; then
		CLUSTER_DATA=$(cluster_private_folder "$state/db-location" /var/tmp)/db
		CLUSTER_HOST=$(dirname -- "$CLUSTER_DATA")/run
	else
		CLUSTER_DATA=$state/db
		CLUSTER_HOST=$state/run
	fi
	socket=$CLUSTER_HOST/.s.PGSQL.$CLUSTER_PORT
	if [ "$(printf %s "$socket" | LC_ALL=C wc -c)" -gt "$CLUSTER_PATH_MAX" ]; then
		CLUSTER_HOST=$(cluster_private_folder "$state/socket-location" /tmp)
	fi
	CLUSTER_LOG=$state/log/postgresql.log
}

# Makes the cluster aside and moves it into place, so that an interrupted initdb leaves nothing half made.
cluster_make() {
	local fresh=$CLUSTER_DATA.new sync=()
	[ -z "${CLUSTER_TEMPORARY:-}" ] || sync=(--no-sync)
	as_account rm -rf -- "$fresh"
	# From /: initdb wants to be somewhere it can read.
	if ! (cd / && as_account "$CLUSTER_BIN/initdb" -D "$fresh" -U "$CLUSTER_OWNER" --auth-local=peer \
		--auth-host=reject -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=fr-FR \
		--data-checksums --no-instructions "${sync[@]}" >>"$CLUSTER_LOG" 2>&1); then
		complain "PostgreSQL n’a pas pu créer sa base de données."
		complain_log "$CLUSTER_LOG"
		return 1
	fi
	as_account mv -T -- "$fresh" "$CLUSTER_DATA"
}

cluster_settings() {
	cat <<-'END'
		listen_addresses = ''
		unix_socket_permissions = 0700
		max_connections = 100
		timezone = 'UTC'
		jit = off
		# An answer must not reach a log by way of an error message, nor outlive its row in a file.
		log_statement = none
		log_min_duration_statement = -1
		log_error_verbosity = terse
		log_min_error_statement = panic
		log_parameter_max_length = 0
		log_parameter_max_length_on_error = 0
		log_line_prefix = '%m [%p] '
		track_commit_timestamp = off
		wal_recycle = off
		min_wal_size = '32MB'
		shared_preload_libraries = ''
		password_encryption = 'scram-sha-256'
		full_page_writes = on
		synchronous_commit = on
	END
	[ -n "${CLUSTER_TEMPORARY:-}" ] && [ -z "${CLUSTER_DURABLE:-}" ] || return 0
	printf '%s\n' 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off'
}

cluster_hba() {
	local roles
	if [ -n "${CLUSTER_TEMPORARY:-}" ]; then
		printf '%s\n' 'local all all trust' 'local replication all trust'
		return 0
	fi
	roles=$(IFS=, && printf %s "${CLUSTER_ROLES[*]}")
	printf '%s\n' "local all $roles peer map=barometre"
}

cluster_ident() {
	local person role
	for person in "$ACCOUNT" "$(id -un)"; do
		for role in "${CLUSTER_ROLES[@]}"; do
			printf 'barometre "%s" %s\n' "$person" "$role"
		done
	done | sort -u
}

# The settings are written at every start: who starts the script may have changed.
cluster_configure() {
	cluster_settings | as_account tee -- "$CLUSTER_DATA/barometre.conf" >/dev/null
	cluster_hba | as_account tee -- "$CLUSTER_DATA/pg_hba.conf" >/dev/null
	cluster_ident | as_account tee -- "$CLUSTER_DATA/pg_ident.conf" >/dev/null
	if ! as_account grep -q "^include 'barometre.conf'" "$CLUSTER_DATA/postgresql.conf"; then
		printf '%s\n' "include 'barometre.conf'" |
			as_account tee -a -- "$CLUSTER_DATA/postgresql.conf" >/dev/null
	fi
}

# Prints the process id of the postmaster that runs on CLUSTER_DATA; fails when there is none.
# The number in postmaster.pid may by now be another program's, as happens in containers.
cluster_running() {
	local pid words
	pid=$(as_account head -n 1 -- "$CLUSTER_DATA/postmaster.pid" 2>/dev/null) || return 1
	[[ $pid =~ ^[0-9]+$ ]] && is_alive "$pid" || return 1
	words=$(tr '\0' '\n' <"/proc/$pid/cmdline") 2>/dev/null || return 1
	grep -qxF -- "$CLUSTER_DATA" <<<"$words" || return 1
	printf '%s\n' "$pid"
}

# Waits until the cluster accepts connections; fails when the process ends first, or takes too long.
cluster_await() {
	local tenths=$((CLUSTER_START_SECONDS * 10))
	until "$CLUSTER_BIN/pg_isready" -q -h "$CLUSTER_HOST" -p "$CLUSTER_PORT"; do
		is_alive "$CLUSTER_PID" && [ $((tenths -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

cluster_start() {
	local state=$1
	account_owns "$state" "$state/log" || return 1
	cluster_locate "$state"
	account_owns "$CLUSTER_HOST" || return 1
	touch -- "$CLUSTER_LOG"
	cluster_find_programs "$CLUSTER_DATA" || return 1
	if ! as_account test -e "$CLUSTER_DATA/PG_VERSION"; then
		cluster_make || return 1
	fi
	if ! CLUSTER_PID=$(cluster_running); then
		as_account rm -f -- "$CLUSTER_DATA/postmaster.pid"
		cluster_configure
		ACCOUNT_DEATH_SIGNAL=INT account_spawn "$CLUSTER_LOG" \
			"$CLUSTER_BIN/postgres" -D "$CLUSTER_DATA" -k "$CLUSTER_HOST" -p "$CLUSTER_PORT"
		CLUSTER_PID=$ACCOUNT_SPAWNED
	fi
	if ! cluster_await; then
		complain "PostgreSQL n’a pas démarré."
		complain_log "$CLUSTER_LOG"
		cluster_stop "$state"
		return 1
	fi
}

# SIGINT is PostgreSQL's fast stop: sessions end, everything is written, no recovery at the next start.
cluster_stop() {
	local pid
	[ -n "${CLUSTER_DATA:-}" ] || cluster_locate "$1"
	if pid=$(cluster_running); then
		stop_process "$pid" INT 60
	elif [ -n "${CLUSTER_PID:-}" ] && is_alive "$CLUSTER_PID"; then
		stop_process "$CLUSTER_PID" INT 60 # started a moment ago, without its pid file yet
	fi
	CLUSTER_PID=
	# A folder made only for the socket is empty now; the next start makes another.
	[ ! -e "$1/socket-location" ] || rmdir -- "$CLUSTER_HOST" 2>/dev/null || :
}

# cluster_conninfo DATABASE: the connection string, without a user.
cluster_conninfo() {
	local host=$CLUSTER_HOST
	[[ $host != *[[:space:]]* ]] || host="'$host'"
	printf '%s\n' "host=$host port=$CLUSTER_PORT dbname=$1"
}

cluster_psql() {
	"$CLUSTER_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
		-h "$CLUSTER_HOST" -p "$CLUSTER_PORT" -U "$CLUSTER_OWNER" "$@"
}

# cluster_database NAME: makes the database if there is none.
cluster_database() {
	local there
	there=$(cluster_psql -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")
	[ -n "$there" ] || cluster_psql -d postgres -c "CREATE DATABASE \"$1\""
}
