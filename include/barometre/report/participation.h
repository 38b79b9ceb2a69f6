/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation.h - who took part, as totals, and the response rates of each audience.
 *
 * Out of the record of a count (app/count.h "Dispositions"): every contact of a list is in one class. Answers by an open link have no
 * denominator: they are told apart and are never in a numerator; there is no rate of all answers.
 *
 * Rates: AAPOR, Standard Definitions (7th edition, 2011; unchanged in the 8th, 2015), section "Response rates":
 *   RR1 = I / ((I + P) + (R + NC + O) + (UH + UO))      RR2 = (I + P) / the same
 *   RR5 = I / ((I + P) + (R + NC + O))                  RR6 = (I + P) / the same
 * How our classes stand in them
 *   I   complete: the personal link was used to send an answer
 *   P   counted partial answers of invited people. A counted draft has no link to a contact, so P is known only of an audience
 *       without open link: there every draft is an invited person's. With an open link RR2 and RR6 are told only when there is none.
 *   R   refusal
 *   NC  silent, less P, who are taken to be among them; with more of them than that RR6 is not told. Table 4 codes them 3.19, eligibility unknown. The list is of named people chosen because they are
 *       concerned, and a mail was delivered: for RR5 and RR6 they are eligible and not reached. As unknown ones RR5 would be near 1
 *       whoever answers.
 *   UO  undelivered and not_sent: in the denominator of RR1 and RR2 only. In an audience that got its links in another way than by
 *       mail, all who did not answer are not_sent, and RR5 and RR6 say nothing: they are not told when no contact is silent or refused.
 * RR1 is the number to quote. Promise: 0 <= RR1 <= RR5 <= 1, RR1 <= RR2 <= RR6 <= 1, of those that are told.
 */
#ifndef BAROMETRE_REPORT_PARTICIPATION_H
#define BAROMETRE_REPORT_PARTICIPATION_H

#include <jansson.h>

#include "barometre/base/err.h"
#include "barometre/store/release_store.h"

struct participation {
	const char *audience, *label; /* borrowed from the record */
	int64_t contacts, complete, refusal, undelivered, not_sent,
		silent;  /* contacts is the sum of the others */
	int64_t partial; /* counted partial answers, of the whole audience */
	int64_t open;    /* answers by the open link, complete ones */
	bool open_link;  /* then nobody knows whose the partial ones are */
};
/* One an audience, in the order of the record; free() the list. ERR_MISSING: the count is not finished, there are no
 * dispositions. ERR_BROKEN: a record whose classes do not add up. */
bool participation_read(const json_t *record, struct participation **ret_list,
	size_t *ret_count, struct err *) MUST_USE;

enum response_rate {
	RATE_RR1,
	RATE_RR2,
	RATE_RR5,
	RATE_RR6,
	RATES
};
/* False, and nothing written, when it cannot be told. */
struct rate {
	int64_t numerator, denominator;
	double share; /* 0 … 1 */
};
bool response_rate(const struct participation *, enum response_rate, struct rate *ret)
	MUST_USE;

/* As lines of a release, after its "respondents" (report/release.h):
 *   question "participation.dispositions", type "disposition": contacts, delivered (contacts less undelivered and not_sent), complete, partial,
 *     no_answer (refusal and silent), refusal, silent, undelivered, not_sent, open: `count`. They have no base of their own:
 *     "contacts" is that of all but "partial" and "open". No percent, so no interval: it is a list, not a sample.
 *   questions "participation.rr1" … "participation.rr6", type "rate", option "rr1" …: `value` in percent, base the denominator; neither
 *     when it cannot be told
 * How many objected is an act of people on a list that others know: with 1 … min_cell-1 of them, refusal and silent are told
 * together as no_answer only (both lines stay, "small_cells"), so that neither is the difference of two lines. Undelivered and not_sent are
 * what became of a mail, and always told. RR1 to RR6 need only no_answer.
 * Lines borrow the audience. */
#define PARTICIPATION_LINES 14
void participation_lines(const struct participation *, struct thresholds,
	struct figure ret[PARTICIPATION_LINES]);

/* The lines of a release with those of `record` among them, each audience's right after its "respondents" of the whole audience:
 * what the files of a release are made of, once the count is finished (its own lines are frozen before that). Fresh array, to be freed; texts
 * are borrowed from both. Without dispositions in the record it is a copy. ERR_BROKEN as participation_read. */
bool participation_join(const json_t *record, struct thresholds, const struct figure *,
	size_t count, struct figure **ret_list, size_t *ret_count, struct err *) MUST_USE;

/* For whoever holds the list: everything exact, as in the record. As text in French for people, as CSV (RFC 4180, header
 * edition,audience,option,count,base,percent; percents with two decimals, empty where nothing can be told) or as JSON:
 *   {"edition", "audiences": [{"audience", "label", "openLink", "contacts", "delivered", …, "rates": {"rr1": {"numerator",
 *    "denominator", "percent"} or null, …}}]} */
enum participation_format {
	PARTICIPATION_TEXT,
	PARTICIPATION_CSV,
	PARTICIPATION_JSON
};
/* "text", "csv", "json". */
bool participation_format_parse(const char *, enum participation_format *ret) MUST_USE;
void participation_write(struct buf *out, enum participation_format, const char *edition,
	const struct participation *, size_t count);

#endif
