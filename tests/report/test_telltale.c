/* SPDX-License-Identifier: Apache-2.0 */
/* What a moderator is shown in a text, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/report/telltale.h"

static void assert_found(const char *text, const char *wanted)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(4000);
	struct telltale list[16];
	size_t count = telltales_find(str_of(text), list, COUNT_OF(list));

	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s%s=%.*s", i > 0 ? "|" : "",
			telltale_name(list[i].kind), (int)list[i].n, text + list[i].at);
	assert_string_equal(buf_str(&out).p, wanted);
}

static void addresses_and_numbers(void **state)
{
	(void)state;
	assert_found("écrire à jean.petit+x@chu-nimes.fr.",
		"courriel=jean.petit+x@chu-nimes.fr.");
	assert_found("rendez-vous @ midi, a@b", "");
	assert_found("tél 06.12.34.56.78 le soir", "téléphone=06.12.34.56.78");
	assert_found("+33 (0)5 61 77 22 33", "téléphone=33 (0)5 61 77 22 33");
	assert_found("au 05\xe2\x80\xaf"
		     "61\xc2\xa0"
		     "77 22 33",
		"téléphone=05\xe2\x80\xaf"
		"61\xc2\xa0"
		"77 22 33");
	assert_found("de 2019 à 2023, 12 réunions, 1 500 personnes", "");
}

static void names_behind_a_title(void **state)
{
	(void)state;
	assert_found(
		"Merci à Mme Le Goff et au dr durand", "nom=Mme Le Goff|nom=dr durand");
	assert_found("M. Élie Ber, Professeur Martin",
		"nom=M. Élie Ber|nom=Professeur Martin");
	assert_found("le professeur principal, madame la directrice, 3 m. de haut", "");
	assert_found("Pr, Dr", "");
}

static void places(void **state)
{
	(void)state;
	assert_found("À Toulouse, près de Saint-Étienne-d’Albagnan",
		"lieu=Toulouse|lieu=Saint-Étienne-d’Albagnan");
	assert_found("je viens de montpellier", "lieu=montpellier");
	/* Five letters, of six bytes. */
	assert_found("je viens de Céret", "lieu=Céret");
	assert_found("je viens de céret", "");
	assert_found("au CHU de Purpan et à la clinique des Cèdres",
		"lieu=CHU de Purpan|lieu=clinique des Cèdres");
	assert_found("au CHU, à la clinique, plus de temps et de moyens", "");
}

static void nothing_is_read_behind_the_end(void **state)
{
	static const char text[] =
		"Mme Durand à Toulouse 0612345678 a@b.fr \xe2\x80\xaf é";

	(void)state;
	for (size_t n = 0; n <= sizeof(text) - 1; n++) {
		char *exact = x_alloc(n + 1);
		struct telltale list[4];

		if (n > 0)
			memcpy(exact, text, n);
		size_t count = telltales_find(
			(struct str){exact, n}, list, COUNT_OF(list));
		for (size_t i = 0; i < count; i++)
			assert_true(list[i].n > 0 && list[i].at + list[i].n <= n);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_numbers),
		cmocka_unit_test(names_behind_a_title),
		cmocka_unit_test(places),
		cmocka_unit_test(nothing_is_read_behind_the_end),
	};

	return cmocka_run_group_tests_name("telltale", tests, NULL, NULL);
}
