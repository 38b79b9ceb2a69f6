/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong in a configuration is named with its place and its remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/app/password_file.h"
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
		{"smtp_url = \"smtp://ada:geheim@relay:587\"\nmail_from_address = \"a@example.org\"\n",
			"password into a file of its own, named by smtp_password_file"},
		{"smtp_url = \"ada@relay\"\nmail_from_address = \"a@example.org\"\n",
			"put the name into smtp_user"},
		{"bounce_imap_url = \"imaps://ada:geheim@host/INBOX\"\n",
			"named by bounce_imap_password_file"},
		{"bounce_imap_url = \"imaps://ada:gehe/im@host/INBOX\"\n",
			"named by bounce_imap_password_file"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config config = {0};
		struct err err = {0};

		assert_false(load(cases[i].extra, &config, &err));
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].extra,
				err.text, cases[i].words);
		assert_null(strstr(err.text, "gehe"));
	}
}

static void a_mailbox_with_an_at_is_written_with_its_code(void **state)
{
	struct config config = {0};
	struct err err = {0};

	(void)state;
	assert_true(load("bounce_imap_url = \"imaps://host/retours%40example.org\"\n",
		&config, &err));
	assert_string_equal(config.bounce_imap_url, "imaps://host/retours%40example.org");
	config_release(&config);
}

/* What the file `text` gives into eight bytes; NULL: refused, with `err`. */
static const char *password_of(const char *text, struct err *err)
{
	static char out[8];
	int fd;
	SCOPED(free_char) char *name = temporary_file(&fd);
	bool ok;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
	memset(out, 'x', sizeof(out));
	ok = password_file_read("smtp_password_file", name, out, sizeof(out), err);
	assert_true(temporary_remove(name));
	return ok ? out : NULL;
}

static void a_password_is_whole_or_refused(void **state)
{
	struct err err = {0};

	(void)state;
	assert_string_equal(password_of("", &err), "");
	assert_string_equal(password_of("1234567", &err), "1234567");
	assert_string_equal(
		password_of("1234567\r\nwhat follows is a remark\n", &err), "1234567");
	assert_null(password_of("12345678", &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "longer than 7 bytes"));
	assert_null(strstr(err.text, "1234567"));
	assert_null(password_of("123456789\n", &err));
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
		cmocka_unit_test(a_mailbox_with_an_at_is_written_with_its_code),
		cmocka_unit_test(a_password_is_whole_or_refused),
		cmocka_unit_test(error_of_syntax_has_its_line),
		cmocka_unit_test(missing_file_is_missing),
		cmocka_unit_test(every_option_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
