/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - a release goes from state to state (store/release_store.h); role barometre_keeper, or the owner.
 *
 * The count, the coding and corrections add a draft and check it, all in their transaction. A person publishes: then all files of all
 * formats are made, once, and kept; whoever has a right to figures gets these bytes (report/export.h).
 *
 * The files have the lines of the release, and among them those of participation (report/participation.h), which are made of the record of
 * the count: it is finished after the release was frozen, so the hash of a release does not cover them. The record has its own,
 * in the journal; the manifest has both. Until the record is sealed nothing is published; figures without any record have no such lines.
 */
#ifndef BAROMETRE_APP_PUBLISH_H
#define BAROMETRE_APP_PUBLISH_H

#include "barometre/store/edition_store.h"
#include "barometre/store/release_store.h"

/* Holds a draft against itself and all former releases that were no drafts (report/release_check.h), withdrawn ones too. Passed: it is
 * checked. Else it stays a draft, with the account kept for staff; *ret_passed is false and this is no error. `account` (may be
 * NULL) gets one finding a line, in French. In the caller's transaction. A release that is no draft any more is judged again, and nothing is
 * written. */
bool publish_check(struct db *, const struct edition *, int64_t version, bool *ret_passed,
	struct buf *account, struct err *) MUST_USE;

/* A checked release (version 0: the newest) is out: makes its files and writes the journal, in one transaction of its own. Published already:
 * nothing happens, but that files which are missing are made (releases of before there were files). ERR_CONFLICT when it is
 * a draft, withdrawn, older than one that is out, when its lines are not those of its hash, or when the count is not at its end (its record is
 * not sealed). *ret_version (may be NULL) is which. */
bool publish_release(struct db *, const char *edition, int64_t version, const char *login,
	int64_t *ret_version, struct err *) MUST_USE;

/* Published figures (version 0: the newest that are out) are served no more. `why` is shown to whoever asks for them: ERR_INVALID when it is
 * empty or over WITHDRAWN_WHY_BYTES. */
bool publish_withdraw(struct db *, const char *edition, int64_t version,
	const char *login, const char *why, int64_t *ret_version, struct err *) MUST_USE;

#endif
