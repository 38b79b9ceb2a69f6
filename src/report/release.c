/* SPDX-License-Identifier: Apache-2.0 */
/* Tables go in, lines of a release come out: what must not be known stays here. */
#include "barometre/report/release.h"

#include <math.h>
#include <stdlib.h>

#include "barometre/base/fold.h"
#include "barometre/form/place.h"
#include "barometre/privacy/disclose.h"
#include "barometre/report/codebook.h"
#include "report_private.h"

#define STATUS_BASE "base_under_threshold"
#define STATUS_CELLS "small_cells"
#define STATUS_GATHERED "gathered"

static const char *const type_names[] = {
	[TABLE_SINGLE] = "single",
	[TABLE_MULTIPLE] = "multiple",
	[TABLE_MATRIX] = "matrix",
	[TABLE_SCALE] = "scale",
	[TABLE_NUMBER] = "number",
	[TABLE_LOCALITY] = "locality",
	[TABLE_TEXT] = "text",
	[TABLE_IDENTIFYING] = "identifying",
	[TABLE_CALCULATED] = "calculated",
	[TABLE_RANKING] = "ranking",
	[TABLE_RANK] = "rank",
};

void figures_release(struct figures *f)
{
	for (size_t i = 0; i < f->text_count; i++)
		free(f->texts[i]);
	free(f->texts);
	free(f->list);
	*f = (struct figures){0};
}

/* Takes the text over. */
static const char *own(struct figures *f, char *text)
{
	if (f->text_count == f->text_capacity) {
		f->text_capacity = f->text_capacity ? 2 * f->text_capacity : 64;
		f->texts = x_realloc(f->texts, f->text_capacity * sizeof(*f->texts));
	}
	f->texts[f->text_count++] = text;
	return text;
}

static void push(struct figures *f, struct figure line)
{
	if (f->count == f->capacity) {
		f->capacity = f->capacity ? 2 * f->capacity : 64;
		f->list = x_realloc(f->list, f->capacity * sizeof(*f->list));
	}
	f->list[f->count++] = line;
}

/* One question being written. */
struct writer {
	struct figures *out;
	const struct table *table;
	struct thresholds thresholds;
	struct figure blank; /* audience, question, type; nothing known */
};

struct listed {
	char *option, *label;
	int64_t count;
};
struct list {
	struct listed *items;
	size_t count;
	bool fixed; /* the form lists them, whoever answered: their names say nothing */
};

static struct figure known_line(
	const struct writer *w, const char *option, const char *label)
{
	struct figure line = w->blank;

	line.option = option;
	line.label = label;
	line.base = w->table->base;
	line.mentions = w->table->mentions;
	return line;
}

static void push_count(struct writer *w, const char *option, const char *label,
	int64_t count, const char *status)
{
	struct figure line = known_line(w, option, label);

	line.count = count;
	line.percent = percent_of(count, line.base);
	line.status = status;
	push(w->out, line);
}

static void push_withheld(
	struct writer *w, const char *option, const char *label, const char *status)
{
	struct figure line = w->blank;

	line.option = option;
	line.label = label;
	line.status = status;
	push(w->out, line);
}

static const char gathered_label[] = "Autres modalités regroupées";

static void push_visible(
	struct writer *w, const struct list *list, const struct cell *cells)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct listed *item = &list->items[i];
		if (cells[i].gathered && !list->fixed)
			continue;
		const char *option = own(w->out, x_strdup(item->option));
		const char *label = own(w->out, x_strdup(item->label));
		if (!cells[i].gathered) {
			push_count(w, option, label, item->count, "");
			continue;
		}
		struct figure line = known_line(w, option, label);
		line.status = STATUS_CELLS;
		push(w->out, line);
	}
}

static void push_all_withheld(
	struct writer *w, const struct list *list, const char *status)
{
	for (size_t i = 0; list->fixed && i < list->count; i++)
		push_withheld(w, own(w->out, x_strdup(list->items[i].option)),
			own(w->out, x_strdup(list->items[i].label)), status);
	if (!list->fixed)
		push_withheld(w, "gathered", gathered_label, status);
}

static enum disclosure push_list(struct writer *w, const struct list *list)
{
	const struct table *t = w->table;
	struct cell *cells = x_calloc(list->count + 1, sizeof(*cells));
	int64_t gathered;

	for (size_t i = 0; i < list->count; i++)
		cells[i] = (struct cell){
			.option = list->items[i].option, .count = list->items[i].count};
	enum disclosure d = disclose_cells(
		cells, list->count, t->base, t->sensitive, w->thresholds, &gathered);
	switch (d) {
	case DISCLOSE_ALL:
		push_visible(w, list, cells);
		break;
	case DISCLOSE_GATHERED:
		push_visible(w, list, cells);
		push_count(w, "gathered", gathered_label, gathered, STATUS_GATHERED);
		break;
	case DISCLOSE_WITHHELD_BASE:
		push_all_withheld(w, list, STATUS_BASE);
		break;
	case DISCLOSE_WITHHELD_CELL:
		push_all_withheld(w, list, STATUS_CELLS);
		break;
	}
	free(cells);
	return d;
}

