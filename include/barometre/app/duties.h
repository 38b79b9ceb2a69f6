/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duties.h - one process a duty, each with its own database role and only the keys of its duty.
 *
 * A process reads the key folder once, right after the fork: it derives the sub-keys of its duty into locked memory, wipes the rest,
 * and before it talks to anybody gives up the folder for good (confine.h). The keeper keeps its way to the folder and has
 * no listening socket. Changed keys come in by starting the processes again.
 *
 *   web     listening socket, K_mac, K_draft, K_cookie of open editions     role barometre_web
 *   staff   listening socket; of the address key the public half            role barometre_staff
 *   keeper  the key folder at the moment of a count                         role barometre_keeper
 *   mailer  K_tok of open editions, K_stop, K_bounce, K_address (for objections
 *           that staff write down), the address secret key; mail.mark, open
 *           for writing                                                     role barometre_mailer
 *
 * Each duty returns its exit status: 0 asked to stop, DUTY_RELOAD to be started again at once (an edition changed).
 */
#ifndef BAROMETRE_APP_DUTIES_H
#define BAROMETRE_APP_DUTIES_H

#include "barometre/app/config.h"
#include "barometre/privacy/campaign.h"

#define DUTY_RELOAD 75

struct edition_keys {
	char edition[33];
	struct campaign_keys keys;
};
struct keyring {
	struct edition_keys *editions;
	size_t edition_count;
	struct mail_keys mail;
	struct secret_key address;
	struct public_key address_public; /* of staff */
};
/* Reads the whole folder: right after the fork, before keys the duty does not need are wiped. */
bool keyring_load(const char *folder, struct keyring *ret, struct err *) MUST_USE;
/* Wipes everything. */
void keyring_release(struct keyring *);

enum duty {
	DUTY_WEB,
	DUTY_STAFF,
	DUTY_KEEPER,
	DUTY_MAILER
};
/* What the supervisor made before it forked; -1 for none. */
struct duty_sockets {
	int public_listener, staff_listener;
	int handing, taking; /* the two ends of handover.h, of staff and keeper */
};
/* Borrowed for ever. */
const char *duty_name(enum duty);
/* In the child, from the first line to the last. Its exit status. */
int duty_run(const struct config *, enum duty, const struct duty_sockets *);

int duty_web(const struct config *, const struct keyring *, int listener);
int duty_staff(const struct config *, const struct keyring *, int listener, int handing);
int duty_keeper(const struct config *, int taking);
struct mail_mark_file; /* src/app/mail_mark.h */
int duty_mailer(const struct config *, const struct keyring *, struct mail_mark_file *);

/* The supervisor: binds, forks, restarts with back-off, reloads when a key file or SIGHUP says so, stops on SIGTERM. Exit status. */
int daemon_run(const struct config *);

#endif
