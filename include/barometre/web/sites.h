/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sites.h - the two sites, each a set of routes over what it may hold.
 */
#ifndef BAROMETRE_WEB_SITES_H
#define BAROMETRE_WEB_SITES_H

#include "barometre/mail/letter.h"
#include "barometre/privacy/campaign.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/submission.h"
#include "barometre/web/server.h"

/* Keys the web process holds of one edition. */
struct edition_web_keys {
	const char *edition;
	struct key macs, drafts, cookies;
};

struct public_site_options {
	const char *public_url, *organisation, *contact_address;
	bool secure_cookies; /* https */
	usec_t (*now)(void);
	/* How often one address may ask for what is worth abusing, a minute; 0: no limit. Addresses of proxies whose
	 * X-Forwarded-For is believed, NULL: none. */
	long rate;
	const char *trusted_proxies;
};
struct public_site;
struct public_site *public_site_new(struct loop *, struct db_pool *,
	const struct editions *, const struct edition_web_keys *, size_t,
	const struct public_site_options *);
/* Addresses in figures, separated by blanks or commas; at most 16. */
bool public_site_proxies_valid(const char *) MUST_USE;
void public_site_free(struct public_site *);
void public_site_handle(void *site, struct exchange *); /* a handler_fn */
/* While there is no database to make a site from: 503, and whatever was posted is held for another try. `site` is not used. */
void public_site_handle_down(void *site, struct exchange *);

struct staff_site_options {
	const char *staff_url, *organisation;
	bool secure_cookies;
	usec_t (*now)(void);
	/* What a custodian brought for the count of an edition, to be passed to the keeper at once and kept nowhere. False when it
	 * cannot be passed on now, or is too long. */
	bool (*hand_over)(
		void *arg, struct str edition, struct str file, struct str passphrase);
	void *hand_over_arg;
	/* Addresses that staff type are sealed to it (address_box_seal): only the mailer can open them. NULL: no such page. */
	const struct public_key *address_public;
	/* What previews of letters are made of. `editions` NULL: there are no such pages. */
	struct letter_sender sender;
	const struct editions *editions;
	long api_rate; /* requests a minute of one API key; 0: no limit */
};
struct staff_site;
struct staff_site *staff_site_new(
	struct loop *, struct db_pool *, const struct staff_site_options *);
void staff_site_free(struct staff_site *);
void staff_site_handle(void *site, struct exchange *);
/* While there is no database to make a site from: 503. */
void staff_site_handle_down(void *options, struct exchange *);

#endif
