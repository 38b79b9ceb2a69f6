/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "barometre/base/clock.h"
#include "barometre/base/pattern.h"

static struct pattern *pattern_or_fail(const char *regex, bool ignore_case)
{
	struct err err = {0};
	struct pattern *p = pattern_new(str_of(regex), ignore_case, &err);
	if (!p)
		fail_msg("%s: %s", regex, err.text);
	return p;
}

/* What `new RegExp(regex).test(text)` gives in JavaScript (Node 20). */
static const struct {
	const char *regex, *text;
	bool found;
} cases[] = {
	{"ab", "cabd", true},
	{"^ab$", "cabd", false},
	{"^ab$", "ab", true},
	{"ab$", "ab\n", false},
	{"^b", "a\nb", false},
	{"^[^0-9]*$", "sans chiffre", true},
	{"^[^0-9]*$", "avec 1", false},
	{"^\\d{5}$", "31000", true},
	{"^\\d{5}$", "3100", false},
	{"^\\d+$", "\xD9\xA3", false}, /* an Arabic digit */
	{"^\\D$", "\xD9\xA3", true},
	{"^\\w+$", "abc_9", true},
	{"^\\w+$", "\xC3\xA9", false}, /* é is no letter for JavaScript's \w */
	{"^\\W$", "\xC3\xA9", true},
	{"^[\\w-]+$", "a-b", true},
	{"^[-\\w]+$", "a-b", true},
	{"^[^-\\w]+$", "-", false},
	{"^[\\d\\s]+$", "1 2\t3", true},
	{"^[^\\s]+$",
		"a\xC2\xA0"
		"b",
		false}, /* a no-break space is a space */
	{"\\s",
		"a\xE2\x80\xAF"
		"b",
		true},
	{"^\\S$", "\xE2\x80\xA8", false},
	{"\\bmot\\b", "un mot ici", true},
	{"\\bmot\\b", "unmot", false},
	{"\\bt\\b", "\xC3\xA9t\xC3\xA9", true}, /* letters with accents end words there */
	{"\\Bo\\B", "mot", true},
	{"\\Bo\\B", "o", false},
	{"^.$", "\xC3\xA9", true},
	{"^.$", "\n", false},
	{"^.$", "\xC2\x85", true},
	{"a|b", "xbx", true},
	{"(?:ab)+c", "ababc", true},
	{"(?=a)b", "ab", false},
	{"a(?!b)", "ab", false},
	{"(?<=a)b", "ab", true},
	{"(?<!a)b", "ab", false},
	{"^[[&]+$", "[&", true},
	{"^[a&&b]$", "&", true},
	{"^[{}$]+$", "{$}", true},
	{"^\\x41\\u00e9$", "A\xC3\xA9", true},
	{"^a{2,3}$", "aaaa", false},
	{"^a{2,3}?$", "aaa", true},
	{"#", "a#", true},
	{"a b", "a b", true},
	{"a]", "a]", true},
	{"[.]", "x", false},
	{"\\.", ".", true},
	{"\\/", "/", true},
	{"\\t\\v\\f", "\t\v\f", true},
	{"^[\\b]$", "\b", true},
};

static void patterns_mean_what_they_do_in_javascript(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pattern *p = pattern_or_fail(cases[i].regex, false);
		if (pattern_found(p, str_of(cases[i].text)) != cases[i].found)
			fail_msg("/%s/ on \"%s\" is not %d", cases[i].regex,
				cases[i].text, cases[i].found);
		pattern_free(p);
	}
}

static const struct {
	const char *regex, *fragment;
} refused[] = {
	{"", "1 to 500 bytes"},
	{"\xC3", "bytes of text"},
	{"a++", "character 3: two signs"},
	{"a*+", "character 3: two signs"},
	{"(?i)a", "character 1: only (?:"},
	{"(?<nom>a)", "only (?:"},
	{"(?>a)", "only (?:"},
	{"(a)\\1", "character 4: references"},
	{"\\p{L}", "character 1: this escape"},
	{"\\Qa\\E", "this escape"},
	{"a\\", "character 2: nothing stands"},
	{"\\x4", "two digits"},
	{"\\u{e9}", "four behind"},
	{"\\\xC3\xA9", "needs no backslash"},
	{"[a", "character 1: this bracket"},
	{"[]", "empty set"},
	{"[^]", "empty set"},
	{"[a--b]", "one hyphen"},
	{"[\\w-x]", "character 4: put one hyphen"}, /* ICU: from _ to x */
	{"[!-\\d]", "character 3: put one hyphen"}, /* ICU: from ! to 0 */
	{"[\\w-.]", "one hyphen"},
	{"[\\B]", "this escape"},
	{"(a", "not valid"},
	{"a)", "not valid"},
	{"a{2", "not valid"},
	{"*", "not valid"},
	{"[z-a]", "not valid"},
};

static void what_differs_is_refused(void **state)
{
	(void)state;
	char long_one[502];
	struct err err = {0};
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct pattern *p = pattern_new(str_of(refused[i].regex), false, &err);
		if (p)
			fail_msg("accepted: %s", refused[i].regex);
		assert_int_equal(err.code, ERR_INVALID);
		if (!strstr(err.text, refused[i].fragment))
			fail_msg("/%s/ gave %s", refused[i].regex, err.text);
	}
	memset(long_one, 'a', sizeof(long_one));
	assert_null(pattern_new((struct str){long_one, 501}, false, &err));
	struct pattern *p = pattern_new((struct str){long_one, 500}, false, &err);
	assert_non_null(p);
	pattern_free(p);
}

static void case_may_be_ignored(void **state)
{
	(void)state;
	struct pattern *p = pattern_or_fail("^[a-z]\xC3\xA9$", true);
	assert_true(pattern_found(p, STR("A\xC3\x89")));
	pattern_free(p);
	p = pattern_or_fail("^a$", false);
	assert_false(pattern_found(p, STR("A")));
	pattern_free(p);
}

/* Without limits each of these takes longer than the universe has lasted. */
static void a_search_ends_whatever_the_pattern(void **state)
{
	(void)state;
	static const char *const greedy[] = {
		"^(a+)+$", "^(a|aa)+$", "(.*)*b$", "(a?){50}a{50}x"};
	char text[2001];
	memset(text, 'a', sizeof(text));
	text[2000] = '!';
	for (size_t i = 0; i < COUNT_OF(greedy); i++) {
		struct pattern *p = pattern_or_fail(greedy[i], false);
		usec_t began = clock_monotonic();
		assert_false(pattern_found(p, (struct str){text, sizeof(text)}));
		/* Some 20 ms as promised; this much more for valgrind on a busy machine. */
		assert_true(clock_monotonic() - began < USEC_PER_MIN);
		pattern_free(p);
	}
}

static void it_can_be_asked_again(void **state)
{
	(void)state;
	struct pattern *p = pattern_or_fail("b", false);
	for (int i = 0; i < 3; i++) {
		assert_true(pattern_found(p, STR("ab")));
		assert_false(pattern_found(p, STR("")));
		assert_true(pattern_found(p,
			STR("\xFF"
			    "b"))); /* no UTF-8 */
	}
	pattern_free(p);
	pattern_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_mean_what_they_do_in_javascript),
		cmocka_unit_test(what_differs_is_refused),
		cmocka_unit_test(case_may_be_ignored),
		cmocka_unit_test(a_search_ends_whatever_the_pattern),
		cmocka_unit_test(it_can_be_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
