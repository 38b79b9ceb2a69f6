/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "barometre/app/keyring.h"
#include "barometre/base/secret.h"

/* In this machine's order of bytes: the file never leaves it. */
struct record {
	char magic[8];
	uint64_t serial;
	struct id16 mark;
	int64_t sequence;
	struct id16 sum; /* of all before */
};
#define RECORD_BYTES 56
_Static_assert(sizeof(struct record) == RECORD_BYTES, "no padding in what is summed");
#define SLOT_BYTES 512 /* a sector each: a torn write harms one of them */
static const char magic[8] = {'B', 'a', 'r', 'o', 'M', 'a', 'i', '1'};

static struct id16 sum_of(const struct record *r)
{
	struct hash32 hash = hash_plain(
		(struct str){(const char *)r, offsetof(struct record, sum)});
	struct id16 sum;

	memcpy(sum.b, hash.b, sizeof(sum.b));
	return sum;
}

static void read_slot(struct mail_mark_file *f, off_t slot)
{
	struct record r = {.serial = 0};
	struct id16 sum;

	if (pread(f->fd, &r, sizeof(r), slot * SLOT_BYTES) != (ssize_t)sizeof(r) ||
		memcmp(r.magic, magic, sizeof(magic)) != 0)
		return;
	sum = sum_of(&r);
	if (memcmp(&sum, &r.sum, sizeof(sum)) != 0 ||
		(f->known && r.serial <= f->written))
		return;
	f->known = true;
	f->mark = (struct mail_mark){r.mark, r.sequence};
	f->written = r.serial;
}

bool mail_mark_open(struct mail_mark_file *ret, const char *folder, struct err *err)
{
	SCOPED(free_char) char *path = x_printf("%s/" KEYRING_MAIL_MARK, folder);
	struct mail_mark_file f = {
		.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* The name of a file just made must outlive a power cut too. */
	bool ok = f.fd >= 0 && dir >= 0 && fsync(dir) == 0;

	if (dir >= 0)
		(void)close(dir);
	if (!ok)
		(void)err_set(err, ERR_DENIED,
			"cannot open \"%s\": %s; let the service write into key_directory",
			path, strerror(errno));
	if (!ok) {
		mail_mark_close(&f);
		return false;
	}
	read_slot(&f, 0);
	read_slot(&f, 1);
	*ret = f;
	return true;
}

bool mail_mark_keep(void *file, const struct mail_mark *mark, struct err *err)
{
	struct mail_mark_file *f = file;
	struct record r = {
		.serial = f->written + 1, .mark = mark->mark, .sequence = mark->sequence};
	off_t slot = (off_t)(r.serial % 2) * SLOT_BYTES;

	memcpy(r.magic, magic, sizeof(magic));
	r.sum = sum_of(&r);
	if (pwrite(f->fd, &r, sizeof(r), slot) != (ssize_t)sizeof(r) ||
		fdatasync(f->fd) != 0)
		return err_set(err, ERR_DENIED,
			"cannot write " KEYRING_MAIL_MARK
			" in key_directory: %s; make room there, or repair the disk",
			strerror(errno));
	f->written = r.serial;
	f->known = true;
	f->mark = *mark;
	return true;
}

void mail_mark_close(struct mail_mark_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	*f = (struct mail_mark_file){.fd = -1};
}
