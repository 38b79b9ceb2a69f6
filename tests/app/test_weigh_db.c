/* SPDX-License-Identifier: Apache-2.0 */
/* barometre weigh on a published release: what it prints, and each way in which it says no. The numbers are test_weighing.c's. */
#include "command_run.h"
#include "counted_world.h"

static struct db *keeper;
static char *good; /* a file of sizes */

static const char form[] =
	"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
	"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],\"crossings\":[\"profil\"],"
	"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
	"{\"type\":\"radiogroup\",\"name\":\"profil\",\"title\":\"Profil\",\"choices\":[{\"value\":\"a\",\"text\":\"Alpha\"},"
	"{\"value\":\"b\",\"text\":\"Bravo\"},{\"value\":\"c\",\"text\":\"Charlie\"}],\"barometre\":{\"role\":\"segment\"}},"
	"{\"type\":\"radiogroup\",\"name\":\"choix\",\"title\":\"Choix\",\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},"
	"{\"value\":\"non\",\"text\":\"Non\"}],\"barometre\":{\"role\":\"opinion\",\"short\":\"Votre choix\"}}]}]}";

static int start(void **state)
{
	if (command_world_begin(state) != 0)
		return 1;
	keeper = open_as("barometre_keeper");
	good = in_folder("liste.csv");
	return 0;
}

static int finish(void **state)
{
	db_close(keeper);
	free(good);
	return command_world_end(state);
}

static int fresh(void **state)
{
	(void)state;
	run(world.owner,
		"DELETE FROM barometre.release_row; DELETE FROM barometre.release_note; DELETE FROM barometre.release_file;"
		"DELETE FROM barometre.release; DELETE FROM barometre.keeper_task; DELETE FROM barometre.count_record;"
		"DELETE FROM barometre.edition_audience; DELETE FROM barometre.edition; DELETE FROM barometre.form");
	make_counted(form);
	run(world.owner, "UPDATE barometre.edition_audience SET open_link = false");
	write_text("liste.csv", "groupe;effectif\na;500\nb;400\nc;100\n");
	return 0;
}

static struct figure of_group(struct figure figure, const char *codes, const char *label)
{
	figure.segment = "profil";
	figure.segment_value = codes;
	figure.segment_label = label;
	return figure;
}

#define LINES 7
/* 60 of a, 45 of them yes; of b and c together `others`, `yes` of them yes. A draft. */
static int64_t add(int64_t others, int64_t yes)
{
	const int64_t all = 60 + others;
	const struct figure figures[LINES] = {
		line("participation", "total", "respondents", all, all),
		line("choix", "single", "oui", all, 45 + yes),
		line("choix", "single", "non", all, all - 45 - yes),
		of_group(line("choix", "single", "oui", 60, 45), "a", "Alpha"),
		of_group(line("choix", "single", "non", 60, 15), "a", "Alpha"),
		of_group(line("choix", "single", "oui", others, yes), "b+c",
			"Bravo / Charlie"),
		of_group(line("choix", "single", "non", others, others - yes), "b+c",
			"Bravo / Charlie")};
	const struct release_note note = {
		"patients", "profil", "autre", "crossing_withheld", "trop peu"};

	return add_draft(keeper, figures, LINES, &note, 1);
}

/* Words, then --by, --sizes and what follows. */
static int weigh(const char *words, const char *more)
{
	SCOPED(free_char)
	char *typed = x_printf("%s --by profil --sizes %s%s", words, good, more);
	size_t n = strlen(typed);

	while (n > 0 && typed[n - 1] == ' ')
		typed[--n] = '\0';
	return run_line(command_weigh, typed);
}

#define weighed(words, more)                     \
 do {                                            \
  if (weigh(words, more) != 0)                   \
   fail_msg("%s%s: %s", words, more, told.text); \
 } while (0)
#define weigh_fails(wanted, words, more) \
 assert_int_equal(weigh(words, more), err_exit_status(wanted))

