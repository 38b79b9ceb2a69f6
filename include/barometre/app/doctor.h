/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor.h - is this installation fit to send an edition's mail? Looks at everything that mail needs, from the disk to the name
 * servers of the sender's domain, and says each remedy. Nothing is changed and no mail is sent.
 *
 * Promises: D1 what could not be looked at is "unknown", never "good" and never "severe". D2 each finding that is not good has a remedy.
 *   D3 no finding shows a person's address, a token or a password.
 * SOURCE of the rules: RFC 5321 (relay), RFC 7208 (SPF), RFC 6376 section 3.6.2 (names of DKIM keys) with RFC 8020, RFC 7489 (DMARC,
 *   alignment), RFC 8058 section 3.1 (https in List-Unsubscribe), RFC 5321 section 4.5.3.1.1 (64 octets of a local part); what Gmail
 *   and Yahoo ask of senders since 2024 (SPF or DKIM of everybody, all three of who sends much, a PTR record that leads back).
 */
#ifndef BAROMETRE_APP_DOCTOR_H
#define BAROMETRE_APP_DOCTOR_H

#include "barometre/app/config.h"
#include "barometre/base/clock.h"

enum doctor_level {
	DOCTOR_SEVERE,  /* mail does not leave, or not well, like this */
	DOCTOR_WARNING, /* to be mended, or known and accepted */
	DOCTOR_UNKNOWN, /* could not be looked at */
	DOCTOR_GOOD
};
enum doctor_group {
	DOCTOR_SERVER,   /* disk, keys, settings */
	DOCTOR_DATABASE, /* with the clock */
	DOCTOR_RELAY,
	DOCTOR_SENDER, /* what the world's DNS says of the sender */
	DOCTOR_MAILINGS
};
struct doctor_finding {
	enum doctor_group group;
	enum doctor_level level;
	const char *rule; /* its kind, for programs: "relay-tls", "spf", "window", … */
	char *what, *remedy; /* French, for people; the remedy is "" where all is good */
};
struct doctor_report {
	struct doctor_finding *list; /* by group, in the order they were found */
	size_t count;
};
struct doctor_options {
	const struct config *config;
	const char *edition; /* only its mailings; NULL: of every draft and open one */
	const char *dkim_selector; /* NULL: only whether there can be a key at all */
	const char *
		relay_address; /* from where mail reaches the world; NULL: guessed, the relay's own: what fails with it is unknown */
	const char
		*name_server; /* "192.0.2.53", "192.0.2.53:5353"; NULL: this machine's */
	int seconds;          /* longest wait for each reply; 0: ten, and three of DNS */
};

/* A database that cannot be reached is a finding. ERR_MISSING: no such edition; ERR_INVALID: an option is wrong. */
bool doctor_examine(
	const struct doctor_options *, struct doctor_report *ret, struct err *) MUST_USE;
void doctor_report_release(struct doctor_report *);
size_t doctor_count(const struct doctor_report *, enum doctor_level);
/* For people, in French; and for programs:
 *   {"severe":1,"warnings":0,"unknown":2,"good":20,
 *    "findings":[{"group":"relay","level":"severe","rule":"relay-tls","what":"…","remedy":"…"}]} */
void doctor_write(const struct doctor_report *, struct buf *out);
void doctor_json(const struct doctor_report *, struct buf *out);

#endif
