/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_shared.c - bytes that many replies share.
 *
 * Large ones lie in a file without a name, in memory, sealed: the kernel sends its pages as they are (sendfile), where it would
 * copy those of the heap each time. Where such a file cannot be had, the heap does.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange_private.h"

/* Below it a call of its own costs more than the copy. */
#define FILE_LEAST ((size_t)32 << 10)

struct shared_bytes {
	size_t holders;
	struct buf bytes; /* or */
	void *map;        /* the same pages as the file's */
	size_t size;
	int fd; /* -1: bytes */
};

static bool write_whole(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n <= 0)
			return false;
		s.p += n;
		s.n -= (size_t)n;
	}
	return true;
}

static bool move_to_file(struct shared_bytes *shared)
{
	int fd = memfd_create("shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map = MAP_FAILED;

	if (fd < 0)
		return false;
	/* A page that is on its way must not change: nobody may write any more, we neither. Sealed, before Linux 6.7 it is mapped
	 * privately only; as nothing is written there, these are the same pages. */
	if (write_whole(fd, buf_str(&shared->bytes)) &&
		fcntl(fd, F_ADD_SEALS,
			F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		map = mmap(NULL, shared->bytes.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		(void)close(fd);
		return false;
	}
	shared->fd = fd;
	shared->map = map;
	shared->size = shared->bytes.n;
	buf_release(&shared->bytes);
	return true;
}

struct shared_bytes *shared_bytes_new(struct buf *bytes)
{
	struct shared_bytes *shared = x_calloc(1, sizeof(*shared));

	must(!bytes->failed);
	*shared = (struct shared_bytes){.holders = 1, .bytes = *bytes, .fd = -1};
	*bytes = (struct buf)BUF_LIMIT(bytes->max);
	if (shared->bytes.n >= FILE_LEAST)
		(void)move_to_file(shared);
	return shared;
}

struct shared_bytes *shared_bytes_hold(struct shared_bytes *shared)
{
	shared->holders++;
	return shared;
}

void shared_bytes_drop(struct shared_bytes *shared)
{
	if (!shared || --shared->holders > 0)
		return;
	if (shared->fd >= 0) {
		must(munmap(shared->map, shared->size) == 0);
		(void)close(shared->fd);
	}
	buf_release(&shared->bytes);
	free(shared);
}

struct str shared_bytes_str(const struct shared_bytes *shared)
{
	return shared->fd >= 0 ? (struct str){shared->map, shared->size}
			       : buf_str(&shared->bytes);
}

int shared_bytes_file(const struct shared_bytes *shared)
{
	return shared->fd;
}
