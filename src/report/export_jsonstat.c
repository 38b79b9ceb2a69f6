/* SPDX-License-Identifier: Apache-2.0 */
/* A release as a collection of JSON-stat 2.0 cubes: one a question and segment. */
#include <jansson.h>
#include <stdlib.h>

#include "export_private.h"

/* An axis of the cube: codes in the order of their first line, found by name. */
struct axis {
	const char **codes, **labels;
	size_t count;
	json_t *places;
};

struct cube {
	const struct export_source *source;
	const struct book_variable *variable;
	const char *segment;
	const struct figure **lines; /* of this segment */
	size_t line_count;
	struct axis groups, options;
	size_t *grid; /* [group × options + option]: line + 1, or 0 */
	bool has_values;
};

/* What is told of each option of each group. */
static const struct measure {
	const char *code, *label, *unit;
	enum column column;
	int decimals;
} measures[] = {
	{"count", "Effectif", "personnes", COLUMN_COUNT, 0},
	{"percent", "Pourcentage", "%", COLUMN_PERCENT, 0},
	{"low", "Borne basse de l’intervalle indicatif à 95 %", "%", COLUMN_LOW, 1},
	{"high", "Borne haute de l’intervalle indicatif à 95 %", "%", COLUMN_HIGH, 1},
	{"base", "Base", "personnes", COLUMN_BASE, 0},
	{"not_answered", "Sans réponse", "personnes", COLUMN_NOT_ANSWERED, 0},
	{"not_concerned", "Non concernées", "personnes", COLUMN_NOT_CONCERNED, 0},
	/* Only in cubes that have such lines, of rates in percent; counts of these lines are not people. */
	{"value", "Valeur", "", COLUMN_COUNT, 2},
};
#define MEASURE_COUNT 0
#define MEASURE_VALUE (COUNT_OF(measures) - 1)

static void axis_begin(struct axis *axis, size_t most)
{
	*axis = (struct axis){.codes = x_calloc(most + 1, sizeof(*axis->codes)),
		.labels = x_calloc(most + 1, sizeof(*axis->labels)),
		.places = json_object()};
	must(axis->places);
}

static void axis_release(struct axis *axis)
{
	free(axis->codes);
	free(axis->labels);
	json_decref(axis->places);
}

static size_t axis_place(struct axis *axis, const char *code, const char *label)
{
	const json_t *found = json_object_get(axis->places, code);

	if (found)
		return (size_t)json_integer_value(found);
	must(json_object_set_new(
		     axis->places, code, json_integer((json_int_t)axis->count)) == 0);
	axis->codes[axis->count] = code;
	axis->labels[axis->count] = label;
	return axis->count++;
}

static bool is_rate(const struct cube *cube)
{
	return strcmp(cube->variable->type, "rate") == 0;
}

static const char *group_code(const struct figure *f)
{
	return *f->segment ? f->segment_value : "all";
}

static void cube_begin(struct cube *cube)
{
	axis_begin(&cube->groups, cube->line_count);
	axis_begin(&cube->options, cube->line_count);
	/* Whether a rate can be told does not change the shape of its cube. */
	cube->has_values = is_rate(cube);
	for (size_t i = 0; i < cube->line_count; i++) {
		const struct figure *f = cube->lines[i];
		axis_place(&cube->groups, group_code(f),
			!*f->segment                ? "Ensemble"
				: *f->segment_label ? f->segment_label
						    : f->segment_value);
		axis_place(&cube->options, f->option, f->label);
		cube->has_values = cube->has_values || f->has_value;
	}
	cube->grid = x_calloc(
		cube->groups.count * cube->options.count + 1, sizeof(*cube->grid));
	for (size_t i = 0; i < cube->line_count; i++) {
		const struct figure *f = cube->lines[i];
		size_t group = axis_place(&cube->groups, group_code(f), "");
		size_t option = axis_place(&cube->options, f->option, "");
		cube->grid[group * cube->options.count + option] = i + 1;
	}
}

static void cube_end(struct cube *cube)
{
	axis_release(&cube->groups);
	axis_release(&cube->options);
	free(cube->grid);
}

static size_t measure_count(const struct cube *cube)
{
	return COUNT_OF(measures) - (cube->has_values ? 0 : 1);
}

/* ---- writing ---- */

static void add_text(struct buf *out, const char *key, const char *text)
{
	buf_puts(out, key);
	export_json_text(out, text);
}

/* "index" and "label" of a dimension: what it is called, then its categories. */
static void add_categories(struct buf *out, const char *const *codes,
	const char *const *labels, size_t count)
{
	buf_puts(out, "\"category\":{\"index\":[");
	for (size_t i = 0; i < count; i++)
		add_text(out, i > 0 ? "," : "", codes[i]);
	buf_puts(out, "],\"label\":{");
	for (size_t i = 0; i < count; i++) {
		add_text(out, i > 0 ? "," : "", codes[i]);
		add_text(out, ":", labels[i]);
	}
	buf_addc(out, '}');
}

