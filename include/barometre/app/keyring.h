/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring.h - the key folder: one small file a key, hex, mode 0600; the only place where keys rest.
 *
 *   mail.key            K_mail (objections, bounces, address hashes)     long-lived
 *   address.key         X25519 secret half: addresses are sealed to it   long-lived
 *   <edition>.campaign  K_camp                 made by edition create, destroyed by the count
 *   <edition>.count     counting secret key    made by edition open (server-held keys), destroyed by the count
 *   <edition>.trustee   contact trustee's secret key  made by edition create; the trustee should take it away
 *   <who>.database      password of a role of the database (src/app/login.h)  made by deploy/database-passwords
 *   mail.mark           no key: how far the mailer was (src/app/mail_mark.h)      made by the mailer
 * A process of a duty derives its sub-keys right after the fork and wipes the rest before it does anything else; the keeper reads the
 * counting key at the moment of a count.
 */
#ifndef BAROMETRE_APP_KEYRING_H
#define BAROMETRE_APP_KEYRING_H

#include "barometre/privacy/campaign.h"

/* Writes atomically (temporary file, fsync, link, fsync of the folder): of two writers at once one gets ERR_CONFLICT. */
bool keyring_put(const char *folder, const char *name, const void *key, struct err *)
	MUST_USE;
/* ERR_MISSING names the file and says what makes it. ERR_DENIED when others may read it. */
bool keyring_get(const char *folder, const char *name, void *ret_key, struct err *)
	MUST_USE;
bool keyring_has(const char *folder, const char *name);
/* Overwrites, syncs, removes. True when it is gone. What a disk keeps of overwritten blocks is not in our hands: the record says so. */
bool keyring_destroy(const char *folder, const char *name, struct err *) MUST_USE;
/* mail.key and address.key, made when missing. */
bool keyring_prepare(const char *folder, struct err *) MUST_USE;
#define KEYRING_MAIL_MARK "mail.mark"
/* Changes when a key file comes or goes. */
uint64_t keyring_stamp(const char *folder);
/* "<edition>.<kind>" into out. */
void keyring_name(char out[80], const char *edition, const char *kind);

#endif
