/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason that the database can give has its words, and a code of a refusal says the same in whichever form it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../support/file.h"
#include "barometre/mail/reason.h"

/* One word between apostrophes for each that stands behind `key` in the files that make them; gives how many were looked at. */
static int each_in(const char *file, const char *key, void (*look)(struct str))
{
	SCOPED(free_char) char *path = x_printf("%s/sql/%s", SOURCE_DIR, file);
	SCOPED(free_char) char *text = file_text(path);
	int count = 0;

	const char *p = strstr(text, key);
	const char *end = p ? strchr(p, ')') : NULL;
	assert_non_null(end);
	for (p = strchr(p, '\''); p && p < end; p = strchr(p + 1, '\'')) {
		size_t length = strcspn(p + 1, "'");

		look((struct str){p + 1, length});
		p += 1 + length;
		count++;
	}
	return count;
}

static void has_one(struct str code)
{
	if (!*reason_of_one(code))
		fail_msg("no words for the reason %.*s", (int)code.n, code.p);
}

static void has_state(struct str state)
{
	if (!*delivery_state_words(state))
		fail_msg("no words for the state %.*s", (int)state.n, state.p);
}

static void what_the_ledger_may_hold_has_words(void **state)
{
	(void)state;
	assert_true(
		each_in("migrations/0006_mail.sql", "CHECK (reason IN (", has_one) == 9);
	assert_true(each_in("migrations/0001_schema.sql",
			    "CHECK (state IN ('planned', 'claimed'", has_state) == 6);
}

static void a_verdict_is_of_one_and_of_many(void **state)
{
	static const char *const verdicts[] = {"send", "done", "objected", "bounced",
		"audience", "segment", "received", "already"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		assert_true(*reason_of_one(str_of(verdicts[i])));
		assert_non_null(reason_of_many(str_of(verdicts[i])));
	}
	/* No page of a dry run for what is the reason of a row only. */
	assert_null(reason_of_many(STR("late")));
	assert_null(reason_of_many(STR("nothing")));
	assert_string_equal(reason_of_one(STR("nothing")), "");
}

static void means(const char *reason, const char *words)
{
	SCOPED(free_char) char *found = refusal_words(str_of(reason));

	assert_string_equal(found, words);
}

static void a_refusal_says_the_same_in_every_form(void **state)
{
	(void)state;
	means("550 5.1.1", "adresse inconnue (5.1.1)");
	means("5.2.2", "boîte pleine (5.2.2)");
	means("552", "boîte pleine (552)");
	means("full", "boîte pleine");
	means("unknown", "adresse inconnue");
	means("550", "adresse refusée (550)");
	means("5.1.99", "adresse en erreur (5.1.99)");
	means("4.2.2", "échecs répétés (4.2.2)");
	means("complaint", "signalé comme indésirable");
	means("refused", "courriel refusé");
	means("999", "courriel refusé (999)");
	means("", "courriel refusé");
	assert_string_equal(refusal_code_words(553), "adresse mal écrite");
	assert_string_equal(refusal_code_words(421), "relais indisponible");
	assert_string_equal(refusal_code_words(250), "");
	assert_string_equal(refusal_code_words(0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_ledger_may_hold_has_words),
		cmocka_unit_test(a_verdict_is_of_one_and_of_many),
		cmocka_unit_test(a_refusal_says_the_same_in_every_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
