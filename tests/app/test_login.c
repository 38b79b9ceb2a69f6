/* SPDX-License-Identifier: Apache-2.0 */
/* The password of a role comes from the key folder, and only its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "../../src/app/login.h"
#include "../support/temporary.h"
#include "barometre/app/keyring.h"
#include "barometre/base/secret.h"

static char *folder;
static struct key web;

static int begin(void **state)
{
	(void)state;
	secret_init();
	folder = temporary_folder();
	web = random_key();
	return keyring_put(folder, "web.database", &web, NULL) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	temporary_remove(folder);
	free(folder);
	return 0;
}

static void is(char *database, const char *who, const char *before, bool with_password)
{
	struct config config = {.database = database, .key_directory = folder};
	char hex[2 * KEY_BYTES + 1] = "";
	char *found, *wanted;

	if (with_password)
		hex_write(hex, &web, sizeof(web));
	found = login_string(&config, who, NULL);
	wanted = x_printf("%s%s", before, hex);
	assert_non_null(found);
	assert_string_equal(found, wanted);
	free(wanted);
	secret_free(found);
}

static void a_password_is_added_to_both_kinds_of_string(void **state)
{
	char words[] = "host=/run/postgresql dbname=barometre";
	char url[] = "postgresql:///barometre",
	     long_url[] = "postgresql:///barometre?host=/run";

	(void)state;
	is(words, "web", "host=/run/postgresql dbname=barometre password=", true);
	is(url, "web", "postgresql:///barometre?password=", true);
	is(long_url, "web", "postgresql:///barometre?host=/run&password=", true);
}

static void without_a_file_the_string_stays(void **state)
{
	char words[] = "dbname=barometre";

	(void)state;
	is(words, "keeper", "dbname=barometre", false);
}

static void a_password_others_can_read_is_refused(void **state)
{
	char words[] = "dbname=barometre";
	struct config config = {.database = words, .key_directory = folder};
	char *path SCOPED(free_char) = x_printf("%s/mailer.database", folder);
	struct err err = {0};

	(void)state;
	assert_true(keyring_put(folder, "mailer.database", &web, NULL));
	assert_int_equal(chmod(path, 0644), 0);
	assert_null(login_string(&config, "mailer", &err));
	assert_int_equal(err.code, ERR_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_added_to_both_kinds_of_string),
		cmocka_unit_test(without_a_file_the_string_stays),
		cmocka_unit_test(a_password_others_can_read_is_refused),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