static void add_measures(struct buf *out, const struct cube *cube)
{
	size_t count = measure_count(cube);
	const char *codes[COUNT_OF(measures)], *labels[COUNT_OF(measures)];

	for (size_t i = 0; i < count; i++) {
		codes[i] = measures[i].code;
		labels[i] = measures[i].label;
	}
	buf_puts(out, ",\"measure\":{\"label\":\"Mesure\",");
	add_categories(out, codes, labels, count);
	buf_puts(out, ",\"unit\":{");
	for (size_t i = 0; i < count; i++) {
		const char *unit = i == MEASURE_VALUE && is_rate(cube) ? "%"
								       : measures[i].unit;

		add_text(out, i > 0 ? "," : "", measures[i].code);
		buf_printf(out, ":{\"decimals\":%d", measures[i].decimals);
		if (*unit)
			add_text(out, ",\"label\":", unit);
		buf_addc(out, '}');
	}
	buf_puts(out, "}}}");
}

static void add_dimensions(struct buf *out, const struct cube *cube)
{
	const struct export_source *source = cube->source;

	buf_puts(out, ",\"dimension\":{\"edition\":{\"label\":\"Édition\",");
	add_categories(out, &source->edition, &source->title, 1);
	add_text(out, "}},\"group\":{\"label\":",
		*cube->segment ? book_segment_label(cube->variable, cube->segment)
			       : "Ensemble");
	buf_addc(out, ',');
	add_categories(out, cube->groups.codes, cube->groups.labels, cube->groups.count);
	add_text(out, "}},\"option\":{\"label\":", cube->variable->label);
	buf_addc(out, ',');
	add_categories(
		out, cube->options.codes, cube->options.labels, cube->options.count);
	buf_puts(out, "}}");
	add_measures(out, cube);
	buf_addc(out, '}');
}

/* The cell of a measure; empty where it has no sense. */
static struct export_cell measure_cell(
	const struct cube *cube, const struct figure *f, size_t measure)
{
	const bool of_value = measure == MEASURE_VALUE;

	if ((of_value && !f->has_value) || (measure == MEASURE_COUNT && f->has_value))
		return (struct export_cell){.kind = CELL_EMPTY};
	return export_cell_of(cube->source->edition, f, measures[measure].column);
}

static const struct figure *line_at(const struct cube *cube, size_t at)
{
	return cube->grid[at] ? cube->lines[cube->grid[at] - 1] : NULL;
}

static void add_values(struct buf *out, const struct cube *cube)
{
	size_t cells = cube->groups.count * cube->options.count;

	buf_puts(out, ",\"value\":[");
	for (size_t i = 0; i < cells; i++)
		for (size_t m = 0; m < measure_count(cube); m++) {
			const struct figure *f = line_at(cube, i);
			struct export_cell cell = {.kind = CELL_EMPTY};
			if (f)
				cell = measure_cell(cube, f, m);
			if (i + m > 0)
				buf_addc(out, ',');
			export_json_cell(out, &cell);
		}
	buf_addc(out, ']');
}

/* "c": confidential. What a line says instead of its figures is said by its own status. */
static const char *status_code(const struct figure *f)
{
	if (strcmp(f->status, "at_most_5") == 0 || strcmp(f->status, "at_least_95") == 0)
		return f->status;
	return "c";
}

/* A number that is missing and would have had sense. */
static bool is_withheld(const struct cube *cube, const struct figure *f, size_t measure)
{
	if (!f || !*f->status)
		return false;
	if (measure == MEASURE_VALUE)
		return !f->has_value && book_is_statistic(cube->variable, f->option);
	return measure_cell(cube, f, measure).kind == CELL_EMPTY;
}

static void add_status(struct buf *out, const struct cube *cube)
{
	size_t cells = cube->groups.count * cube->options.count;
	bool begun = false;

	for (size_t i = 0; i < cells; i++)
		for (size_t m = 0; m < measure_count(cube); m++) {
			const struct figure *f = line_at(cube, i);
			if (!is_withheld(cube, f, m))
				continue;
			buf_printf(out, "%s\"%zu\":\"%s\"", begun ? "," : ",\"status\":{",
				i * measure_count(cube) + m, status_code(f));
			begun = true;
		}
	if (begun)
		buf_addc(out, '}');
}

static void add_notes(struct buf *out, const struct cube *cube)
{
	const struct book_variable *v = cube->variable;

	add_text(out, ",\"note\":[", v->universe);
	if (*v->wording)
		add_text(out, ",", v->wording);
	for (size_t i = 0; i < cube->source->note_count; i++) {
		const struct release_note *n = &cube->source->notes[i];
		if (strcmp(n->audience, v->audience) == 0 &&
			strcmp(n->question, v->name) == 0 &&
			strcmp(n->segment, cube->segment) == 0)
			add_text(out, ",", n->text);
	}
	buf_addc(out, ']');
}

