#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# server.sh - a database, a configuration and a running program, for one test. To be sourced, after say.sh and
# account.sh, with the cluster's superuser in BAROMETRE_TEST_PG (tests/support/with-cluster).
#
#	free_ports N			prints N ports that nobody has now
#	in_background COMMAND…		so that a signal is heard; its status is returned; WORK_PID while it runs
#	server_database NAME		makes the database, sets SERVER_DATABASE to its connection string without user
#	server_config FOLDER PUBLIC STAFF [LINE…]
#					writes FOLDER/barometre.conf and makes FOLDER/keys; LINE… are added
#	server_start PROGRAM FOLDER	migrates and serves; sets SERVER_PID; the log is FOLDER/serve.log
#	server_settled FOLDER		waits until both sites have loaded the last change of the editions: to do so they end and begin
#					again, which a connection that is kept would notice

WORK_PID=

free_ports() {
	/usr/bin/python3 "$(dirname -- "${BASH_SOURCE[0]}")/free_ports.py" "$1"
}

in_background() {
	local status=0
	env --default-signal=INT,QUIT "$@" &
	WORK_PID=$!
	wait "$WORK_PID" || status=$?
	WORK_PID=
	return "$status"
}

server_database() {
	local part
	psql -q -X -d "$BAROMETRE_TEST_PG" -v ON_ERROR_STOP=1 -c "CREATE DATABASE $1"
	# The program adds the user of each duty itself.
	SERVER_DATABASE=
	for part in $BAROMETRE_TEST_PG; do
		case $part in
		host=* | port=*) SERVER_DATABASE+="$part " ;;
		esac
	done
	SERVER_DATABASE+=dbname=$1
}

server_config() {
	local folder=$1 public=$2 staff=$3
	shift 3
	mkdir -m 700 -- "$folder/keys"
	{
		cat <<-END_OF_CONFIG
			database = "$SERVER_DATABASE"
			key_directory = "$folder/keys"
			public_listen = "127.0.0.1:$public"
			staff_listen = "127.0.0.1:$staff"
			public_url = "http://127.0.0.1:$public"
			staff_url = "http://127.0.0.1:$staff"
			web_workers = 1
			mail_from_name = "Baromètre du Partenariat en Santé"
			mail_from_address = "barometre@example.org"
			organisation = "Centre Opérationnel du Partenariat en Santé"
			contact_address = "contact@example.org"
		END_OF_CONFIG
		printf '%s\n' "$@"
	} >"$folder/barometre.conf"
}

server_start() {
	in_background "$1" -c "$2/barometre.conf" migrate
	env --default-signal=INT,QUIT "$1" -c "$2/barometre.conf" serve </dev/null >"$2/serve.log" 2>&1 &
	# shellcheck disable=SC2034 # read by the callers
	SERVER_PID=$!
}

server_settled() {
	local revision duty tenths=300
	revision=$(psql -q -X -At -d "$BAROMETRE_TEST_PG $SERVER_DATABASE" -c 'SELECT coalesce(sum(revision), 0) FROM barometre.edition')
	for duty in web staff; do
		until grep -q "process=$duty event=duty.ready revision=$revision\$" "$1/serve.log"; do
			if [ $((tenths -= 1)) -le 0 ]; then
				complain "the process « $duty » has not loaded revision $revision of the editions"
				return 1
			fi
			sleep 0.1
		done
	done
}
