/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of privacy_check.h: what harms anonymity is found, what does not is left alone, and each remedy works. */
#include <sys/stat.h>

#include "../store/support.h"
#include "../support/temporary.h"
#include "barometre/app/keyring.h"
#include "barometre/app/privacy_check.h"

#define CODE "essai"
#define QUESTION(type, name, title, more) \
 "{\"type\":\"" type "\",\"name\":\"" name "\",\"title\":\"" title "\"," more "}"
#define YES_NO \
 "\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},{\"value\":\"non\",\"text\":\"Non\"}]"
#define OPINION                           \
 QUESTION("radiogroup", "choix", "Choix", \
	 YES_NO ",\"barometre\":{\"role\":\"opinion\",\"short\":\"Choix\"}")

static const struct form_case {
	const char *name, *questions, *rule;
	enum privacy_level level;
} bad_forms[] = {
	{"an address among the answers",
		"," QUESTION("text", "mel", "Votre courriel",
			"\"inputType\":\"email\",\"barometre\":{\"role\":\"text\",\"short\":\"Courriel\"}"),
		"identifying-question", PRIVACY_SEVERE},
	{"a name in a comment",
		"," QUESTION("comment", "qui", "Indiquez votre prénom",
			"\"barometre\":{\"role\":\"text\",\"short\":\"Qui\"}"),
		"identifying-question", PRIVACY_WARNING},
	{"a date of birth",
		"," QUESTION("text", "ne", "Jour",
			"\"inputType\":\"date\",\"barometre\":{\"role\":\"segment\",\"short\":\"Jour\"}"),
		"exact-date", PRIVACY_SEVERE},
	{"an exact age",
		"," QUESTION("text", "age", "Âge",
			"\"inputType\":\"number\",\"min\":18,\"max\":110,\"barometre\":{\"role\":\"segment\",\"short\":\"Âge\"}"),
		"exact-number", PRIVACY_NOTE},
};

static struct editions editions;
static const char *crossings = "";

/* A draft of one questionnaire with its contacts, nothing in it to find but what is given. */
static const struct edition *make(const char *questions, bool open_link)
{
	SCOPED(free_char)
	char *source = x_printf(
		"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\","
		"\"barometre\":{\"audience\":\"patients\",\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,"
		"\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],\"crossings\":[%s],\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},"
		"\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":[" OPINION
		"%s]}]}",
		crossings, questions);
	static const struct sql add = {"test",
		"WITH f AS (INSERT INTO barometre.form VALUES ($1, 'patients', $2)),"
		" e AS (INSERT INTO barometre.edition (code, title, zone, opens, closes, min_base, min_cell,"
		" count_partials, trustee_key, mail) VALUES ('" CODE
		"', 'Essai', 'Europe/Paris', '2026-01-01', '2036-01-01',"
		" 11, 5, true, decode(repeat('02', 32), 'hex'), '{}'))"
		" INSERT INTO barometre.edition_audience VALUES ('" CODE
		"', 'patients', $1, $3, '{}', 0)"};
	SCOPED(form_drop) struct form *form = NULL;
	struct db_params params = {0};

	ok((form = form_parse(str_of(source), "essai.json", err)) != NULL);
	run(world.owner,
		"DELETE FROM barometre.journal; DELETE FROM barometre.contact;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	db_text_z(&params, form->hash);
	db_text_z(&params, source);
	db_bool(&params, open_link);
	ok(db_run(world.owner, &add, &params, NULL, err));
	editions_release(&editions);
	ok(editions_load(world.owner, &editions, err));
	return editions_find(&editions, STR(CODE));
}

static void add_contacts(int n, const char *department, const char *type)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash, department, type)"
		" SELECT '" CODE
		"', gen_random_uuid(), 'patients', '\\x00', sha256(gen_random_uuid()::text::bytea),"
		" sha256(gen_random_uuid()::text::bytea), $2, $3 FROM generate_series(1, $1::integer)"};
	struct db_params params = {0};

	db_i64(&params, n);
	db_text_z(&params, department);
	db_text_z(&params, type);
	ok(db_run(world.owner, &add, &params, NULL, err));
}

static struct privacy_findings check_with(
	struct db *db, const struct edition *edition, const struct config *config)
{
	struct privacy_findings found = {0};

	ok(privacy_check(db, edition, config, &found, err));
	return found;
}

static struct privacy_findings check(const struct edition *edition)
{
	return check_with(world.owner, edition, NULL);
}

