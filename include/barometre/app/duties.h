/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duties.h - one process a duty, each with its own database role and only the keys of its duty.
 *
 *   web     listening socket, K_mac, K_draft, K_cookie of open editions     role barometre_web
 *   staff   listening socket, no key                                        role barometre_staff
 *   keeper  the key folder at the moment of a count                         role barometre_keeper
 *   mailer  K_tok of open editions, K_stop, the address secret key          role barometre_mailer
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
};
/* Reads the whole folder: right after the fork, before keys the duty does not need are wiped. */
bool keyring_load(const char *folder, struct keyring *ret, struct err *) MUST_USE;
/* Wipes everything. */
void keyring_release(struct keyring *);

int duty_web(const struct config *, const struct keyring *, int listener);
int duty_staff(const struct config *, int listener);
int duty_keeper(const struct config *);
int duty_mailer(const struct config *, const struct keyring *);

/* The supervisor: binds, forks, restarts with back-off, reloads when a key file or SIGHUP says so, stops on SIGTERM. Exit status. */
int daemon_run(const struct config *);

#endif