static bool is_geography(const struct cube *cube)
{
	const struct crossing *c = book_crossing(cube->variable, cube->segment);

	return c && (c->kind == CROSSING_DEPARTMENT || c->kind == CROSSING_EAST_WEST);
}

static void add_cube(struct buf *out, const struct cube *cube)
{
	const struct book_variable *v = cube->variable;
	SCOPED(free_char)
	char *label = *cube->segment
		? x_printf("%s – %s, par %s", v->audience_label, v->label,
			  book_segment_label(v, cube->segment))
		: x_printf("%s – %s", v->audience_label, v->label);

	buf_puts(out, "{\"version\":\"2.0\",\"class\":\"dataset\"");
	add_text(out, ",\"label\":", label);
	add_text(out, ",\"source\":", cube->source->title);
	add_text(out, ",\"updated\":", cube->source->info->created_on);
	buf_printf(out,
		",\"id\":[\"edition\",\"group\",\"option\",\"measure\"],\"size\":[1,%zu,%zu,%zu]",
		cube->groups.count, cube->options.count, measure_count(cube));
	buf_printf(out, ",\"role\":{\"time\":[\"edition\"],%s\"metric\":[\"measure\"]}",
		is_geography(cube) ? "\"geo\":[\"group\"]," : "");
	add_dimensions(out, cube);
	add_values(out, cube);
	add_status(out, cube);
	add_notes(out, cube);
	add_text(out, ",\"extension\":{\"audience\":", v->audience);
	add_text(out, ",\"question\":", v->name);
	add_text(out, ",\"type\":", v->type);
	add_text(out, ",\"segment\":", cube->segment);
	buf_puts(out, "}}");
}

/* The lines of a variable, one segment after the other. Takes from `lines` (NULL where taken). */
static void add_cubes(struct export_out *out, const struct export_source *source,
	const struct book_variable *v, const struct figure **lines, size_t count,
	bool *begun)
{
	const struct figure **of = x_calloc(count + 1, sizeof(*of));

	for (size_t i = 0; i < count && !out->failed; i++) {
		struct cube cube = {.source = source, .variable = v, .lines = of};
		if (!lines[i])
			continue;
		cube.segment = lines[i]->segment;
		for (size_t k = i; k < count; k++) {
			if (!lines[k] || strcmp(lines[k]->segment, cube.segment) != 0)
				continue;
			of[cube.line_count++] = lines[k];
			lines[k] = NULL;
		}
		cube_begin(&cube);
		buf_puts(&out->part, *begun ? ",\n" : "\n");
		*begun = true;
		add_cube(&out->part, &cube);
		cube_end(&cube);
		out_ready(out);
	}
	free(of);
}

static void add_head(struct buf *out, const struct export_source *source)
{
	const struct release_info *info = source->info;

	buf_puts(out, "{\"version\":\"2.0\",\"class\":\"collection\"");
	add_text(out, ",\"label\":", source->title);
	add_text(out, ",\"updated\":", info->created_on);
	add_text(out, ",\"extension\":{\"edition\":", source->edition);
	buf_printf(out, ",\"version\":%lld", (long long)info->version);
	add_text(out, ",\"hash\":", info->hash);
	buf_printf(out,
		",\"thresholds\":{\"min_base\":%lld,\"min_cell\":%lld,\"coalition\":%lld}",
		(long long)info->thresholds.min_base,
		(long long)info->thresholds.min_cell,
		(long long)info->thresholds.coalition);
	add_text(out,
		",\"status\":{\"c\":", "chiffre non publié (protection des personnes)");
	add_text(out, ",\"at_most_5\":", book_status_text("at_most_5"));
	add_text(out, ",\"at_least_95\":", book_status_text("at_least_95"));
	buf_puts(out, "}},\n\"link\":{\"item\":[");
}

bool export_write_json_stat(struct export_out *out, const struct export_source *source,
	const struct book *book)
{
	size_t *offsets = x_calloc(book->count + 1, sizeof(*offsets));
	size_t *order = book_lines(book, source, offsets);
	const struct figure **lines = x_calloc(source->figure_count + 1, sizeof(*lines));
	bool begun = false;

	for (size_t i = 0; i < source->figure_count; i++)
		lines[i] = &source->figures[order[i]];
	add_head(&out->part, source);
	for (size_t v = 0; v < book->count && !out->failed; v++)
		add_cubes(out, source, &book->variables[v], lines + offsets[v],
			offsets[v + 1] - offsets[v], &begun);
	buf_puts(&out->part, "\n]}}\n");
	free(lines);
	free(order);
	free(offsets);
	return true;
}
