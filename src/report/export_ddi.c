/* SPDX-License-Identifier: Apache-2.0 */
/* A release as DDI-Codebook 2.6: the only door to libxml2. */
#include <libxml/xmlwriter.h>
#include <stdlib.h>

#include "barometre/report/statistics.h"
#include "export_private.h"

struct ddi {
	xmlTextWriterPtr xml;
	const struct export_source *source;
	const struct book *book;
	const struct figure **lines; /* of the variable, of the whole audience */
	size_t line_count;
};

/* Failures are those of the sink, which `out` remembers, or of memory. */
static void done(int status)
{
	(void)status;
}

static const xmlChar *xml_of(const char *text)
{
	return (const xmlChar *)text;
}

static void begin(struct ddi *d, const char *name)
{
	done(xmlTextWriterStartElement(d->xml, xml_of(name)));
}

static void end(struct ddi *d)
{
	done(xmlTextWriterEndElement(d->xml));
}

static void attribute(struct ddi *d, const char *name, const char *value)
{
	SCOPED(free_char) char *clean = export_xml_text(value);

	done(xmlTextWriterWriteAttribute(d->xml, xml_of(name), xml_of(clean)));
}

static void text(struct ddi *d, const char *value)
{
	SCOPED(free_char) char *clean = export_xml_text(value);

	done(xmlTextWriterWriteString(d->xml, xml_of(clean)));
}

static void element(struct ddi *d, const char *name, const char *value)
{
	begin(d, name);
	text(d, value);
	end(d);
}

static void element_with(struct ddi *d, const char *name, const char *key,
	const char *key_value, const char *value)
{
	begin(d, name);
	attribute(d, key, key_value);
	text(d, value);
	end(d);
}

static void element_number(
	struct ddi *d, const char *name, const char *type, double number, int decimals)
{
	SCOPED(buf_release) struct buf digits = BUF_LIMIT(64);

	export_number(&digits, number, decimals, '.');
	element_with(d, name, "type", type, digits.p);
}

/* An xs:ID: letters, digits, dot, hyphen, underscore; any other byte as its number, so that two names stay two. */
static char *id_of(const struct book_variable *v)
{
	SCOPED(free_char) char *name = x_printf("%s.%s", v->audience, v->name);
	struct buf id = BUF_LIMIT(1 << 16);

	buf_addc(&id, 'V');
	buf_addc(&id, '.');
	for (const char *p = name; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || *p == '_' || *p == '.';
		if (plain)
			buf_addc(&id, *p);
		else
			buf_printf(&id, "-%02x", (unsigned int)(unsigned char)*p);
	}
	must(!id.failed);
	return buf_take(&id);
}

/* ---- the study ---- */

static void write_citation(struct ddi *d)
{
	const struct release_info *info = d->source->info;
	SCOPED(free_char) char *version = x_printf("%lld", (long long)info->version);

	begin(d, "citation");
	begin(d, "titlStmt");
	element(d, "titl", d->source->title);
	element(d, "IDNo", d->source->edition);
	end(d);
	begin(d, "verStmt");
	begin(d, "version");
	attribute(d, "date", info->created_on);
	text(d, version);
	end(d);
	element_with(d, "notes", "subject", "BLAKE2b-256", info->hash);
	end(d);
	end(d);
}

static void write_study(struct ddi *d)
{
	const struct thresholds *t = &d->source->info->thresholds;
	SCOPED(free_char)
	char *rules = x_printf(
		"Seuils de publication : base d’au moins %lld personnes ; effectifs d’au moins %lld pour les questions sensibles ; coalition de %lld.",
		(long long)t->min_base, (long long)t->min_cell, (long long)t->coalition);

	begin(d, "stdyDscr");
	write_citation(d);
	begin(d, "stdyInfo");
	element(d, "abstract",
		"Enquête anonyme par questionnaire en ligne. Ce fichier décrit les questions et les chiffres publiés de l’ensemble de chaque public ; aucune réponse individuelle n’est diffusée.");
	begin(d, "sumDscr");
	for (size_t i = 0; i < d->source->form_count; i++)
		element(d, "universe", d->source->forms[i]->audience_label);
	element(d, "dataKind", "Données agrégées");
	end(d);
	element_with(d, "notes", "subject", "thresholds", rules);
	element_with(d, "notes", "subject", "interval", STATISTICS_INTERVAL_LABEL);
	end(d);
	for (size_t i = 0; i < d->source->note_count; i++) {
		const struct release_note *n = &d->source->notes[i];
		if (*n->question)
			continue;
		begin(d, "notes");
		attribute(d, "type", n->code);
		attribute(d, "subject", n->audience);
		text(d, n->text);
		end(d);
	}
	end(d);
}

static void write_file(struct ddi *d)
{
	SCOPED(free_char)
	char *name = export_file_name(
		EXPORT_CSV, d->source->edition, d->source->info->version);
	SCOPED(free_char) char *lines = x_printf("%zu", d->source->figure_count);

	begin(d, "fileDscr");
	attribute(d, "ID", "F.figures");
	begin(d, "fileTxt");
	attribute(d, "mimeType", "text/csv");
	element(d, "fileName", name);
	element(d, "fileCont", "Un chiffre publié par ligne (CSV, UTF-8).");
	begin(d, "dimensns");
	element_with(d, "caseQnty", "xml:lang", "fr", lines);
	end(d);
	end(d);
	end(d);
}

/* ---- a variable ---- */

static const struct figure *line_of(const struct ddi *d, const char *option)
{
	for (size_t i = 0; i < d->line_count; i++)
		if (strcmp(d->lines[i]->option, option) == 0)
			return d->lines[i];
	return NULL;
}

