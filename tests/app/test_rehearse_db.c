/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of rehearse.h: the days as the plan says them, on a copy that is gone afterwards, and nothing of the edition changed. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "../../src/app/rehearse_private.h"
#include "../../src/app/rehearse_sink.h"
#include "mail_world.h"

#define WINDOW \
 "{\"days\":[1,2,3,4,5],\"from\":\"09:00\",\"to\":\"18:00\",\"holidays\":\"fr\"}"
#define PLAN                                                                         \
 "{\"window\":" WINDOW ",\"plan\":[{\"kind\":\"invitation\",\"on\":\"2030-03-09\"}," \
 "{\"kind\":\"relance1\",\"on\":\"2030-03-25\"},"                                    \
 "{\"kind\":\"relance2\",\"on\":\"2030-04-22\",\"notAfter\":\"2030-04-26\"}]}"

static char *out;
static struct rehearse_options options;
static struct config config;

static int begin(void **state)
{
	int status = mail_world_begin(state);
	static char nowhere[] = "smtp://relay.invalid:587";

	out = temporary_folder();
	config = config_of(world.conninfo, nowhere);
	return status;
}

static int end(void **state)
{
	temporary_remove(out);
	free(out);
	return mail_world_end(state);
}

static int fresh(void **state)
{
	(void)state;
	options = (struct rehearse_options){
		.config = &config, .edition = CODE, .seed = 1};
	config.mail_per_minute = 30;
	return 0;
}

/* To be freed. */
static char *play(bool wanted_fits)
{
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	bool fits = !wanted_fits;

	ok(rehearse(&options, &report, &fits, err));
	if (fits != wanted_fits)
		fail_msg("%s", buf_str(&report).p);
	return buf_take(&report);
}

static void has(const char *report, const char *words)
{
	if (!strstr(report, words))
		fail_msg("\"%s\" is not in: %s", words, report);
}

static void has_not(const char *report, const char *words)
{
	if (strstr(report, words))
		fail_msg("\"%s\" is in: %s", words, report);
}

static int64_t copies(void)
{
	return number(world.owner,
		"SELECT count(*) AS n FROM pg_database WHERE datname LIKE 'barometre\\_rehearsal\\_' ||"
		" (SELECT oid FROM pg_database WHERE datname = current_database()) || '\\_%'");
}

/* Everything that a rehearsal could have changed. */
static char *state_of_the_edition(void)
{
	return text_of(world.owner,
		"SELECT md5((SELECT string_agg(c::text, '' ORDER BY c.id) FROM barometre.contact c)"
		" || (SELECT string_agg(v::text, '' ORDER BY v.id) FROM barometre.invitation v)"
		" || (SELECT string_agg(m::text, '' ORDER BY m.id) FROM barometre.mailing m)"
		" || (SELECT count(*) FROM barometre.delivery) || (SELECT e::text FROM barometre.edition e)"
		" || (SELECT g::text FROM barometre.mail_gate g)) AS t");
}

static void make_people(void)
{
	make_draft(PLAN);
	add_people("patients", 40);
	add_people("equipes", 20);
	run(world.owner,
		"UPDATE barometre.contact SET objected = true WHERE id IN (SELECT id FROM barometre.contact WHERE audience = 'patients' LIMIT 3);"
		"UPDATE barometre.contact SET bounced = '550 5.1.1' WHERE id IN"
		" (SELECT id FROM barometre.contact WHERE audience = 'equipes' LIMIT 2)");
}

static void each_day_is_told_and_nothing_is_touched(void **state)
{
	(void)state;
	make_people();
	char *before SCOPED(free_char) = state_of_the_edition();
	char *report SCOPED(free_char) = play(true);
	char *after SCOPED(free_char) = state_of_the_edition();

	/* Planned for a Saturday: the window opens on Monday; 55 at 30 a minute. */
	has(report, "lundi 11\u00A0mars 2030\n");
	has(report,
		"invitation, patients\u202F: 37, de 9\u202Fh\u202F00 à 9\u202Fh\u202F01\n");
	has(report, "invitation, equipes\u202F: 18, de");
	has(report, "lundi 25\u00A0mars 2030\n");
	has(report, "relance 1, patients\u202F: 37");
	/* Easter Monday 2030 is 22 April: nobody is written to on a holiday. */
	has_not(report, "lundi 22\u00A0avril");
	has(report, "mardi 23\u00A0avril 2030\n");
	has(report,
		"55 à écrire\u202F; laissés de côté\u202F: ne veut plus recevoir de message, 3\u202F; adresse en erreur, 2\n");
	has(report, "En tout\u202F: 165 courriels");
	assert_string_equal(before, after);
	assert_int_equal(copies(), 0);
}

