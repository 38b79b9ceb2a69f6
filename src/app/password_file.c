/* SPDX-License-Identifier: Apache-2.0 */
#include "password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "barometre/base/secret.h"

static ssize_t read_all(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t more = 1;

	while (n < size && more > 0) {
		more = read(fd, out + n, size - n);
		if (more < 0 && errno == EINTR)
			more = 1;
		else if (more > 0)
			n += (size_t)more;
	}
	return more < 0 ? -1 : (ssize_t)n;
}

bool password_file_read(
	const char *key, const char *file, char *out, size_t size, struct err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read_all(fd, out, size) : -1;
	size_t length = 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	if (n < 0) {
		secret_wipe(out, size);
		return err_set(err, ERR_MISSING,
			"cannot read %s \"%s\": %s; let the service read it, and keep it out of key_directory",
			key, file, strerror(why));
	}
	while (length < (size_t)n && !strchr("\r\n", out[length]))
		length++;
	if (length == size) {
		secret_wipe(out, size);
		return err_set(err, ERR_LIMIT,
			"the first line of %s \"%s\" is longer than %zu bytes, the most a password can have: put nothing but the password on it, or have a shorter one made",
			key, file, size - 1);
	}
	out[length] = '\0';
	return true;
}
