/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of doctor.h: each ill has its finding and its remedy, what cannot be seen is unknown, and nothing is sent. */
#include <sys/stat.h>

#include "../../src/app/doctor_private.h"
#include "../mail/dovecot.h"
#include "../mail/relay.h"
#include "../support/names.h"
#include "barometre/app/doctor.h"
#include "mail_world.h"

#define PLAN                                                                                     \
 "{\"window\":{\"days\":[1,2,3,4,5],\"from\":\"09:00\",\"to\":\"18:00\",\"holidays\":\"none\"}," \
 "\"plan\":[{\"kind\":\"invitation\",\"on\":\"2030-03-11\",\"notAfter\":\"2030-03-12\"}]}"

static const char *const fit_names[] = {
	"example.org MX 10 mx.example.org",
	"example.org TXT v=spf1 ip4:192.0.2.0/24 -all",
	"_dmarc.example.org TXT v=DMARC1; p=reject",
	"s1._domainkey.example.org TXT v=DKIM1; k=rsa; p=MIIB",
	"9.2.0.192.in-addr.arpa PTR out.example.org",
	"out.example.org A 192.0.2.9",
	NULL,
};

static char *tls_folder, *ca_file, *password_file;
static struct names names;
static struct config config;
static struct doctor_options options;
static char url[128], user[] = "u";

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static int begin(void **state)
{
	int status = mail_world_begin(state);

	tls_folder = temporary_folder();
	ca_file = x_printf("%s/relay.pem", tls_folder);
	password_file = x_printf("%s/password", tls_folder);
	names = names_start(fit_names);
	return status;
}

static int end(void **state)
{
	names_stop(&names);
	temporary_remove(tls_folder);
	free(tls_folder);
	free(ca_file);
	free(password_file);
	return mail_world_end(state);
}

/* Everything fit, but for a relay. */
static int fresh(void **state)
{
	(void)state;
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:1");
	write_text(password_file, "secret\n");
	config = config_of(world.conninfo, url);
	config.smtp_ca_file = ca_file;
	config.smtp_user = user;
	config.smtp_password_file = password_file;
	options = (struct doctor_options){.config = &config,
		.dkim_selector = "s1",
		.relay_address = "192.0.2.9",
		.name_server = names.server,
		.seconds = 2};
	make_draft(PLAN);
	run(world.owner, "UPDATE barometre.mail_gate SET held = NULL, held_since = NULL");
	return 0;
}

static struct doctor_report look(void)
{
	struct doctor_report report = {0};

	ok(doctor_examine(&options, &report, err));
	/* D2, D3 of every one of them. */
	for (size_t i = 0; i < report.count; i++) {
		assert_true(
			report.list[i].level == DOCTOR_GOOD || *report.list[i].remedy);
		assert_null(strstr(report.list[i].what, "secret"));
	}
	return report;
}

static void want(const struct doctor_report *report, const char *rule,
	enum doctor_level level, const char *words)
{
	SCOPED(buf_release) struct buf all = BUF_LIMIT(1 << 20);

	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->list[i].rule, rule) == 0 &&
			report->list[i].level == level &&
			strstr(report->list[i].what, words))
			return;
	doctor_write(report, &all);
	fail_msg("no %s of level %d with \"%s\" in:\n%s", rule, (int)level, words,
		buf_str(&all).p);
}

static void want_one(const char *rule, enum doctor_level level, const char *words)
{
	struct doctor_report report = look();

	want(&report, rule, level, words);
	doctor_report_release(&report);
}

static struct relay start_relay(bool tls, const char *login)
{
	const char *arguments[5] = {NULL};
	size_t n = 0;

	if (tls) {
		arguments[n++] = "--tls";
		arguments[n++] = tls_folder;
	}
	if (login) {
		arguments[n++] = "--auth";
		arguments[n++] = login;
	}
	struct relay relay = relay_start(arguments);

	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", relay.port);
	return relay;
}

static void stop_relay(struct relay *relay)
{
	relay_stop(relay);
	/* Whatever it was asked, nothing was sent, nor its beginning. */
	assert_int_equal(relay_saw(relay, "message"), 0);
	assert_int_equal(relay_saw(relay, "clear-mail"), 0);
	free(relay->events);
}

