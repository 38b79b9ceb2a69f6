/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearse.h - a whole edition played in compressed time, before it is opened or while it runs: what each day would send, to how
 * many, and who would be left out and why.
 *
 * How: a copy of the edition in a database of its own, dropped at the end; its contacts with addresses
 * "<audience>.<n>@rehearsal.invalid" (RFC 2606), sealed to keys that are thrown away, which also make the links: no mail of it opens
 * anything. The mailer's own outbox, ledger, schedule and letters run on it with a clock that jumps to the next thing to do, and
 * send to a sink on 127.0.0.1 that sends nothing on. The pace is that of mail_per_minute; its compressed form is the clock's.
 * Promises: R1 the database of the edition is only read. R2 no address is opened, and nothing leaves this machine. R3 the sink's own
 *   list is compared with the ledger at the end: a difference is an error. R4 the same seed and the same edition give the same days.
 * Not played: the pace by domain (all addresses are in one), 4xx and 5xx of a relay, contacts who come late.
 */
#ifndef BAROMETRE_APP_REHEARSE_H
#define BAROMETRE_APP_REHEARSE_H

#include "barometre/app/config.h"
#include "barometre/base/clock.h"

struct rehearse_options {
	const struct config *config;
	const char *edition;
	const char *
		database; /* an empty one to play in, as a connection string; NULL: one is made and dropped */
	const char *
		out; /* folder for one mail of each mailing and audience, made when missing; NULL: none */
	int days; /* at most so many; 0: until the edition closes */
	int answers_percent; /* of those written to who have not answered, so many do each week: 0 to 99 */
	uint64_t seed;                                                /* whose */
	void (*progress)(usec_t now, int64_t sent, const char *zone); /* or NULL */
};
/* Appends the report, in French. `*ret_fits`: every mailing would end. ERR_MISSING: no such edition; ERR_CONFLICT: it is over, or
 * another rehearsal is going on; ERR_DENIED: the owner may make no database. A SIGINT, SIGTERM or SIGHUP ends it early (ERR_CONFLICT), and
 * the copy goes all the same. Where one stays, because this program or the database was killed, doctor.h names it, and the next
 * rehearsal removes it; of a `database` that was given, the next rehearsal refuses it and says what to run. */
bool rehearse(const struct rehearse_options *, struct buf *out, bool *ret_fits,
	struct err *) MUST_USE;

#endif
