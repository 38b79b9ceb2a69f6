/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter_store.h - letters in an edition's own words, and letters to oneself, as the mailer needs them. What the staff
 * site saves goes through sql/functions/letter.sql, which bumps mail_gate.letters: whoever sends loads again before it
 * claims when that number has changed.
 *
 *   letter_test:  planned --letter_test_take--> claimed --letter_test_done--> sent | refused | unknown | planned again
 *                 planned for more than an hour --letter_test_take--> refused;  claimed for as long --> unknown
 */
#ifndef BAROMETRE_STORE_LETTER_STORE_H
#define BAROMETRE_STORE_LETTER_STORE_H

#include "barometre/store/db.h"

struct own_letter {
	char *edition, *kind, *audience; /* audience NULL: all */
	bool of_mailing;
	struct id16 mailing; /* the only one it is for */
	char *source;
};
struct letters {
	struct own_letter *list;
	size_t count;
};
/* Those of editions that are not closed. Role mailer or owner. The letters are the receiver's: it copies the struct and releases it
 * one day; empty when err. */
typedef void letters_done_fn(void *arg, struct letters, const struct err *err);
struct db_call *letters_read(struct db_pool *, letters_done_fn *, void *arg);
void letters_release(struct letters *); /* idempotent */
/* The source for letter_values: the mailing's own (`mailing` may be NULL), else the edition's for that audience, else for all,
 * else NULL: the program's. Borrowed. */
const char *letters_find(const struct letters *, const char *edition, const char *kind,
	const char *audience, const struct id16 *mailing);

struct letter_test {
	struct id16 id, mailing;
	bool of_mailing;
	struct str edition, kind, audience,
		address_box; /* borrowed during the call; NUL-terminated but the box */
};
/* `test` NULL: nothing to send now. Claims one at most; none while mail is held, none of an edition that is not open or a draft. */
typedef void letter_test_fn(void *arg, const struct letter_test *, const struct err *err);
struct db_call *letter_test_take(
	struct db_pool *, usec_t now, letter_test_fn *, void *arg);
enum letter_test_outcome {
	LETTER_TEST_SENT,
	LETTER_TEST_REFUSED,
	LETTER_TEST_UNKNOWN,
	LETTER_TEST_AGAIN /* never left us */
};
typedef void letter_test_done_fn(void *arg, const struct err *err);
/* The address goes with the outcome, but for AGAIN. `code`: the relay's reply, 0 for none. */
struct db_call *letter_test_done(struct db_pool *, const struct id16 *id,
	enum letter_test_outcome, int code, letter_test_done_fn *, void *arg);

#endif
