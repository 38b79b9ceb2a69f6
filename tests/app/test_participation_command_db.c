/* SPDX-License-Identifier: Apache-2.0 */
/* The command "participation" on an edition that was really counted. */
#include "command_run.h"

static char *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");

	return x_printf("%04d-%02d-%02d", c.year, c.month, c.day);
}

/* Twenty people: four answered, one objected, two came back, the others say nothing; mails left for all but one. */
static int start(void **state)
{
	SCOPED(free_char) char *opens = day(-10), *closes = day(60), *first = day(-9);
	SCOPED(free_char) char *path = NULL, *text = NULL;

	if (command_world_begin(state) != 0)
		return 1;
	path = in_folder("edition.json");
	text = x_printf(
		"{\"code\":\"essai\",\"title\":\"Essai\",\"zone\":\"Europe/Paris\",\"opens\":\"%s\",\"closes\":\"%s\","
		"\"thresholds\":{\"minBase\":11,\"minCell\":5},\"countPartials\":true,\"keys\":\"server\",\"audiences\":[{\"audience\":"
		"\"patients\",\"form\":\"%s/form.json\",\"openLink\":false}],\"mail\":{\"window\":{\"days\":[1,2,3,4,5,6,7],"
		"\"from\":\"00:00\",\"to\":\"24:00\",\"holidays\":\"none\"},\"plan\":[{\"kind\":\"invitation\",\"on\":\"%s\"}]}}",
		opens, closes, folder, first);
	write_text("edition.json", text);
	done(command_edition_create, path);
	make_contacts("essai", "patients", 1, 20);
	done(command_edition_open, "essai --despite-findings essai");
	run(world.owner,
		"CREATE TEMP TABLE who AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM barometre.contact;"
		"UPDATE barometre.invitation SET done = true WHERE contact IN (SELECT id FROM who WHERE n <= 4);"
		"UPDATE barometre.contact SET objected = true WHERE id IN (SELECT id FROM who WHERE n IN (4, 5));"
		"UPDATE barometre.contact SET bounced = 'full' WHERE id IN (SELECT id FROM who WHERE n IN (6, 7));"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state)"
		" SELECT m.id, w.id, 'essai', 'invitation', 'sent' FROM who w, barometre.mailing m WHERE w.n < 20");
	return 0;
}

static void before_the_count_there_is_none(void **state)
{
	(void)state;
	fails(ERR_MISSING, command_participation, "essai");
	fails(ERR_MISSING, command_participation, "1999");
	fails(ERR_INVALID, command_participation, "essai --format xml");
	says("csv");
	assert_string_equal(printed, "");
}

static void counted_it_says_what_became_of_everybody(void **state)
{
	json_t *all, *patients, *rates;

	(void)state;
	done(command_edition_close, "essai");
	done(command_count, "essai");
	done(command_participation, "essai");
	prints("      20  Personnes dans la liste\n");
	prints("RR1 (AAPOR)\u202f: 20,0\u202f% (sur 20)\n");
	prints(": 23,5\u202f% (sur 17)\n"); /* RR5 */
	done(command_participation, "essai --format csv");
	assert_string_equal(printed,
		"edition,audience,option,count,base,percent\r\n"
		"essai,patients,contacts,20,20,\r\n"
		"essai,patients,delivered,17,20,\r\n"
		"essai,patients,complete,4,20,\r\n"
		"essai,patients,partial,0,,\r\n"
		"essai,patients,no_answer,13,20,\r\n"
		"essai,patients,refusal,1,20,\r\n"
		"essai,patients,silent,12,20,\r\n"
		"essai,patients,undelivered,2,20,\r\n"
		"essai,patients,not_sent,1,20,\r\n"
		"essai,patients,open,0,,\r\n"
		"essai,patients,rr1,,20,20.00\r\n"
		"essai,patients,rr2,,20,20.00\r\n"
		"essai,patients,rr5,,17,23.53\r\n"
		"essai,patients,rr6,,17,23.53\r\n");
	done(command_participation, "essai --format json");
	all = json_loads(printed, JSON_REJECT_DUPLICATES, NULL);
	patients = json_array_get(json_object_get(all, "audiences"), 0);
	rates = json_object_get(patients, "rates");
	assert_int_equal(json_integer_value(json_object_get(patients, "refusal")), 1);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(rates, "rr5"), "denominator")),
		17);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_count_there_is_none),
		cmocka_unit_test(counted_it_says_what_became_of_everybody),
	};

	return cmocka_run_group_tests(tests, start, command_world_end);
}
