/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_private.h - the places that are looked at; each appends what it finds. */
#ifndef BAROMETRE_APP_DOCTOR_PRIVATE_H
#define BAROMETRE_APP_DOCTOR_PRIVATE_H

#include "barometre/app/doctor.h"
#include "barometre/base/dns.h"
#include "barometre/mail/smtp_probe.h"
#include "barometre/store/db.h"

/* Takes both texts, from x_printf or x_strdup. */
void doctor_add(struct doctor_report *, enum doctor_group, enum doctor_level,
	const char *rule, char *what, char *remedy);
/* The same where all is good. */
void doctor_good(struct doctor_report *, enum doctor_group, const char *rule, char *what);

void doctor_server(const struct config *, struct doctor_report *);
/* Opens the database: NULL, and said, when it is not fit to be asked. */
struct db *doctor_database(const struct config *, struct doctor_report *);
/* False when no relay is configured, or its password cannot be read. */
bool doctor_relay(const struct config *, int seconds, struct smtp_probe *ret,
	struct doctor_report *);
/* Opens what they are read from, and changes nothing there. */
void doctor_bounces(const struct config *, int seconds, struct doctor_report *);
/* `relay_address` in figures, "" when unknown. */
void doctor_sender(const struct doctor_options *, struct dns *, const char *relay_address,
	struct doctor_report *);
bool doctor_mailings(const struct doctor_options *, struct db *, usec_t now,
	struct doctor_report *, struct err *) MUST_USE;

#endif