static void a_fit_installation_is_fit(void **state)
{
	struct relay relay = start_relay(true, "u:secret");
	struct doctor_report report = look();

	(void)state;
	want(&report, "relay", DOCTOR_GOOD, "relay.example");
	want(&report, "relay-tls", DOCTOR_GOOD, "vérifié");
	want(&report, "relay-login", DOCTOR_GOOD, "«\u202Fu\u202F»");
	/* relay.py makes certificates of two days. */
	want(&report, "relay-certificate", DOCTOR_WARNING, "expire");
	want(&report, "database", DOCTOR_GOOD, "");
	want(&report, "clock", DOCTOR_GOOD, "");
	want(&report, "keys", DOCTOR_GOOD, "");
	want(&report, "from-mx", DOCTOR_GOOD, "mx.example.org");
	want(&report, "spf", DOCTOR_GOOD, "192.0.2.9");
	want(&report, "dkim", DOCTOR_GOOD, "s1._domainkey");
	want(&report, "dmarc", DOCTOR_GOOD, "p=reject");
	want(&report, "ptr", DOCTOR_GOOD, "out.example.org");
	want(&report, "held", DOCTOR_GOOD, "");
	want(&report, "public-url", DOCTOR_GOOD, "permet le désabonnement en un clic");
	want(&report, "next", DOCTOR_GOOD, "lundi 11");
	want(&report, "mailer", DOCTOR_WARNING, "pas connecté");
	assert_int_equal(doctor_count(&report, DOCTOR_SEVERE), 0);
	doctor_report_release(&report);
	stop_relay(&relay);
}

static void an_untrusted_certificate_is_severe(void **state)
{
	struct relay relay = start_relay(true, "u:secret");
	char none[] = "";

	(void)state;
	config.smtp_ca_file = none;
	want_one("relay-certificate", DOCTOR_SEVERE, "certificat");
	config.smtp_ca_file = password_file;
	want_one("relay-certificate", DOCTOR_SEVERE, "smtp_ca_file");
	stop_relay(&relay);
}

static void a_refused_login_is_severe(void **state)
{
	struct relay relay = start_relay(true, "u:other");
	char none[] = "";

	(void)state;
	want_one("relay-login", DOCTOR_SEVERE, "535");
	stop_relay(&relay);
	relay = start_relay(true, NULL);
	want_one("relay-login", DOCTOR_SEVERE, "s’identifier (AUTH)");
	/* D1: nobody knows yet whether it takes mail of those who have no name. */
	config.smtp_user = none;
	want_one("relay-login", DOCTOR_UNKNOWN, "ne se voit qu’à l’envoi");
	stop_relay(&relay);
}

static void no_tls_is_severe(void **state)
{
	struct relay relay = start_relay(false, "u:secret");
	char none[] = "none";

	(void)state;
	want_one("relay-tls", DOCTOR_SEVERE, "STARTTLS");
	config.smtp_tls = none;
	want_one("relay-tls", DOCTOR_WARNING, "en clair");
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message"), 0);
	free(relay.events);
}

static void a_relay_that_is_down_or_mute_is_severe(void **state)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *address = (void *)&here;
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	usec_t began;

	(void)state;
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", free_port());
	want_one("relay", DOCTOR_SEVERE, "ne prend pas la connexion");
	want_one("relay", DOCTOR_SEVERE, "(smtp://127.0.0.1:");
	/* No name of DNS, so that nobody is asked: a label has 63 characters at most. */
	(void)snprintf(url, sizeof(url), "smtp://%064d.invalid:587", 0);
	want_one("relay", DOCTOR_SEVERE, "inconnu");
	assert_int_equal(bind(fd, address, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, address, &size), 0);
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", ntohs(here.sin_port));
	began = clock_monotonic();
	want_one("relay", DOCTOR_SEVERE, "ne répond pas");
	assert_true(clock_monotonic() - began < 10 * USEC_PER_SEC);
	(void)close(fd);
	url[0] = '\0';
	want_one("relay", DOCTOR_WARNING, "Aucun relais");
}

