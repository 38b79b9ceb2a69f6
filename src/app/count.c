/* SPDX-License-Identifier: Apache-2.0 */
/* count.c - see count.h: the three steps. One audience is in count_gather.c and count_write.c, the record in count_record.c. */
#include "barometre/app/count.h"

#include <stdlib.h>
#include <time.h>

#include "barometre/app/keyring.h"
#include "barometre/app/publish.h"
#include "barometre/base/log.h"
#include "barometre/report/release.h"
#include "count_private.h"

/* A row of segments that fewer people share is coarsened, whatever the thresholds of publication. */
#define ROWS_AT_LEAST 5

static bool count_audience(struct tally *t, struct figures *figures,
	struct edition_result *ret, struct err *err)
{
	const struct thresholds thresholds = t->edition->thresholds;
	bool ok = tally_gather(t, err);

	if (ok) {
		figures_add(figures, t->audience->audience, t->tabulation, thresholds);
		segments_settle(t->segments,
			thresholds.min_cell > ROWS_AT_LEAST ? thresholds.min_cell
							    : ROWS_AT_LEAST);
		ret->totals = t->totals;
		ret->generalised = segments_report(t->segments);
		ok = tally_write(t, err);
	}
	if (!ok)
		(void)err_prefix(err, "audience \"%s\"", t->audience->audience);
	tally_release(t);
	return ok;
}

static bool count_audiences(struct db *db, const struct edition *edition,
	const struct count_options *options, const struct secret_key *secret,
	struct figures *figures, struct edition_result *results, struct err *err)
{
	const struct public_key public_key = box_public(secret);
	bool ok = true;

	for (size_t i = 0; ok && i < edition->audience_count; i++) {
		struct tally tally = {.edition = edition,
			.audience = &edition->audiences[i],
			.public_key = &public_key,
			.secret_key = secret,
			.options = options,
			.db = db};

		ok = count_audience(&tally, figures, &results[i], err);
	}
	return ok;
}

static bool store_results(struct db *db, const struct edition *edition,
	const struct count_options *options, const struct edition_result *results,
	const struct public_key *key, struct err *err)
{
	size_t n = edition->audience_count;
	struct count_totals *totals = x_calloc(n + 1, sizeof(*totals));
	const char **names = x_calloc(n + 1, sizeof(*names));
	json_t *record = record_make(edition, options, results, key);
	bool ok;

	for (size_t i = 0; i < n; i++) {
		totals[i] = results[i].totals;
		names[i] = edition->audiences[i].audience;
	}
	ok = count_finish(db, edition->code, names, totals, n, record, err);
	json_decref(record);
	free(names);
	free(totals);
	return ok;
}

static void add_synthesis(struct figures *figures, const struct edition *edition)
{
	const struct form **forms = edition_forms(edition);

	figures_add_synthesis(figures, forms, edition->audience_count);
	free(forms);
}

/* What the check refuses stays a draft, for people to look at: answers are counted all the same. */
static bool add_release(struct db *db, const struct edition *edition,
	const struct figures *figures, struct err *err)
{
	const struct release_draft draft = {.edition = edition->code,
		.thresholds = edition->thresholds,
		.kind = "count",
		.reason = "dépouillement",
		.figures = figures->list,
		.figure_count = figures->count,
		.notes = figures->notes,
		.note_count = figures->note_count};
	int64_t version;
	bool passed;

	return release_add(db, &draft, &version, err) &&
		publish_check(db, edition, version, &passed, NULL, err);
}

/* Everything inside the first transaction. */
static bool count_in_transaction(struct db *db, const struct edition *edition,
	const struct count_options *options, const struct secret_key *secret,
	struct err *err)
{
	const struct public_key public_key = box_public(secret);
	struct edition_result *results = x_calloc(
		edition->audience_count + 1, sizeof(*results));
	struct figures figures = {0};
	bool ok = count_start(db, edition->code, err) &&
		count_audiences(db, edition, options, secret, &figures, results, err);

	if (ok)
		add_synthesis(&figures, edition);
	ok = ok && add_release(db, edition, &figures, err) &&
		store_results(db, edition, options, results, &public_key, err);

	figures_release(&figures);
	for (size_t i = 0; i < edition->audience_count; i++)
		json_decref(results[i].generalised);
	free(results);
	return ok;
}

/* The key that was brought, or else the server's: it must be the one that the boxes were sealed to. */
static bool take_key(const struct edition *edition, const struct count_options *options,
	struct secret_key *ret, struct err *err)
{
	struct public_key half;
	char name[80];

	keyring_name(name, edition->code, "count");
	if (options->counting_key)
		*ret = *options->counting_key;
	else if (!keyring_get(options->key_directory, name, ret, err))
		return edition->custodians
			? err_prefix(err,
				  "edition \"%s\" is counted with a custodian's file (barometre count %s --key FILE)",
				  edition->code, edition->code)
			: false;
	half = box_public(ret);
	if (edition->has_count_key &&
		memcmp(half.b, edition->count_key.b, sizeof(half.b)) == 0)
		return true;
	secret_wipe(ret, sizeof(*ret));
	return err_set(err, ERR_DENIED,
		"this is not the counting key of edition \"%s\", so it cannot open its urn: nothing was done; %s",
		edition->code,
		options->counting_key ? "bring the file that was made for this edition"
				      : "put the key folder of this edition back");
}

static void tell_step(const struct count_options *options, int64_t done)
{
	if (options->progress)
		options->progress(options->progress_arg, NULL, done, 3);
}