/* The first of its kind that holds these words; NULL when there is none. */
static const struct privacy_finding *find(
	const struct privacy_findings *found, const char *rule, const char *words)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->list[i].rule, rule) == 0 &&
			strstr(found->list[i].what, words))
			return &found->list[i];
	return NULL;
}

static void want(const struct privacy_findings *found, const char *rule,
	const char *words, enum privacy_level level)
{
	const struct privacy_finding *f = find(found, rule, words);

	if (!f)
		fail_msg("no finding %s with \"%s\"", rule, words);
	assert_int_equal(f->level, level);
}

static void contact_lists_are_weighed(void **state)
{
	SCOPED(privacy_findings_release) struct privacy_findings empty = {0};
	SCOPED(privacy_findings_release) struct privacy_findings large = {0};
	SCOPED(privacy_findings_release) struct privacy_findings open = {0};
	const struct edition *edition = make("", false);

	(void)state;
	add_contacts(10, "", "");
	empty = check(edition);
	want(&empty, "small-audience", "Patients", PRIVACY_SEVERE);
	add_contacts(1, "", "");
	large = check(edition);
	assert_null(find(&large, "small-audience", ""));
	assert_null(find(&large, "small-groups", ""));
	edition = make("", true);
	open = check(edition);
	assert_null(find(&open, "small-audience", ""));
	want(&open, "open-link-only", "Patients", PRIVACY_NOTE);
}

static void small_crossings_are_counted(void **state)
{
	SCOPED(privacy_findings_release) struct privacy_findings found = {0};
	const struct edition *edition = make(
		"," QUESTION("comment", "avis", "Avis",
			"\"barometre\":{\"role\":\"text\",\"short\":\"Avis\"}"),
		false);

	(void)state;
	add_contacts(20, "31", "chu");
	add_contacts(7, "31", "clinique");
	add_contacts(3, "09", "chu");
	run(world.owner,
		"UPDATE barometre.contact SET objected = true WHERE id = (SELECT min(id::text)::uuid FROM barometre.contact"
		" WHERE department = '09')");
	found = check(edition);
	/* 31: 27, 09: 2; chu: 22, clinique: 7; crossed: 20, 7, 2. */
	want(&found, "small-groups",
		"départements, 1 sur 2 (moins de 5 personnes : 1, soit en tout 2 contacts)",
		PRIVACY_WARNING);
	want(&found, "small-groups", "types, 1 sur 2 ; ", PRIVACY_WARNING);
	want(&found, "small-groups",
		"les types, 2 sur 3 (moins de 5 personnes : 1, soit en tout 2 contacts).",
		PRIVACY_WARNING);
	want(&found, "free-text", "Patients", PRIVACY_WARNING);
}

/* Contacts of whom only the type is known, and types few people have. */
static void texts_of_few_are_found_without_departments(void **state)
{
	SCOPED(privacy_findings_release) struct privacy_findings found = {0};
	const struct edition *edition = make(
		"," QUESTION("comment", "avis", "Avis",
			"\"barometre\":{\"role\":\"text\",\"short\":\"Avis\"}"),
		false);

	(void)state;
	add_contacts(20, "", "chu");
	add_contacts(2, "", "clinique");
	found = check(edition);
	want(&found, "free-text", "moins de 5 personnes : 1.", PRIVACY_WARNING);
}

static void questions_that_tell_who_answers_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_forms); i++) {
		SCOPED(privacy_findings_release) struct privacy_findings found = {0};
		const struct edition *edition = make(bad_forms[i].questions, true);

		found = check(edition);
		if (!find(&found, bad_forms[i].rule, ""))
			fail_msg("%s: not found", bad_forms[i].name);
		want(&found, bad_forms[i].rule, "", bad_forms[i].level);
	}
	SCOPED(privacy_findings_release) struct privacy_findings good = {0};
	good = check(make("", true));
	assert_null(find(&good, "identifying-question", ""));
	assert_null(find(&good, "many-profiles", ""));
}

static void crossings_with_health_are_found(void **state)
{
	static const char questions[] = "," QUESTION("radiogroup", "malade", "Malade",
		YES_NO ",\"barometre\":{\"sensitive\":true,\"short\":\"Malade\"}");
	SCOPED(privacy_findings_release) struct privacy_findings found = {0};
	SCOPED(privacy_findings_release) struct privacy_findings good = {0};

	(void)state;
	crossings = "\"choix\"";
	good = check(make(questions, true));
	crossings = "\"choix\",\"malade\"";
	found = check(make(questions, true));
	crossings = "";
	assert_null(find(&good, "sensitive-crossing", ""));
	want(&found, "sensitive-crossing", "malade", PRIVACY_WARNING);
}