/* Domains of one name server, each with one ill or none. */
static const char *const ill_names[] = {
	"fail.org MX 10 mx.fail.org",
	"fail.org TXT v=spf1 ip4:203.0.113.1 -all",
	"soft.org TXT v=spf1 ~all",
	"include.org TXT v=spf1 include:a.net -all",
	"a.net TXT v=spf1 a:out.a.net/30 ?all",
	"out.a.net A 192.0.2.8",
	"mx.org TXT v=spf1 mx -all",
	"mx.org MX 10 mail.mx.org",
	"mail.mx.org A 192.0.2.9",
	"redirect.org TXT v=spf1 redirect=b.net",
	"b.net TXT v=spf1 ip4:192.0.2.9 -all",
	"macro.org TXT v=spf1 exists:%25{i}.a.net -all",
	"two.org TXT v=spf1 -all",
	"two.org TXT v=spf1 +all",
	"loop.org TXT v=spf1 include:loop.org -all",
	"word.org TXT v=spf1 nonsense -all",
	"none.org MX 10 mx.none.org",
	"empty.org TXT v=spf1 ip4:192.0.2.9 -all",
	"s1._domainkey.empty.org TXT v=DKIM1; p=",
	"null.org MX 0 .",
	"host.org A 192.0.2.1",
	"keys.org MX 10 mx.keys.org",
	"any._domainkey.keys.org TXT p=a",
	"retours.example.org MX 10 mx.example.org",
	"retours.fail.org TXT v=spf1 -all",
	"autre.net MX 10 mx.autre.net",
	"8.2.0.192.in-addr.arpa PTR out.example.org",
	"out.example.org A 192.0.2.10",
	"example.org MX 10 mx.example.org",
	NULL,
};

static void of_domain(
	const char *domain, const char *rule, enum doctor_level level, const char *words)
{
	char address[64];

	(void)snprintf(address, sizeof(address), "barometre@%s", domain);
	config.mail_from_address = address;
	want_one(rule, level, words);
}

static void what_the_world_is_told_is_read(void **state)
{
	struct names ill = names_start(ill_names);

	(void)state;
	options.name_server = ill.server;
	of_domain("fail.org", "spf", DOCTOR_SEVERE, "n’autorise pas");
	of_domain("soft.org", "spf", DOCTOR_WARNING, "n’autorise pas");
	of_domain("include.org", "spf", DOCTOR_GOOD, "peut envoyer");
	of_domain("mx.org", "spf", DOCTOR_GOOD, "peut envoyer");
	of_domain("redirect.org", "spf", DOCTOR_GOOD, "peut envoyer");
	of_domain("macro.org", "spf", DOCTOR_UNKNOWN, "exists");
	of_domain("two.org", "spf", DOCTOR_SEVERE, "fautif");
	of_domain("loop.org", "spf", DOCTOR_SEVERE, "fautif");
	of_domain("word.org", "spf", DOCTOR_SEVERE, "fautif");
	of_domain("none.org", "spf", DOCTOR_WARNING, "ne dit pas");
	of_domain("none.org", "alignment", DOCTOR_SEVERE, "ni SPF ni DKIM");
	of_domain("none.org", "dkim", DOCTOR_WARNING, "s1._domainkey");
	of_domain("empty.org", "dkim", DOCTOR_WARNING, "s1._domainkey");
	of_domain("none.org", "dmarc", DOCTOR_WARNING, "pas de règle");
	of_domain("null.org", "from-mx", DOCTOR_SEVERE, "aucun MX");
	of_domain("host.org", "from-mx", DOCTOR_WARNING, "pas de MX");
	of_domain("missing.org", "from-mx", DOCTOR_SEVERE, "n’existe pas");
	of_domain("none.org", "ptr", DOCTOR_WARNING, "pas de nom inverse");
	options.relay_address = "192.0.2.8";
	of_domain("none.org", "ptr", DOCTOR_WARNING, "ne ramène pas");
	options.relay_address = "10.0.0.1";
	of_domain("none.org", "ptr", DOCTOR_UNKNOWN, "pas connue");
	options.dkim_selector = NULL;
	of_domain("keys.org", "dkim", DOCTOR_UNKNOWN, "a des clés");
	of_domain("none.org", "dkim", DOCTOR_WARNING, "aucune clé");
	names_stop(&ill);
}

