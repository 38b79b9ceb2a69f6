/* SPDX-License-Identifier: Apache-2.0 */
/* The resume code (resume.h), and the words it is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/privacy/resume_words.h"
#include "barometre/privacy/resume.h"

static struct key drafts;

static struct resume_code code_of(unsigned char a, unsigned char b, unsigned char c,
	unsigned char d, unsigned char e)
{
	return (struct resume_code){{a, b, c, d, e}};
}

/* How many letters must be changed, added or left out to go from one word to the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[RESUME_WORD_MAX + 2], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t best = corner + (a[i - 1] != b[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			corner = above;
		}
	}
	return row[n];
}

static void words_are_told_apart_by_eye_and_by_four_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < RESUME_WORD_COUNT; i++) {
		const char *word = resume_words[i];
		size_t n = strlen(word);

		assert_in_range(n, RESUME_WORD_KEY, RESUME_WORD_MAX);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"), n);
		if (i > 0) /* in order: they are searched */
			assert_true(
				memcmp(resume_words[i - 1], word, RESUME_WORD_KEY) < 0);
		for (size_t j = 0; j < i; j++)
			if (distance(resume_words[j], word) < 3)
				fail_msg("%s and %s are too near", resume_words[j], word);
	}
}

static void every_word_at_every_place_comes_back(void **state)
{
	char text[RESUME_CODE_CHARS + 1];
	struct resume_code back;

	(void)state;
	for (unsigned int i = 0; i < RESUME_WORD_COUNT; i++) {
		unsigned char w = (unsigned char)i;
		struct resume_code code = code_of(w, (unsigned char)(w + 51),
			(unsigned char)(w + 102), (unsigned char)(w + 153),
			(unsigned char)(w + 204));

		resume_code_write(text, &code);
		assert_true(strlen(text) <= RESUME_CODE_CHARS);
		assert_true(resume_code_parse(str_of(text), &back));
		assert_memory_equal(&back, &code, sizeof(code));
	}
}

static void a_code_is_read_as_people_type_it(void **state)
{
	static const char *const typed[] = {"abeille castor navire sirop zigzag",
		"ABEILLE CASTOR NAVIRE SIROP ZIGZAG",
		"  Abeille  castor\tnavire\r\nsirop zigzag. ",
		"abeille-castor-navire-sirop-zigzag",
		"abeille, castor, navire, sirop, zigzag",
		"abeille\u2011castor\u2013navire\u00a0sirop\u202fzigzag",
		"\u00ab abeille castor navire sirop zigzag \u00bb",
		"abei cast navi siro zigz",
		"Ab\u00e9ille c\u00e2stor n\u00e0vire s\u00eerop zigz\u00e4g",
		"abe\u0301ille castor navire sirop zigzag",
		"abeilles castors navires sirops zigzags", "ABEI,CAST,NAVI,SIRO,ZIGZ"};
	struct resume_code code;
	char text[RESUME_CODE_CHARS + 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		if (!resume_code_parse(str_of(typed[i]), &code))
			fail_msg("refused: %s", typed[i]);
		resume_code_write(text, &code);
		assert_string_equal(text, typed[0]);
	}
}

static void what_is_no_code_is_refused(void **state)
{
	static const char *const typed[] = {"", " ", "abeille",
		"abeille castor navire sirop",
		"abeille castor navire sirop zigzag zigzag",
		"abe castor navire sirop zigzag", "abeille castor navire sirop inconnu",
		"abeillecastornaviresiropzigzag", "1234 2345 3456 4567 5678",
		"\xff\xfe abeille castor navire sirop"};
	struct resume_code code, before;
	char long_text[RESUME_TEXT_MAX + 40];

	(void)state;
	memset(&code, 0x5A, sizeof(code));
	before = code;
	for (size_t i = 0; i < COUNT_OF(typed); i++)
		if (resume_code_parse(str_of(typed[i]), &code))
			fail_msg("accepted: %s", typed[i]);
	memset(long_text, ' ', sizeof(long_text));
	memcpy(long_text, "abei cast navi siro zigz", 24);
	assert_false(
		resume_code_parse((struct str){long_text, RESUME_TEXT_MAX + 1}, &code));
	assert_memory_equal(&code, &before, sizeof(code));
	assert_true(resume_code_parse((struct str){long_text, RESUME_TEXT_MAX}, &code));
}

/* The slot is random, so are the words: each comes up at each place about as often (chi-squared with 255 degrees of
 * freedom: a fair draw is above 377 once in a million). */
