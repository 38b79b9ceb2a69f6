/* SPDX-License-Identifier: Apache-2.0 */
#include "login.h"

#include <stdio.h>
#include <string.h>

#include "barometre/app/keyring.h"
#include "barometre/base/secret.h"

/* libpq takes both "a=b c=d" and "postgresql://host/name?a=b". */
static const char *separator_of(const char *conninfo)
{
	if (!strstr(conninfo, "://"))
		return " ";
	return strchr(conninfo, '?') ? "&" : "?";
}

char *login_string(const struct config *config, const char *who, struct err *err)
{
	char name[80], password[2 * KEY_BYTES + 1] = "";
	struct key key;
	char *text;
	size_t size;
	bool has;

	keyring_name(name, who, "database");
	has = keyring_has(config->key_directory, name);
	if (has && !keyring_get(config->key_directory, name, &key, err))
		return NULL;
	size = strlen(config->database) + sizeof(password) + 16;
	text = secret_alloc(size);
	if (has)
		hex_write(password, &key, sizeof(key));
	(void)snprintf(text, size, "%s%s%s%s", config->database,
		has ? separator_of(config->database) : "", has ? "password=" : "",
		password);
	secret_wipe(&key, sizeof(key));
	secret_wipe(password, sizeof(password));
	return text;
}

struct db *login_open(
	const struct config *config, const char *who, const char *role, struct err *err)
{
	char *text = login_string(config, who, err);
	struct db *db = text ? db_open(text, role, err) : NULL;

	secret_free(text);
	return db;
}
