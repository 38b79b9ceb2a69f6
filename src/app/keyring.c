/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.c - see keyring.h. */
#include "barometre/app/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_CHARS (2 * KEY_BYTES)

void keyring_name(char out[80], const char *edition, const char *kind)
{
	snprintf(out, 80, "%.32s.%s", edition, kind);
}

static bool sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, text, n);

		if (done <= 0)
			return false;
		text += done;
		n -= (size_t)done;
	}
	return fsync(fd) == 0;
}

bool keyring_put(const char *folder, const char *name, const void *key, struct err *err)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	SCOPED(free_char)
	char *temporary = x_printf("%s/.%s.%ld", folder, name, (long)getpid());
	char text[HEX_CHARS + 2];
	int fd, why;
	bool ok;

	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_BROKEN, "cannot write a key into \"%s\": %s",
			folder, strerror(errno));
	hex_write(text, key, KEY_BYTES);
	text[HEX_CHARS] = '\n';
	ok = write_all(fd, text, HEX_CHARS + 1);
	/* link, not rename: of two that make the same key at once, one must lose. */
	ok = close(fd) == 0 && ok && link(temporary, path) == 0 && sync_folder(folder);
	why = errno;
	(void)unlink(temporary);
	secret_wipe(text, sizeof(text));
	if (!ok && why == EEXIST)
		return err_set(err, ERR_CONFLICT,
			"the key \"%s\" exists already and is not overwritten", path);
	return ok ||
		err_set(err, ERR_BROKEN, "cannot write the key \"%s\": %s", path,
			strerror(why));
}

bool keyring_has(const char *folder, const char *name)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);

	return access(path, F_OK) == 0;
}

bool keyring_get(const char *folder, const char *name, void *ret_key, struct err *err)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	char text[HEX_CHARS + 1];
	struct stat st;
	ssize_t n;
	bool ok;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_MISSING : ERR_DENIED,
			"cannot read the key \"%s\": %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
		close(fd);
		return err_set(err, ERR_DENIED,
			"others may read the key \"%s\": run chmod 600 on it", path);
	}
	n = read(fd, text, sizeof(text));
	close(fd);
	ok = n >= HEX_CHARS &&
		hex_parse((struct str){text, HEX_CHARS}, ret_key, KEY_BYTES);
	secret_wipe(text, sizeof(text));
	return ok ||
		err_set(err, ERR_INVALID, "\"%s\" is not a key of this program", path);
}

bool keyring_destroy(const char *folder, const char *name, struct err *err)
{
	SCOPED(free_char) char *path = x_printf("%s/%s", folder, name);
	static const char zeroes[HEX_CHARS];
	bool ok;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ||
			err_set(err, ERR_BROKEN, "cannot destroy the key \"%s\": %s",
				path, strerror(errno));
	ok = write_all(fd, zeroes, sizeof(zeroes));
	close(fd);
	ok = unlink(path) == 0 && ok;
	return (sync_folder(folder) && ok) ||
		err_set(err, ERR_BROKEN,
			"cannot destroy the key \"%s\": %s; remove it by hand", path,
			strerror(errno));
}

/* Whoever comes second takes what is there. */
static bool put_once(
	const char *folder, const char *name, const void *key, struct err *err)
{
	struct err why = {0};

	if (keyring_has(folder, name) || keyring_put(folder, name, key, &why) ||
		why.code == ERR_CONFLICT)
		return true;
	*err = why;
	return false;
}

bool keyring_prepare(const char *folder, struct err *err)
{
	struct key key = random_key();
	struct public_key unused;
	struct secret_key secret;
	struct err why = {0};
	bool ok;

	box_new_pair(&unused, &secret);
	ok = put_once(folder, "mail.key", &key, &why) &&
		put_once(folder, "address.key", &secret, &why);
	secret_wipe(&key, sizeof(key));
	secret_wipe(&secret, sizeof(secret));
	if (!ok && err)
		*err = why;
	return ok;
}

uint64_t keyring_stamp(const char *folder)
{
	uint64_t stamp = 0;
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		uint64_t hash =
			1469598103934665603u; /* FNV-1a, only to notice a change */

		if (entry->d_name[0] == '.' ||
			strcmp(entry->d_name, KEYRING_MAIL_MARK) == 0)
			continue;
		for (const char *c = entry->d_name; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
		stamp += hash;
	}
	if (dir)
		closedir(dir);
	return stamp;
}
