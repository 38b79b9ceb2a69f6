/* SPDX-License-Identifier: Apache-2.0 */
/* The commands on mailings as people run them: what they print, what they ask, what they refuse. */
#include "command_run.h"

/* "2026-11-22", so many days from now in Paris. */
static char *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");

	return x_printf("%04d-%02d-%02d", c.year, c.month, c.day);
}

static void create_edition(void)
{
	SCOPED(free_char) char *opens = day(-10), *closes = day(60), *first = day(5);
	SCOPED(free_char) char *path = in_folder("edition.json");
	SCOPED(free_char)
	char *text = x_printf(
		"{\"code\":\"essai\",\"title\":\"Essai\",\"zone\":\"Europe/Paris\",\"opens\":\"%s\",\"closes\":\"%s\","
		"\"thresholds\":{\"minBase\":0,\"minCell\":0},\"countPartials\":true,\"keys\":\"server\",\"audiences\":[{\"audience\":"
		"\"patients\",\"form\":\"%s/form.json\",\"openLink\":true}],\"mail\":{\"window\":{\"days\":[1,2,3,4,5,6,7],"
		"\"from\":\"00:00\",\"to\":\"24:00\",\"holidays\":\"none\"},\"plan\":[{\"kind\":\"invitation\",\"on\":\"%s\"},"
		"{\"kind\":\"relance1\",\"after\":{\"kind\":\"invitation\",\"days\":7}}]}}",
		opens, closes, folder, first);

	write_text("edition.json", text);
	if (run_words(command_edition_create, (char *[]){path, NULL}) != 0)
		fail_msg("%s", told.text);
	make_contacts("essai", "patients", 1, 5);
	run(world.owner,
		"UPDATE barometre.contact SET department = '31', type = 'CHU' WHERE id = (SELECT min(id::text)::uuid FROM"
		" barometre.contact);"
		"UPDATE barometre.invitation SET done = true WHERE contact = (SELECT max(id::text)::uuid FROM barometre.contact)");
}

static int start(void **state)
{
	int status = command_world_begin(state);

	if (status == 0)
		create_edition();
	return status;
}

static void the_plan_is_listed(void **state)
{
	SCOPED(free_char) char *first = day(5), *second = day(12);

	(void)state;
	done(command_mailing_list, "essai");
	prints("Europe/Paris");
	prints("\ninvitation ");
	prints("\nrelance1 ");
	prints(first);
	prints(second);
	fails(ERR_MISSING, command_mailing_list, "1999");
	says("edition list");
	fails(ERR_MISSING, command_mailing_show, "essai relance2");
	says("mailing list");
	done(command_mailing_show, "essai relance1");
	prints("delay      7 days after the end of invitation");
	prints("received   invitation");
}

static void the_dry_run_counts_and_shows_nobody(void **state)
{
	SCOPED(free_char)
	char *whole = text_of(
		world.owner, "SELECT min(id::text) AS t FROM barometre.contact");
	SCOPED(free_char) char *short_line = x_printf("\n%.6s patients ", whole);

	(void)state;
	done(command_mailing_dry_run, "essai invitation");
	prints("patients: 5 contacts\n  send             4  would get it\n  done             1  has answered");
	prints("patients         31           CHU                      send             1");
	does_not_print(short_line);
	done(command_mailing_dry_run, "essai invitation --list");
	prints(short_line);
	does_not_print(whole);
	does_not_print("@");
	/* Nobody has had an invitation. */
	done(command_mailing_dry_run, "essai relance1");
	prints("  send             0  would get it");
	prints("  received         4");
}

static void now_asks_first(void **state)
{
	(void)state;
	fails(ERR_INVALID, command_mailing_now, "essai invitation");
	says("invitation would leave for 4 contacts");
	says("--yes");
	fails(ERR_CONFLICT, command_mailing_now, "essai invitation --yes");
	says("not open");
	run(world.owner,
		"UPDATE barometre.edition SET state = 'open', count_key = decode(repeat('01', 32), 'hex')");
	done(command_mailing_now, "essai invitation --yes");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mailing WHERE kind = 'invitation' AND due <= now()"),
		1);
}

static void pause_resume_reschedule_cancel(void **state)
{
	SCOPED(free_char) char *later = day(20), *last = day(30), *past = day(-1);
	SCOPED(free_char)
	char *both = x_printf("essai relance1 --on %s --not-after %s", later, last);
	SCOPED(free_char)
	char *too_late = x_printf("essai relance1 --on %s --not-after %s", past, past);

	(void)state;
	done(command_mailing_pause, "essai relance1");
	done(command_mailing_list, "essai");
	prints("planned,paused");
	fails(ERR_CONFLICT, command_mailing_now, "essai relance1 --yes");
	says("resume");
	done(command_mailing_resume, "essai relance1");
	fails(ERR_INVALID, command_mailing_reschedule, "essai relance1");
	says("--on");
	fails(ERR_INVALID, command_mailing_reschedule, "essai relance1 --on 2026-02-30");
	fails(ERR_INVALID, command_mailing_reschedule, too_late);
	done(command_mailing_reschedule, both);
	prints(later);
	done(command_mailing_show, "essai relance1");
	prints(later);
	does_not_print("delay");
	done(command_mailing_cancel, "essai relance1");
	fails(ERR_CONFLICT, command_mailing_resume, "essai relance1");
}

