/* SPDX-License-Identifier: Apache-2.0 */
/* The counting key in the hands of custodians, from its making to the count: the commands as people run them. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "../../src/app/custodian_key.h"
#include "../../src/privacy/custody_private.h"
#include "barometre/app/count.h"
#include "barometre/app/duties.h"
#include "barometre/app/handover.h"
#include "barometre/app/keyring.h"
#include "barometre/privacy/sealed.h"
#include "command_world.h"

#define ANNE "Quatre châteaux verts"
#define LUC "Trois rivières bleues"

static int start(void **state)
{
	int status = command_world_begin(state);

	custody_cost = (struct password_cost){1, 1};
	return status;
}

/* Runs a command whose standard input is `typed`; its exit status. */
static int run_command(command_fn *command, const char *typed, char **words)
{
	struct command_line line = {.config = &config, .words = words};
	int was = dup(STDIN_FILENO), ends[2], status;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], typed, strlen(typed)), (ssize_t)strlen(typed));
	close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
	while (words[line.count])
		line.count++;
	told = (struct err){0};
	status = command(&line);
	assert_true(dup2(was, STDIN_FILENO) >= 0);
	close(was);
	return status;
}

/* The words of a command line, NULL behind the last. */
#define WORDS_OF(...) ((char *[]){__VA_ARGS__, NULL})

static void create(const char *code, const char *kept_by)
{
	SCOPED(free_char)
	char *text = x_printf(
		"{\"code\":\"%s\",\"title\":\"Essai\",\"zone\":\"Europe/Paris\",\"opens\":\"2026-01-01\",\"closes\":\"2036-01-01\","
		"\"thresholds\":{\"minBase\":0,\"minCell\":0},\"countPartials\":true,\"keys\":\"%s\",\"audiences\":[{\"audience\":"
		"\"patients\",\"form\":\"%s/form.json\",\"openLink\":true}],\"mail\":{\"window\":{\"days\":[1],\"from\":\"09:00\","
		"\"to\":\"18:00\"},\"plan\":[]}}",
		code, kept_by, folder);
	SCOPED(free_char) char *path = in_folder("edition.json");

	write_text("edition.json", text);
	if (run_command(command_edition_create, "", WORDS_OF(path)) != 0)
		fail_msg("%s", told.text);
}

static int open_edition(const char *code)
{
	/* The cluster of the tests forces nothing to disk, which the privacy check calls severe. */
	return run_command(command_edition_open, "",
		WORDS_OF(mutable(code), mutable("--despite-findings"), mutable("essai")));
}

static int make(const char *code, const char *out, bool again)
{
	SCOPED(free_char) char *where = in_folder(out);

	return run_command(command_key_make, ANNE "\n" LUC "\n",
		WORDS_OF(mutable(code), mutable("--custodian"), mutable("Anne Martin"),
			mutable("--custodian"), mutable("Luc Petit"), mutable("--out"),
			where, again ? mutable("--again") : NULL));
}

static int test_file(const char *code, const char *file, const char *phrase)
{
	SCOPED(free_char) char *path = in_folder(file);
	SCOPED(free_char) char *typed = x_printf("%s\n", phrase);

	return run_command(command_key_test, typed, WORDS_OF(mutable(code), path));
}

static const char *state_of(const char *code)
{
	static char state[20];
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT state AS t FROM barometre.edition WHERE code = '%s'", code);
	SCOPED(free_char) char *text = text_of(world.owner, query);

	(void)snprintf(state, sizeof(state), "%s", text);
	return state;
}