static void too_many_profiles_are_counted(void **state)
{
	SCOPED(privacy_findings_release) struct privacy_findings few = {0};
	SCOPED(privacy_findings_release) struct privacy_findings enough = {0};
	const struct edition *edition = make(
		"," QUESTION("radiogroup", "a", "A",
			YES_NO
			",\"barometre\":{\"role\":\"segment\",\"short\":\"A\"}") "," QUESTION("radiogroup",
			"b", "B",
			YES_NO ",\"barometre\":{\"role\":\"segment\",\"short\":\"B\"}"),
		false);

	(void)state;
	add_contacts(19, "", "");
	few = check(edition);
	want(&few, "many-profiles", "4 pour 19 contacts", PRIVACY_WARNING);
	add_contacts(1, "", "");
	enough = check(edition);
	assert_null(find(&enough, "many-profiles", ""));
}

/* What stands in the remedy can be pasted, and then there is nothing to find any more. */
static void paste_remedy(
	const struct edition *edition, const char *rule, const char *words)
{
	SCOPED(privacy_findings_release) struct privacy_findings found = check(edition);
	SCOPED(privacy_findings_release) struct privacy_findings mended = {0};
	const struct privacy_finding *f = find(&found, rule, words);

	if (!f)
		fail_msg("no finding %s with \"%s\"", rule, words);
	run(world.owner, f->remedy);
	mended = check(edition);
	if (find(&mended, rule, words))
		fail_msg("%s is still there after: %s", rule, f->remedy);
}

static void overrides_are_found_and_their_remedy_works(void **state)
{
	const struct edition *edition = make("", true);
	SCOPED(free_char)
	char *for_database = x_printf(
		"ALTER DATABASE %s SET log_statement = 'mod';"
		"ALTER ROLE barometre_web IN DATABASE %s SET log_min_duration_statement = '250ms';"
		"ALTER ROLE barometre_keeper IN DATABASE %s SET synchronous_commit = 'false';"
		"ALTER ROLE barometre_mailer IN DATABASE %s SET log_min_duration_sample = '-1';"
		"ALTER ROLE barometre_mailer IN DATABASE %s SET debug_print_plan = 'no'",
		world.name, world.name, world.name, world.name, world.name);

	(void)state;
	run(world.owner, for_database);
	{
		SCOPED(privacy_findings_release)
		struct privacy_findings found = check(edition);

		want(&found, "log-statement", "mod", PRIVACY_SEVERE);
		want(&found, "log-duration", "barometre_web", PRIVACY_SEVERE);
		want(&found, "synchronous-commit", "barometre_keeper", PRIVACY_SEVERE);
		assert_null(find(&found, "log-duration", "barometre_mailer"));
		assert_null(find(&found, "debug-print", ""));
	}
	{
		/* A session that has been given the value says it once, with the same remedy. */
		struct db *later SCOPED(db_drop) = open_as(NULL);
		SCOPED(privacy_findings_release)
		struct privacy_findings found = check_with(later, edition, NULL);
		size_t said = 0;

		for (size_t i = 0; i < found.count; i++)
			said += strcmp(found.list[i].rule, "log-statement") == 0;
		assert_int_equal(said, 1);
	}
	paste_remedy(edition, "log-statement", "mod");
	paste_remedy(edition, "log-duration", "barometre_web");
	paste_remedy(edition, "synchronous-commit", "barometre_keeper");
}

/* The server as it is: found exactly when pg_settings says so. */
static void settings_of_the_server_are_judged(void **state)
{
	static const struct {
		const char *setting, *rule, *good;
	} all[] = {{"fsync", "fsync", "on"},
		{"full_page_writes", "full-page-writes", "on"},
		{"log_error_verbosity", "log-verbosity", "terse"},
		{"log_parameter_max_length_on_error", "log-parameters-on-error", "0"},
		{"wal_recycle", "wal-recycle", "off"},
		{"track_commit_timestamp", "commit-timestamp", "off"}};
	const struct edition *edition = make("", true);
	SCOPED(privacy_findings_release) struct privacy_findings found = check(edition);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		SCOPED(free_char)
		char *query = x_printf(
			"SELECT setting AS t FROM pg_settings WHERE name = '%s'",
			all[i].setting);
		SCOPED(free_char) char *value = text_of(world.owner, query);
		bool is_good = strcmp(value, all[i].good) == 0;

		if ((find(&found, all[i].rule, all[i].setting) == NULL) != is_good)
			fail_msg("%s = %s", all[i].setting, value);
	}
	/* And what this session is given is what is judged. */
	run(world.owner, "SET log_statement = 'all'");
	SCOPED(privacy_findings_release) struct privacy_findings worse = check(edition);
	run(world.owner, "RESET log_statement");
	want(&worse, "log-statement", "all", PRIVACY_SEVERE);
	assert_null(find(&found, "log-statement", ""));
}

