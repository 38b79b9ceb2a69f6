/* SPDX-License-Identifier: Apache-2.0 */
/* Zip files by minizip, into memory. */
#include "export_zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zip.h>

#define ZIP_LIMIT ((size_t)1 << 30)

struct zip_file {
	struct buf bytes;
	size_t at; /* minizip goes back to write sizes */
	zipFile zip;
};

/* ---- a file in memory, as minizip wants to see it ---- */

static voidpf memory_open(voidpf opaque, const void *name, int mode)
{
	(void)name;
	(void)mode;
	return opaque;
}

static uLong memory_read(voidpf opaque, voidpf stream, void *into, uLong size)
{
	(void)opaque;
	(void)stream;
	(void)into;
	(void)size;
	return 0;
}

static uLong memory_write(voidpf opaque, voidpf stream, const void *from, uLong size)
{
	struct zip_file *z = stream;
	size_t inside = z->bytes.n - z->at;

	(void)opaque;
	if (inside > size)
		inside = size;
	if (inside > 0)
		memcpy(z->bytes.p + z->at, from, inside);
	buf_bytes(&z->bytes, (const char *)from + inside, size - inside);
	if (z->bytes.failed)
		return 0;
	z->at += size;
	return size;
}

static ZPOS64_T memory_tell(voidpf opaque, voidpf stream)
{
	const struct zip_file *z = stream;

	(void)opaque;
	return z->at;
}

static long memory_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
	struct zip_file *z = stream;
	ZPOS64_T from = origin == ZLIB_FILEFUNC_SEEK_CUR ? z->at
		: origin == ZLIB_FILEFUNC_SEEK_END       ? z->bytes.n
							 : 0;

	(void)opaque;
	if (from + offset > z->bytes.n)
		return -1;
	z->at = (size_t)(from + offset);
	return 0;
}

static int memory_end(voidpf opaque, voidpf stream)
{
	(void)opaque;
	(void)stream;
	return 0;
}

struct zip_file *zip_new(void)
{
	struct zip_file *z = x_calloc(1, sizeof(*z));
	zlib_filefunc64_def functions = {.zopen64_file = memory_open,
		.zread_file = memory_read,
		.zwrite_file = memory_write,
		.ztell64_file = memory_tell,
		.zseek64_file = memory_seek,
		.zclose_file = memory_end,
		.zerror_file = memory_end,
		.opaque = z};

	z->bytes.max = ZIP_LIMIT;
	z->zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);
	must(z->zip);
	return z;
}

void zip_free(struct zip_file *z)
{
	if (!z)
		return;
	if (z->zip)
		(void)zipClose(z->zip, NULL);
	buf_release(&z->bytes);
	free(z);
}

static bool cannot(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the zip file would be over %zu bytes", ZIP_LIMIT);
}

bool zip_add(struct zip_file *z, const char *name, struct str bytes, struct err *err)
{
	const zip_fileinfo info = {
		.tmz_date = {.tm_mday = 1, .tm_mon = 0, .tm_year = 1980}};

	must(bytes.n <= UINT32_MAX);
	if (zipOpenNewFileInZip(
		    z->zip, name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 9) != ZIP_OK)
		return cannot(err);
	if (zipWriteInFileInZip(z->zip, bytes.p, (unsigned int)bytes.n) != ZIP_OK ||
		zipCloseFileInZip(z->zip) != ZIP_OK)
		return cannot(err);
	return true;
}

bool zip_finish(struct zip_file *z, struct str *ret, struct err *err)
{
	int status = zipClose(TAKE(z->zip), NULL);

	if (status != ZIP_OK || z->bytes.failed)
		return cannot(err);
	*ret = buf_str(&z->bytes);
	return true;
}