static void those_who_answer_are_not_reminded(void **state)
{
	(void)state;
	make_people();
	options.answers_percent = 30;
	char *report SCOPED(free_char) = play(true);
	char *again SCOPED(free_char) = play(true);

	has(report, "a déjà répondu");
	has_not(report, "En tout\u202F: 165 courriels");
	has_not(report, " 0 réponses");
	assert_string_equal(report, again);
	options.seed = 2;
	char *other SCOPED(free_char) = play(true);
	assert_string_not_equal(report, other);
}

static void mails_are_written_to_be_read(void **state)
{
	SCOPED(free_char) char *path = x_printf("%s/01-invitation-patients.eml", out);
	char text[1 << 16];
	size_t count = 0;
	int fd;
	ssize_t n;

	(void)state;
	make_people();
	options.out = out;
	options.days = 30;
	char *report SCOPED(free_char) = play(true);
	DIR *dir = opendir(out);

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		count += e->d_name[0] != '.';
	(void)closedir(dir);
	/* Two mailings within thirty days, two audiences. */
	assert_int_equal(count, 4);
	has(report, "4 courriels d’exemple");
	has_not(report, "relance 2,");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	has(text, "@rehearsal.invalid");
	has(text, "List-Unsubscribe:");
}

/* Two mailings with one letter, to other people of the same audience: both are to be read. */
static void mailings_with_one_letter_are_two(void **state)
{
	SCOPED(free_char) char *folder_of_two = x_printf("%s/two", out);
	char *names[4] = {NULL};
	size_t count = 0;

	(void)state;
	make_draft("{\"window\":" WINDOW ",\"plan\":[]}");
	add_people("patients", 6);
	add_people("equipes", 2);
	run(world.owner,
		"UPDATE barometre.contact SET department = CASE WHEN id IN"
		" (SELECT id FROM barometre.contact WHERE audience = 'patients' LIMIT 3) THEN '31' ELSE '32' END;"
		"INSERT INTO barometre.mailing (id, edition, kind, title, departments, received, due, not_after)"
		" SELECT gen_random_uuid(), '" CODE
		"', 'targeted', 'Le ' || d, ARRAY[d], 'anything', '2030-03-11', '2030-03-30'"
		" FROM unnest('{31,32}'::text[]) d");
	options.out = folder_of_two;
	options.days = 20;
	char *report SCOPED(free_char) = play(true);
	DIR *dir = opendir(folder_of_two);

	assert_non_null(dir);
	for (struct dirent *e; count < COUNT_OF(names) && (e = readdir(dir));)
		if (e->d_name[0] != '.')
			names[count++] = x_strdup(e->d_name);
	(void)closedir(dir);
	/* Of 31 the patients, of 32 both. */
	assert_int_equal(count, 3);
	has(report, "3 courriels d’exemple");
	for (size_t i = 0; i < count; i++) {
		has(names[i], "-targeted-");
		free(names[i]);
	}
}

static void what_does_not_fit_is_said(void **state)
{
	(void)state;
	make_draft(
		"{\"window\":{\"days\":[1],\"from\":\"09:00\",\"to\":\"09:10\"},"
		"\"plan\":[{\"kind\":\"invitation\",\"on\":\"2030-03-11\",\"notAfter\":\"2030-03-11\"}]}");
	add_people("patients", 30);
	config.mail_per_minute = 2;
	config.mail_domain_per_minute = 1;
	char *report SCOPED(free_char) = play(false);

	config.mail_domain_per_minute = 0;
	has(report, "n’est pas jouée");
	has(report,
		"invitation, patients\u202F: 20, de 9\u202Fh\u202F00 à 9\u202Fh\u202F09\n");
	has(report, "N’est pas allé à son terme\n  invitation\u202F: retenu");
	has(report, "à envoyer, 10\n");
	assert_int_equal(copies(), 0);
}

