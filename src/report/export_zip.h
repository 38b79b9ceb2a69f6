/* SPDX-License-Identifier: Apache-2.0 */
/* export_zip.h - the only door to minizip: a zip in memory, the same bytes for the same entries. */
#ifndef REPORT_EXPORT_ZIP_H
#define REPORT_EXPORT_ZIP_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct zip_file;
struct zip_file *zip_new(void);
void zip_free(struct zip_file *);
DEFINE_DROP(zip_drop, struct zip_file, zip_free)
/* Deflated, dated 1980-01-01. The name is ASCII. At most 4 GiB. */
bool zip_add(struct zip_file *, const char *name, struct str bytes, struct err *)
	MUST_USE;
/* No entry can be added afterwards. *ret is borrowed. */
bool zip_finish(struct zip_file *, struct str *ret, struct err *) MUST_USE;

#endif
