/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_mark.h - how far the mailer was, kept beside the database: <key_directory>/mail.mark. A database that knows less was restored from
 * a backup, and would have mails leave a second time (store/mailing_store.h, struct gate).
 *
 * Two records of one size, written in turn and synced, each with a checksum: after a crash at least the one before is whole. A
 * file of which no record is whole counts as none. It belongs to the machine: a copy that is restored together with the
 * database tells nothing, so it has no place in a backup.
 * It is opened before the process closes the key folder behind itself, and stays open. Of two mailers that share it the file keeps
 * what one of them knew last, which is at most a claim or two less.
 */
#ifndef BAROMETRE_APP_MAIL_MARK_PRIVATE_H
#define BAROMETRE_APP_MAIL_MARK_PRIVATE_H

#include "barometre/store/mailing_store.h"

struct mail_mark_file {
	int fd; /* -1: not open */
	bool known;
	struct mail_mark mark; /* when known */
	uint64_t written;      /* serial of the last record */
};
/* Makes the file when it is missing. ERR_DENIED with the remedy. */
bool mail_mark_open(struct mail_mark_file *ret, const char *folder, struct err *)
	MUST_USE;
/* On disk when it returns true. The form of outbox_options. */
bool mail_mark_keep(void *file, const struct mail_mark *, struct err *) MUST_USE;
void mail_mark_close(struct mail_mark_file
		*); /* idempotent; the file must be one that was opened, or have fd -1 */

#endif
