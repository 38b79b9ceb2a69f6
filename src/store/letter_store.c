/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/letter_store.h"

#include <stdlib.h>

#include "call_private.h"
#include "sql_catalog.h"

/* What to do with the rows; freed with the call. */
struct job {
	letters_done_fn *letters;
	letter_test_fn *test;
	letter_test_done_fn *done;
	void *arg;
};

static struct db_call *start(struct db_pool *pool, const struct sql *sql,
	struct db_params *params, db_done_fn *done, struct job job)
{
	struct job *copy = x_alloc(sizeof(*copy));

	*copy = job;
	return db_call_owning(pool, sql, params, STORE_DEADLINE, done, copy);
}

/* ---- letters in an edition's own words ---- */

static void letters_fill(struct letters *ret, const struct db_rows *rows)
{
	size_t count = db_count(rows);

	*ret = (struct letters){
		.list = x_calloc(count + 1, sizeof(*ret->list)), .count = count};
	for (size_t i = 0; i < count; i++) {
		struct own_letter *l = &ret->list[i];

		l->edition = str_dup(db_str(rows, i, "edition"));
		l->kind = str_dup(db_str(rows, i, "kind"));
		l->source = str_dup(db_str(rows, i, "source"));
		if (!db_is_null(rows, i, "audience"))
			l->audience = str_dup(db_str(rows, i, "audience"));
		l->of_mailing = !db_is_null(rows, i, "mailing");
		if (l->of_mailing)
			db_get_uuid(rows, i, "mailing", &l->mailing);
	}
}

static void on_letters(void *arg, struct db_rows *rows, const struct err *err)
{
	const struct job *job = arg;
	struct letters letters = {0};

	if (!err)
		letters_fill(&letters, rows);
	job->letters(job->arg, letters, err);
}

struct db_call *letters_read(struct db_pool *pool, letters_done_fn *done, void *arg)
{
	struct db_params params = {0};

	return start(pool, &SQL_LETTER_LOAD, &params, on_letters,
		(struct job){.letters = done, .arg = arg});
}

void letters_release(struct letters *letters)
{
	for (size_t i = 0; i < letters->count; i++) {
		free(letters->list[i].edition);
		free(letters->list[i].kind);
		free(letters->list[i].audience);
		free(letters->list[i].source);
	}
	free(letters->list);
	*letters = (struct letters){0};
}

/* The higher the nearer to the reader; 0: not for him. */
static int nearness(const struct own_letter *l, const char *edition, const char *kind,
	const char *audience, const struct id16 *mailing)
{
	if (strcmp(l->edition, edition) != 0 || strcmp(l->kind, kind) != 0)
		return 0;
	if (l->of_mailing)
		return mailing && memcmp(&l->mailing, mailing, sizeof(*mailing)) == 0 ? 3
										      : 0;
	if (l->audience)
		return strcmp(l->audience, audience) == 0 ? 2 : 0;
	return 1;
}

const char *letters_find(const struct letters *letters, const char *edition,
	const char *kind, const char *audience, const struct id16 *mailing)
{
	const char *found = NULL;
	int best = 0;

	for (size_t i = 0; i < letters->count; i++) {
		int near = nearness(&letters->list[i], edition, kind, audience, mailing);

		if (near > best) {
			best = near;
			found = letters->list[i].source;
		}
	}
	return found;
}

/* ---- letters to oneself ---- */

static void on_test(void *arg, struct db_rows *rows, const struct err *err)
{
	const struct job *job = arg;
	struct letter_test test = {0};
	struct buf box = BUF_LIMIT(1 << 16);

	if (err || db_count(rows) == 0) {
		job->test(job->arg, NULL, err);
		return;
	}
	must(db_get_bytes(rows, 0, "address_box", &box));
	db_get_uuid(rows, 0, "id", &test.id);
	test.of_mailing = !db_is_null(rows, 0, "mailing");
	if (test.of_mailing)
		db_get_uuid(rows, 0, "mailing", &test.mailing);
	test.edition = db_str(rows, 0, "edition");
	test.kind = db_str(rows, 0, "kind");
	test.audience = db_str(rows, 0, "audience");
	test.address_box = buf_str(&box);
	job->test(job->arg, &test, NULL);
	buf_release(&box);
}

struct db_call *letter_test_take(
	struct db_pool *pool, usec_t now, letter_test_fn *done, void *arg)
{
	struct db_params params = {0};

	db_time(&params, now);
	return start(pool, &SQL_LETTER_TEST_TAKE, &params, on_test,
		(struct job){.test = done, .arg = arg});
}

static const char *outcome_name(enum letter_test_outcome outcome)
{
	switch (outcome) {
	case LETTER_TEST_SENT:
		return "sent";
	case LETTER_TEST_REFUSED:
		return "refused";
	case LETTER_TEST_UNKNOWN:
		return "unknown";
	case LETTER_TEST_AGAIN:
		return "planned";
	}
	must_failed("a letter to oneself has one of four outcomes", __FILE__, __LINE__);
}

static void on_done(void *arg, struct db_rows *rows, const struct err *err)
{
	const struct job *job = arg;

	(void)rows;
	job->done(job->arg, err);
}

struct db_call *letter_test_done(struct db_pool *pool, const struct id16 *id,
	enum letter_test_outcome outcome, int code, letter_test_done_fn *done, void *arg)
{
	struct db_params params = {0};

	db_uuid(&params, id);
	db_text_z(&params, outcome_name(outcome));
	db_i64(&params, code);
	return start(pool, &SQL_LETTER_TEST_DONE, &params, on_done,
		(struct job){.done = done, .arg = arg});
}