static const char letter[] =
	"Objet : Un mot de plus\n\nBonjour,\n\nSi vous avez déjà répondu, merci, et ignorez ce message. Vos réponses sont anonymes.\n"
	"\n[Répondre]({{link}})\n\nL’enquête se termine le {{closes}}.\n\nNe plus recevoir de message : {{stop_link}}\n";

static int add(const char *letter_name, const char *rest)
{
	SCOPED(free_char) char *path = in_folder("mailing.json"), *on = day(8);
	SCOPED(free_char) char *letter_path = letter_name ? in_folder(letter_name) : NULL;
	SCOPED(free_char)
	char *with = letter_name ? x_printf(",\"letter\":\"%s\"", letter_path)
				 : x_strdup("");
	SCOPED(free_char)
	char *text = x_printf(
		"{\"kind\":\"targeted\",\"title\":\"Aux CHU\",\"on\":\"%s\"%s%s}", on,
		with, rest);

	write_text("mailing.json", text);
	return run_words(command_mailing_add, (char *[]){mutable("essai"), path, NULL});
}

static void a_targeted_mailing_is_added_with_a_letter_that_may_leave(void **state)
{
	(void)state;
	write_text("lettre.txt", letter);
	write_text("fausse.txt", "Objet : Un mot\n\nBonjour,\n\n[Répondre]({{link}})\n");
	assert_int_equal(add(NULL, ",\"surprise\":1"), err_exit_status(ERR_INVALID));
	says("surprise");
	assert_int_equal(add("aucune.txt", ""), err_exit_status(ERR_MISSING));
	/* Nobody could object. */
	assert_int_equal(add("fausse.txt", ""), err_exit_status(ERR_INVALID));
	says("fausse.txt");
	if (add("lettre.txt", ",\"types\":[\"CHU\"]") != 0)
		fail_msg("%s", told.text);
	prints("targeted planned for");
	done(command_mailing_show, "essai targeted");
	prints(": Aux CHU");
	prints("; types CHU");
	prints("letter     its own");
	done(command_mailing_dry_run, "essai targeted");
	prints("  send             1");
	prints("  segment          4");
}

static void what_nobody_knows_is_decided(void **state)
{
	run(world.owner,
		"SELECT barometre.mailing_expand(id) FROM barometre.mailing WHERE kind = 'invitation';"
		"UPDATE barometre.delivery SET state = 'unknown', claimed_at = now();"
		"UPDATE barometre.delivery SET state = 'sent', code = 250, queue_id = '2.0.0 <a@b.example> queued as 4XyZ', done_at = now()"
		" WHERE contact = (SELECT min(id::text)::uuid FROM barometre.contact)");
	SCOPED(free_char)
	char *one = text_of(world.owner,
		"SELECT left(min(contact::text), 6) AS t FROM barometre.delivery WHERE state = 'unknown'");
	SCOPED(free_char) char *line = x_printf("essai invitation sent %s", one);

	(void)state;
	done(command_mailing_show, "essai invitation --list");
	prints("1 sent + 0 refused + 0 skipped + 3 unknown");
	prints("4XyZ");
	does_not_print("b.example");
	fails(ERR_INVALID, command_mailing_decide, "essai invitation perhaps");
	fails(ERR_MISSING, command_mailing_decide, "essai invitation sent ffffffffffff");
	done(command_mailing_decide, line);
	fails(ERR_INVALID, command_mailing_decide, "essai invitation again");
	says("2 contacts may get the same mail a second time");
	done(command_mailing_decide, "essai invitation give-up");
	prints("2 row(s)");
	fails(ERR_CONFLICT, command_mailing_decide, "essai invitation again --yes");
	done(command_mailing_show, "essai invitation");
	prints("skipped    given_up");
}

static void all_mail_is_held_and_released(void **state)
{
	(void)state;
	done(command_mail_state, "");
	prints("mail may leave");
	done(command_mail_hold, "");
	prints("somebody asked");
	done(command_mail_release, "");
	prints("mail may leave");
	run(world.owner,
		"UPDATE barometre.mail_gate SET held = 'restored', held_since = now()");
	fails(ERR_INVALID, command_mail_release, "");
	done(command_mail_state, "");
	prints("restored backup");
	done(command_mail_release, "--yes");
	prints("mail may leave");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_is_listed),
		cmocka_unit_test(the_dry_run_counts_and_shows_nobody),
		cmocka_unit_test(now_asks_first),
		cmocka_unit_test(pause_resume_reschedule_cancel),
		cmocka_unit_test(
			a_targeted_mailing_is_added_with_a_letter_that_may_leave),
		cmocka_unit_test(what_nobody_knows_is_decided),
		cmocka_unit_test(all_mail_is_held_and_released),
	};
	return cmocka_run_group_tests(tests, start, command_world_end);
}
