/* SPDX-License-Identifier: Apache-2.0 */
#include "password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool password_file_read(
	const char *key, const char *file, char *out, size_t size, struct err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return err_set(err, ERR_MISSING,
			"cannot read %s \"%s\": %s; let the service read it, and keep it out of key_directory",
			key, file, strerror(why));
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}
