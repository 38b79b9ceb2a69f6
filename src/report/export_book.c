/* SPDX-License-Identifier: Apache-2.0 */
/* The codebook behind all files. */
#include "export_book.h"

#include <stdlib.h>

#include "barometre/form/inspect.h"
#include "barometre/report/release.h"

const struct book_status book_statuses[] = {
	{"base_under_threshold",
		"moins de répondants que le seuil de publication : chiffres non publiés"},
	{"small_cells", "effectifs trop petits : chiffres non publiés"},
	{"gathered",
		"total des modalités regroupées, dont les effectifs sont trop petits"},
	{"at_most_5", "au plus 5 % : l’effectif exact n’est pas publié"},
	{"at_least_95", "au moins 95 % : l’effectif exact n’est pas publié"},
	{"unanimous", "réponses unanimes ou presque : chiffres non publiés"},
	{"filter",
		"chiffres non publiés, car ils en révéleraient d’autres (question "
		"posée à une partie des personnes)"},
};
const size_t book_status_count = COUNT_OF(book_statuses);

const char *book_status_text(const char *status)
{
	for (size_t i = 0; i < book_status_count; i++)
		if (strcmp(book_statuses[i].code, status) == 0)
			return book_statuses[i].text;
	return status;
}

static const char *keep(struct book *book, char *text)
{
	if (book->text_count == book->text_capacity) {
		book->text_capacity = book->text_capacity * 2 + 16;
		book->texts = x_realloc(
			book->texts, book->text_capacity * sizeof(*book->texts));
	}
	book->texts[book->text_count++] = text;
	return text;
}

/* What the forms say. */

static const struct form *form_of(
	const struct export_source *source, const char *audience)
{
	for (size_t i = 0; i < source->form_count; i++)
		if (strcmp(source->forms[i]->audience, audience) == 0)
			return source->forms[i];
	return NULL;
}

static void describe_synthesis(struct book_variable *v)
{
	v->audience_label = "Ensemble des publics";
	v->universe = "Tous les publics, chacun pour soi";
}

/* What became of the people of a list (participation.h): no form asks this. */
static bool describe_participation(struct book_variable *v, const struct figure *first)
{
	const bool rate = strcmp(v->type, "rate") == 0;

	if (strcmp(v->name, "participation") == 0)
		return true;
	if (!rate && strcmp(v->type, "disposition") != 0)
		return false;
	if (rate)
		v->label = first->label;
	v->universe = rate
		? "Les personnes de la liste ; le taux est en pourcentage, et la base est son dénominateur"
		: "Les personnes de la liste, et les réponses par lien ouvert, hors liste ; aucune base";
	return true;
}

static void describe(struct book *book, struct book_variable *v)
{
	const char *part,
		*counted = strcmp(v->type, "count") == 0 ? figures_counted(v->name)
							 : NULL;
	struct str rest = str_of(counted ? counted : v->name), name;

	str_cut(&rest, '.', &name);
	v->question = v->form ? form_find(v->form, name) : NULL;
	if (!v->question)
		return;
	part = rest.p ? question_part_title(v->question, rest) : NULL;
	v->label = v->question->short_label;
	v->wording = v->question->title;
	if (part) {
		v->label = keep(book, x_printf("%s – %s", v->label, part));
		v->wording = keep(book, x_printf("%s – %s", v->wording, part));
	}
	if (counted)
		v->label = keep(book, x_printf("%s – nombre de réponses", v->label));
	v->sensitive = v->question->sensitive;
	v->several_answers = !counted && v->question->type == QUESTION_CHECKBOX;
	struct buf universe = BUF_LIMIT(1 << 20);
	inspect_universe(v->form, v->question, &universe);
	v->universe = keep(book, buf_take(&universe));
}

/* The places of things, by name. */

static char *key_of(const struct figure *f, const char *option)
{
	return x_printf("%s\x1f%s%s%s", f->audience, f->question, option ? "\x1f" : "",
		option ? option : "");
}

/* The number under that key, or -1; then it becomes `fresh`. */
static json_int_t place(struct book *book, char *key, size_t fresh)
{
	const json_t *found = json_object_get(book->places, key);
	json_int_t at = found ? json_integer_value(found) : -1;

	if (!found)
		must(json_object_set_new(
			     book->places, key, json_integer((json_int_t)fresh)) == 0);
	free(key);
	return at;
}

static void add_option(struct book_variable *v, struct book_option option)
{
	if (v->option_count == v->option_capacity) {
		v->option_capacity = v->option_capacity * 2 + 8;
		v->options = x_realloc(
			v->options, v->option_capacity * sizeof(*v->options));
	}
	v->options[v->option_count++] = option;
}

