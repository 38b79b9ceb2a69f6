/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are written once, read only when private, and gone when destroyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/temporary.h"
#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"

static char *folder;

static void key_comes_back_as_it_was(void **state)
{
	struct key in = random_key(), out = {{0}};

	(void)state;
	assert_true(keyring_put(folder, "e.campaign", &in, NULL));
	assert_true(keyring_get(folder, "e.campaign", &out, NULL));
	assert_memory_equal(&in, &out, sizeof(in));
}

static void key_is_never_overwritten(void **state)
{
	struct key other = random_key();
	struct err err = {0};

	(void)state;
	assert_false(keyring_put(folder, "e.campaign", &other, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
}

/* The supervisor and a command may prepare the folder at the same moment: all must end with the same keys. */
static void many_at_once_agree_on_one_key(void **state)
{
	enum {
		WRITERS = 8
	};
	pid_t pids[WRITERS];
	int refused = 0;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct key mine = random_key();
			bool first = keyring_put(folder, "race.campaign", &mine, NULL);
			struct key now = {{0}};

			if (!keyring_get(folder, "race.campaign", &now, NULL))
				_exit(2);
			/* Mine is there if and only if I was told so. */
			_exit(first == (memcmp(&mine, &now, sizeof(mine)) == 0) ? !first
										: 2);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_in_range(WEXITSTATUS(status), 0, 1);
		refused += WEXITSTATUS(status);
	}
	assert_int_equal(refused, WRITERS - 1);
	assert_true(keyring_destroy(folder, "race.campaign", NULL));
}

static void key_that_others_may_read_is_refused(void **state)
{
	SCOPED(free_char) char *path = x_printf("%s/e.campaign", folder);
	struct err err = {0};
	struct key out;

	(void)state;
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(keyring_get(folder, "e.campaign", &out, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_int_equal(chmod(path, 0600), 0);
}

static void supervisor_reads_every_campaign(void **state)
{
	struct keyring ring = {0};
	struct key campaign;
	struct campaign_keys expected;

	(void)state;
	assert_true(keyring_prepare(folder, NULL));
	assert_true(keyring_prepare(folder, NULL)); /* again: nothing to do */
	assert_true(keyring_load(folder, &ring, NULL));
	assert_int_equal(ring.edition_count, 1);
	assert_string_equal(ring.editions[0].edition, "e");
	assert_true(keyring_get(folder, "e.campaign", &campaign, NULL));
	campaign_derive(&expected, &campaign);
	assert_memory_equal(&ring.editions[0].keys, &expected, sizeof(expected));
	keyring_release(&ring);
}

static void destroyed_key_is_gone_and_noticed(void **state)
{
	uint64_t before = keyring_stamp(folder);

	(void)state;
	assert_true(keyring_destroy(folder, "e.campaign", NULL));
	assert_false(keyring_has(folder, "e.campaign"));
	assert_true(before != keyring_stamp(folder));
	assert_true(keyring_destroy(folder, "e.campaign", NULL)); /* gone is gone */
}

static void broken_key_is_refused(void **state)
{
	SCOPED(free_char) char *path = x_printf("%s/x.campaign", folder);
	FILE *file = fopen(path, "we");
	struct err err = {0};
	struct key out;

	(void)state;
	fputs("not a key at all", file);
	fclose(file);
	assert_int_equal(chmod(path, 0600), 0);
	assert_false(keyring_get(folder, "x.campaign", &out, &err));
	assert_int_equal(err.code, ERR_INVALID);
	unlink(path);
}

static int prepare(void **state)
{
	(void)state;
	secret_init();
	folder = temporary_folder();
	return 0;
}

static int tidy(void **state)
{
	static const char *const names[] = {"mail.key", "address.key"};
	int status;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		SCOPED(free_char) char *path = x_printf("%s/%s", folder, names[i]);

		unlink(path);
	}
	status = rmdir(folder); /* nothing else is left behind */
	free(folder);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_comes_back_as_it_was),
		cmocka_unit_test(key_is_never_overwritten),
		cmocka_unit_test(many_at_once_agree_on_one_key),
		cmocka_unit_test(key_that_others_may_read_is_refused),
		cmocka_unit_test(supervisor_reads_every_campaign),
		cmocka_unit_test(destroyed_key_is_gone_and_noticed),
		cmocka_unit_test(broken_key_is_refused),
	};

	return cmocka_run_group_tests(tests, prepare, tidy);
}