static void return_addresses_are_looked_at(void **state)
{
	char good[] = "retours@retours.example.org", bad[] = "r@retours.fail.org",
	     other[] = "r@autre.net", long_one[] = "retours-du-barometre@example.org";
	struct names ill = names_start(ill_names);
	SCOPED(free_char) char *maildir = x_printf("%s/box", tls_folder);
	SCOPED(free_char) char *fresh_mail = x_printf("%s/new", maildir);

	(void)state;
	assert_int_equal(mkdir(maildir, 0700), 0);
	assert_int_equal(mkdir(fresh_mail, 0700), 0);
	options.name_server = ill.server;
	want_one("bounce-address", DOCTOR_WARNING, "Aucune adresse de retour");
	config.bounce_address = good;
	want_one("bounce-address", DOCTOR_GOOD, "convient");
	want_one("bounce-mx", DOCTOR_GOOD, "retours.example.org");
	want_one("bounce-box", DOCTOR_UNKNOWN, "bounce_maildir");
	config.bounce_maildir = tls_folder;
	want_one("bounce-box", DOCTOR_WARNING, "/new");
	config.bounce_maildir = maildir;
	want_one("bounce-box", DOCTOR_GOOD, maildir);
	config.bounce_address = bad;
	want_one("spf", DOCTOR_SEVERE, "retours.fail.org");
	want_one("bounce-mx", DOCTOR_SEVERE, "ne reçoit pas");
	config.bounce_address = other;
	want_one("alignment", DOCTOR_WARNING, "même domaine");
	config.bounce_address = long_one;
	want_one("bounce-address", DOCTOR_SEVERE, "ne convient pas");
	names_stop(&ill);
}

/* The name, and what the remedy names. */
static void mailbox_is(const char *words, const char *remedy)
{
	struct doctor_report report = look();
	bool told = false;

	want(&report, "bounce-box", DOCTOR_WARNING, words);
	for (size_t i = 0; i < report.count; i++)
		told = told ||
			(strcmp(report.list[i].rule, "bounce-box") == 0 &&
				strstr(report.list[i].remedy, remedy));
	if (!told)
		fail_msg("no remedy of \"%s\" names %s", words, remedy);
	doctor_report_release(&report);
}

static void the_mailbox_of_bounces_is_opened(void **state)
{
	char address[] = "retours@retours.example.org", name[] = "retours",
	     http[] = "http://localhost/INBOX", nobody[] = "imap://nobody.invalid/INBOX";
	char *missing_file SCOPED(free_char) = x_printf("%s/none", tls_folder);

	(void)state;
	if (!start_dovecot()) {
		print_message("skipped: Dovecot is not installed\n");
		skip();
	}
	char *missing SCOPED(free_char) = x_printf("%s-none", dovecot.url);
	char *message SCOPED(free_char) = x_printf("%s/new/1.a", dovecot.box);
	options.seconds = 10;
	write_text(message, "Subject: a\r\n\r\nb\r\n");
	assert_int_equal(chmod(message, 0666), 0);
	config.bounce_address = address;
	config.bounce_imap_url = dovecot.url;
	config.bounce_imap_user = name;
	config.bounce_imap_password_file = password_file;
	config.bounce_imap_ca_file = dovecot.ca;
	want_one("bounce-box", DOCTOR_GOOD, "messages\u202F: 1 (rien n’y a été changé)");
	assert_int_equal(access(message, F_OK), 0);
	config.bounce_imap_url = dovecot.tls_url;
	want_one("bounce-box", DOCTOR_GOOD, "s’ouvre");
	config.bounce_imap_ca_file = config.smtp_user + 1; /* "" */
	mailbox_is("certificat", "bounce_imap_ca_file");
	config.bounce_imap_ca_file = dovecot.box;
	mailbox_is("bounce_imap_ca_file ne peut pas servir", "PEM");
	config.bounce_imap_ca_file = dovecot.ca;
	config.bounce_imap_url = missing;
	mailbox_is("n’ouvre pas cette boîte", "fin de bounce_imap_url");
	config.bounce_imap_url = http;
	mailbox_is("ne désigne pas une boîte", "imaps://");
	config.bounce_imap_url = nobody;
	mailbox_is("nom du serveur", "resolv.conf");
	config.bounce_imap_url = dovecot.url;
	write_text(password_file, "wrong\n");
	mailbox_is("refuse le nom ou le mot de passe", "bounce_imap_user");
	config.bounce_imap_password_file = missing_file;
	mailbox_is("ne peut pas être lu", "bounce_imap_password_file");
	config.bounce_imap_password_file = password_file;
	(void)kill(dovecot.pid, SIGTERM);
	(void)waitpid(dovecot.pid, NULL, 0);
	dovecot.pid = 0;
	mailbox_is("ne répond pas", "pare-feu");
}