/* T16, and each message says what to run next. */
static void an_edition_opens_when_every_custodian_has_tested(void **state)
{
	(void)state;
	create("garde", "custodians");
	assert_int_equal(open_edition("garde"), err_exit_status(ERR_CONFLICT));
	says("barometre key make garde");
	assert_int_equal(make("garde", "usb", false), 0);
	assert_int_equal(open_edition("garde"), err_exit_status(ERR_CONFLICT));
	says("Anne Martin, Luc Petit");
	says("barometre key test garde FILE");
	assert_int_equal(test_file("garde", "usb/garde-anne-martin.cle.txt", ANNE), 0);
	assert_int_equal(test_file("garde", "usb/garde-luc-petit.cle.txt", ANNE),
		err_exit_status(ERR_DENIED));
	assert_int_equal(open_edition("garde"), err_exit_status(ERR_CONFLICT));
	says("still to come: Luc Petit;");
	assert_int_equal(test_file("garde", "usb/garde-luc-petit.cle.txt", LUC), 0);
	assert_string_equal(state_of("garde"), "draft");
	assert_int_equal(open_edition("garde"), 0);
	assert_string_equal(state_of("garde"), "open");
	assert_int_equal(make("garde", "usb", true), err_exit_status(ERR_CONFLICT));
	says("déjà ouverte");
}

static void load(const char *file, const char *phrase, struct secret_key *secret)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(free_char) char *path = in_folder(file);

	ok(command_read_file(path, &text, err));
	ok(custody_open(secret, buf_str(&text), str_of(phrase), err));
}

static bool holds(const char *path, const void *bytes, size_t n)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);

	ok(command_read_file(path, &text, err));
	return text.n > 0 && memmem(text.p, text.n, bytes, n);
}

static void files_are_private_and_the_server_keeps_nothing_of_the_secret(void **state)
{
	static const char *const files[] = {
		"usb/garde-anne-martin.cle.txt", "usb/garde-luc-petit.cle.txt"};
	struct secret_key secret;
	char hex[2 * KEY_BYTES + 1];
	struct dirent *entry;
	struct stat st;
	int seen = 0;

	(void)state;
	load(files[0], ANNE, &secret);
	hex_write(hex, secret.b, KEY_BYTES);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		SCOPED(free_char) char *path = in_folder(files[i]);

		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_false(holds(path, hex, sizeof(hex) - 1));
		assert_false(holds(path, secret.b, KEY_BYTES));
	}
	DIR *dir = opendir(keys);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		SCOPED(free_char) char *path = x_printf("%s/%s", keys, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		seen++;
		assert_false(holds(path, hex, sizeof(hex) - 1));
	}
	closedir(dir);
	assert_true(seen >= 3); /* campaign, trustee, mail: the look was at something */
	assert_false(keyring_has(keys, "garde.count"));
	/* What the database has of it: the public half, and nothing that says more. */
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM (SELECT e::text AS r FROM barometre.edition e UNION ALL SELECT c::text FROM"
		" barometre.custodian c UNION ALL SELECT j::text FROM barometre.journal j) x WHERE r LIKE '%%%s%%'",
		hex);
	assert_int_equal(number(world.owner, query), 0);
	struct public_key public_key = box_public(&secret);
	hex_write(hex, public_key.b, KEY_BYTES);
	SCOPED(free_char)
	char *public_query = x_printf(
		"SELECT count(*) AS n FROM barometre.edition e WHERE e::text LIKE '%%%s%%'",
		hex);
	assert_int_equal(number(world.owner, public_query), 1);
}

static void put_box(const char *code, int person)
{
	static const struct sql add = {"test",
		"INSERT INTO barometre.urn VALUES ($1, 'patients', $2::uuid, $3)"};
	SCOPED(buf_release) struct buf box = BUF_LIMIT(1 << 16);
	SCOPED(editions_release) struct editions editions = {0};
	struct id16 instance = id_of("instance", person), slot = random_uuid();
	json_t *answers = json_pack("{s:s}", "choix", "oui"), *contact = json_object();
	struct db_params params = {0};

	ok(editions_load(world.owner, &editions, err));
	const struct edition *e = editions_find(&editions, str_of(code));
	const struct form *form = e->audiences[0].form;
	ok(answer_box_seal(&box, &e->count_key, &e->trustee_key, &instance, form->hash,
		answers, contact, form->box_bytes, err));
	db_text_z(&params, code);
	db_uuid(&params, &slot);
	db_bytes(&params, box.p, box.n);
	ok(db_run(world.owner, &add, &params, NULL, err));
	json_decref(answers);
	json_decref(contact);
}

