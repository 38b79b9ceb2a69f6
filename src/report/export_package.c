/* SPDX-License-Identifier: Apache-2.0 */
/* A release as a data package: a zip of tables, and what they mean. */
#include <jansson.h>
#include <stdlib.h>

#include "barometre/report/statistics.h"
#include "export_private.h"
#include "export_zip.h"

#define TABLE_LIMIT ((size_t)512 << 20)

/* A table of the package: its bytes and its description. */
struct resource {
	const char *name, *path, *title;
	struct buf bytes;
	json_t *schema;
};

static bool to_buf(void *arg, struct str part, struct err *err)
{
	struct buf *out = arg;

	buf_add(out, part);
	return !out->failed ||
		err_set(err, ERR_LIMIT, "a table of the data package is over %zu bytes",
			out->max);
}

static bool csv_row(void *arg, const char *const *cells, size_t count)
{
	struct buf *out = arg;

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(out, ',');
		buf_csv(out, cells[i]);
	}
	buf_puts(out, "\r\n");
	return !out->failed;
}

/* ---- descriptions ---- */

static json_t *pair(const char *value, const char *label)
{
	json_t *object = json_pack("{s:s, s:s}", "value", value, "label", label);

	must(object);
	return object;
}

static json_t *status_categories(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < book_status_count; i++)
		json_array_append_new(
			list, pair(book_statuses[i].code, book_statuses[i].text));
	return list;
}

static json_t *audience_categories(const struct book *book)
{
	json_t *list = json_array(), *seen = json_object();

	for (size_t i = 0; i < book->count; i++) {
		const struct book_variable *v = &book->variables[i];

		if (json_object_get(seen, v->audience))
			continue;
		json_object_set_new(seen, v->audience, json_true());
		json_array_append_new(list, pair(v->audience, v->audience_label));
	}
	json_decref(seen);
	return list;
}

/* Of texts "" is no value but a place where nothing stands: only numbers have missing values. */
static json_t *figure_field(const struct book *book, enum column column)
{
	bool number = column >= COLUMN_BASE && column <= COLUMN_HIGH;
	bool whole = number && column != COLUMN_COUNT && column != COLUMN_LOW &&
		column != COLUMN_HIGH;
	const struct column_info *info = &column_infos[column];
	json_t *field = json_pack("{s:s, s:s, s:s, s:s}", "name", info->name, "type",
		whole            ? "integer"
			: number ? "number"
				 : "string",
		"title", info->title, "description", info->description);
	must(field);
	if (column == COLUMN_STATUS)
		json_object_set_new(field, "categories", status_categories());
	if (column == COLUMN_AUDIENCE && book->count > 0)
		json_object_set_new(field, "categories", audience_categories(book));
	return field;
}

static json_t *schema_of(json_t *fields)
{
	json_t *schema = json_pack("{s:s, s:o, s:[o]}", "$schema",
		"https://datapackage.org/profiles/2.0/tableschema.json", "fields", fields,
		"missingValues", pair("", "sans objet, ou non publié (voir status)"));

	must(schema);
	return schema;
}

static json_t *figure_schema(const struct book *book)
{
	json_t *fields = json_array();

	for (size_t i = 0; i < COLUMNS; i++)
		json_array_append_new(fields, figure_field(book, (enum column)i));
	return schema_of(fields);
}

/* The header row only (then it has what it wants: false): every column is text. */
static bool field_names(void *arg, const char *const *cells, size_t count)
{
	json_t *fields = arg;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(fields,
			json_pack("{s:s, s:s}", "name", cells[i], "type", "string"));
	return false;
}

static json_t *resource_json(const struct resource *r)
{
	const struct hash32 hash = hash_sha256(buf_str(&r->bytes));
	char hex[2 * sizeof(hash.b) + 1];
	hex_write(hex, hash.b, sizeof(hash.b));
	SCOPED(free_char) char *prefixed = x_printf("sha256:%s", hex);
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:{s:s, s:s, s:b}, s:O}",
		"name", r->name, "path", r->path, "type", "table", "title", r->title,
		"format", "csv", "mediatype", "text/csv", "encoding", "utf-8", "bytes",
		(json_int_t)r->bytes.n, "hash", prefixed, "dialect", "delimiter", ",",
		"lineTerminator", "\r\n", "doubleQuote", 1, "schema", r->schema);

	must(object);
	return object;
}