/* From where it stands: those who had the invitation are reminded, who never had one is not. */
static void an_open_edition_goes_on(void **state)
{
	(void)state;
	make_people();
	run(world.owner,
		"UPDATE barometre.edition SET state = 'open', count_key = trustee_key, opens = '2020-01-01', closes = '2036-01-01';"
		"DELETE FROM barometre.mailing WHERE kind = 'relance2';"
		"UPDATE barometre.mailing SET state = 'finished', due = '2020-01-02', not_after = '2036-01-01' WHERE kind = 'invitation';"
		"UPDATE barometre.mailing SET due = '2020-01-03', not_after = '2036-01-01' WHERE kind = 'relance1';"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, code, queue_id, attempt, done_at)"
		" SELECT m.id, c.id, '" CODE
		"', 'invitation', 'sent', 250, 'queued as rehearsal-0', 1, now()"
		" FROM barometre.mailing m, (SELECT id FROM barometre.contact WHERE audience = 'equipes' AND bounced IS NULL LIMIT 7) c"
		" WHERE m.kind = 'invitation'");
	options.days = 10;
	char *report SCOPED(free_char) = play(true);

	has(report, "relance 1, equipes\u202F: 7");
	has_not(report, "relance 1, patients\u202F:");
	has(report, "En tout\u202F: 7 courriels");
}

static void without_the_right_a_database_is_named(void **state)
{
	SCOPED(free_char) char *given = x_printf("%s_given", world.name);
	SCOPED(free_char)
	char *make = x_printf(
		"CREATE ROLE %s_o LOGIN IN ROLE barometre_owner", world.name);
	SCOPED(free_char)
	char *make_database = x_printf(
		"CREATE DATABASE %s OWNER %s_o", given, world.name);
	SCOPED(free_char) char *drop_database = x_printf("DROP DATABASE %s", given);
	SCOPED(free_char) char *drop = x_printf("DROP ROLE %s_o", world.name);
	SCOPED(free_char) char *role = x_printf("%s_o", world.name);
	SCOPED(free_char)
	char *conninfo = x_printf("%s dbname=%s", getenv("BAROMETRE_TEST_PG"), given);
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	struct config weak = config;
	struct err why = {0};
	bool fits = false;

	(void)state;
	make_people();
	run(world.admin, make);
	weak.owner_role = role;
	options.config = &weak;
	options.days = 10;
	assert_false(rehearse(&options, &report, &fits, &why));
	assert_int_equal(why.code, ERR_DENIED);
	has(why.text, "CREATEDB");
	has(why.text, "--database");
	run(world.admin, make_database);
	options.database = conninfo;
	ok(rehearse(&options, &report, &fits, err));
	has(buf_str(&report).p, "En tout\u202F: 55 courriels");
	struct db *there = NULL;
	ok((there = db_open(conninfo, NULL, err)) != NULL);
	assert_int_equal(
		number(there,
			"SELECT count(*) AS n FROM pg_namespace WHERE nspname = 'barometre'"),
		0);
	db_close(there);
	/* Never into a database that is in use. */
	options.database = world.conninfo;
	options.config = &config;
	refused(ERR_CONFLICT, rehearse(&options, &report, &fits, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.contact"), 60);
	run(world.admin, drop_database);
	run(world.admin, drop);
}

static void what_a_killed_one_left_is_removed(void **state)
{
	SCOPED(free_char)
	char *make = text_of(world.owner,
		"SELECT 'CREATE DATABASE barometre_rehearsal_' || oid || '_left' AS t FROM pg_database WHERE datname = current_database()");

	(void)state;
	make_people();
	run(world.admin, make);
	assert_int_equal(copies(), 1);
	options.days = 10;
	char *report SCOPED(free_char) = play(true);
	assert_int_equal(copies(), 0);
	has(report, "En tout\u202F: 55 courriels");
}

/* Of a database that is long gone, too; but not one that somebody is at work in. */
static void what_others_left_is_removed(void **state)
{
	SCOPED(free_char)
	char *conninfo = x_printf(
		"%s dbname=barometre_rehearsal_2_busy", getenv("BAROMETRE_TEST_PG"));
	struct db *there = NULL;

	(void)state;
	make_people();
	run(world.admin, "CREATE DATABASE barometre_rehearsal_1_left");
	run(world.admin, "CREATE DATABASE barometre_rehearsal_2_busy");
	ok((there = db_open(conninfo, NULL, err)) != NULL);
	options.days = 10;
	char *report SCOPED(free_char) = play(true);
	has(report, "En tout\u202F: 55 courriels");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM pg_database WHERE datname = 'barometre_rehearsal_1_left'"),
		0);
	assert_int_equal(number(there, "SELECT 1 AS n"), 1);
	db_close(there);
	run(world.admin, "DROP DATABASE barometre_rehearsal_2_busy WITH (FORCE)");
}

static void wait_until(struct db *db, const char *question)
{
	const struct timespec moment = {0, 20000000};

	for (int i = 0; i < 1000; i++) {
		if (number(db, question) > 0)
			return;
		(void)nanosleep(&moment, NULL);
	}
	fail_msg("waited in vain for: %s", question);
}

#define OF_THIS_DATABASE \
 "database = (SELECT oid FROM pg_database WHERE datname = current_database())"

/* A rehearsal in a process of its own is given a signal while it waits for the first contacts; its status, as waitpid says it. */
static int interrupted(int signo)
{
	struct db *lock = open_as(NULL);
	int status = 0;
	pid_t pid;

	run(lock, "BEGIN; LOCK TABLE barometre.contact");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
		struct err why = {0};
		bool fits = false, done = rehearse(&options, &report, &fits, &why);

		_exit(done ? 0 : err_exit_status(why.code));
	}
	wait_until(world.owner,
		"SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND relation = 'barometre.contact'::regclass"
		" AND " OF_THIS_DATABASE);
	if (!options.database)
		assert_int_equal(copies(), 1);
	assert_int_equal(kill(pid, signo), 0);
	run(lock, "ROLLBACK");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	db_close(lock);
	wait_until(world.owner,
		"SELECT (count(*) = 0)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND " OF_THIS_DATABASE);
	return status;
}