/* One file is lost; the count needs no other, and takes no wrong one. */
static void any_one_file_is_enough_for_the_count(void **state)
{
	SCOPED(free_char) char *lost = in_folder("usb/garde-anne-martin.cle.txt");
	SCOPED(free_char) char *left = in_folder("usb/garde-luc-petit.cle.txt");
	SCOPED(free_char) char *wrong = in_folder("autre/autre-luc-petit.cle.txt");

	(void)state;
	create("autre", "custodians");
	assert_int_equal(make("autre", "autre", false), 0);
	for (int i = 0; i < 5; i++)
		put_box("garde", i);
	assert_int_equal(
		run_command(command_edition_close, "", WORDS_OF(mutable("garde"))), 0);
	assert_int_equal(unlink(lost), 0);
	assert_int_equal(run_command(command_count, "", WORDS_OF(mutable("garde"))),
		err_exit_status(ERR_DENIED));
	says("--key FICHIER");
	assert_int_equal(run_command(command_count, LUC "\n",
				 WORDS_OF(mutable("garde"), mutable("--key"), lost)),
		err_exit_status(ERR_MISSING));
	assert_int_equal(run_command(command_count, LUC "\n",
				 WORDS_OF(mutable("garde"), mutable("--key"), wrong)),
		err_exit_status(ERR_CONFLICT));
	says("celui de l’édition «\u202Fautre\u202F»");
	assert_int_equal(run_command(command_count, ANNE "\n",
				 WORDS_OF(mutable("garde"), mutable("--key"), left)),
		err_exit_status(ERR_DENIED));
	assert_string_equal(state_of("garde"), "closed");
	assert_int_equal(run_command(command_count, LUC "\n",
				 WORDS_OF(mutable("garde"), mutable("--key"), left)),
		0);
	assert_string_equal(state_of("garde"), "counted");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE edition = 'garde'"),
		5);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.count_record WHERE record::text LIKE '%Luc Petit%'"),
		1);
	/* A file of a counted edition is for the shredder. */
	assert_int_equal(test_file("garde", "usb/garde-luc-petit.cle.txt", LUC),
		err_exit_status(ERR_CONFLICT));
	says("détruisez");
}

/* The count itself with the second file's key, as the staff site has it done. */
static void the_secret_of_a_file_counts(void **state)
{
	SCOPED(db_drop) struct db *keeper = open_as("barometre_keeper");
	struct secret_key secret, other;
	struct count_options options = {.key_directory = keys,
		.now = clock_now(),
		.counting_key = &other,
		.custodian = "Luc Petit"};
	struct public_key unused;
	json_t *record = NULL;

	(void)state;
	assert_int_equal(test_file("autre", "autre/autre-anne-martin.cle.txt", ANNE), 0);
	assert_int_equal(test_file("autre", "autre/autre-luc-petit.cle.txt", LUC), 0);
	assert_int_equal(open_edition("autre"), 0);
	put_box("autre", 1);
	put_box("autre", 2);
	assert_int_equal(
		run_command(command_edition_close, "", WORDS_OF(mutable("autre"))), 0);
	load("autre/autre-luc-petit.cle.txt", LUC, &secret);
	box_new_pair(&unused, &other);
	refused(ERR_DENIED, count_run(keeper, "autre", &options, &record, err));
	options.counting_key = &secret;
	ok(count_run(keeper, "autre", &options, &record, err));
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.response WHERE edition = 'autre'"),
		2);
	json_decref(record);
}