/* D1 */
static void without_name_servers_nothing_is_severe(void **state)
{
	static const char *const mute[] = {"example.org SILENT", NULL};
	struct names quiet = names_start(mute);
	struct doctor_report report;

	(void)state;
	options.name_server = quiet.server;
	options.seconds = 1;
	report = look();
	want(&report, "from-mx", DOCTOR_UNKNOWN, "n’a pas répondu");
	want(&report, "spf", DOCTOR_UNKNOWN, "n’a pas répondu");
	want(&report, "dkim", DOCTOR_UNKNOWN, "n’a pas répondu");
	want(&report, "dmarc", DOCTOR_UNKNOWN, "n’a pas répondu");
	want(&report, "ptr", DOCTOR_UNKNOWN, "n’a pas répondu");
	for (size_t i = 0; i < report.count; i++)
		assert_true(report.list[i].group != DOCTOR_SENDER ||
			report.list[i].level != DOCTOR_SEVERE);
	doctor_report_release(&report);
	names_stop(&quiet);
}

static void what_waits_for_somebody_is_told(void **state)
{
	(void)state;
	add_people("patients", 4);
	run(world.owner,
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state)"
		" SELECT m.id, c.id, '" CODE
		"', 'invitation', 'unknown' FROM barometre.mailing m,"
		" (SELECT id FROM barometre.contact LIMIT 2) c;"
		"UPDATE barometre.mail_gate SET held = 'restored', held_since = now();"
		"UPDATE barometre.mailing SET paused = true, alarm = true");
	struct doctor_report report = look();

	want(&report, "held", DOCTOR_SEVERE, "restaurée");
	want(&report, "unknown", DOCTOR_WARNING, "2 courriel(s)");
	want(&report, "alarm", DOCTOR_SEVERE, "ne tombent pas juste");
	want(&report, "paused", DOCTOR_WARNING, "En pause");
	doctor_report_release(&report);
	run(world.owner, "UPDATE barometre.mailing SET paused = false, state = 'held'");
	want_one("late", DOCTOR_WARNING, "date limite");
}

/* From Monday 9 h to Tuesday 18 h there are 18 hours: 1,080 mails at one a minute. */
static void the_pace_is_counted(void **state)
{
	(void)state;
	config.mail_per_minute = 1;
	add_people("patients", 1000);
	want_one("next", DOCTOR_GOOD, "1000 courriels au plus, 16\u202Fh\u202F40");
	/* Nobody knows the domains of addresses that are sealed. */
	config.mail_domain_per_minute = 1;
	want_one("next", DOCTOR_GOOD, "davantage si beaucoup d’adresses");
	config.mail_domain_per_minute = 0;
	add_people("equipes", 200);
	want_one("pace", DOCTOR_SEVERE, "ne finira pas");
	config.mail_per_minute = 2;
	want_one("next", DOCTOR_GOOD, "1200 courriels au plus, 10\u202Fh\u202F00");
	run(world.owner,
		"UPDATE barometre.mailing SET due = '2020-01-01', not_after = '2020-01-02'");
	want_one("pace", DOCTOR_SEVERE, "Il ne reste pas de créneau");
}