/* By hand: weights 2/3 and 2, (45 × 2/3 + 5 × 2) / 80 = 0.5; 80² / (60 × 4/9 + 20 × 4) = 60, 80 / 60 = 1.33. */
static void a_published_question_is_weighted(void **state)
{
	(void)state;
	publish_draft(keeper, add(20, 5));
	weighed("2026 patients choix", "");
	prints("Patients, édition 2026, diffusion 1 (publiée le ");
	prints("«\u202fVotre choix\u202f» (choix) par «\u202fProfil\u202f» (profil)\n");
	prints("      60     75,0\u202f%      500     50,0\u202f%    0,667  a — Alpha\n");
	prints("      20     25,0\u202f%      500     50,0\u202f%    2,000  b+c — Bravo / Charlie\n");
	prints("Effet de plan (Kish)\u202f: 1,33\u202f; effectif efficace\u202f: 60,0 pour 80 réponses.\n");
	prints("      50      80    62,5\u202f%   [51,5\u202f%\u202f; 72,3\u202f%]    50,0\u202f%   [37,7\u202f%\u202f; 62,3\u202f%]  oui — oui\n");
	prints("  non — non\n");
	does_not_print("Liste finie");
	weighed("2026 patients choix non", " --format csv");
	prints("2026,1,patients,choix,profil,group,b+c,Bravo / Charlie,20,80,25.00,,,,,,,,,,500,2.000000\r\n");
	prints("2026,1,patients,choix,profil,option,non,non,30,80,37.50,27.69,48.45,,,50.00,37.74,62.26,1.3333,60.00,1000,\r\n");
	does_not_print(",oui,");
}

static void a_group_under_20_prints_the_unweighted_and_says_no(void **state)
{
	(void)state;
	publish_draft(keeper, add(19, 5));
	weigh_fails(ERR_CONFLICT, "2026 patients choix", "");
	says("fewer than 20 answers in b+c (19)");
	prints("Pas de redressement\u202f: une classe compte moins de 20 réponses\u202f: b+c (19).\n");
	prints("      50      79    63,3\u202f%");
	does_not_print("redressé  ");
}

/* Wilson of n* = 80 × 999 / 920, Python as in test_weighing.c. */
static void a_finite_list_is_an_option_with_its_reserve(void **state)
{
	(void)state;
	publish_draft(keeper, add(20, 5));
	weighed("2026 patients choix oui", " --finite");
	prints("[51,5\u202f%\u202f; 72,3\u202f%]   [52,0\u202f%\u202f; 71,9\u202f%]    50,0");
	prints("suppose que les répondants sont une partie de la liste tirée au hasard");
	prints("ne vaut que pour les réponses de personnes invitées");
	write_text("liste.csv", "groupe;effectif\na;40\nb;30\nc;10\n");
	weighed("2026 patients choix oui", " --finite");
	prints("                   –"); /* everybody on the list answered */
	write_text("liste.csv", "groupe;effectif\na;40\nb;30\nc;9\n");
	weigh_fails(ERR_INVALID, "2026 patients choix oui", " --finite");
	says("80 people answered, and the list of the file has 79");
	assert_string_equal(printed, "");
}

static void a_finite_list_is_of_invited_people_only(void **state)
{
	(void)state;
	publish_draft(keeper, add(20, 5));
	run(world.owner, "UPDATE barometre.edition_audience SET open_link = true");
	weigh_fails(ERR_MISSING, "2026 patients choix", " --finite");
	says("patients has an open link");
	run(world.owner,
		"INSERT INTO barometre.count_record (edition, record, settled, hash) VALUES ('2026',"
		" '{\"audiences\": [{\"audience\": \"patients\", \"open_link\": true, \"partial\": 2}],"
		" \"dispositions\": [{\"audience\": \"patients\", \"contacts\": 100, \"complete\": 75, \"refusal\": 0,"
		" \"undelivered\": 0, \"not_sent\": 0, \"silent\": 25, \"open\": 3}]}', true, repeat('ab', 32))");
	weigh_fails(ERR_CONFLICT, "2026 patients choix", " --finite");
	says("5 answers of patients came by the open link or may have");
	run(world.owner,
		"UPDATE barometre.count_record SET record = "
		" '{\"audiences\": [{\"audience\": \"patients\", \"open_link\": true, \"partial\": 0}],"
		" \"dispositions\": [{\"audience\": \"patients\", \"contacts\": 100, \"complete\": 80, \"refusal\": 0,"
		" \"undelivered\": 0, \"not_sent\": 0, \"silent\": 20, \"open\": 0}]}'");
	weighed("2026 patients choix", " --finite");
}