static void a_signal_ends_it_with_its_copy(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	make_people();
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		int status = interrupted(signals[i]);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), err_exit_status(ERR_CONFLICT));
		assert_int_equal(copies(), 0);
	}
}

static void stop_now(usec_t now, int64_t sent, const char *zone)
{
	(void)now;
	(void)sent;
	(void)zone;
	assert_int_equal(raise(SIGTERM), 0);
}

/* While it plays; then signals are again what they were. */
static void a_signal_in_the_play_is_heard(void **state)
{
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	struct sigaction after;
	bool fits = false;

	(void)state;
	make_people();
	options.progress = stop_now;
	refused(ERR_CONFLICT, rehearse(&options, &report, &fits, err));
	assert_int_equal(copies(), 0);
	assert_int_equal(sigaction(SIGTERM, NULL, &after), 0);
	assert_true(after.sa_handler == SIG_DFL);
}

static void a_given_database_is_left_empty_or_the_remedy_is_said(void **state)
{
	SCOPED(free_char) char *given = x_printf("%s_given", world.name);
	SCOPED(free_char) char *make = x_printf("CREATE DATABASE %s", given);
	SCOPED(free_char) char *drop = x_printf("DROP DATABASE %s WITH (FORCE)", given);
	SCOPED(free_char)
	char *conninfo = x_printf("%s dbname=%s", getenv("BAROMETRE_TEST_PG"), given);
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	struct err why = {0};
	struct db *there = NULL;
	bool fits = false;

	(void)state;
	make_people();
	run(world.admin, make);
	ok((there = db_open(conninfo, NULL, err)) != NULL);
	options.database = conninfo;
	options.days = 10;
	assert_true(WIFEXITED(interrupted(SIGTERM)));
	assert_int_equal(
		number(there,
			"SELECT count(*) AS n FROM pg_namespace WHERE nspname = 'barometre'"),
		0);
	assert_true(WIFSIGNALED(interrupted(SIGKILL)));
	assert_false(rehearse(&options, &report, &fits, &why));
	assert_int_equal(why.code, ERR_CONFLICT);
	has(why.text, "DROP SCHEMA barometre CASCADE");
	run(there, "DROP SCHEMA barometre CASCADE");
	ok(rehearse(&options, &report, &fits, err));
	db_close(there);
	run(world.admin, drop);
}

