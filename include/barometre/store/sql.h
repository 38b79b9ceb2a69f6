/* SPDX-License-Identifier: Apache-2.0 */
/* sql.h - one statement of the catalogue made at build from sql/queries (see cmake/embed.cmake). */
#ifndef BAROMETRE_STORE_SQL_H
#define BAROMETRE_STORE_SQL_H

struct sql {
	const char *name, *text;
};
extern const struct sql
	*const sql_catalog[]; /* NULL-terminated: tests describe every one */

#endif