/* ---- the keeper, to whom the staff site hands over what a custodian brought ---- */

static const char *outcome_of(const char *code)
{
	static char outcome[300];
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT coalesce(max(outcome), '') AS t FROM barometre.keeper_task WHERE edition = '%s'"
		" AND id = (SELECT max(id) FROM barometre.keeper_task)",
		code);
	SCOPED(free_char) char *text = text_of(world.owner, query);

	(void)snprintf(outcome, sizeof(outcome), "%s", text);
	return outcome;
}

static void ask_count(const char *code)
{
	SCOPED(free_char)
	char *query = x_printf(
		"INSERT INTO barometre.keeper_task (kind, edition, asked_by) VALUES ('count', '%s', 'ada')",
		code);

	run(world.owner, query);
}

static pid_t start_keeper(int taking)
{
	pid_t keeper = fork();

	if (keeper == 0)
		_exit(duty_keeper(&config, taking));
	assert_true(keeper > 0);
	return keeper;
}

static void stop_keeper(pid_t keeper)
{
	int status = 0;

	assert_int_equal(kill(keeper, SIGTERM), 0);
	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Waited for by steps of 20 ms, a minute at most. */
static const struct timespec moment = {0, 20000000};
#define MOMENTS 3000

/* A keeper that was asked, until it has answered. */
static void let_the_keeper_work(int taking, const char *code)
{
	pid_t keeper = start_keeper(taking);

	for (int i = 0; i < MOMENTS && !*outcome_of(code); i++)
		nanosleep(&moment, NULL);
	stop_keeper(keeper);
}

static void hand_over(int handing, const char *code, const char *file, const char *phrase)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(free_char) char *path = in_folder(file);

	ok(command_read_file(path, &text, err));
	assert_true(handover_send(handing, str_of(code), buf_str(&text), str_of(phrase)));
}

