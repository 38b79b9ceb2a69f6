/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - see publish.h. */
#include "barometre/app/publish.h"

#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/report/export.h"
#include "barometre/report/participation.h"
#include "barometre/report/release_check.h"
#include "barometre/store/count_store.h"

#define FILE_MAX (512u << 20)
#define FILES (EXPORT_FORMATS + 1) /* and the manifest */

/* ---- the check ---- */

struct former {
	struct release *list;
	size_t count;
};

static void former_release(struct former *f)
{
	for (size_t i = 0; i < f->count; i++)
		release_unload(&f->list[i]);
	free(f->list);
	*f = (struct former){0};
}

/* All that somebody may have seen: every other release but drafts. */
static bool load_former(struct db *db, const char *edition, int64_t version,
	struct former *ret, struct err *err)
{
	struct release_info *infos SCOPED(release_infos_free) = NULL;
	struct former f = {0};
	size_t count;

	if (!release_list(db, edition, &infos, &count, err))
		return false;
	f.list = x_calloc(count + 1, sizeof(*f.list));
	for (size_t i = count; i-- > 0;) {
		if (infos[i].version == version || strcmp(infos[i].state, "draft") == 0)
			continue;
		if (!release_load(db, edition, infos[i].version, &f.list[f.count], err)) {
			former_release(&f);
			return false;
		}
		f.count++;
	}
	*ret = f;
	return true;
}

static void write_account(struct buf *out, const struct release_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		buf_printf(out, "%s\n", findings->list[i].text);
	if (findings->more > 0)
		buf_printf(out, "Et %zu autres de même sorte.\n", findings->more);
}

static bool settle_check(struct db *db, const struct edition *edition,
	const struct release *release, const struct release_findings *findings,
	struct buf *account, struct err *err)
{
	struct buf text SCOPED(buf_release) = BUF_LIMIT(1 << 20);

	write_account(&text, findings);
	if (account)
		buf_add(account, buf_str(&text));
	if (strcmp(release->info.state, "draft") != 0)
		return true;
	if (findings->count == 0)
		return release_set_checked(db, edition->code, release->info.version, err);
	log_warning("release.refused", F_COUNT("findings", (long)findings->count));
	return release_set_refused(
		db, edition->code, release->info.version, buf_str(&text).p, err);
}

bool publish_check(struct db *db, const struct edition *edition, int64_t version,
	bool *ret_passed, struct buf *account, struct err *err)
{
	struct release_findings findings SCOPED(release_findings_release) = {0};
	struct release release SCOPED(release_unload) = {0};
	struct former former SCOPED(former_release) = {0};
	const struct form **forms;
	bool ok;

	if (!release_load(db, edition->code, version, &release, err) ||
		!load_former(db, edition->code, release.info.version, &former, err))
		return false;
	forms = edition_forms(edition);
	release_check(&release, former.list, former.count, forms, edition->audience_count,
		&findings);
	free(forms);
	ok = settle_check(db, edition, &release, &findings, account, err);
	if (ok)
		*ret_passed = findings.count == 0;
	return ok;
}

/* ---- files ---- */

static bool keep_part(void *arg, struct str part, struct err *err)
{
	struct buf *out = arg;

	buf_add(out, part);
	return !out->failed ||
		err_set(err, ERR_LIMIT, "a file of the release is over 512 MiB");
}

static bool add_file(struct db *db, const struct export_source *source,
	const struct export_file *file, struct str bytes, struct err *err)
{
	const struct release_file row = {.format = file->format,
		.name = file->name,
		.media_type = file->media_type,
		.bytes = bytes};

	return release_add_file(db, source->edition, source->info->version, &row, err);
}