static void list_release(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].option);
		free(list->items[i].label);
	}
	free(list->items);
}

static struct listed *list_add(
	struct list *list, char *option, char *label, int64_t count)
{
	struct listed *item = &list->items[list->count++];

	*item = (struct listed){option, label, count};
	return item;
}

static enum disclosure push_options(struct writer *w)
{
	const struct table *t = w->table;
	SCOPED(list_release) struct list list = {.fixed = true};

	list.items = x_calloc(t->option_count + 1, sizeof(*list.items));
	for (size_t i = 0; i < t->option_count; i++)
		if (!t->options[i].aside)
			list_add(&list, x_strdup(t->options[i].code),
				x_strdup(t->options[i].label), t->options[i].count);
	return push_list(w, &list);
}

static int by_frequency(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	int order = fold_compare(str_of(x->label), str_of(y->label));
	return order ? order : strcmp(x->option, y->option);
}

static void push_places(struct writer *w)
{
	const struct places *p = &w->table->places;
	SCOPED(list_release) struct list list = {.fixed = false};

	if (p->count == 0)
		return;
	list.items = x_calloc(p->count, sizeof(*list.items));
	for (size_t i = 0; i < p->count; i++) {
		char *label = place_label(str_of(p->list[i].code));
		must(label);
		list_add(&list, x_strdup(p->list[i].code), label, p->list[i].count);
	}
	qsort(list.items, list.count, sizeof(*list.items), by_frequency);
	push_list(w, &list);
}

/* Bands of ten. */

#define BANDS_MAX 20

static double band_start(double number)
{
	return floor(number / 10) * 10;
}

static void add_band(struct list *list, double start, int64_t count)
{
	bool minus = start < 0;
	long long low = llround(start), high = low + 9;

	list_add(list, x_printf("%lld_%lld", low, high),
		minus ? x_printf("−%lld à −%lld", -low, -high)
		      : x_printf("%lld à %lld", low, high),
		count);
}

/* Counts what is below `end`, from *at on. */
static int64_t count_below(const struct values *v, size_t *at, double end)
{
	int64_t count = 0;

	while (*at < v->count && v->list[*at].number < end)
		count += v->list[(*at)++].count;
	return count;
}

static void make_bands(const struct table *t, struct list *list)
{
	const struct values *v = &t->values;
	double first = band_start(t->min);
	double bands = (band_start(t->max) - first) / 10 + 1;
	size_t at = 0;

	list->fixed = t->has_min && t->has_max && bands >= 1 && bands <= BANDS_MAX;
	list->items = x_calloc(v->count + BANDS_MAX, sizeof(*list->items));
	for (int i = 0; list->fixed && i < (int)bands; i++) {
		double start = first + 10 * i;
		add_band(list, start, count_below(v, &at, start + 10));
	}
	while (!list->fixed && at < v->count) {
		double start = band_start(v->list[at].number);
		add_band(list, start, count_below(v, &at, start + 10));
	}
}

/* The first `count` of mean and median. `withheld`: why, or "" when they show (nobody: no value, and nothing
 * withheld). */
static void push_some_statistics(
	struct writer *w, size_t count, const char *withheld, bool base_shows)
{
	static const char *const options[] = {"mean", "median"};
	static const char *const labels[] = {"Moyenne", "Médiane"};
	const struct values *v = &w->table->values;

	for (size_t i = 0; i < count; i++) {
		struct figure line = known_line(w, options[i], labels[i]);
		line.status = withheld;
		if (!base_shows)
			line.base = line.mentions = -1;
		if (!*withheld && v->people > 0) {
			line.has_value = true;
			line.value = i == 0 ? values_mean(v) : values_median(v);
		}
		push(w->out, line);
	}
}

static void push_statistics(struct writer *w, const char *withheld, bool base_shows)
{
	push_some_statistics(w, 2, withheld, base_shows);
}

static void push_number(struct writer *w)
{
	const struct table *t = w->table;
	bool shows = t->base == 0 || disclose_statistic(t->base, w->thresholds);
	SCOPED(list_release) struct list list = {.fixed = true};

	push_statistics(w, shows ? "" : STATUS_BASE, shows);
	make_bands(t, &list);
	if (list.fixed || list.count > 0)
		push_list(w, &list);
}

static void push_scale(struct writer *w)
{
	switch (push_options(w)) {
	case DISCLOSE_ALL:
		push_statistics(w, "", true);
		break;
	case DISCLOSE_GATHERED:
		push_statistics(w, STATUS_CELLS, true);
		break;
	case DISCLOSE_WITHHELD_BASE:
		push_statistics(w, STATUS_BASE, false);
		break;
	case DISCLOSE_WITHHELD_CELL:
		push_statistics(w, STATUS_CELLS, false);
		break;
	}
}

/* A calculated value that is no boolean: a number, or a text of which only the presence is told. */
static void push_calculated(struct writer *w)
{
	struct listed answered = {
		(char[]){"answered"}, (char[]){"Réponse donnée"}, w->table->texts};
	struct list list = {&answered, 1, true};

	if (w->table->values.people > 0)
		push_number(w);
	else if (w->table->texts > 0)
		push_list(w, &list);
	else
		push_options(w);
}

