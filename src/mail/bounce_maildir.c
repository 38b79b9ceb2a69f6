/* SPDX-License-Identifier: Apache-2.0 */
/* bounce_maildir.c - reports from files: a Maildir, and standard input. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "barometre/mail/bounce.h"
#include "barometre/mail/bounce_box.h"

static bool read_bounded(int fd, struct buf *out)
{
	char part[1 << 14];
	ssize_t n = 0;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		size_t room = BOUNCE_MESSAGE_BYTES - out->n;
		buf_bytes(out, part, (size_t)n < room ? (size_t)n : room);
	}
	return true;
}

bool bounce_read_pipe(int fd, bounce_take_fn *take, void *arg, struct err *err)
{
	struct buf message = BUF_LIMIT(BOUNCE_MESSAGE_BYTES);
	bool ok = read_bounded(fd, &message)
		? take(arg, buf_str(&message), err)
		: err_set(err, ERR_BUSY, "cannot read standard input: %s",
			  strerror(errno));

	buf_release(&message);
	return ok;
}

struct maildir {
	int fresh, current; /* new/ and cur/ */
	size_t left, passed_over;
	bounce_take_fn *take;
	void *arg;
};

/* A name and its flags: "1700000000.M1P2.host:2,FRS". S alone is anybody's look. */
static bool is_handled(const char *name)
{
	const char *flags = strstr(name, ":2,");

	return flags && strchr(flags + 3, 'R');
}

/* The name with R and S among its flags, which stand in the order of ASCII. `again` makes another one. */
static char *handled_name(const char *name, int again)
{
	const char *info = strstr(name, ":2,");
	size_t n = info ? (size_t)(info - name) : strcspn(name, ":");
	const char *flags = info ? info + 3 : "";
	size_t before = 0;
	SCOPED(free_char)
	char *other = again > 0 ? x_printf("-%d", again) : x_strdup("");

	while (flags[before] && flags[before] < 'R')
		before++;
	/* Nothing stands between R and S. */
	return x_printf("%.*s%s:2,%.*sR%s%s", (int)n, name, other, (int)before, flags,
		flags[before] == 'S' ? "" : "S", flags + before);
}

static bool same_file(int a, const char *one, int b, const char *two)
{
	struct stat s, t;

	return fstatat(a, one, &s, AT_SYMLINK_NOFOLLOW) == 0 &&
		fstatat(b, two, &t, AT_SYMLINK_NOFOLLOW) == 0 && s.st_dev == t.st_dev &&
		s.st_ino == t.st_ino;
}

/* A second name first, on the disk, then the end of the first: link takes no other file's place, as rename would.
 * A first name that is gone was changed by whoever looks at it meanwhile: it is read again under its other name. */
static bool mark_handled(const struct maildir *box, int from, const char *name)
{
	for (int again = 0; again < 100; again++) {
		SCOPED(free_char) char *to = handled_name(name, again);

		if (linkat(from, name, box->current, to, 0) == 0 ||
			(errno == EEXIST && same_file(from, name, box->current, to)))
			return fsync(box->current) == 0 &&
				(unlinkat(from, name, 0) == 0 || errno == ENOENT);
		if (errno != EEXIST)
			return errno == ENOENT;
	}
	return false;
}

/* False only when reading has to end. */
static bool read_file(struct maildir *box, int folder, const char *name, struct err *err)
{
	struct buf message = BUF_LIMIT(BOUNCE_MESSAGE_BYTES);
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool readable = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		read_bounded(fd, &message);
	bool ok = true;

	if (fd >= 0)
		(void)close(fd);
	if (!readable) {
		box->passed_over++;
	} else {
		box->left--;
		ok = box->take(box->arg, buf_str(&message), err) &&
			(mark_handled(box, folder, name) ||
				err_set(err, ERR_DENIED,
					"cannot rename a message that was read to its place in cur of bounce_maildir: %s; let the service write there",
					strerror(errno)));
	}
	buf_release(&message);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Its files, the oldest first; those with R left out. */
static char **list_files(int folder, size_t most, size_t *ret_count)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	char **names = x_calloc(most + 1, sizeof(*names));
	struct dirent *entry = NULL;

	*ret_count = 0;
	while (dir && *ret_count < most && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && !is_handled(entry->d_name))
			names[(*ret_count)++] = x_strdup(entry->d_name);
	if (dir)
		(void)closedir(dir);
	qsort(names, *ret_count, sizeof(*names), by_name);
	return names;
}

static bool read_folder(struct maildir *box, int folder, struct err *err)
{
	size_t count = 0;
	char **names = list_files(folder, 100000, &count);
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		if (ok && box->left > 0)
			ok = read_file(box, folder, names[i], err);
		free(names[i]);
	}
	free(names);
	return ok;
}

bool bounce_read_maildir(const char *folder, size_t most, bounce_take_fn *take, void *arg,
	size_t *ret_passed_over, struct err *err)
{
	SCOPED(free_char) char *fresh = x_printf("%s/new", folder);
	SCOPED(free_char) char *current = x_printf("%s/cur", folder);
	struct maildir box = {
		.fresh = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.current = open(current, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.left = most,
		.take = take,
		.arg = arg,
	};
	bool ok = box.fresh >= 0 && box.current >= 0;

	if (!ok)
		(void)err_set(err, ERR_MISSING,
			"\"%s\" is not a Maildir that can be read: it needs the folders new and cur",
			folder);
	ok = ok && read_folder(&box, box.fresh, err) &&
		read_folder(&box, box.current, err);
	if (box.fresh >= 0)
		(void)close(box.fresh);
	if (box.current >= 0)
		(void)close(box.current);
	if (ok)
		*ret_passed_over = box.passed_over;
	return ok;
}