static void strange_objects_are_found(void **state)
{
	const struct edition *edition = make("", true);
	SCOPED(privacy_findings_release) struct privacy_findings before = check(edition);

	(void)state;
	assert_null(find(&before, "trigger", ""));
	assert_null(find(&before, "strong-role", ""));
	assert_null(find(&before, "extra-role", "curieux"));
	/* Seen inside the transaction that made them; roles are of the whole cluster, and other tests use it. */
	ok(db_begin(world.owner, err));
	run(world.owner,
		"CREATE FUNCTION barometre.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
		"CREATE TRIGGER spy AFTER INSERT ON barometre.urn FOR EACH ROW EXECUTE FUNCTION barometre.spy();"
		"CREATE RULE copy AS ON INSERT TO barometre.draft DO ALSO NOTHING;"
		"CREATE PUBLICATION everything FOR TABLE barometre.urn;"
		"CREATE ROLE curieux; GRANT USAGE ON SCHEMA barometre TO curieux;"
		"CREATE ROLE heritier; GRANT pg_read_all_data TO heritier;"
		"GRANT pg_read_all_data TO barometre_staff");
	SCOPED(privacy_findings_release) struct privacy_findings found = check(edition);
	db_rollback(world.owner);
	want(&found, "trigger", "urn.spy", PRIVACY_SEVERE);
	want(&found, "trigger", "draft.copy", PRIVACY_SEVERE);
	want(&found, "replication", "everything", PRIVACY_WARNING);
	want(&found, "extra-role", "curieux", PRIVACY_WARNING);
	want(&found, "extra-role", "heritier", PRIVACY_WARNING);
	want(&found, "strong-role", "barometre_staff", PRIVACY_SEVERE);
	assert_null(find(&found, "strong-role", "barometre_web"));
}

static void what_cannot_be_seen_is_said_to_be_unchecked(void **state)
{
	const struct edition *edition = make("", true);
	struct config config = {.public_url = (char *)(uintptr_t) "http://127.0.0.1",
		.staff_url = (char *)(uintptr_t) "https://x",
		.public_listen = (char *)(uintptr_t) "127.0.0.1:1",
		.staff_listen = (char *)(uintptr_t) "127.0.0.1:2",
		.smtp_url = (char *)(uintptr_t) "",
		.smtp_tls = (char *)(uintptr_t) "required",
		.key_directory = (char *)(uintptr_t) "/nowhere/keys"};
	SCOPED(privacy_findings_release) struct privacy_findings seen = {0};

	(void)state;
	seen = check_with(world.owner, edition, &config);
	assert_null(find(&seen, "setting-unseen", ""));
	want(&seen, "key-folder-unseen", "/nowhere/keys", PRIVACY_NOTE);
	ok(db_begin(world.owner, err));
	run(world.owner,
		"CREATE ROLE modeste; GRANT USAGE ON SCHEMA barometre TO modeste;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA barometre TO modeste; SET LOCAL ROLE modeste");
	SCOPED(privacy_findings_release)
	struct privacy_findings found = check_with(world.owner, edition, &config);
	db_rollback(world.owner);
	want(&found, "setting-unseen", "shared_preload_libraries", PRIVACY_NOTE);
	want(&found, "setting-unseen", "data_directory", PRIVACY_NOTE);
	/* One line a setting, and the command is for whoever may give the right. */
	size_t said = 0;
	for (size_t i = 0; i < found.count; i++)
		said += strstr(found.list[i].what, "shared_preload_libraries") != NULL;
	assert_int_equal(said, 1);
	assert_non_null(strstr(find(&found, "setting-unseen", "data_directory")->remedy,
		"GRANT pg_read_all_settings TO \"modeste\";"));
}