static void keys_and_addresses_are_looked_at(void **state)
{
	char plain[] = "http://b.example.org";
	SCOPED(free_char) char *inside = x_printf("%s/password", folder);

	(void)state;
	config.public_url = plain;
	want_one("public-url", DOCTOR_WARNING, "https");
	assert_int_equal(chmod(folder, 0755), 0);
	want_one("keys", DOCTOR_SEVERE, "accès");
	assert_int_equal(chmod(folder, 0700), 0);
	write_text(inside, "secret");
	config.smtp_password_file = inside;
	want_one("confined", DOCTOR_WARNING, "smtp_password_file");
	config.bounce_imap_password_file = inside;
	config.bounce_imap_ca_file = inside;
	want_one("confined", DOCTOR_WARNING, "bounce_imap_password_file");
	want_one("confined", DOCTOR_WARNING, "bounce_imap_ca_file");
	assert_int_equal(unlink(inside), 0);
	want_one("password-file", DOCTOR_SEVERE, "ne peut pas être lu");
	want_one("bounce-address", DOCTOR_WARNING, "Aucune adresse de retour");
	config.smtp_password_file = password_file;
	config.bounce_imap_password_file = password_file;
	assert_int_equal(chmod(password_file, 0644), 0);
	want_one("password-file", DOCTOR_WARNING, "de smtp_password_file");
	want_one("password-file", DOCTOR_WARNING, "de bounce_imap_password_file");
	config.key_directory = password_file;
	want_one("keys", DOCTOR_SEVERE, "Not a directory");
	config.key_directory = folder;
	ok(keyring_destroy(folder, CODE ".campaign", err));
	want_one("edition-key", DOCTOR_SEVERE, CODE);
	struct key campaign = random_key();
	ok(keyring_put(folder, CODE ".campaign", &campaign, err));
}

static void of_guess(
	struct dns *dns, const char *rule, enum doctor_level level, const char *words)
{
	struct doctor_report report = {0};

	doctor_sender(&options, dns, "192.0.2.9", &report);
	want(&report, rule, level, words);
	for (size_t i = 0; i < report.count; i++)
		if (strcmp(report.list[i].rule, rule) == 0 && level == DOCTOR_UNKNOWN)
			assert_non_null(strstr(report.list[i].remedy, "--relay-address"));
	doctor_report_release(&report);
}

/* D1: mail is handed over to one address, and may reach the world from another. */
static void a_guessed_address_makes_nothing_severe(void **state)
{
	struct names ill = names_start(ill_names);
	char fails[] = "b@fail.org", soft[] = "b@soft.org", passes[] = "b@mx.org",
	     says_nothing[] = "b@none.org";
	struct dns *dns = NULL;

	(void)state;
	options.relay_address = NULL;
	ok((dns = dns_new(names.server, 2, err)) != NULL);
	of_guess(dns, "spf", DOCTOR_GOOD, "nous supposons");
	of_guess(dns, "ptr", DOCTOR_GOOD, "nous supposons");
	dns_free(dns);
	ok((dns = dns_new(ill.server, 2, err)) != NULL);
	config.mail_from_address = fails;
	of_guess(dns, "spf", DOCTOR_UNKNOWN, "192.0.2.9");
	of_guess(dns, "ptr", DOCTOR_UNKNOWN, "192.0.2.9");
	config.mail_from_address = soft;
	of_guess(dns, "spf", DOCTOR_UNKNOWN, "192.0.2.9");
	config.mail_from_address = passes;
	of_guess(dns, "ptr", DOCTOR_UNKNOWN, "n’a pas de nom inverse");
	config.mail_from_address = says_nothing;
	of_guess(dns, "ptr", DOCTOR_UNKNOWN, "n’a pas été jugé");
	dns_free(dns);
	names_stop(&ill);
}