static bool count_first(struct db *db, const struct edition *edition,
	const struct count_options *options, struct err *err)
{
	struct secret_key secret;
	bool ok;

	if (!take_key(edition, options, &secret, err))
		return false;
	ok = db_begin(db, err);
	if (ok && !count_in_transaction(db, edition, options, &secret, err)) {
		db_rollback(db);
		ok = false;
	}
	secret_wipe(&secret, sizeof(secret));
	ok = ok && db_commit(db, err);
	if (ok)
		tell_step(options, 1);
	return ok;
}

/* The mailer may be writing its last line of the ledger: a short wait, and again. */
#define SETTLE_TRIES 10

static bool settle(struct db *db, const char *edition, struct err *err)
{
	const struct timespec pause = {0, 200 * 1000 * 1000};
	struct err why = {0};

	for (int i = 0; i < SETTLE_TRIES; i++) {
		why = (struct err){0};
		if (count_settle(db, edition, &why))
			return true;
		if (why.code != ERR_BUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return err_set(err, why.code, "%s", why.text);
}

static bool destroy_keys(const char *folder, const char *edition, struct err *err)
{
	char count[80], campaign[80];

	keyring_name(count, edition, "count");
	keyring_name(campaign, edition, "campaign");
	return keyring_destroy(folder, count, err) &&
		keyring_destroy(folder, campaign, err);
}

/* Files that are published already bear the hash of that seal (record_hash of the manifest): the new record vouches for it. */
static void keep_former_hash(json_t *record)
{
	json_t *hash = json_object_get(record, "hash"),
	       *former = json_object_get(record, "former_hashes");

	if (!hash)
		return;
	if (!former) {
		former = json_array();
		json_object_set_new(record, "former_hashes", former);
	}
	json_array_append(former, hash);
	json_object_del(record, "hash");
}

/* What only now is known goes into the record, and it is sealed. */
static bool complete_record(struct db *db, const char *edition, json_t *record,
	bool keys_destroyed, struct err *err)
{
	json_t *dispositions = count_dispositions(db, edition, err);
	json_t *shared = dispositions ? count_shared(db, edition, err) : NULL;
	struct err unused = {0};
	char hash[65];

	if (!shared) {
		json_decref(dispositions);
		return false;
	}
	json_object_set_new(record, "dispositions", dispositions);
	json_object_set_new(record, "shared_files", shared);
	json_object_set_new(record, "keys_destroyed", json_boolean(keys_destroyed));
	json_object_set_new(
		record, "checkpoint", json_boolean(count_checkpoint(db, &unused)));
	keep_former_hash(record);
	record_hash(record, hash);
	if (!count_seal(db, edition, record, hash, err))
		return false;
	json_object_set_new(record, "hash", json_string(hash));
	return true;
}

static bool steps_2_and_3(struct db *db, const char *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	json_t *record;
	int64_t invalid;
	bool keep, ok;

	if (!settle(db, edition, err))
		return false;
	tell_step(options, 2);
	record = count_record(db, edition, err);
	if (!record)
		return false;
	invalid = record_total(record, "invalid");
	keep = invalid > 0 && !options->waive_invalid;
	if (keep)
		log_warning("count.keys_kept", F_COUNT("invalid", invalid));
	ok = keep || destroy_keys(options->key_directory, edition, err);
	if (ok)
		tell_step(options, 3);
	if (!ok || !complete_record(db, edition, record, !keep, err)) {
		json_decref(record);
		return false;
	}
	*ret_record = record;
	return true;
}

/* Steps 2 and 3, whatever of them is done already. */
static bool finish(struct db *db, const char *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	return steps_2_and_3(db, edition, options, ret_record, err) ||
		err_prefix(err,
			"the answers of edition \"%s\" are counted and stored, the rest is not done (run the count again)",
			edition);
}

/* Counted: something may be left to do. */
static bool count_again(struct db *db, const char *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	enum count_stage stage;
	json_t *record;
	bool kept;

	if (!count_stage(db, edition, &stage, err))
		return false;
	if (stage == COUNT_SEALED) {
		record = count_record(db, edition, err);
		if (!record)
			return false;
		kept = json_is_false(json_object_get(record, "keys_destroyed"));
		json_decref(record);
		if (!kept || !options->waive_invalid)
			return err_set(err, ERR_CONFLICT,
				"edition \"%s\" is already counted: nothing is done twice%s",
				edition,
				kept ? "; its keys were kept for the invalid boxes, and go with --waive-invalid"
				     : "");
	}
	return finish(db, edition, options, ret_record, err);
}

static bool count_edition(struct db *db, const struct edition *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	if (strcmp(edition->state, "counted") == 0 ||
		strcmp(edition->state, "released") == 0)
		return count_again(db, edition->code, options, ret_record, err);
	if (strcmp(edition->state, "closed") != 0)
		return err_set(err, ERR_CONFLICT,
			"edition \"%s\" is %s: close it first (barometre edition close %s)",
			edition->code, edition->state, edition->code);
	return count_first(db, edition, options, err) &&
		finish(db, edition->code, options, ret_record, err);
}

bool count_run(struct db *keeper, const char *edition,
	const struct count_options *options, json_t **ret_record, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *found = editions_load_one(keeper, edition, &editions, err);

	return found && count_edition(keeper, found, options, ret_record, err);
}

bool count_resume(struct db *keeper, const struct count_options *options,
	int *ret_finished, struct err *err)
{
	char **editions;
	int finished = 0;
	bool ok = true;

	if (!count_unfinished(keeper, &editions, err))
		return false;
	for (size_t i = 0; editions[i]; i++) {
		json_t *record = NULL;
		if (ok && finish(keeper, editions[i], options, &record, err))
			finished++;
		else
			ok = false;
		json_decref(record);
		free(editions[i]);
	}
	free(editions);
	if (ok)
		*ret_finished = finished;
	return ok;
}