/* What the sink answers, its first digits. */
static int told(int fd, const char *line)
{
	char reply[256];
	ssize_t n;

	if (line)
		assert_int_equal(
			send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	n = recv(fd, reply, sizeof(reply) - 1, 0);
	assert_true(n >= 3);
	reply[n] = '\0';
	return (reply[0] - '0') * 100 + (reply[1] - '0') * 10 + reply[2] - '0';
}

/* Whatever listens on a port of this machine is found by others on it. */
static void strangers_are_refused_and_not_counted(void **state)
{
	static const char *const strangers[] = {"a@b.example",
		"patients@" REHEARSAL_DOMAIN, "patients.3@" REHEARSAL_DOMAIN,
		"patients.x@" REHEARSAL_DOMAIN, "../x.1@" REHEARSAL_DOMAIN, "",
		"patients.1@" REHEARSAL_DOMAIN ".org"};
	static char name[] = "patients";
	struct edition_audience audience = {.audience = name};
	const struct edition edition = {.audiences = &audience, .audience_count = 1};
	struct rehearsal r = {
		.options = &options, .edition = &edition, .contact_count = 3};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr *address = (void *)&to;
	struct rehearsal_mailbox *mailbox = mailbox_new(&r);
	struct sink *sink = NULL;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	ok((sink = sink_start(mailbox_knows, mailbox_take, mailbox, err)) != NULL);
	to.sin_port = htons((uint16_t)sink_port(sink));
	assert_int_equal(connect(fd, address, sizeof(to)), 0);
	assert_int_equal(told(fd, NULL), 220);
	assert_int_equal(told(fd, "MAIL FROM:<a@b.example>\r\n"), 250);
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		SCOPED(free_char)
		char *line = x_printf("RCPT TO:<%s>\r\n", strangers[i]);

		assert_int_equal(told(fd, line), 550);
	}
	assert_int_equal(told(fd, "RCPT\r\n"), 550);
	assert_int_equal(told(fd, "DATA\r\n"), 503);
	assert_int_equal(mailbox_count(mailbox), 0);
	assert_int_equal(told(fd, "RCPT TO:<patients.2@" REHEARSAL_DOMAIN ">\r\n"), 250);
	assert_int_equal(told(fd, "DATA\r\n"), 354);
	assert_int_equal(told(fd, "Subject: x\r\n\r\nx\r\n.\r\n"), 250);
	assert_int_equal(mailbox_count(mailbox), 1);
	/* A next message needs its own recipient. */
	assert_int_equal(told(fd, "DATA\r\n"), 503);
	(void)close(fd);
	sink_stop(sink);
	mailbox_free(mailbox);
}

static void one_at_a_time(void **state)
{
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	struct db *other = open_as(NULL);
	bool fits = false;

	(void)state;
	make_people();
	run(other, "SELECT pg_advisory_lock(hashtext('barometre.rehearsal'))");
	refused(ERR_BUSY, rehearse(&options, &report, &fits, err));
	db_close(other);
	assert_int_equal(copies(), 0);
}

static void only_what_is_still_to_be_played(void **state)
{
	SCOPED(buf_release) struct buf report = BUF_LIMIT(1 << 20);
	bool fits = false;

	(void)state;
	make_people();
	options.edition = "autre";
	refused(ERR_MISSING, rehearse(&options, &report, &fits, err));
	options.edition = CODE;
	run(world.owner,
		"UPDATE barometre.edition SET state = 'closed', count_key = trustee_key");
	refused(ERR_CONFLICT, rehearse(&options, &report, &fits, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_day_is_told_and_nothing_is_touched, fresh),
		cmocka_unit_test_setup(those_who_answer_are_not_reminded, fresh),
		cmocka_unit_test_setup(mails_are_written_to_be_read, fresh),
		cmocka_unit_test_setup(mailings_with_one_letter_are_two, fresh),
		cmocka_unit_test_setup(what_does_not_fit_is_said, fresh),
		cmocka_unit_test_setup(an_open_edition_goes_on, fresh),
		cmocka_unit_test_setup(without_the_right_a_database_is_named, fresh),
		cmocka_unit_test_setup(what_a_killed_one_left_is_removed, fresh),
		cmocka_unit_test_setup(what_others_left_is_removed, fresh),
		cmocka_unit_test_setup(a_signal_ends_it_with_its_copy, fresh),
		cmocka_unit_test_setup(a_signal_in_the_play_is_heard, fresh),
		cmocka_unit_test_setup(
			a_given_database_is_left_empty_or_the_remedy_is_said, fresh),
		cmocka_unit_test_setup(strangers_are_refused_and_not_counted, fresh),
		cmocka_unit_test_setup(one_at_a_time, fresh),
		cmocka_unit_test_setup(only_what_is_still_to_be_played, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