static size_t variable_of(
	struct book *book, const struct export_source *source, const struct figure *f)
{
	json_int_t at = place(book, key_of(f, NULL), book->count);
	struct book_variable *v;

	if (at >= 0)
		return (size_t)at;
	if (book->count == book->capacity) {
		book->capacity = book->capacity * 2 + 32;
		book->variables = x_realloc(
			book->variables, book->capacity * sizeof(*book->variables));
	}
	v = &book->variables[book->count];
	*v = (struct book_variable){.audience = f->audience,
		.audience_label = f->audience,
		.name = f->question,
		.type = f->type,
		.label = f->question,
		.wording = "",
		.universe = "Toutes les personnes qui ont répondu",
		.form = form_of(source, f->audience)};
	if (v->form)
		v->audience_label = v->form->audience_label;
	if (figures_title(v->name))
		v->label = figures_title(v->name);
	if (strcmp(f->type, "synthesis") == 0)
		describe_synthesis(v);
	if (!describe_participation(v, f))
		describe(book, v);
	return book->count++;
}

/* Choices that no line is of. */
static void add_silent_choices(struct book *book, struct book_variable *v)
{
	const struct figure of = {.audience = v->audience, .question = v->name};

	for (size_t i = 0; v->question && strcmp(v->type, "count") != 0 &&
		i < v->question->choice_count;
		i++) {
		const struct choice *c = &v->question->choices[i];
		if (c->not_concerned &&
			place(book, key_of(&of, c->code), v->option_count) < 0)
			add_option(v, (struct book_option){c->code, c->text, true});
	}
}

void book_make(struct book *ret, const struct export_source *source)
{
	*ret = (struct book){.places = json_object()};
	must(ret->places);
	for (size_t i = 0; i < source->figure_count; i++) {
		const struct figure *f = &source->figures[i];
		struct book_variable *v;
		size_t at = variable_of(ret, source, f);

		v = &ret->variables[at];
		if (place(ret, key_of(f, f->option), v->option_count) < 0)
			add_option(v, (struct book_option){f->option, f->label, false});
	}
	for (size_t i = 0; i < ret->count; i++)
		add_silent_choices(ret, &ret->variables[i]);
}

void book_release(struct book *book)
{
	for (size_t i = 0; i < book->count; i++)
		free(book->variables[i].options);
	for (size_t i = 0; i < book->text_count; i++)
		free(book->texts[i]);
	free(book->variables);
	free(book->texts);
	json_decref(book->places);
	*book = (struct book){0};
}

/* Of a line of the source it was made of. */
static size_t find(const struct book *book, const struct figure *f)
{
	SCOPED(free_char) char *key = key_of(f, NULL);
	const json_t *found = json_object_get(book->places, key);

	must(found);
	return (size_t)json_integer_value(found);
}

size_t *book_lines(
	const struct book *book, const struct export_source *source, size_t *offsets)
{
	size_t n = source->figure_count;
	size_t *of = x_calloc(n + 1, sizeof(*of)),
	       *lines = x_calloc(n + 1, sizeof(*lines));

	memset(offsets, 0, (book->count + 1) * sizeof(*offsets));
	for (size_t i = 0; i < n; i++) {
		of[i] = find(book, &source->figures[i]);
		offsets[of[i] + 1]++;
	}
	for (size_t v = 0; v < book->count; v++)
		offsets[v + 1] += offsets[v];
	/* Each offset moves to the end of its lines, and so to the beginning of the next ones. */
	for (size_t i = 0; i < n; i++)
		lines[offsets[of[i]]++] = i;
	for (size_t v = book->count; v > 0; v--)
		offsets[v] = offsets[v - 1];
	offsets[0] = 0;
	free(of);
	return lines;
}

const struct crossing *book_crossing(const struct book_variable *v, const char *segment)
{
	for (size_t i = 0; v->form && i < v->form->crossing_count; i++)
		if (strcmp(v->form->crossings[i].name, segment) == 0)
			return &v->form->crossings[i];
	return NULL;
}

bool book_is_statistic(const struct book_variable *v, const char *option)
{
	static const char *const codes[] = {"mean", "median", "q1", "q3", NULL};
	const bool is_count = strcmp(v->type, "count") == 0;

	if (strcmp(v->type, "rate") == 0)
		return true;
	return str_is_one_of(str_of(option), codes) &&
		(is_count || !v->question ||
			!question_find_choice(v->question, str_of(option)));
}

const char *book_segment_label(const struct book_variable *v, const char *segment)
{
	const struct crossing *crossing = book_crossing(v, segment);

	if (!crossing && strcmp(segment, "public") == 0)
		return "Public";
	return crossing ? crossing->label : segment;
}
