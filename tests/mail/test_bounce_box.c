/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where reports come from (bounce_box.h): a Maildir that is read by a program killed at any step, a pipe, and an IMAP mailbox: a
 * real Dovecot (tests/mail/dovecot), where one is installed.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "../support/temporary.h"
#include "barometre/base/secret.h"
#include "barometre/mail/bounce.h"
#include "barometre/mail/bounce_box.h"
#include "dovecot.h"

/* ---- what is taken ---- */

struct taken {
	struct buf all;
	int count, refuse_at; /* the message from 1 that is not recorded; 0: none */
	const char *folder;
};

static bool take(void *arg, struct str message, struct err *err)
{
	struct taken *t = arg;

	if (++t->count == t->refuse_at)
		return err_set(err, ERR_BUSY, "the database is away");
	buf_printf(&t->all, "%.*s|", (int)(message.n < 20 ? message.n : 20), message.p);
	return true;
}

static void put(const char *folder, const char *name, const char *text)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fchmod(fileno(file), 0644), 0);
	assert_int_equal(fclose(file), 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names in a folder, in order, each with a blank behind; to be freed. */
static char *names_in(const char *folder, const char *sub)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, sub);
	struct dirent **list;
	struct buf b = BUF_LIMIT(1 << 16);
	int n = scandir(path, &list, NULL, by_name);

	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			buf_printf(&b, "%s ", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return buf_take(&b);
}

static void names_are(const char *folder, const char *sub, const char *wanted)
{
	SCOPED(free_char) char *found = names_in(folder, sub);

	assert_string_equal(found, wanted);
}

/* ---- a Maildir ---- */

static char *new_maildir(void)
{
	char *folder = temporary_folder();
	static const char *const subs[] = {"new", "cur", "tmp"};

	for (size_t i = 0; i < COUNT_OF(subs); i++) {
		SCOPED(free_char) char *path = x_printf("%s/%s", folder, subs[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	return folder;
}

static void drop_maildir(char *folder)
{
	temporary_remove(folder);
	free(folder);
}

static bool read_box(const char *folder, struct taken *t, size_t most)
{
	size_t passed_over = 99;
	struct err err = {0};
	bool ok = bounce_read_maildir(folder, most, take, t, &passed_over, &err);

	assert_true(ok == (err.code == ERR_NONE));
	assert_true(!ok || passed_over == 0);
	return ok;
}

static void what_was_read_stands_in_cur_with_its_flag(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096)};

	(void)state;
	put(folder, "new/2.b", "two");
	put(folder, "new/1.a", "one");
	put(folder, "cur/3.c:2,FT", "three");
	put(folder, "cur/4.d:2,RS", "read before");
	/* Somebody has looked at these, with mutt and with Dovecot; one of them keeps words of its own. */
	put(folder, "cur/5.e:2,S", "five");
	put(folder, "cur/6.f,S=4,W=5:2,DSTa", "six");
	put(folder, "cur/7.g", "seven");
	put(folder, "new/.hidden", "no");
	assert_true(read_box(folder, &t, 10));
	assert_string_equal(buf_str(&t.all).p, "one|two|three|five|six|seven|");
	names_are(folder, "new", "");
	names_are(folder, "cur",
		"1.a:2,RS 2.b:2,RS 3.c:2,FRST 4.d:2,RS 5.e:2,RS 6.f,S=4,W=5:2,DRSTa 7.g:2,RS ");
	assert_true(read_box(folder, &t, 10));
	assert_int_equal(t.count, 6);
	buf_release(&t.all);
	drop_maildir(folder);
}

static void no_file_takes_the_place_of_another(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096)};

	(void)state;
	put(folder, "new/1.a", "new");
	put(folder, "cur/1.a:2,RS", "old");
	assert_true(read_box(folder, &t, 10));
	names_are(folder, "new", "");
	names_are(folder, "cur", "1.a-1:2,RS 1.a:2,RS ");
	buf_release(&t.all);
	drop_maildir(folder);
}