/* How many gave each place to one choice, as they would be told. */
static enum disclosure disclose_places(const struct writer *w, const struct table *t)
{
	const struct values *v = &t->values;
	size_t places = t->ranking->option_count;
	struct cell *cells = x_calloc(places + 1, sizeof(*cells));
	int64_t gathered;

	for (size_t i = 0; i < places; i++)
		cells[i].option = "";
	for (size_t i = 0; i < v->count; i++)
		cells[(size_t)v->list[i].number - 1].count = v->list[i].count;
	enum disclosure d = disclose_cells(
		cells, places, t->base, t->sensitive, w->thresholds, &gathered);
	free(cells);
	return d;
}

static enum disclosure disclose_first(const struct writer *w, const struct table *t)
{
	struct cell *cells = x_calloc(t->option_count + 1, sizeof(*cells));
	int64_t gathered;

	for (size_t i = 0; i < t->option_count; i++)
		cells[i] = (struct cell){
			.option = t->options[i].code, .count = t->options[i].count};
	enum disclosure d = disclose_cells(
		cells, t->option_count, t->base, t->sensitive, w->thresholds, &gathered);
	free(cells);
	return d;
}

/* The places of all choices add up, and with three choices who was first and a mean tell every place: means show when
 * all of it could be told, or none shows. */
static void push_rank(struct writer *w)
{
	const struct table *ranking = w->table->ranking;
	enum disclosure first = disclose_first(w, ranking);
	bool all = first == DISCLOSE_ALL;
	bool base_shows = (all || first == DISCLOSE_GATHERED) &&
		(w->table->base == 0 ||
			disclose_statistic(w->table->base, w->thresholds));

	/* Its tables stand behind it, one a choice. */
	for (size_t i = 1; all && i <= ranking->option_count; i++)
		all = disclose_places(w, ranking + i) == DISCLOSE_ALL;
	if (!base_shows)
		push_some_statistics(w, 1,
			first == DISCLOSE_WITHHELD_CELL ? STATUS_CELLS : STATUS_BASE,
			false);
	else
		push_some_statistics(w, 1, all ? "" : STATUS_CELLS, true);
}

static void push_table(struct writer *w)
{
	switch (w->table->type) {
	case TABLE_NUMBER:
		push_number(w);
		break;
	case TABLE_SCALE:
		push_scale(w);
		break;
	case TABLE_LOCALITY:
		push_places(w);
		break;
	case TABLE_CALCULATED:
		push_calculated(w);
		break;
	case TABLE_SINGLE:
	case TABLE_MULTIPLE:
	case TABLE_MATRIX:
	case TABLE_TEXT:
	case TABLE_IDENTIFYING:
	case TABLE_RANKING:
		push_options(w);
		break;
	case TABLE_RANK:
		push_rank(w);
		break;
	}
}

/* A line of that audience and question with nothing in it. */
static struct figure blank_line(
	struct figures *f, const char *audience, const char *question, const char *type)
{
	return (struct figure){.audience = own(f, x_strdup(audience)),
		.question = own(f, x_strdup(question)),
		.type = type,
		.segment = "",
		.segment_value = "",
		.base = -1,
		.mentions = -1,
		.count = -1,
		.percent = -1,
		.status = ""};
}

void figures_add(struct figures *f, const char *audience, const struct tabulation *tab,
	struct thresholds thresholds)
{
	struct figure total = blank_line(f, audience, "participation", "total");

	total.option = "respondents";
	total.label = "Répondants";
	total.base = total.mentions = total.count = tab->people;
	push(f, total);
	for (size_t i = 0; i < tab->table_count; i++) {
		const struct table *t = &tab->tables[i];
		struct writer w = {f, t, thresholds,
			blank_line(f, audience, t->name, type_names[t->type])};
		push_table(&w);
	}
}

void figures_add_themes(struct figures *f, const char *audience, const char *question,
	const char *book, int64_t base, const int64_t *counts,
	struct thresholds thresholds)
{
	struct table t = {.type = TABLE_TEXT, .base = base};
	struct writer w = {f, &t, thresholds,
		blank_line(f, audience, question, type_names[TABLE_TEXT])};
	size_t themes = codebook_size(book);
	SCOPED(list_release) struct list list = {.fixed = true};

	list.items = x_calloc(themes + 1, sizeof(*list.items));
	for (size_t i = 0; i < themes; i++) {
		const char *code = codebook_code(book, i);
		must(counts[i] >= 0 && counts[i] <= base);
		t.mentions += counts[i];
		list_add(&list, x_strdup(code), x_strdup(codebook_label(book, code)),
			counts[i]);
	}
	push_list(&w, &list);
}

void figures_add_copy(struct figures *f, const struct figure *line)
{
	struct figure copy = *line;
	const char **const texts[] = {&copy.audience, &copy.question, &copy.type,
		&copy.segment, &copy.segment_value, &copy.option, &copy.label,
		&copy.status};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = own(f, x_strdup(*texts[i]));
	push(f, copy);
}