static void write_statistic(struct ddi *d, const struct figure *f)
{
	bool mean = strcmp(f->option, "mean") == 0;
	SCOPED(buf_release) struct buf digits = BUF_LIMIT(64);

	begin(d, "sumStat");
	if (mean || strcmp(f->option, "median") == 0) {
		attribute(d, "type", mean ? "mean" : "medn");
	} else {
		attribute(d, "type", "other");
		attribute(d, "otherType", f->option);
	}
	export_number(&digits, f->value, 2, '.');
	text(d, digits.p);
	end(d);
}

static void write_sums(struct ddi *d, const struct book_variable *v)
{
	const struct figure *any = d->line_count > 0 ? d->lines[0] : NULL;

	if (any && any->base >= 0)
		element_number(d, "sumStat", "vald", (double)any->base, 0);
	if (any && any->not_answered >= 0 && any->not_concerned >= 0)
		element_number(d, "sumStat", "invd",
			(double)(any->not_answered + any->not_concerned), 0);
	for (size_t i = 0; i < d->line_count; i++) {
		const struct figure *f = d->lines[i];
		if (f->has_value && book_is_statistic(v, f->option))
			write_statistic(d, f);
	}
}

static void write_category(
	struct ddi *d, const struct book_variable *v, const struct book_option *o)
{
	const struct figure *f = line_of(d, o->code);

	/* Classes that only crossed tables have stand in the tables. */
	if (book_is_statistic(v, o->code) || (!f && !o->out_of_base))
		return;
	begin(d, "catgry");
	if (o->out_of_base)
		attribute(d, "missing", "Y");
	if (v->several_answers)
		attribute(d, "excls", "false");
	element(d, "catValu", o->code);
	element(d, "labl", o->label);
	if (f && *f->status)
		element(d, "txt", book_status_text(f->status));
	if (f && f->count >= 0)
		element_number(d, "catStat", "freq", (double)f->count, 0);
	if (f && f->percent >= 0)
		element_number(d, "catStat", "percent", (double)f->percent, 0);
	end(d);
}

static void write_variable(struct ddi *d, const struct book_variable *v)
{
	SCOPED(free_char) char *id = id_of(v);
	bool number = strcmp(v->type, "number") == 0 || strcmp(v->type, "count") == 0 ||
		strcmp(v->type, "rate") == 0;

	begin(d, "var");
	attribute(d, "ID", id);
	attribute(d, "name", v->name);
	attribute(d, "files", "F.figures");
	attribute(d, "intrvl", number ? "contin" : "discrete");
	element(d, "labl", v->label);
	if (v->sensitive)
		element(d, "security", "Question sensible");
	element(d, "respUnit", v->audience_label);
	if (*v->wording) {
		begin(d, "qstn");
		element(d, "qstnLit", v->wording);
		end(d);
	}
	element(d, "universe", v->universe);
	write_sums(d, v);
	if (strcmp(v->type, "rate") == 0 && d->line_count > 0 && !d->lines[0]->has_value)
		element(d, "txt", "Ce taux ne peut pas être dit de ce public.");
	for (size_t i = 0; i < v->option_count; i++)
		write_category(d, v, &v->options[i]);
	if (v->several_answers)
		element(d, "codInstr", "Plusieurs réponses possibles par personne.");
	begin(d, "varFormat");
	attribute(d, "type", number ? "numeric" : "character");
	end(d);
	for (size_t i = 0; i < d->source->note_count; i++) {
		const struct release_note *n = &d->source->notes[i];
		if (strcmp(n->audience, v->audience) == 0 &&
			strcmp(n->question, v->name) == 0)
			element_with(d, "notes", "type", n->code, n->text);
	}
	end(d);
}

static void write_variables(struct ddi *d)
{
	size_t *offsets = x_calloc(d->book->count + 1, sizeof(*offsets));
	size_t *order = book_lines(d->book, d->source, offsets);

	d->lines = x_calloc(d->source->figure_count + 1, sizeof(*d->lines));
	begin(d, "dataDscr");
	for (size_t v = 0; v < d->book->count; v++) {
		d->line_count = 0;
		for (size_t i = offsets[v]; i < offsets[v + 1]; i++) {
			const struct figure *f = &d->source->figures[order[i]];
			if (!*f->segment)
				d->lines[d->line_count++] = f;
		}
		write_variable(d, &d->book->variables[v]);
	}
	end(d);
	free(d->lines);
	free(order);
	free(offsets);
}

/* ---- the file ---- */

static int to_out(void *arg, const char *bytes, int size)
{
	struct export_out *out = arg;

	buf_bytes(&out->part, bytes, (size_t)size);
	out_ready(out);
	return out->failed ? -1 : size;
}

bool export_write_ddi(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	xmlOutputBufferPtr buffer = xmlOutputBufferCreateIO(to_out, NULL, out, NULL);
	must(buffer);
	struct ddi d = {.xml = xmlNewTextWriter(buffer), .source = source, .book = book};
	must(d.xml);

	done(xmlTextWriterSetIndent(d.xml, 1));
	done(xmlTextWriterStartDocument(d.xml, NULL, "UTF-8", NULL));
	begin(&d, "codeBook");
	attribute(&d, "version", "2.6");
	attribute(&d, "xmlns", "ddi:codebook:2_6");
	attribute(&d, "xml:lang", "fr");
	write_study(&d);
	write_file(&d);
	write_variables(&d);
	end(&d);
	done(xmlTextWriterEndDocument(d.xml));
	xmlFreeTextWriter(d.xml);
	return true;
}
