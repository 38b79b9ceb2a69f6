/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer's small file: what it knows survives a crash at any moment. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/app/mail_mark.h"
#include "../support/temporary.h"
#include "barometre/app/keyring.h"

static char *folder, *file;

static int begin(void **state)
{
	(void)state;
	secret_init();
	folder = temporary_folder();
	file = x_printf("%s/mail.mark", folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	temporary_remove(folder);
	free(folder);
	free(file);
	return 0;
}

static struct mail_mark_file opened(void)
{
	struct mail_mark_file f = {.fd = -1};
	struct err err = {0};

	if (!mail_mark_open(&f, folder, &err))
		fail_msg("%s", err.text);
	return f;
}

static void keep(struct mail_mark_file *f, int64_t sequence)
{
	const struct mail_mark mark = {.mark = {{1, 2, 3}}, .sequence = sequence};

	assert_true(mail_mark_keep(f, &mark, NULL));
}

/* What a mailer that starts now would know; -1: nothing. */
static int64_t known(void)
{
	struct mail_mark_file f = opened();
	int64_t n = f.known ? f.mark.sequence : -1;

	if (f.known)
		assert_int_equal(f.mark.mark.b[2], 3);
	mail_mark_close(&f);
	return n;
}

static void spoil(off_t at)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	const unsigned char noise[4] = {0xDE, 0xAD, 0xBE, 0xEF};

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), at), (ssize_t)sizeof(noise));
	(void)close(fd);
}

static void a_new_one_knows_nothing_and_is_the_services_own(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(known(), -1);
	assert_int_equal(stat(file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void what_was_kept_is_known_at_the_next_start(void **state)
{
	struct mail_mark_file f = opened();

	(void)state;
	for (int64_t i = 1; i <= 9; i++) {
		keep(&f, i);
		assert_int_equal(known(), i);
	}
	mail_mark_close(&f);
	f = opened();
	keep(&f, 10);
	mail_mark_close(&f);
	assert_int_equal(known(), 10);
}

/* Power fails in the middle of a write: the record before is whole. */
static void a_torn_write_leaves_the_one_before(void **state)
{
	struct mail_mark_file f = opened();

	(void)state;
	keep(&f, 20);
	keep(&f, 21);
	/* The records stand in two sectors, written in turn. */
	spoil(f.written % 2 ? 512 + 40 : 40);
	assert_int_equal(known(), 20);
	spoil(f.written % 2 ? 40 : 512 + 40);
	assert_int_equal(known(), -1);
	/* And it can be written again. */
	keep(&f, 22);
	assert_int_equal(known(), 22);
	mail_mark_close(&f);
}

static void a_folder_that_cannot_be_written_is_said(void **state)
{
	struct mail_mark_file f = {.fd = -1};
	struct err err = {0};

	(void)state;
	assert_false(mail_mark_open(&f, "/nonexistent", &err));
	assert_non_null(strstr(err.text, "key_directory"));
	const struct mail_mark mark = {.sequence = 1};
	assert_false(mail_mark_keep(&f, &mark, &err));
	assert_false(f.known);
}

/* It comes and goes with the claims: no reason to start all processes again. */
static void it_is_not_a_key(void **state)
{
	(void)state;
	uint64_t before = keyring_stamp(folder);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(keyring_stamp(folder), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_knows_nothing_and_is_the_services_own),
		cmocka_unit_test(what_was_kept_is_known_at_the_next_start),
		cmocka_unit_test(a_torn_write_leaves_the_one_before),
		cmocka_unit_test(a_folder_that_cannot_be_written_is_said),
		cmocka_unit_test(it_is_not_a_key),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