static void the_keeper_counts_with_what_was_handed_over(void **state)
{
	static const char *const file = "remise/remise-luc-petit.cle.txt";
	int ends[2];

	(void)state;
	create("remise", "custodians");
	assert_int_equal(make("remise", "remise", false), 0);
	assert_int_equal(
		test_file("remise", "remise/remise-anne-martin.cle.txt", ANNE), 0);
	assert_int_equal(test_file("remise", file, LUC), 0);
	assert_int_equal(open_edition("remise"), 0);
	put_box("remise", 7);
	assert_int_equal(
		run_command(command_edition_close, "", WORDS_OF(mutable("remise"))), 0);
	assert_true(handover_pair(ends));

	/* Nothing came. */
	ask_count("remise");
	let_the_keeper_work(ends[1], "remise");
	assert_non_null(strstr(outcome_of("remise"), "n’est pas arrivé"));
	/* A wrong passphrase, and it is used once: asking again without a file finds nothing. */
	hand_over(ends[0], "remise", file, ANNE);
	ask_count("remise");
	let_the_keeper_work(ends[1], "remise");
	assert_non_null(strstr(outcome_of("remise"), "phrase"));
	assert_string_equal(state_of("remise"), "closed");
	/* The file of another edition, behind one that is right: what came last counts. */
	hand_over(ends[0], "remise", file, LUC);
	hand_over(ends[0], "remise", "deux/encore-anne-martin.cle.txt", ANNE);
	ask_count("remise");
	let_the_keeper_work(ends[1], "remise");
	assert_non_null(strstr(outcome_of("remise"), "encore"));
	/* Right; and a keeper that died after taking the task leaves it to the next. */
	hand_over(ends[0], "remise", file, LUC);
	ask_count("remise");
	run(world.owner,
		"UPDATE barometre.keeper_task SET taken_at = now() WHERE finished_at IS NULL");
	let_the_keeper_work(ends[1], "remise");
	assert_string_equal(outcome_of("remise"), "done");
	assert_string_equal(state_of("remise"), "counted");
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* A database that says no once, as one that is overloaded does, to the word that a task is done. */
static void a_task_whose_end_was_not_written_is_taken_again(void **state)
{
	(void)state;
	run(world.owner,
		"CREATE SEQUENCE public.refused;"
		"CREATE FUNCTION public.refuse_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
		" IF NEW.outcome IS NOT NULL AND nextval('public.refused') = 1 THEN"
		" RAISE EXCEPTION USING ERRCODE = '57014'; END IF; RETURN NEW; END $$;"
		"CREATE TRIGGER refuse_once BEFORE UPDATE ON barometre.keeper_task FOR EACH ROW"
		" EXECUTE FUNCTION public.refuse_once()");
	ask_count("encore"); /* a draft: refused, whatever came */
	let_the_keeper_work(-1, "encore");
	assert_non_null(strstr(outcome_of("encore"), "ne le permet pas"));
	assert_int_equal(
		number(world.owner, "SELECT last_value AS n FROM public.refused"), 2);
	run(world.owner,
		"DROP TRIGGER refuse_once ON barometre.keeper_task; DROP FUNCTION public.refuse_once();"
		"DROP SEQUENCE public.refused");
}

/* The edition was counted above, and nothing of it is published. */
static void a_release_that_is_not_out_is_not_withdrawn(void **state)
{
	(void)state;
	run(world.owner,
		"INSERT INTO barometre.keeper_task (kind, edition, version, reason, asked_by) VALUES ('withdraw', 'remise', 1, 'x', 'ada')");
	let_the_keeper_work(-1, "remise");
	assert_non_null(strstr(outcome_of("remise"), "n’est pas publiée"));
}

static bool something_waits(int taking)
{
	char byte;

	return recv(taking, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void what_no_count_is_asked_for_is_not_kept(void **state)
{
	pid_t keeper;
	int ends[2];

	(void)state;
	assert_true(handover_pair(ends));
	assert_true(handover_send(ends[0], STR("garde"), STR("f"), STR(LUC)));
	assert_true(something_waits(ends[1]));
	keeper = start_keeper(ends[1]);
	for (int i = 0; i < MOMENTS && something_waits(ends[1]); i++)
		nanosleep(&moment, NULL);
	stop_keeper(keeper);
	assert_false(something_waits(ends[1]));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void made_again_only_when_told_and_older_files_are_dead(void **state)
{
	(void)state;
	create("encore", "custodians");
	assert_int_equal(make("encore", "un", false), 0);
	assert_int_equal(test_file("encore", "un/encore-anne-martin.cle.txt", ANNE), 0);
	assert_int_equal(make("encore", "deux", false), err_exit_status(ERR_CONFLICT));
	says("--again");
	/* Files that are there are not written over, and then nothing has changed. */
	assert_int_equal(make("encore", "un", true), err_exit_status(ERR_CONFLICT));
	says("existe déjà");
	assert_int_equal(test_file("encore", "un/encore-luc-petit.cle.txt", LUC), 0);
	assert_int_equal(make("encore", "deux", true), 0);
	assert_int_equal(
		number(world.owner,
			"SELECT count(verified_on) AS n FROM barometre.custodian WHERE edition = 'encore'"),
		0);
	assert_int_equal(test_file("encore", "un/encore-anne-martin.cle.txt", ANNE),
		err_exit_status(ERR_CONFLICT));
	says("n’ouvre plus rien");
	assert_int_equal(test_file("encore", "deux/encore-anne-martin.cle.txt", ANNE), 0);
	assert_int_equal(
		run_command(command_key_list, "", WORDS_OF(mutable("encore"))), 0);
}

static bool is_empty(const char *name)
{
	SCOPED(free_char) char *path = in_folder(name);
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = true;

	while (dir && (entry = readdir(dir)) != NULL)
		empty = empty && entry->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

static void what_would_lose_the_survey_is_refused(void **state)
{
	SCOPED(free_char) char *out = in_folder("vide");
	static const char *const typed[] = {
		ANNE "\n", ANNE "\nonze lettre\n", "", ANNE "\n\n"};
	char *code = mutable("perdu"), *custodian = mutable("--custodian");

	(void)state;
	create("perdu", "custodians");
	assert_int_equal(run_command(command_key_make, ANNE "\n",
				 WORDS_OF(code, custodian, mutable("Anne Martin"),
					 mutable("--out"), out)),
		err_exit_status(ERR_INVALID));
	says("au moins 2 dépositaires");
	assert_int_equal(
		run_command(command_key_make, ANNE "\n" LUC "\n",
			WORDS_OF(code, custodian, mutable("Anne Martin"), custodian,
				mutable("anne-martin"), mutable("--out"), out)),
		err_exit_status(ERR_INVALID));
	says("le même nom");
	assert_int_equal(run_command(command_key_make, ANNE "\n" LUC "\n",
				 WORDS_OF(code, custodian, mutable("Anne Martin"),
					 custodian, mutable("Luc Petit"))),
		err_exit_status(ERR_INVALID));
	says("--out");
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		assert_int_not_equal(
			run_command(command_key_make, typed[i],
				WORDS_OF(code, custodian, mutable("Anne Martin"),
					custodian, mutable("Luc Petit"), mutable("--out"),
					out)),
			0);
		says(i == 2 ? "Anne Martin" : "Luc Petit");
		assert_true(is_empty("vide"));
	}
	assert_int_equal(
		number(world.owner,
			"SELECT count(count_key) AS n FROM barometre.edition WHERE code = 'perdu'"),
		0);
	assert_int_equal(
		test_file("perdu", "barometre.conf", ANNE), err_exit_status(ERR_INVALID));
	says("ce n’est pas une clé");
}

static void a_key_kept_by_the_server_is_as_before(void **state)
{
	SCOPED(free_char) char *file = in_folder("deux/encore-anne-martin.cle.txt");
	char *code = mutable("serveur");

	(void)state;
	create("serveur", "server");
	assert_int_equal(make("serveur", "trois", false), err_exit_status(ERR_CONFLICT));
	says("confie sa clé au serveur");
	assert_int_equal(test_file("serveur", "deux/encore-anne-martin.cle.txt", ANNE),
		err_exit_status(ERR_CONFLICT));
	assert_int_equal(open_edition("serveur"), 0);
	assert_true(keyring_has(keys, "serveur.count"));
	put_box("serveur", 1);
	assert_int_equal(run_command(command_edition_close, "", WORDS_OF(code)), 0);
	assert_int_equal(run_command(command_count, ANNE "\n",
				 WORDS_OF(code, mutable("--key"), file)),
		err_exit_status(ERR_INVALID));
	assert_int_equal(run_command(command_count, "", WORDS_OF(code)), 0);
	assert_string_equal(state_of("serveur"), "counted");
	assert_false(keyring_has(keys, "serveur.count"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edition_opens_when_every_custodian_has_tested),
		cmocka_unit_test(
			files_are_private_and_the_server_keeps_nothing_of_the_secret),
		cmocka_unit_test(any_one_file_is_enough_for_the_count),
		cmocka_unit_test(the_secret_of_a_file_counts),
		cmocka_unit_test(made_again_only_when_told_and_older_files_are_dead),
		cmocka_unit_test(the_keeper_counts_with_what_was_handed_over),
		cmocka_unit_test(what_no_count_is_asked_for_is_not_kept),
		cmocka_unit_test(a_task_whose_end_was_not_written_is_taken_again),
		cmocka_unit_test(a_release_that_is_not_out_is_not_withdrawn),
		cmocka_unit_test(what_would_lose_the_survey_is_refused),
		cmocka_unit_test(a_key_kept_by_the_server_is_as_before),
	};
	return cmocka_run_group_tests(tests, start, command_world_end);
}