static void the_program_is_looked_at(void **state)
{
	SCOPED(free_char)
	char *data = text_of(world.owner,
		"SELECT setting AS t FROM pg_settings WHERE name = 'data_directory'");
	SCOPED(free_char) char *inside = x_printf("%s/keys", data);
	SCOPED(free_char) char *beside = x_printf("%s-keys", data);
	char *folder = temporary_folder();
	const struct edition *edition = make("", true);
	struct config config = {
		.public_url = (char *)(uintptr_t) "http://enquete.example.org",
		.staff_url = (char *)(uintptr_t) "http://localhost:8081",
		.public_listen = (char *)(uintptr_t) "0.0.0.0:80",
		.staff_listen = (char *)(uintptr_t) "[::1]:2",
		.smtp_url = (char *)(uintptr_t) "smtp://relais.example.org:25",
		.smtp_tls = (char *)(uintptr_t) "none",
		.key_directory = folder};
	SCOPED(privacy_findings_release) struct privacy_findings bad = {0};
	SCOPED(privacy_findings_release) struct privacy_findings in = {0};
	SCOPED(privacy_findings_release) struct privacy_findings out = {0};
	SCOPED(privacy_findings_release) struct privacy_findings all = {0};
	static const char *const who[] = {
		"web.database", "staff.database", "keeper.database", "mailer.database"};
	/* A name that begins like this machine's is another's. */
	static const struct {
		const char *url;
		bool here;
	} hosts[] = {{"smtp://127.8.9.1:25", true}, {"smtp://LOCALHOST", true},
		{"smtps://[::1]:465", true}, {"smtp://localhost.example.org:25", false},
		{"smtp://127.0.0.1.example.org", false}, {"smtp://1.127.0.0:25", false},
		{"smtp://[::1234]:25", false}, {"smtp://localhosts/127.0.0.1", false}};

	(void)state;
	assert_int_equal(chmod(folder, 0755), 0);
	bad = check_with(world.owner, edition, &config);
	assert_int_equal(chmod(folder, 0700), 0);
	want(&bad, "no-https", "public_url", PRIVACY_SEVERE);
	assert_null(find(&bad, "no-https", "staff_url"));
	want(&bad, "open-port", "public_listen", PRIVACY_WARNING);
	assert_null(find(&bad, "open-port", "staff_listen"));
	want(&bad, "smtp-clear", "smtp_tls", PRIVACY_WARNING);
	want(&bad, "key-folder-open", folder, PRIVACY_SEVERE);
	assert_null(find(&bad, "low-base", ""));
	want(&bad, "server-key", "", PRIVACY_NOTE);
	want(&bad, "shared-login", "", PRIVACY_WARNING);
	config.public_url = (char *)(uintptr_t) "https://enquete.example.org";
	config.smtp_url = (char *)(uintptr_t) "smtp://127.0.0.1:25";
	config.key_directory = inside;
	in = check_with(world.owner, edition, &config);
	want(&in, "keys-in-database", inside, PRIVACY_SEVERE);
	assert_null(find(&in, "no-https", ""));
	assert_null(find(&in, "smtp-clear", ""));
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		SCOPED(privacy_findings_release) struct privacy_findings seen = {0};

		config.smtp_url = (char *)(uintptr_t)hosts[i].url;
		seen = check_with(world.owner, edition, &config);
		if ((find(&seen, "smtp-clear", "") == NULL) != hosts[i].here)
			fail_msg("%s", hosts[i].url);
	}
	config.key_directory = beside;
	run(world.owner,
		"UPDATE barometre.edition SET min_base = 5, min_cell = 1, keys = 'custodians'");
	editions_release(&editions);
	ok(editions_load(world.owner, &editions, err));
	edition = editions_find(&editions, STR(CODE));
	out = check_with(world.owner, edition, &config);
	assert_null(find(&out, "keys-in-database", ""));
	want(&out, "low-base", "5", PRIVACY_WARNING);
	want(&out, "low-cell", "1", PRIVACY_WARNING);
	assert_null(find(&out, "server-key", ""));
	/* Each of the four has a password, or it is said. */
	config.key_directory = folder;
	for (size_t i = 0; i < COUNT_OF(who); i++) {
		SCOPED(privacy_findings_release) struct privacy_findings some = {0};
		struct key key = random_key();

		some = check_with(world.owner, edition, &config);
		want(&some, "shared-login", "", PRIVACY_WARNING);
		ok(keyring_put(folder, who[i], &key, err));
	}
	all = check_with(world.owner, edition, &config);
	assert_null(find(&all, "shared-login", ""));
	assert_true(temporary_remove(folder));
	free(folder);
}