static void describe(const struct export_source *source, const struct resource *resources,
	size_t count, struct buf *out)
{
	const struct release_info *info = source->info;
	SCOPED(free_char)
	char *name = x_printf(
		"barometre-%s-v%lld", source->edition, (long long)info->version);
	SCOPED(free_char) char *version = x_printf("%lld", (long long)info->version);
	SCOPED(free_char) char *created = x_printf("%sT00:00:00Z", info->created_on);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, resource_json(&resources[i]));
	json_t *root = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s, s:I, s:I, s:I}}",
		"$schema", "https://datapackage.org/profiles/2.0/datapackage.json",
		"name", name, "title", source->title, "description",
		"Tableaux publiés d’une édition du Baromètre du Partenariat en Santé.",
		"version", version, "created", created, "resources", list, "barometre",
		"edition", source->edition, "release_hash", info->hash, "min_base",
		(json_int_t)info->thresholds.min_base, "min_cell",
		(json_int_t)info->thresholds.min_cell, "coalition",
		(json_int_t)info->thresholds.coalition);
	export_put_json(out, root);
}

static void add_readme(const struct export_source *source, struct buf *out)
{
	const struct release_info *info = source->info;

	buf_printf(out,
		"%s\n\nÉdition %s, version %lld du %s.\nEmpreinte : %s\n\n"
		"figures.csv   un chiffre par ligne\n"
		"codebook.csv  les questions, leur formulation, à qui elles sont posées, "
		"leurs modalités\n"
		"notes.csv     ce qui a été regroupé ou n’est pas publié, et pourquoi\n"
		"datapackage.json  la description des tables (Data Package 2.0)\n\n"
		"Les fichiers sont en UTF-8, séparés par des virgules, avec le point "
		"décimal.\n"
		"Pour le tableur, prenez plutôt le fichier XLSX.\n\n",
		source->title, source->edition, (long long)info->version,
		info->created_on, info->hash);
	buf_printf(out,
		"Seuils : aucun chiffre sur moins de %lld personnes ; aucun effectif de "
		"1 à %lld pour les questions sensibles.\n"
		"Bornes low et high : %s.\n\nColonnes de figures.csv\n",
		(long long)info->thresholds.min_base,
		(long long)(info->thresholds.min_cell > 0 ? info->thresholds.min_cell - 1
							  : 0),
		STATISTICS_INTERVAL_LABEL);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_printf(out, "  %-14s %s\n", column_infos[i].name,
			column_infos[i].description);
	buf_puts(out, "\nStatuts (colonne status)\n");
	for (size_t i = 0; i < book_status_count; i++)
		buf_printf(out, "  %-22s %s\n", book_statuses[i].code,
			book_statuses[i].text);
}

/* ---- the package ---- */

#define RESOURCES 3

static bool fill(struct resource *r, const struct export_source *source,
	const struct book *book, struct err *err)
{
	json_t *book_fields = json_array(), *note_fields = json_array();
	bool ok = export_write(EXPORT_CSV, source, to_buf, &r[0].bytes, err);

	r[0].schema = figure_schema(book);
	must(!export_book_rows(book, field_names, book_fields));
	r[1].schema = schema_of(book_fields);
	must(!export_note_rows(source, field_names, note_fields));
	r[2].schema = schema_of(note_fields);
	if (!ok)
		return false;
	if (!export_book_rows(book, csv_row, &r[1].bytes) ||
		!export_note_rows(source, csv_row, &r[2].bytes))
		return err_set(
			err, ERR_LIMIT, "the codebook is over %zu bytes", TABLE_LIMIT);
	return true;
}

static bool pack(struct zip_file *zip, const struct export_source *source,
	const struct resource *resources, struct str *ret, struct err *err)
{
	SCOPED(buf_release) struct buf description = BUF_LIMIT(TABLE_LIMIT);
	SCOPED(buf_release) struct buf readme = BUF_LIMIT(TABLE_LIMIT);
	bool ok;

	describe(source, resources, RESOURCES, &description);
	add_readme(source, &readme);
	ok = zip_add(zip, "datapackage.json", buf_str(&description), err) &&
		zip_add(zip, "LISEZMOI.txt", buf_str(&readme), err);
	for (size_t i = 0; i < RESOURCES && ok; i++)
		ok = zip_add(zip, resources[i].path, buf_str(&resources[i].bytes), err);
	return ok && zip_finish(zip, ret, err);
}

bool export_write_datapackage(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	SCOPED(zip_drop) struct zip_file *zip = zip_new();
	struct resource resources[RESOURCES] = {
		{"figures", "figures.csv", "Chiffres", BUF_LIMIT(TABLE_LIMIT), NULL},
		{"codebook", "codebook.csv", "Questions et modalités",
			BUF_LIMIT(TABLE_LIMIT), NULL},
		{"notes", "notes.csv", "Ce qui n’est pas publié, et pourquoi",
			BUF_LIMIT(TABLE_LIMIT), NULL},
	};
	struct str bytes = {"", 0};
	bool ok = fill(resources, source, book, out->err) &&
		pack(zip, source, resources, &bytes, out->err);

	if (ok)
		out_bytes(out, bytes);
	for (size_t i = 0; i < RESOURCES; i++) {
		buf_release(&resources[i].bytes);
		json_decref(resources[i].schema);
	}
	return ok;
}