/* *ret is for the manifest; its name is owned. */
static bool make_file(struct db *db, enum export_format format,
	const struct export_source *source, struct export_file *ret, struct err *err)
{
	struct buf bytes SCOPED(buf_release) = BUF_LIMIT(FILE_MAX);
	struct hash32 hash;

	if (!export_write(format, source, keep_part, &bytes, err))
		return err_prefix(err, "format %s", export_name(format));
	hash = hash_plain(buf_str(&bytes));
	*ret = (struct export_file){.format = export_name(format),
		.name = export_file_name(format, source->edition, source->info->version),
		.media_type = export_media_type(format),
		.bytes = bytes.n};
	hex_write(ret->hash, hash.b, sizeof(hash.b));
	return add_file(db, source, ret, buf_str(&bytes), err);
}

static bool make_manifest(struct db *db, const struct export_source *source,
	const struct export_file *files, struct err *err)
{
	struct buf bytes SCOPED(buf_release) = BUF_LIMIT(1 << 20);
	char *name SCOPED(free_char) = export_manifest_name(
		source->edition, source->info->version);
	const struct export_file manifest = {.format = EXPORT_MANIFEST,
		.name = name,
		.media_type = EXPORT_MANIFEST_MEDIA_TYPE};

	export_manifest(source, files, EXPORT_FORMATS, &bytes);
	return add_file(db, source, &manifest, buf_str(&bytes), err);
}

static bool make_files(struct db *db, const struct export_source *source, struct err *err)
{
	struct export_file files[EXPORT_FORMATS] = {0};
	bool ok = true;

	for (enum export_format f = 0; ok && f < EXPORT_FORMATS; f++)
		ok = make_file(db, f, source, &files[f], err);
	ok = ok && make_manifest(db, source, files, err);
	for (size_t i = 0; i < EXPORT_FORMATS; i++)
		free((char *)(uintptr_t)files[i].name);
	return ok;
}

static void free_lines(struct figure **lines)
{
	free(*lines);
}

static void drop_record(json_t **record)
{
	json_decref(*record);
}

/* The sealed record of the count; NULL where figures came in another way. Files that are made before it is sealed would never tell who took
 * part. */
static bool load_record(struct db *db, const char *edition, json_t **ret, struct err *err)
{
	struct err why = {0};

	*ret = count_record(db, edition, &why);
	if (!*ret)
		return why.code == ERR_MISSING || err_set(err, why.code, "%s", why.text);
	return json_object_get(*ret, "hash") ||
		err_set(err, ERR_CONFLICT,
			"the count of edition \"%s\" is not at its end, and the files would never tell who took part: "
			"wait for it, or run it again (barometre count %s)",
			edition, edition);
}

/* What the files say of themselves does not depend on the day they are made. */
static bool files_of(struct db *db, const struct edition *edition,
	const struct release *release, struct err *err)
{
	json_t *record SCOPED(drop_record) = NULL;
	struct figure *lines SCOPED(free_lines) = NULL;
	struct release_info info = release->info;
	struct export_source source = {.edition = edition->code,
		.title = edition->title,
		.info = &info,
		.notes = release->notes,
		.note_count = release->note_count,
		.form_count = edition->audience_count};
	const struct form **forms;
	bool ok;

	if (!load_record(db, edition->code, &record, err) ||
		!participation_join(record, info.thresholds, release->figures,
			release->figure_count, &lines, &source.figure_count, err))
		return false;
	source.figures = lines;
	source.record_hash = json_string_value(json_object_get(record, "hash"));
	forms = edition_forms(edition);
	source.forms = forms;
	info.rows = (int64_t)source.figure_count;
	(void)snprintf(info.state, sizeof(info.state), "published");
	info.published_on[0] = '\0';
	info.published_by[0] = '\0';
	ok = make_files(db, &source, err);
	free(forms);
	return ok;
}

/* ---- publication ---- */