static void only_what_is_published_is_weighted(void **state)
{
	int64_t first, second;

	(void)state;
	weigh_fails(ERR_MISSING, "2026 patients choix", "");
	weigh_fails(ERR_MISSING, "1999 patients choix", "");
	says("barometre edition list");
	first = add(20, 5);
	weigh_fails(ERR_MISSING, "2026 patients choix", "");
	says("no published release");
	weigh_fails(ERR_CONFLICT, "2026 patients choix", " --release 1");
	says("is draft, not published");
	says("barometre release publish 2026 1");
	publish_draft(keeper, first);
	second = add(40, 10);
	ok(release_set_checked(keeper, "2026", second, err));
	/* The newest is out only when somebody has said so. */
	weighed("2026 patients choix", "");
	prints("diffusion 1 ");
	ok(publish_release(keeper, "2026", second, "ana", NULL, err));
	weighed("2026 patients choix", "");
	prints("diffusion 2 ");
	weighed("2026 patients choix", " --release 1");
	prints("diffusion 1 ");
	ok(release_withdraw(keeper, "2026", first, "ana", "une erreur", err));
	weigh_fails(ERR_CONFLICT, "2026 patients choix", " --release 1");
	says("une erreur");
	weigh_fails(ERR_MISSING, "2026 patients choix", " --release 9");
}

static void what_there_is_not_is_said(void **state)
{
	SCOPED(free_char)
	char *typed = x_printf("2026 patients profil --by autre --sizes %s", good);

	(void)state;
	publish_draft(keeper, add(20, 5));
	weigh_fails(ERR_MISSING, "2026 etablissements choix", "");
	says("has no audience \"etablissements\"");
	weigh_fails(ERR_MISSING, "2026 patients freins", "");
	says("has no question \"freins\"");
	weigh_fails(ERR_MISSING, "2026 patients choix peut_etre", "");
	says("has no option \"peut_etre\"");
	fails(ERR_MISSING, command_weigh, typed);
	assert_string_equal(printed, "");
	write_text("liste.csv", "groupe;effectif\na;500\nb;400\n");
	weigh_fails(ERR_INVALID, "2026 patients choix", "");
	says("liste.csv has no line for c");
	assert_int_equal(remove(good), 0);
	weigh_fails(ERR_MISSING, "2026 patients choix", "");
	says("cannot read");
}

static void wrong_words_are_refused(void **state)
{
	(void)state;
	publish_draft(keeper, add(20, 5));
	fails(ERR_INVALID, command_weigh, "2026 patients choix --sizes x.csv");
	says("--by");
	fails(ERR_INVALID, command_weigh, "2026 patients choix --by profil");
	says("--sizes FILE.csv");
	weigh_fails(ERR_INVALID, "2026 patients choix", " --by autre");
	says("no table of two crossings");
	weigh_fails(ERR_INVALID, "2026 patients choix", " --format json");
	weigh_fails(ERR_INVALID, "2026 patients choix", " --release zéro");
	says("barometre release list");
	weigh_fails(ERR_INVALID, "2026 ensemble synthese.S3", "");
	says("are no population");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_published_question_is_weighted, fresh),
		cmocka_unit_test_setup(
			a_group_under_20_prints_the_unweighted_and_says_no, fresh),
		cmocka_unit_test_setup(
			a_finite_list_is_an_option_with_its_reserve, fresh),
		cmocka_unit_test_setup(a_finite_list_is_of_invited_people_only, fresh),
		cmocka_unit_test_setup(only_what_is_published_is_weighted, fresh),
		cmocka_unit_test_setup(what_there_is_not_is_said, fresh),
		cmocka_unit_test_setup(wrong_words_are_refused, fresh),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