static void severe_findings_keep_the_edition_shut(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	struct config config = {.public_url = (char *)(uintptr_t) "http://x.example",
		.staff_url = (char *)(uintptr_t) "https://x",
		.public_listen = (char *)(uintptr_t) "127.0.0.1:1",
		.staff_listen = (char *)(uintptr_t) "127.0.0.1:2",
		.smtp_url = (char *)(uintptr_t) "",
		.smtp_tls = (char *)(uintptr_t) "required",
		.key_directory = (char *)(uintptr_t) "/nowhere"};
	static const char journal[] =
		"SELECT count(*) AS n FROM barometre.journal WHERE action = 'open-despite'"
		" AND detail LIKE '" CODE ": relecture faite (%no-https%)'";

	(void)state;
	(void)make("", true);
	refused(ERR_INVALID, privacy_allows(world.owner, &config, CODE, NULL, &out, err));
	assert_non_null(strstr(buf_str(&out).p, "GRAVE"));
	assert_non_null(strstr(buf_str(&out).p, "public_url"));
	refused(ERR_INVALID, privacy_allows(world.owner, &config, CODE, " ", &out, err));
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.journal"), 0);
	ok(privacy_allows(world.owner, &config, CODE, "relecture faite", &out, err));
	assert_int_equal(number(world.owner, journal), 1);
	/* Opening says itself that it is too late, or that there is no such edition. */
	run(world.owner,
		"UPDATE barometre.edition SET count_key = trustee_key, state = 'open'");
	ok(privacy_allows(world.owner, &config, CODE, NULL, &out, err));
	ok(privacy_allows(world.owner, &config, "nulle", NULL, &out, err));
}

/* A rule may be found at several places, with others between them. */
static void the_journal_names_each_rule_once(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	SCOPED(free_char)
	char *somewhere_else = x_printf(
		"ALTER ROLE barometre_web IN DATABASE %s SET log_statement = 'mod'",
		world.name);
	SCOPED(free_char)
	char *again = x_printf(
		"RESET log_statement; RESET log_min_duration_statement;"
		"ALTER ROLE barometre_web IN DATABASE %s RESET log_statement",
		world.name);

	(void)state;
	(void)make("", true);
	run(world.owner, "SET log_statement = 'all'; SET log_min_duration_statement = 0");
	run(world.owner, somewhere_else);
	ok(privacy_allows(world.owner, NULL, CODE, "essai", &out, err));
	run(world.owner, again);
	SCOPED(free_char)
	char *named = text_of(world.owner,
		"SELECT regexp_count(detail, 'log-statement') || ' ' || regexp_count(detail, 'log-duration') AS t"
		" FROM barometre.journal WHERE action = 'open-despite'");
	assert_string_equal(named, "1 1");
}

static void programs_get_json(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	SCOPED(privacy_findings_release)
	struct privacy_findings found = check(make("", false));
	json_t *root, *first;

	(void)state;
	privacy_findings_json(&found, CODE, &out);
	root = json_loads(buf_str(&out).p, 0, NULL);
	assert_non_null(root);
	first = json_array_get(json_object_get(root, "findings"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "level")), "severe");
	assert_int_equal(json_integer_value(json_object_get(root, "severe")),
		privacy_findings_count(&found, PRIVACY_SEVERE));
	assert_int_equal(json_array_size(json_object_get(root, "findings")), found.count);
	json_decref(root);
}

static int end(void **state)
{
	editions_release(&editions);
	return world_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contact_lists_are_weighed),
		cmocka_unit_test(small_crossings_are_counted),
		cmocka_unit_test(crossings_with_health_are_found),
		cmocka_unit_test(texts_of_few_are_found_without_departments),
		cmocka_unit_test(questions_that_tell_who_answers_are_found),
		cmocka_unit_test(too_many_profiles_are_counted),
		cmocka_unit_test(overrides_are_found_and_their_remedy_works),
		cmocka_unit_test(settings_of_the_server_are_judged),
		cmocka_unit_test(strange_objects_are_found),
		cmocka_unit_test(what_cannot_be_seen_is_said_to_be_unchecked),
		cmocka_unit_test(the_program_is_looked_at),
		cmocka_unit_test(severe_findings_keep_the_edition_shut),
		cmocka_unit_test(the_journal_names_each_rule_once),
		cmocka_unit_test(programs_get_json),
	};

	return cmocka_run_group_tests(tests, world_begin, end);
}
