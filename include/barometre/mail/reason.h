/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.h - why somebody is not written to, and what refusals of mail servers say, in French: the one place of these words, for the
 * staff site and the commands.
 */
#ifndef BAROMETRE_MAIL_REASON_H
#define BAROMETRE_MAIL_REASON_H

#include <stdint.h>

#include "barometre/base/str.h"

/* A verdict (mailing_judge in sql/functions/mailing.sql) or the reason of a skipped row (delivery.reason), of one person:
 * « a déjà répondu ». "" for one that is not known. */
const char *reason_of_one(struct str code);
/* A verdict, of many, as a heading: « Ont déjà répondu ». NULL for what is none. */
const char *reason_of_many(struct str verdict);
/* How far a row of the ledger is (delivery.state): « à envoyer ». "" for what is none. */
const char *delivery_state_words(struct str state);

/* A code of the relay (RFC 5321 section 4.2.3); "" for one that says nothing to people. */
const char *refusal_code_words(int64_t code);
/* « adresse inconnue (5.1.1) », of the words of contact.bounced or of a code of the relay. To be freed. */
char *refusal_words(struct str reason);

#endif
