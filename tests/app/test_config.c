/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong in a configuration is named with its place and its remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/temporary.h"
#include "barometre/app/config.h"

static const char good[] =
	"database = \"dbname=x\"\nkey_directory = \"/keys\"\n"
	"public_url = \"https://b.example.org\"\nstaff_url = \"https://s.example.org\"\n"
	"contact_address = \"contact@example.org\"\n";

static bool load(const char *extra, struct config *config, struct err *err)
{
	int fd;
	SCOPED(free_char) char *name = temporary_file(&fd);
	FILE *file = fdopen(fd, "w");
	bool ok;

	fprintf(file, "%s%s", good, extra);
	fclose(file);
	ok = config_load(name, config, err);
	assert_true(temporary_remove(name));
	return ok;
}

static void good_file_gives_values_and_defaults(void **state)
{
	struct config config = {0};
	struct err err = {0};

	(void)state;
	assert_true(load("web_workers = 3\n", &config, &err));
	assert_string_equal(config.database, "dbname=x");
	assert_int_equal(config.web_workers, 3);
	assert_string_equal(config.public_listen, "127.0.0.1:8080");
	assert_string_equal(config.smtp_tls, "required");
	assert_string_equal(config.bounce_address, "");
	assert_int_equal(config.mail_domain_per_minute, 0);
	config_release(&config);
	assert_null(config.database);
}

static void refusal_names_what_is_wrong(void **state)
{
	static const struct {
		const char *extra, *words;
	} cases[] = {
		{"webworkers = 3\n", "webworkers"},
		{"web_workers = 0\n", "must be 1 to 64"},
		{"web_workers = \"many\"\n", "web_workers"},
		{"smtp_tls = \"maybe\"\n", "must be \"required\" or \"none\""},
		{"smtp_url = \"smtp://relay\"\n", "mail_from_address"},
		{"bounce_address = \"nobody\"\n", "bounce_address"},
		{"mail_domain_per_minute = -1\n", "must be 0 to"},
		{"public_url = \"https://b.example.org/\"\n",
			"must not end with a slash"},
		{"public_url = \"b.example.org\"\n", "must begin with https://"},
		{"key_directory = \"\"\n", "\"key_directory\" is missing"},
		{"trusted_proxy = \"localhost\"\n", "must be addresses in figures"},
		{"public_rate = -1\n", "must be 0 to"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config config = {0};
		struct err err = {0};

		assert_false(load(cases[i].extra, &config, &err));
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].extra,
				err.text, cases[i].words);
	}
}

static void error_of_syntax_has_its_line(void **state)
{
	struct config config = {0};
	struct err err = {0};

	(void)state;
	assert_false(load("web_workers = 2\nnonsense = 3\n", &config, &err));
	assert_int_equal(err.line, 7);
}

static void missing_file_is_missing(void **state)
{
	struct config config = {0};
	struct err err = {0};

	(void)state;
	assert_false(config_load("/nowhere/barometre.conf", &config, &err));
	assert_int_equal(err.code, ERR_MISSING);
}

static void every_option_is_described(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 16);

	(void)state;
	config_describe(&out);
	assert_non_null(strstr(out.p, "mail_per_minute = 60"));
	assert_non_null(strstr(out.p, "key_directory = \"\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_file_gives_values_and_defaults),
		cmocka_unit_test(refusal_names_what_is_wrong),
		cmocka_unit_test(error_of_syntax_has_its_line),
		cmocka_unit_test(missing_file_is_missing),
		cmocka_unit_test(every_option_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
