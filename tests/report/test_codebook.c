/* SPDX-License-Identifier: Apache-2.0 */
/* Codebooks as files: a version out of the one before, and what changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "barometre/report/codebook.h"

static bool parse(const char *lines, const struct codebook *former, struct codebook *ret,
	struct err *err)
{
	SCOPED(free_char) char *file = x_printf("code;label;from\r\n%s", lines);

	return codebook_parse(str_of(file), "essai", former, "", ret, err);
}

static void first(struct codebook *ret)
{
	struct err err = {0};

	assert_true(parse("a;A\r\nb;\"B ; et b\"\r\nc;C\r\n", NULL, ret, &err));
	assert_int_equal(ret->version, 1);
	assert_int_equal(ret->map_count, 0);
}

static void assert_diff(const char *lines, const char *wanted)
{
	SCOPED(codebook_release) struct codebook former = {0}, book = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(4000);
	struct err err = {0};

	first(&former);
	if (!parse(lines, &former, &book, &err))
		fail_msg("%s", err.text);
	assert_int_equal(book.version, 2);
	codebook_diff(&former, &book, &out);
	assert_string_equal(buf_str(&out).p, wanted);
}

static void what_changed_is_said(void **state)
{
	(void)state;
	assert_diff("a;A\nb;\"B ; et b\"\nc;C\nd;D\n", "new      d: D\n");
	assert_diff("a;Aa\nb;\"B ; et b\"\nc;C\n", "renamed  a: Aa (was: A)\n");
	assert_diff("z;A;a\nb;\"B ; et b\"\nc;C\n", "code     z: was a\n");
	assert_diff("a;A;a b\nc;C\n", "merged   a: a b\n");
	assert_diff("a;A\na2;A2;a\nb;\"B ; et b\"\nc;C\n",
		"split    a: a a2 (texts that had it are read again)\n");
	/* Codes change places: each text keeps its theme. */
	assert_diff("a;\"B ; et b\";b\nb;A;a\nc;C\n",
		"code     a: was b\ncode     b: was a\n");
	/* Only the order. */
	assert_diff("c;C\nb;\"B ; et b\"\na;A\n", "");
}

static void what_is_wrong_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *lines, *said;
		enum err_code code;
	} wrong[] = {{"a;A\nb;\"B ; et b\"\nc;C\n", "nothing changes", ERR_CONFLICT},
		{"a;A\nb;B\n", "theme \"c\" of version 1", ERR_INVALID},
		{"a;A\nb;B\nc;C\nA;x\n", "line 5: a code", ERR_INVALID},
		{"a;A\nb;B\nc;C\naucun_theme;x\n", "line 5: a code", ERR_INVALID},
		{"a;A\na;B;b c\n", "line 3: \"a\" stands twice", ERR_INVALID},
		{"a;;a b c\n", "line 2: the label", ERR_INVALID},
		{"a;A;a b b c\n", "line 2: \"b\" stands twice", ERR_INVALID},
		{"a;A;a b c x\n", "\"x\" in from", ERR_INVALID},
		{"", "no theme", ERR_INVALID}, {"a\n", "three columns", ERR_INVALID}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(codebook_release) struct codebook former = {0}, book = {0};
		struct err err = {0};

		first(&former);
		assert_false(parse(wrong[i].lines, &former, &book, &err));
		if (err.code != wrong[i].code || !strstr(err.text, wrong[i].said))
			fail_msg("%s: %s", wrong[i].lines, err.text);
	}
}

static void what_is_written_can_be_read(void **state)
{
	SCOPED(codebook_release) struct codebook book = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(4000);
	struct err err = {0};

	(void)state;
	first(&book);
	codebook_write(&book, &out);
	SCOPED(codebook_release) struct codebook again = {0};
	assert_false(codebook_parse(buf_str(&out), "essai", &book, "", &again, &err));
	assert_int_equal(err.code, ERR_CONFLICT); /* the same */
	assert_true(codebook_parse(buf_str(&out), "essai", NULL, "", &again, &err));
	assert_string_equal(again.themes[1].label, "B ; et b");
}

/* Every book of the program could be a file. */
static void the_books_of_the_program(void **state)
{
	const struct codebook *book;
	size_t n = 0;

	(void)state;
	for (; (book = codebook_builtin_at(n)); n++) {
		SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 16);
		SCOPED(codebook_release) struct codebook again = {0};
		struct err err = {0};

		codebook_write(book, &out);
		if (!codebook_parse(buf_str(&out), book->book, NULL, "", &again, &err))
			fail_msg("%s: %s", book->book, err.text);
		assert_int_equal(again.count, book->count);
	}
	assert_true(n >= 5);
	assert_null(codebook_builtin("livre"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_changed_is_said),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(the_books_of_the_program),
	};

	return cmocka_run_group_tests_name("codebook", tests, NULL, NULL);
}
