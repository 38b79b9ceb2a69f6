#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh - the Debian 12 packages each command needs, and how they come. To be sourced, after say.sh.
#
#	packages_ensure build run		the demo
#	packages_ensure build run test		the tests
#
# Nothing is asked of apt, and no index is fetched, when all of them are there.

PACKAGES_BUILD=(
	build-essential cmake pkg-config
	libevent-dev libpq-dev libsodium-dev libjansson-dev libcurl4-openssl-dev libgmime-3.0-dev
	libctemplate-dev libconfuse-dev libicu-dev
	libxlsxwriter-dev libxml2-dev libminizip-dev # the exports
	zlib1g-dev # what a client takes compressed
	node-llhttp # Node's HTTP parser: its C sources, compiled into the program
	brotli gzip # static files are compressed while building
)
PACKAGES_RUN=(
	postgresql-15 postgresql-client-15
	python3 openssl tzdata
)
PACKAGES_TEST=(
	clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
	libcmocka-dev valgrind shellcheck
	libglpk-dev # solves published tables for what they hide (tests/privacy/test_attack.c)
	chromium
	default-jre-headless # the Nu HTML checker of the end-to-end tests
	nginx-light wrk # what the bench compares with, and with what
	caddy # the other proxy of deploy/proxy
	postfix # a real relay, real bounces, smtp-sink and smtp-source; its own service stays off
	dovecot-imapd # a real mailbox of returned mail
	libxml2-utils libreoffice-calc-nogui r-base-core locales # readers of the exports (tests/readers); R reads the API too
	curl # the commands of deploy/ANALYST.md
)

# Prints the names of the groups given, one a line. Node is taken from PATH when it is recent enough:
# Debian's packages conflict with those of nodesource.
packages_of() {
	local group major
	for group in "$@"; do
		case $group in
		build) printf '%s\n' "${PACKAGES_BUILD[@]}" ;;
		run) printf '%s\n' "${PACKAGES_RUN[@]}" ;;
		test)
			printf '%s\n' "${PACKAGES_TEST[@]}"
			major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
			[ "$major" -ge 18 ] || printf '%s\n' nodejs
			command -v npm >/dev/null || printf '%s\n' npm
			;;
		*)
			complain "packages: unknown group '$group'"
			return 2
			;;
		esac
	done
}

# Prints those of the groups given that are not installed.
packages_missing() {
	local -A present=()
	local name status
	while read -r name status; do
		[ "$status" != installed ] || present[$name]=1
	done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null)
	while read -r name; do
		[ -n "${present[$name]:-}" ] || printf '%s\n' "$name"
	done < <(packages_of "$@")
}

# Sets PACKAGES_AS_ROOT to the prefix that makes a command run as root; fails when there is none.
packages_find_root() {
	PACKAGES_AS_ROOT=()
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || return 1
	PACKAGES_AS_ROOT=(sudo)
	if sudo -n true 2>/dev/null; then
		PACKAGES_AS_ROOT=(sudo -n)
		return 0
	fi
	# Only a person can type a password.
	[ -t 0 ] && [ -t 2 ] && sudo -v
}

packages_explain() {
	local line="apt-get update && apt-get install --no-install-recommends $*"
	complain \
		"" \
		"Il manque des paquets Debian, et ni root ni sudo ne permettent de les installer ici." \
		"Demandez à la personne qui administre cette machine de lancer :" \
		"" \
		"    $line" \
		"" \
		"Debian packages are missing, and neither root nor sudo can install them here." \
		"Ask whoever administers this machine to run the line above." \
		""
}

# The program run as root by packages_ensure: packages in the arguments.
#
# The packages must not start services of their own on this machine, nor create a PostgreSQL cluster:
# what is theirs to decide is decided by a drop-in and a policy that exist only during the installation.
# Both are left alone where the machine already has one.
# shellcheck disable=SC2016 # expanded by the shell that runs it
PACKAGES_INSTALLER='
set -eu
dropin=/etc/postgresql-common/createcluster.d/barometre-install.conf
policy=/usr/sbin/policy-rc.d
made_dropin= made_policy=
tidy() {
	[ -z "$made_dropin" ] || rm -f "$dropin"
	[ -z "$made_policy" ] || rm -f "$policy"
}
trap tidy EXIT
trap "exit 130" INT
trap "exit 143" TERM HUP
if [ ! -e "$dropin" ]; then
	mkdir -p "${dropin%/*}"
	printf "create_main_cluster = false\n" > "$dropin"
	made_dropin=1
fi
if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
	printf "#!/bin/sh\nexit 101\n" > "$policy"
	chmod 755 "$policy"
	made_policy=1
fi
# Their own services stay off, at the next boot too: the tests start these programs themselves.
had=" "
for name in nginx caddy postfix dovecot-core; do
	[ "$(dpkg-query -W -f "\${db:Status-Status}" "$name" 2>/dev/null || :)" != installed ] || had="$had$name "
done
# No mail server of this machine comes out of it: the tests have configurations of their own.
if [ "${had#* postfix }" = "$had" ]; then
	printf "postfix postfix/main_mailer_type select No configuration\n" | debconf-set-selections
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 -q update
apt-get -o DPkg::Lock::Timeout=300 -q -y --no-install-recommends install "$@"
if command -v systemctl >/dev/null; then
	for name in nginx caddy postfix dovecot-core; do
		if [ "${had#* $name }" = "$had" ] && [ -e "/lib/systemd/system/${name%-core}.service" ]; then
			systemctl disable "${name%-core}.service" >/dev/null 2>&1 || :
		fi
	done
fi
'

# Debian has one mail server at a time: prints another one that Postfix would put out.
packages_other_mail_server() {
	dpkg-query -W -f '${Package} ${db:Status-Status} ${Provides}\n' 2>/dev/null |
		awk '$2 == "installed" && $1 != "postfix" && / mail-transport-agent/ { print $1; exit }'
}

# Installs what is missing of the groups given.
packages_ensure() {
	local missing other
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		complain "Ce programme s’installe sur Debian 12. / This needs Debian 12." \
			"Paquets nécessaires / packages needed: $(packages_of "$@" | tr '\n' ' ')"
		return 1
	fi
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	other=$(packages_other_mail_server)
	if [ -n "$other" ] && [[ " ${missing[*]} " == *" postfix "* ]]; then
		complain "Les tests ont besoin de Postfix, et cette machine a un autre serveur de courriel ($other), qu’il remplacerait :" \
			"lancez-les sur une autre machine, ou retirez-le d’abord." \
			"The tests need Postfix, which would put out the mail server of this machine ($other):" \
			"run them on another one, or remove it first."
		return 1
	fi
	if ! packages_find_root; then
		packages_explain "${missing[@]}"
		return 1
	fi
	say "Installation de ${#missing[@]} paquet(s) Debian : ${missing[*]}"
	# As its own process, so that its traps are its own; sudo keeps it in this terminal.
	if ! "${PACKAGES_AS_ROOT[@]}" sh -c "$PACKAGES_INSTALLER" sh "${missing[@]}"; then
		complain "L’installation des paquets a échoué ; le message d’apt est ci-dessus." \
			"Installing the packages failed; apt's message is above."
		return 1
	fi
}
