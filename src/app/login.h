/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - how a process of ours says to PostgreSQL who it is.
 *
 * <who>.database in the key folder is the password of that role ("web", "staff", "keeper", "mailer", and "owner" for the commands):
 * the 64 hexadecimal figures themselves. deploy/database-passwords makes all five. A process reads its own before it gives
 * up the key folder (duty.c), so that who takes it over cannot become another role. Without a file the connection string is taken as it is, and
 * where peer authentication lets the service be any role, each process could be any.
 */
#ifndef BAROMETRE_APP_LOGIN_H
#define BAROMETRE_APP_LOGIN_H

#include "barometre/app/config.h"
#include "barometre/store/db.h"

/* The connection string of `who`; locked memory, for secret_free. NULL when there is a file that cannot be read. */
char *login_string(const struct config *, const char *who, struct err *) MUST_USE;
/* Opens as `role` with the password of `who`. */
struct db *login_open(
	const struct config *, const char *who, const char *role, struct err *) MUST_USE;

#endif