/* Of any database, and only when no rehearsal is at work in it. */
static void what_a_rehearsal_left_is_named(void **state)
{
	static const char name[] = "barometre_rehearsal_1_left";
	SCOPED(free_char)
	char *conninfo = x_printf("%s dbname=%s", getenv("BAROMETRE_TEST_PG"), name);
	struct db *there = NULL;
	struct doctor_report report;

	(void)state;
	run(world.admin, "CREATE DATABASE barometre_rehearsal_1_left");
	report = look();
	want(&report, "rehearsal", DOCTOR_WARNING, name);
	for (size_t i = 0; i < report.count; i++)
		if (strcmp(report.list[i].rule, "rehearsal") == 0)
			assert_non_null(strstr(report.list[i].remedy,
				"DROP DATABASE \"barometre_rehearsal_1_left\";"));
	doctor_report_release(&report);
	ok((there = db_open(conninfo, NULL, err)) != NULL);
	report = look();
	for (size_t i = 0; i < report.count; i++)
		assert_string_not_equal(report.list[i].rule, "rehearsal");
	doctor_report_release(&report);
	db_close(there);
	run(world.admin, "DROP DATABASE barometre_rehearsal_1_left WITH (FORCE)");
}

static void stop_loop(void *arg, struct db_rows *rows, const struct err *why)
{
	(void)rows;
	assert_true(!why);
	loop_stop(arg);
}

static void the_mailer_is_seen_and_a_database_that_is_away(void **state)
{
	char away[] = "host=/nowhere dbname=none";
	struct db *bounce = open_as("barometre_mailer");
	struct doctor_report none = {0};
	struct loop *loop = loop_new();
	struct db_pool *mailer = db_pool_new(loop, world.conninfo, "barometre_mailer", 2);
	static const struct sql one = {"test", "SELECT 1"};

	(void)state;
	/* barometre bounce connects as the same role, and sends nothing. */
	want_one("mailer", DOCTOR_WARNING, "pas connecté");
	db_call(mailer, &one, NULL, 10 * USEC_PER_SEC, stop_loop, loop);
	loop_run(loop);
	want_one("mailer", DOCTOR_GOOD, "est là");
	db_pool_free(mailer);
	loop_free(loop);
	db_close(bounce);
	options.edition = "autre";
	refused(ERR_MISSING, doctor_examine(&options, &none, err));
	options.edition = CODE;
	config.database = away;
	want_one("database", DOCTOR_SEVERE, "ne répond pas");
}

static void the_two_faces_say_the_same(void **state)
{
	SCOPED(buf_release) struct buf json = BUF_LIMIT(1 << 20);
	struct doctor_report report = look();
	json_t *root;

	(void)state;
	doctor_json(&report, &json);
	root = json_loadb(buf_str(&json).p, json.n, 0, NULL);
	assert_non_null(root);
	assert_int_equal(
		json_array_size(json_object_get(root, "findings")), report.count);
	assert_int_equal(json_integer_value(json_object_get(root, "severe")),
		doctor_count(&report, DOCTOR_SEVERE));
	json_decref(root);
	doctor_report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_fit_installation_is_fit, fresh),
		cmocka_unit_test_setup(an_untrusted_certificate_is_severe, fresh),
		cmocka_unit_test_setup(a_refused_login_is_severe, fresh),
		cmocka_unit_test_setup(no_tls_is_severe, fresh),
		cmocka_unit_test_setup(a_relay_that_is_down_or_mute_is_severe, fresh),
		cmocka_unit_test_setup(what_the_world_is_told_is_read, fresh),
		cmocka_unit_test_setup(return_addresses_are_looked_at, fresh),
		cmocka_unit_test_setup_teardown(
			the_mailbox_of_bounces_is_opened, fresh, end_dovecot),
		cmocka_unit_test_setup(without_name_servers_nothing_is_severe, fresh),
		cmocka_unit_test_setup(what_waits_for_somebody_is_told, fresh),
		cmocka_unit_test_setup(the_pace_is_counted, fresh),
		cmocka_unit_test_setup(keys_and_addresses_are_looked_at, fresh),
		cmocka_unit_test_setup(a_guessed_address_makes_nothing_severe, fresh),
		cmocka_unit_test_setup(what_a_rehearsal_left_is_named, fresh),
		cmocka_unit_test_setup(
			the_mailer_is_seen_and_a_database_that_is_away, fresh),
		cmocka_unit_test_setup(the_two_faces_say_the_same, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