/* As mutt and Dovecot do to what is new. */
static bool somebody_looks(void *arg, struct str message, struct err *err)
{
	struct taken *t = arg;
	SCOPED(free_char) char *from = NULL;
	SCOPED(free_char) char *to = NULL;

	if (t->refuse_at > 0) {
		from = x_printf("%s/new/1.a", t->folder);
		to = x_printf("%s/cur/1.a:2,S", t->folder);
		assert_int_equal(rename(from, to), 0);
		t->refuse_at = 0;
	}
	return take(arg, message, err);
}

static void a_look_while_it_is_read_is_no_failure(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096), .refuse_at = 9, .folder = folder};
	size_t passed_over = 0;
	struct err err = {0};

	(void)state;
	put(folder, "new/1.a", "one");
	put(folder, "new/2.b", "two");
	assert_true(
		bounce_read_maildir(folder, 10, somebody_looks, &t, &passed_over, &err));
	/* Twice: it counts once (bounce_record). */
	assert_string_equal(buf_str(&t.all).p, "one|two|one|");
	names_are(folder, "new", "");
	names_are(folder, "cur", "1.a:2,RS 2.b:2,RS ");
	buf_release(&t.all);
	drop_maildir(folder);
}

static void a_refusal_leaves_all_as_it_was(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096), .refuse_at = 2};

	(void)state;
	put(folder, "new/1.a", "one");
	put(folder, "new/2.b", "two");
	put(folder, "new/3.c", "three");
	assert_false(read_box(folder, &t, 10));
	names_are(folder, "new", "2.b 3.c ");
	names_are(folder, "cur", "1.a:2,RS ");
	assert_true(read_box(folder, &t, 1));
	names_are(folder, "new", "3.c ");
	buf_release(&t.all);
	drop_maildir(folder);
}

static bool die_after(void *arg, struct str message, struct err *err)
{
	int *left = arg;

	(void)message;
	(void)err;
	if ((*left)-- == 0)
		(void)raise(SIGKILL);
	return true;
}