/* Somebody with the database in hand may have changed a line since the check. Hashes of before notes were in them say nothing here. */
static bool is_untouched(
	const struct edition *edition, const struct release *release, struct err *err)
{
	const struct release_draft draft = {.edition = edition->code,
		.thresholds = release->info.thresholds,
		.kind = release->info.kind,
		.figures = release->figures,
		.figure_count = release->figure_count,
		.notes = release->notes,
		.note_count = release->note_count};
	char hash[65];

	release_hash(&draft, hash);
	return strcmp(hash, release->info.hash) == 0 ||
		err_set(err, ERR_CONFLICT,
			"the figures of release %lld are not those that were frozen (its hash is another one): it is not published; "
			"somebody has changed the database",
			(long long)release->info.version);
}

static bool publish_checked(struct db *db, const struct edition *edition,
	const struct release *release, const char *login, struct err *err)
{
	struct err why = {0};

	if (!is_untouched(edition, release, err) || !files_of(db, edition, release, err))
		return false;
	if (release_publish(db, edition->code, release->info.version, login, &why))
		return true;
	return why.code == ERR_CONFLICT
		? err_set(err, ERR_CONFLICT,
			  "release %lld of edition \"%s\" cannot be published: a newer one is out, or the edition is not counted "
			  "(barometre release list %s)",
			  (long long)release->info.version, edition->code, edition->code)
		: err_set(err, why.code, "%s", why.text);
}

static bool publish_loaded(struct db *db, const struct edition *edition,
	const struct release *release, const char *login, struct err *err)
{
	const struct release_info *info = &release->info;
	size_t files;

	if (strcmp(info->state, "checked") == 0)
		return publish_checked(db, edition, release, login, err);
	if (strcmp(info->state, "published") == 0)
		return release_count_files(
			       db, edition->code, info->version, &files, err) &&
			(files == FILES || files_of(db, edition, release, err));
	if (strcmp(info->state, "draft") == 0)
		return err_set(err, ERR_CONFLICT,
			"release %lld of edition \"%s\" is a draft: check it first (barometre release check %s %lld)",
			(long long)info->version, edition->code, edition->code,
			(long long)info->version);
	return err_set(err, ERR_CONFLICT,
		"release %lld of edition \"%s\" was withdrawn, and stays so; publish another one (barometre release list %s)",
		(long long)info->version, edition->code, edition->code);
}

static bool publish_inside(struct db *db, const char *code, int64_t version,
	const char *login, int64_t *ret_version, struct err *err)
{
	struct editions editions SCOPED(editions_release) = {0};
	struct release release SCOPED(release_unload) = {0};
	const struct edition *edition;

	edition = editions_load_one(db, code, &editions, err);
	if (!edition || !release_load(db, code, version, &release, err) ||
		!publish_loaded(db, edition, &release, login, err))
		return false;
	if (ret_version)
		*ret_version = release.info.version;
	return true;
}

bool publish_release(struct db *db, const char *edition, int64_t version,
	const char *login, int64_t *ret_version, struct err *err)
{
	return db_begin(db, err) &&
		db_end(db, publish_inside(db, edition, version, login, ret_version, err),
			err);
}

/* ---- withdrawal ---- */

bool publish_withdraw(struct db *db, const char *edition, int64_t version,
	const char *login, const char *why, int64_t *ret_version, struct err *err)
{
	struct str words = str_trim(str_of(why ? why : ""));
	char *reason SCOPED(free_char) = str_dup(words);
	struct err refused = {0};

	if (words.n == 0 || words.n > WITHDRAWN_WHY_BYTES)
		return err_set(err, ERR_INVALID,
			"say why the figures are withdrawn, in at most %d bytes: whoever asks for them is told (--reason \"…\")",
			WITHDRAWN_WHY_BYTES);
	if (version == 0 && !release_newest(db, edition, "published", &version, err))
		return false;
	if (release_withdraw(db, edition, version, login, reason, &refused)) {
		if (ret_version)
			*ret_version = version;
		return true;
	}
	return refused.code == ERR_CONFLICT
		? err_set(err, ERR_CONFLICT,
			  "release %lld of edition \"%s\" is not published, so there is nothing to withdraw (barometre release list %s)",
			  (long long)version, edition, edition)
		: err_set(err, refused.code, "%s", refused.text);
}
