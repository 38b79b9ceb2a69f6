/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the configuration file: flat `key = "value"` lines (libconfuse), one table of options with their help.
 *
 * Unknown keys, wrong types and values out of range are refused with file, line and remedy. Secrets are files of their own.
 */
#ifndef BAROMETRE_APP_CONFIG_H
#define BAROMETRE_APP_CONFIG_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct config {
	char *database, *owner_role, *key_directory, *public_listen, *staff_listen,
		*public_url, *staff_url, *trusted_proxy;
	char *smtp_url, *smtp_user, *smtp_password_file, *smtp_tls, *smtp_ca_file;
	char *mail_from_name, *mail_from_address, *mail_reply_to, *bounce_address,
		*organisation, *contact_address;
	char *bounce_imap_url, *bounce_imap_user, *bounce_imap_password_file,
		*bounce_imap_ca_file, *bounce_maildir;
	long public_rate, api_rate, web_workers, mail_per_minute, mail_domain_per_minute,
		mail_connections, max_connections;
};

bool config_load(const char *file, struct config *ret, struct err *) MUST_USE;
void config_release(struct config *);
/* Every option with default, range and meaning, as for the example file. */
void config_describe(struct buf *out);

#endif