/* Killed after recording and before marking, at each message in turn: everything is read in the end, and nothing is lost. */
static void a_killed_reader_loses_nothing(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096)};
	size_t passed_over = 0;
	int status = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		SCOPED(free_char) char *name = x_printf("new/%d.x", i);
		put(folder, name, name);
	}
	for (int i = 0; i < 3; i++) {
		fflush(NULL);
		pid_t child = fork();
		if (child == 0) {
			int left = i;
			_exit(bounce_read_maildir(
				      folder, 100, die_after, &left, &passed_over, NULL)
					? 1
					: 2);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	/* 0, 1 and 2 were marked before the last kill: 1 after none, 0 before the second, 1 and 2 before the third. */
	names_are(folder, "cur", "0.x:2,RS 1.x:2,RS 2.x:2,RS ");
	/* Killed between the second name and the end of the first. */
	SCOPED(free_char) char *from = x_printf("%s/new/5.x", folder);
	SCOPED(free_char) char *to = x_printf("%s/cur/5.x:2,RS", folder);
	assert_int_equal(link(from, to), 0);
	/* And the same inside cur, of one that somebody had looked at. */
	put(folder, "cur/a.x:2,S", "cur/a.x");
	SCOPED(free_char) char *seen = x_printf("%s/cur/a.x:2,S", folder);
	SCOPED(free_char) char *handled = x_printf("%s/cur/a.x:2,RS", folder);
	assert_int_equal(link(seen, handled), 0);
	assert_true(read_box(folder, &t, 100));
	names_are(folder, "new", "");
	names_are(folder, "cur",
		"0.x:2,RS 1.x:2,RS 2.x:2,RS 3.x:2,RS 4.x:2,RS 5.x:2,RS 6.x:2,RS 7.x:2,RS 8.x:2,RS 9.x:2,RS a.x:2,RS ");
	assert_int_equal(t.count, 8);
	buf_release(&t.all);
	drop_maildir(folder);
}

static void what_is_no_message_is_passed_over(void **state)
{
	char *folder = new_maildir();
	struct taken t = {.all = BUF_LIMIT(4096)};
	struct err err = {0};
	size_t passed_over = 0;

	(void)state;
	put(folder, "new/9.z", "good");
	SCOPED(free_char) char *sub = x_printf("%s/new/1.folder", folder);
	SCOPED(free_char) char *symbolic = x_printf("%s/new/2.link", folder);
	SCOPED(free_char) char *fifo = x_printf("%s/new/3.fifo", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("/etc/passwd", symbolic), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_true(bounce_read_maildir(folder, 10, take, &t, &passed_over, &err));
	assert_int_equal(passed_over, 3);
	assert_string_equal(buf_str(&t.all).p, "good|");
	assert_false(bounce_read_maildir(sub, 10, take, &t, &passed_over, &err));
	assert_int_equal(err.code, ERR_MISSING);
	buf_release(&t.all);
	drop_maildir(folder);
}

/* ---- a pipe ---- */

static size_t bytes_taken;

static bool measure(void *arg, struct str message, struct err *err)
{
	(void)arg;
	(void)err;
	bytes_taken = message.n;
	return true;
}

static void a_pipe_is_read_to_its_end(void **state)
{
	char part[1 << 14];
	int ends[2], status = 0;

	(void)state;
	memset(part, 'x', sizeof(part));
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		size_t done = 0;
		(void)close(ends[0]);
		for (ssize_t n = 1; n > 0 && done < 3 * BOUNCE_MESSAGE_BYTES;
			done += (size_t)n)
			n = write(ends[1], part, sizeof(part));
		_exit(done >= 3 * BOUNCE_MESSAGE_BYTES ? 0 : 1);
	}
	(void)close(ends[1]);
	assert_true(bounce_read_pipe(ends[0], measure, NULL, NULL));
	(void)close(ends[0]);
	assert_int_equal(bytes_taken, BOUNCE_MESSAGE_BYTES);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* The writer was not cut off. */
	assert_int_equal(status, 0);
}

/* ---- IMAP ---- */

static bool read_imap(const char *url, const char *password, const char *ca,
	struct taken *t, size_t most, struct err *err)
{
	const struct bounce_imap options = {url, "retours", password, ca};

	return bounce_read_imap(&options, most, take, t, err);
}

/* Of the files of the mailbox, how many have all these flags. */
static int flagged(const char *flags)
{
	SCOPED(free_char) char *names = names_in(dovecot.box, "cur");
	struct str rest = str_of(names), name;
	int n = 0;

	while (rest.n > 0 && str_cut(&rest, ' ', &name)) {
		SCOPED(free_char) char *one = str_dup(name);
		const char *found = strstr(one, ":2,");

		n += found && strspn(flags, found + 3) == strlen(flags);
	}
	return n;
}

static void imap_by_dovecot(void)
{
	struct taken t = {.all = BUF_LIMIT(1 << 16)};
	struct err err = {0};

	put(dovecot.box, "new/1.a",
		"Subject: one\r\n\r\nA004 OK FETCH completed\r\n* SEARCH 1 2\r\n");
	put(dovecot.box, "new/2.b", "Subject: two\r\n\r\nx\r\n");
	/* Somebody has looked at it. */
	put(dovecot.box, "cur/3.c:2,S", "Subject: three\r\n\r\nx\r\n");
	/* Not recorded: read again, though the server calls it seen. */
	t.refuse_at = 2;
	assert_false(read_imap(dovecot.url, "secret", dovecot.ca, &t, 100, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(flagged("RS"), 1);
	assert_true(read_imap(dovecot.url, "secret", dovecot.ca, &t, 100, &err));
	assert_int_equal(t.count, 4);
	assert_non_null(strstr(t.all.p, "one"));
	assert_non_null(strstr(t.all.p, "two"));
	assert_non_null(strstr(t.all.p, "three"));
	assert_int_equal(flagged("RS"), 3);
	assert_true(read_imap(dovecot.tls_url, "secret", dovecot.ca, &t, 100, &err));
	assert_int_equal(t.count, 4);
	/* One at a time. */
	put(dovecot.box, "new/4.d", "Subject: four\r\n\r\nx\r\n");
	put(dovecot.box, "new/5.e", "Subject: five\r\n\r\nx\r\n");
	assert_true(read_imap(dovecot.tls_url, "secret", dovecot.ca, &t, 1, &err));
	assert_int_equal(t.count, 5);
	assert_true(read_imap(dovecot.tls_url, "secret", dovecot.ca, &t, 9, &err));
	assert_int_equal(t.count, 6);
	assert_int_equal(flagged("RS"), 5);
	buf_release(&t.all);
}

static void imap_large(void)
{
	const struct bounce_imap options = {dovecot.url, "retours", "secret", dovecot.ca};
	char *large = x_alloc(3 * BOUNCE_MESSAGE_BYTES + 1);

	memset(large, 'x', 3 * BOUNCE_MESSAGE_BYTES);
	memcpy(large, "Subject: x\n\n", 12);
	for (size_t i = 79; i < 3 * BOUNCE_MESSAGE_BYTES; i += 80)
		large[i] = '\n';
	large[3 * BOUNCE_MESSAGE_BYTES] = '\0';
	put(dovecot.box, "new/6.f", large);
	free(large);
	assert_true(bounce_read_imap(&options, 9, measure, NULL, NULL));
	assert_int_equal(bytes_taken, BOUNCE_MESSAGE_BYTES);
	assert_int_equal(flagged("RS"), 6);
}

static void imap_refusals(void)
{
	struct taken t = {.all = BUF_LIMIT(1 << 16)};
	struct err err = {0};
	int fd;
	SCOPED(free_char)
	char *closed = x_printf("imaps://localhost:%d/INBOX", bound_port(&fd));
	SCOPED(free_char) char *missing = x_printf("%s-none", dovecot.url);

	(void)close(fd);
	assert_false(read_imap(dovecot.url, "wrong", dovecot.ca, &t, 9, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_false(read_imap(dovecot.url, "secret", "", &t, 9, &err));
	assert_int_equal(err.code, ERR_BROKEN);
	assert_false(read_imap(dovecot.tls_url, "secret", "", &t, 9, &err));
	assert_int_equal(err.code, ERR_BROKEN);
	assert_false(read_imap(missing, "secret", dovecot.ca, &t, 9, &err));
	assert_true(err.code != ERR_NONE);
	assert_false(read_imap(closed, "secret", dovecot.ca, &t, 9, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_false(read_imap("http://localhost/", "secret", "", &t, 9, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(t.count, 0);
	buf_release(&t.all);
}

static struct bounce_imap_probe probe(
	const char *url, const char *password, const char *ca)
{
	const struct bounce_imap options = {url, "retours", password, ca};
	struct bounce_imap_probe found = {.end = BOUNCE_IMAP_AWAY};

	bounce_probe_imap(&options, 10, &found);
	return found;
}

static void imap_is_looked_at(void)
{
	SCOPED(free_char) char *missing = x_printf("%s-none", dovecot.url);
	SCOPED(free_char) char *two = x_printf("%s%%0d%%0aA9%%20LOGOUT", dovecot.url);
	SCOPED(free_char) char *coded = x_printf("%s/%%49NBOX", dovecot.tls_url);
	SCOPED(free_char) char *before = NULL;
	SCOPED(free_char) char *after = NULL;
	SCOPED(free_char) char *fresh_before = NULL;
	SCOPED(free_char) char *fresh_after = NULL;

	put(dovecot.box, "new/7.g", "Subject: seven\r\n\r\nx\r\n");
	before = names_in(dovecot.box, "cur");
	fresh_before = names_in(dovecot.box, "new");
	assert_int_equal(probe(dovecot.url, "secret", dovecot.ca).end, BOUNCE_IMAP_FIT);
	assert_int_equal(probe(dovecot.url, "secret", dovecot.ca).messages, 7);
	assert_int_equal(probe(coded, "secret", dovecot.ca).messages, 7);
	assert_int_equal(
		probe(dovecot.tls_url, "secret", dovecot.ca).end, BOUNCE_IMAP_FIT);
	after = names_in(dovecot.box, "cur");
	fresh_after = names_in(dovecot.box, "new");
	assert_string_equal(after, before);
	assert_string_equal(fresh_after, fresh_before);
	assert_int_equal(probe(dovecot.url, "wrong", dovecot.ca).end, BOUNCE_IMAP_LOGIN);
	assert_int_equal(probe(missing, "secret", dovecot.ca).end, BOUNCE_IMAP_MAILBOX);
	assert_int_equal(probe(two, "secret", dovecot.ca).end, BOUNCE_IMAP_URL);
	assert_int_equal(probe(dovecot.url, "secret", "").end, BOUNCE_IMAP_UNTRUSTED);
	assert_int_equal(
		probe(dovecot.url, "secret", dovecot.box).end, BOUNCE_IMAP_CA_FILE);
	assert_int_equal(
		probe("imap://name.invalid/INBOX", "x", "").end, BOUNCE_IMAP_NO_HOST);
	assert_int_equal(probe("http://localhost/INBOX", "x", "").end, BOUNCE_IMAP_URL);
}

static void a_mailbox_is_read_by_imap(void **state)
{
	(void)state;
	if (!start_dovecot()) {
		print_message("skipped: Dovecot is not installed\n");
		skip();
	}
	imap_by_dovecot();
	imap_large();
	imap_refusals();
	imap_is_looked_at();
}

/* What a server that offers no TLS gets to read, to be freed. */
static char *talk_without_tls(int listener)
{
	char line[1000];
	struct buf all = BUF_LIMIT(1 << 16);
	FILE *peer = fdopen(accept(listener, NULL, NULL), "r+");

	assert_non_null(peer);
	fprintf(peer, "* OK ready\r\n");
	while (fflush(peer) == 0 && fgets(line, sizeof(line), peer)) {
		buf_puts(&all, line);
		if (strstr(line, "CAPABILITY"))
			fprintf(peer, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n");
		fprintf(peer, "%.4s OK done\r\n", line);
	}
	(void)fclose(peer);
	return buf_take(&all);
}

static void without_tls_no_password_leaves(void **state)
{
	int listener, port = bound_port(&listener), status = 0;
	SCOPED(free_char) char *url = x_printf("imap://localhost:%d/INBOX", port);

	(void)state;
	assert_int_equal(listen(listener, 1), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		(void)alarm(30);
		char *heard = talk_without_tls(listener);
		bool told = strstr(heard, "LOGIN") || strstr(heard, "AUTHENTICATE") ||
			strstr(heard, "retours");
		_exit(told ? 1 : 0);
	}
	(void)close(listener);
	struct taken t = {.all = BUF_LIMIT(64)};
	struct err err = {0};
	assert_false(read_imap(url, "secret", "", &t, 9, &err));
	assert_int_equal(err.code, ERR_BROKEN);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_stands_in_cur_with_its_flag),
		cmocka_unit_test(no_file_takes_the_place_of_another),
		cmocka_unit_test(a_look_while_it_is_read_is_no_failure),
		cmocka_unit_test(a_refusal_leaves_all_as_it_was),
		cmocka_unit_test(a_killed_reader_loses_nothing),
		cmocka_unit_test(what_is_no_message_is_passed_over),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test_teardown(a_mailbox_is_read_by_imap, end_dovecot),
		cmocka_unit_test(without_tls_no_password_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
