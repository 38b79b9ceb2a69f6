/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as the command line reads, finds and changes it. */
#include "barometre/store/plan_store.h"
#include "support.h"

static struct edition frame(json_t *mail)
{
	static char patients[] = "patients", equipes[] = "equipes";
	static struct edition_audience audiences[] = {
		{.audience = patients}, {.audience = equipes}};
	static char code[] = "lines", zone[] = "Europe/Paris";
	struct civil opens = {2026, 1, 1, 0, 0, 0}, closes = {2036, 1, 1, 0, 0, 0};

	return (struct edition){.code = code,
		.zone = zone,
		.opens = clock_instant(opens, zone),
		.closes = clock_instant(closes, zone),
		.mail = mail,
		.audiences = audiences,
		.audience_count = 2};
}

static bool add_text(const char *text, const char *letter, struct err *err)
{
	json_t *mail = json_pack("{}"), *object = json_loads(text, 0, NULL);
	struct edition edition = frame(mail);
	struct id16 id;

	assert_non_null(object);
	bool good = plan_add(world.owner, &edition, "m.json", object, letter, &id, err);
	json_decref(object);
	json_decref(mail);
	return good;
}

static void a_mailing_of_a_file_is_added_and_found(void **state)
{
	struct mailing_lines lines SCOPED(plan_release) = {0};

	(void)state;
	make_edition("lines", "open");
	ok(add_text(
		"{\"kind\":\"invitation\",\"on\":\"2026-11-02\",\"audience\":\"patients\"}",
		NULL, err));
	ok(add_text(
		"{\"kind\":\"invitation\",\"on\":\"2026-11-03\",\"audience\":\"equipes\"}",
		NULL, err));
	refused(ERR_CONFLICT,
		add_text("{\"kind\":\"invitation\",\"on\":\"2026-11-04\"}", NULL, err));
	/* Eight days after the 3rd is a holiday. */
	ok(add_text(
		"{\"kind\":\"targeted\",\"title\":\"Un rappel\",\"after\":{\"kind\":\"invitation\",\"days\":8},"
		"\"departments\":[\"31\",\"32\"],\"types\":[\"CHU\"],\"received\":\"nothing\",\"stopAtPercent\":40,"
		"\"letter\":\"lettre.txt\"}",
		"Objet : x", err));
	refused(ERR_INVALID,
		add_text("{\"kind\":\"relance1\",\"on\":\"2026-11-20\"}", "Objet : x",
			err));
	refused(ERR_INVALID,
		add_text(
			"{\"kind\":\"targeted\",\"title\":\"x\",\"after\":{\"kind\":\"relance1\",\"days\":8}}",
			NULL, err));
	refused(ERR_INVALID,
		add_text("{\"kind\":\"targeted\",\"title\":\"x\",\"on\":\"2026-13-01\"}",
			NULL, err));
	ok(plan_load(world.owner, "lines", &lines, err));
	assert_int_equal(lines.count, 3);
	const struct mailing_line *m = &lines.list[2];
	struct civil due = clock_civil(m->due, "Europe/Paris");
	assert_int_equal(due.day, 12);
	assert_int_equal(due.hour, 9);
	assert_string_equal(m->title, "Un rappel");
	assert_string_equal(m->departments, "31\n32");
	assert_string_equal(m->types, "CHU");
	assert_string_equal(m->received, "nothing");
	assert_string_equal(m->after_kind, "invitation");
	assert_int_equal(m->after_days, 8);
	assert_int_equal(m->stop_at_percent, 40);
	assert_true(m->own_letter);
	assert_null(m->audience);

	ok(plan_find(&lines, "targeted", err) == m);
	ok(plan_find(&lines, "invitation:equipes", err) == &lines.list[1]);
	char part[6] = {0};
	memcpy(part, lines.list[0].id_text, 5);
	ok(plan_find(&lines, part, err) == &lines.list[0]);
	part[3] = '\0';
	refused(ERR_MISSING, plan_find(&lines, part, err));
	refused(ERR_INVALID, plan_find(&lines, "invitation", err));
	refused(ERR_MISSING, plan_find(&lines, "invitation:formation", err));
	refused(ERR_MISSING, plan_find(&lines, "relance1", err));
	ok(plan_change(world.owner, &m->id, PLAN_PAUSE, err));
	refused(ERR_CONFLICT,
		plan_send_now(world.owner, &m->id, m->due - USEC_PER_DAY, err));
	ok(plan_change(world.owner, &m->id, PLAN_RESUME, err));
	ok(plan_send_now(world.owner, &m->id, m->due - USEC_PER_DAY, err));
	refused(ERR_INVALID,
		plan_reschedule(world.owner, &m->id, m->due, m->due - 1, err));
	ok(plan_reschedule(world.owner, &m->id, m->due, 0, err));
	ok(plan_change(world.owner, &m->id, PLAN_CANCEL, err));
	refused(ERR_CONFLICT, plan_change(world.owner, &m->id, PLAN_PAUSE, err));
}

static void a_letter_of_its_own_tells_the_mailer(void **state)
{
	int64_t before = number(
		world.owner, "SELECT letters AS n FROM barometre.mail_gate");

	(void)state;
	ok(add_text("{\"kind\":\"targeted\",\"title\":\"y\",\"on\":\"2026-11-20\"}",
		"Objet : y", err));
	assert_int_equal(
		number(world.owner, "SELECT letters AS n FROM barometre.mail_gate"),
		before + 1);
	ok(add_text("{\"kind\":\"targeted\",\"title\":\"z\",\"on\":\"2026-11-20\"}", NULL,
		err));
	assert_int_equal(
		number(world.owner, "SELECT letters AS n FROM barometre.mail_gate"),
		before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailing_of_a_file_is_added_and_found),
		cmocka_unit_test(a_letter_of_its_own_tells_the_mailer),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