static void a_visit_always_draws_the_same_words_and_visits_draw_evenly(void **state)
{
	enum {
		DRAWS = 20000
	};
	static size_t seen[RESUME_WORDS][RESUME_WORD_COUNT];
	struct key other = drafts;

	(void)state;
	for (size_t i = 0; i < DRAWS; i++) {
		struct id16 slot = {{(unsigned char)i, (unsigned char)(i >> 8), 7}};
		struct resume_code code = resume_code_draw(&drafts, &slot);
		struct resume_code again = resume_code_draw(&drafts, &slot);

		assert_memory_equal(&code, &again, sizeof(code));
		for (size_t w = 0; w < RESUME_WORDS; w++)
			seen[w][code.word[w]]++;
	}
	for (size_t w = 0; w < RESUME_WORDS; w++) {
		double expected = (double)DRAWS / RESUME_WORD_COUNT, chi = 0;

		for (size_t i = 0; i < RESUME_WORD_COUNT; i++)
			chi += ((double)seen[w][i] - expected) *
				((double)seen[w][i] - expected) / expected;
		assert_true(chi < 377);
	}
	other.b[31] ^= 1;
	struct id16 slot = {{1, 2, 3}};
	struct resume_code a = resume_code_draw(&drafts, &slot),
			   b = resume_code_draw(&other, &slot);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void the_key_is_of_the_words_and_of_the_edition(void **state)
{
	struct resume_code code = code_of(1, 2, 3, 4, 5),
			   swapped = code_of(2, 1, 3, 4, 5);
	struct key other = drafts, one, again, two, elsewhere;

	(void)state;
	other.b[0] ^= 1;
	assert_true(resume_code_stretch(&one, &drafts, &code));
	assert_true(resume_code_stretch(&again, &drafts, &code));
	assert_true(resume_code_stretch(&two, &drafts, &swapped));
	assert_true(resume_code_stretch(&elsewhere, &other, &code));
	assert_memory_equal(&one, &again, sizeof(one));
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_memory_not_equal(&one, &elsewhere, sizeof(one));
	assert_true(resume_has_code(&one));
}

static void a_draft_wants_link_and_code_together(void **state)
{
	static const struct key none;
	struct token token = token_random(), other_token = token_random();
	struct key code = random_key(), other_code = random_key();
	struct key both = resume_draft_key(&drafts, &token, &code);
	struct key rows[] = {token_draft_key(&drafts, &token),
		resume_draft_key(&drafts, &token, &other_code),
		resume_draft_key(&drafts, &other_token, &code)};
	struct key plain = resume_draft_key(&drafts, &token, &none);
	struct token open = resume_token(&drafts, &code),
		     again = resume_token(&drafts, &code),
		     other = resume_token(&drafts, &other_code);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_memory_not_equal(&both, &rows[i], sizeof(both));
	assert_memory_equal(&plain, &rows[0], sizeof(plain));
	assert_false(resume_has_code(&none));
	assert_memory_equal(&open, &again, sizeof(open));
	assert_memory_not_equal(&open, &other, sizeof(open));
}

/* What a change of a label, of the list or of the limits would break: the codes that people hold. Computed by
 * another implementation (hashlib's BLAKE2b and the reference libargon2: 2 passes, 65536 KiB, 1 lane) from the definitions in resume.h. */
static void fixed_values(void **state)
{
	struct key zero = {{0}}, stretched;
	struct id16 slot = {{0}};
	struct resume_code code = resume_code_draw(&zero, &slot);
	struct token token;
	char words[RESUME_CODE_CHARS + 1], hex[65];

	(void)state;
	resume_code_write(words, &code);
	assert_string_equal(words, "cactus nougat veste bouchon toboggan");
	assert_true(resume_code_stretch(&stretched, &zero, &code));
	hex_write(hex, &stretched, sizeof(stretched));
	assert_string_equal(
		hex, "7b09579825fe3a664a66a0521e7132e9f16deaf6883918c6ac03592182fe3045");
	token = resume_token(&zero, &stretched);
	hex_write(hex, &token, sizeof(token));
	assert_string_equal(hex, "536bd338778ea43a5320eef264099034");
	stretched = resume_draft_key(&zero, &token, &stretched);
	hex_write(hex, &stretched, sizeof(stretched));
	assert_string_equal(
		hex, "6b11080debabf286ed3e81d8ca42f9d6efc657e8d4c499a414b3e6f4cee8ed07");
}

static int begin(void **state)
{
	(void)state;
	secret_init();
	drafts = (struct key){{42}};
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_told_apart_by_eye_and_by_four_letters),
		cmocka_unit_test(every_word_at_every_place_comes_back),
		cmocka_unit_test(a_code_is_read_as_people_type_it),
		cmocka_unit_test(what_is_no_code_is_refused),
		cmocka_unit_test(
			a_visit_always_draws_the_same_words_and_visits_draw_evenly),
		cmocka_unit_test(the_key_is_of_the_words_and_of_the_edition),
		cmocka_unit_test(a_draft_wants_link_and_code_together),
		cmocka_unit_test(fixed_values),
	};

	return cmocka_run_group_tests_name("resume codes", tests, begin, NULL);
}
