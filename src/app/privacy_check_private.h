/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_check_private.h - the three places that are looked at; each appends what it finds. */
#ifndef BAROMETRE_APP_PRIVACY_CHECK_PRIVATE_H
#define BAROMETRE_APP_PRIVACY_CHECK_PRIVATE_H

#include "barometre/app/privacy_check.h"

/* Takes both texts, from x_printf or x_strdup. */
void privacy_add(struct privacy_findings *, enum privacy_level, const char *rule,
	char *what, char *remedy);

/* The contact list and the questionnaires. */
bool privacy_check_people(struct db *owner, const struct edition *,
	struct privacy_findings *, struct err *) MUST_USE;
/* PostgreSQL. `key_directory` NULL: not compared with the data folder. */
bool privacy_check_server(struct db *owner, const char *key_directory,
	struct privacy_findings *, struct err *) MUST_USE;
/* This program. */
void privacy_check_program(
	const struct config *, const struct edition *, struct privacy_findings *);

#endif
