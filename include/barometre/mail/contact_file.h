/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contact_file.h - reading a contact list: CSV as French offices make it.
 *
 * UTF-8 (BOM or not) or Windows-1252; ";" or "," (the one that the header line has more of); RFC 4180 quotes; LF or CRLF.
 * Header names in any order, accents and case forgiven: email (courriel, adresse, mail), nom (name), public (audience),
 * departement, type; other columns are not read. email and public must be there.
 * Promises: C1 every line with something in it becomes one entry or one error at least. C2 errors by line: all of them,
 *   not the first (the list stops after CONTACT_FILE_ERRORS and says how many more); with errors nothing is to be
 *   imported. C3 no error text holds what the file holds. C4 what is accepted has a usable address, an audience of the
 *   edition, one line per address and audience, no control characters, and fits an address box.
 */
#ifndef BAROMETRE_MAIL_CONTACT_FILE_H
#define BAROMETRE_MAIL_CONTACT_FILE_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

#define CONTACT_FILE_BYTES ((size_t)64 << 20)
#define CONTACT_FILE_LINES 200000
#define CONTACT_FILE_ERRORS 1000
#define CONTACT_NAME_BYTES 230  /* as JSON, so that address and name fit an address box */
#define CONTACT_FIELD_BYTES 100 /* department, type */

/* Strings are never NULL; `name`, `department` and `type` may be "". `line` counts from 1, the header included. */
struct contact_line {
	int line;
	char *email, *compare, *name, *audience, *department, *type;
};
struct contact_file {
	struct contact_line *lines;
	size_t count;
	char **errors; /* "ligne 12 : …", French, in the order of the file, repetitions last */
	size_t error_count;
};
/* `audiences` NULL-terminated: the ones of the edition. Always fills `ret`; false when it has errors. */
bool contact_file_parse(struct str bytes, const char *const *audiences,
	struct contact_file *ret) MUST_USE;
void contact_file_release(struct contact_file *); /* idempotent */

#endif
