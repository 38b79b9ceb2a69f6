/* SPDX-License-Identifier: Apache-2.0 */
/* Two versions of a questionnaire, question by question: may their figures stand side by side? */
#include "inspect_private.h"

enum comparability {
	CLASS_IDENTICAL,
	CLASS_WORDING,
	CLASS_CHOICES,
	CLASS_ROUTING,
	CLASS_BROKEN,
	CLASS_NEW,
	CLASS_COUNT
};
static const char *const class_names[CLASS_COUNT] = {
	"identical", "wording", "choices", "routing", "broken", "new"};

/* One question's changes so far. */
struct comparison {
	json_t *changes;
	enum comparability worst;
};

static void put(json_t *object, const char *key, const char *text)
{
	if (text)
		must(json_object_set_new(object, key, json_string(text)) == 0);
}

static void add_change(struct comparison *k, enum comparability class, const char *what,
	const char *code, const char *old, const char *new)
{
	json_t *change = json_object();
	must(change);
	put(change, "what", what);
	put(change, "code", code);
	put(change, "old", old);
	put(change, "new", new);
	must(json_array_append_new(k->changes, change) == 0);
	if (class > k->worst)
		k->worst = class;
}

static bool same(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static void compare_text(struct comparison *k, enum comparability class, const char *what,
	const char *code, const char *old, const char *new)
{
	if (!same(old, new))
		add_change(k, class, what, code, old, new);
}

static void compare_flag(struct comparison *k, enum comparability class, const char *what,
	const char *code, bool old, bool new)
{
	if (old != new)
		add_change(k, class, what, code, old ? "yes" : "no", new ? "yes" : "no");
}

static const char *source(const struct expr *e)
{
	return e ? expr_source(e) : NULL;
}

static const struct choice *find_code(
	const struct choice *list, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].code, code) == 0)
			return &list[i];
	return NULL;
}

/* Choices or rows; `noun` is "choice" or "row". Who is left out of the base decides about every share. */
static void compare_lists(struct comparison *k, const char *noun,
	const struct choice *old, size_t old_count, const struct choice *new,
	size_t new_count)
{
	SCOPED(free_char) char *removed = x_printf("%s-removed", noun);
	SCOPED(free_char) char *added = x_printf("%s-added", noun);
	SCOPED(free_char) char *relabelled = x_printf("%s-relabelled", noun);
	SCOPED(free_char) char *condition = x_printf("%s-condition", noun);
	for (size_t i = 0; i < old_count; i++)
		if (!find_code(new, new_count, old[i].code))
			add_change(k, old[i].not_concerned ? CLASS_BROKEN : CLASS_CHOICES,
				removed, old[i].code, old[i].text, NULL);
	for (size_t i = 0; i < new_count; i++) {
		const struct choice *b = &new[i];
		const struct choice *a = find_code(old, old_count, b->code);
		if (!a) {
			add_change(k, b->not_concerned ? CLASS_BROKEN : CLASS_CHOICES,
				added, b->code, NULL, b->text);
			continue;
		}
		compare_text(k, CLASS_CHOICES, relabelled, b->code, a->text, b->text);
		compare_text(k, CLASS_ROUTING, condition, b->code, source(a->visible_if),
			source(b->visible_if));
		compare_flag(k, CLASS_CHOICES, "exclusive", b->code, a->exclusive,
			b->exclusive);
		compare_flag(k, CLASS_BROKEN, "not-concerned", b->code, a->not_concerned,
			b->not_concerned);
	}
}

static char *scale_of(const struct question *q)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(200);
	if (q->type == QUESTION_RATING)
		buf_printf(&text, "%.15g to %.15g by %.15g", q->min, q->max, q->step);
	else
		buf_puts(&text, q->scale ? "scale" : "");
	return buf_take(&text);
}

static char *limits_of(bool has_min, double min, bool has_max, double max)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(200);
	if (has_min)
		buf_printf(&text, "from %.15g", min);
	if (has_max)
		buf_printf(&text, "%sto %.15g", has_min ? " " : "", max);
	return buf_take(&text);
}

static char *checks_of(const struct question *q)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 20);
	for (size_t i = 0; i < q->validator_count; i++) {
		buf_puts(&text, i > 0 ? "; " : "");
		inspect_check(&q->validators[i], &text);
	}
	return buf_take(&text);
}

static void compare_items(
	struct comparison *k, const struct question *a, const struct question *b)
{
	for (size_t i = 0; i < a->item_count; i++)
		if (!question_find_item(b, str_of(a->items[i].code)))
			add_change(k, CLASS_CHOICES, "item-removed", a->items[i].code,
				a->items[i].title, NULL);
	for (size_t i = 0; i < b->item_count; i++) {
		const struct text_item *new = &b->items[i],
				       *old = question_find_item(a, str_of(new->code));
		if (!old) {
			add_change(k, CLASS_CHOICES, "item-added", new->code, NULL,
				new->title);
			continue;
		}
		SCOPED(free_char)
		char *before = limits_of(old->has_min, old->min, old->has_max, old->max);
		SCOPED(free_char)
		char *after = limits_of(new->has_min, new->min, new->has_max, new->max);
		compare_text(k, CLASS_CHOICES, "item-relabelled", new->code, old->title,
			new->title);
		if (old->input != new->input)
			add_change(k, CLASS_BROKEN, "item-type", new->code,
				inspect_input(old->input), inspect_input(new->input));
		else
			compare_text(k, CLASS_CHOICES, "item-limits", new->code, before,
				after);
		compare_flag(k, CLASS_ROUTING, "item-required", new->code, old->required,
			new->required);
	}
}

static void compare_routing(struct comparison *k, const struct form *old,
	const struct question *a, const struct form *new, const struct question *b)
{
	SCOPED(free_char) char *before = inspect_condition(old, a);
	SCOPED(free_char) char *after = inspect_condition(new, b);
	compare_text(k, CLASS_ROUTING, "condition", NULL, before, after);
	compare_flag(k, CLASS_ROUTING, "required", NULL, a->required, b->required);
	compare_text(k, CLASS_ROUTING, "required-if", NULL, source(a->required_if),
		source(b->required_if));
	compare_flag(k, CLASS_ROUTING, "each-row-required", NULL, a->each_row_required,
		b->each_row_required);
}

/* "oui=bien non=mal": a code for each choice that is in a class. */
static char *classes_of(const struct question *q)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 16);
	buf_puts(&text, "");
	for (size_t i = 0; q->collapse && i < q->choice_count + q->has_other; i++)
		if (q->collapse[i] != SIZE_MAX)
			buf_printf(&text, "%s%s=%s", text.n > 0 ? " " : "",
				inspect_code(q, i),
				q->collapse_classes[q->collapse[i]].code);
	return buf_take(&text);
}

/* What reports printed is printed: other words for it, or none, are a correction of the file. */
static void compare_published(
	struct comparison *k, const struct question *a, const struct question *b)
{
	for (size_t i = 0; i < a->published_count; i++)
		compare_text(k, CLASS_BROKEN, "published", a->published[i].edition,
			a->published[i].wording,
			question_published(b, str_of(a->published[i].edition)));
	for (size_t i = 0; i < b->published_count; i++)
		if (!question_published(a, str_of(b->published[i].edition)))
			add_change(k, CLASS_BROKEN, "published", b->published[i].edition,
				NULL, b->published[i].wording);
}

static void compare_questions(struct comparison *k, const struct form *old,
	const struct question *a, const struct form *new, const struct question *b)
{
	SCOPED(free_char) char *old_scale = scale_of(a);
	SCOPED(free_char) char *new_scale = scale_of(b);
	SCOPED(free_char)
	char *old_limits = limits_of(a->has_min, a->min, a->has_max, a->max);
	SCOPED(free_char)
	char *new_limits = limits_of(b->has_min, b->min, b->has_max, b->max);
	SCOPED(free_char) char *old_checks = checks_of(a);
	SCOPED(free_char) char *new_checks = checks_of(b);
	compare_text(k, CLASS_BROKEN, "type", NULL, inspect_type(a), inspect_type(b));
	compare_text(k, CLASS_BROKEN, "scale", NULL, old_scale, new_scale);
	compare_text(k, CLASS_BROKEN, "role", NULL, inspect_role(a), inspect_role(b));
	compare_published(k, a, b);
	compare_text(k, CLASS_BROKEN, "expression", NULL, source(a->expression),
		source(b->expression));
	if (a->type == b->type && a->type != QUESTION_RATING)
		compare_text(k, CLASS_CHOICES, "limits", NULL, old_limits, new_limits);
	compare_text(k, CLASS_CHOICES, "checks", NULL, old_checks, new_checks);
	compare_text(k, CLASS_WORDING, "title", NULL, a->title, b->title);
	compare_text(
		k, CLASS_WORDING, "description", NULL, a->description, b->description);
	compare_text(
		k, CLASS_WORDING, "placeholder", NULL, a->placeholder, b->placeholder);
	compare_text(k, CLASS_WORDING, "html", NULL, a->html, b->html);
	compare_text(k, CLASS_CHOICES, "codebook", NULL, a->codebook, b->codebook);
	compare_lists(
		k, "choice", a->choices, a->choice_count, b->choices, b->choice_count);
	compare_lists(k, "row", a->rows, a->row_count, b->rows, b->row_count);
	compare_items(k, a, b);
	compare_flag(k, CLASS_CHOICES, "other", NULL, a->has_other, b->has_other);
	if (a->has_other && b->has_other)
		compare_text(k, CLASS_CHOICES, "choice-relabelled", "other",
			a->other_text, b->other_text);
	compare_routing(k, old, a, new, b);
	SCOPED(free_char) char *old_classes = classes_of(a);
	SCOPED(free_char) char *new_classes = classes_of(b);
	/* What is told where the choices cannot be; the choices are the same. */
	compare_text(k, CLASS_IDENTICAL, "collapse", NULL, old_classes, new_classes);
	/* Where it stands may colour answers, but the question is the same. */
	const char *p = a->page < old->page_count ? old->pages[a->page].name : "";
	const char *q = b->page < new->page_count ? new->pages[b->page].name : "";
	compare_text(k, CLASS_IDENTICAL, "page", NULL, p, q);
}

static void close_question(
	json_t *list, size_t counts[CLASS_COUNT], const char *name, struct comparison *k)
{
	json_t *one = json_pack("{s:s, s:s, s:o}", "name", name, "class",
		class_names[k->worst], "changes", k->changes);
	must(one && json_array_append_new(list, one) == 0);
	counts[k->worst]++;
}

static struct comparison begin(void)
{
	struct comparison k = {json_array(), CLASS_IDENTICAL};
	must(k.changes);
	return k;
}

static char *crossings_of(const struct form *f)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(1 << 16);
	buf_puts(&text, "");
	for (size_t i = 0; i < f->crossing_count; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", f->crossings[i].name);
	return buf_take(&text);
}

/* What of the whole form decides about figures. */
static json_t *compare_forms(const struct form *old, const struct form *new)
{
	struct comparison k = begin();
	SCOPED(buf_release) struct buf a = BUF_LIMIT(1 << 16);
	SCOPED(buf_release) struct buf b = BUF_LIMIT(1 << 16);
	for (size_t i = 0; i < old->complete_count; i++)
		buf_printf(
			&a, "%s%s", i ? " " : "", old->questions[old->complete[i]].name);
	for (size_t i = 0; i < new->complete_count; i++)
		buf_printf(
			&b, "%s%s", i ? " " : "", new->questions[new->complete[i]].name);
	SCOPED(free_char) char *old_crossings = crossings_of(old);
	SCOPED(free_char) char *new_crossings = crossings_of(new);
	compare_text(&k, CLASS_ROUTING, "crossings", NULL, old_crossings, new_crossings);
	compare_text(&k, CLASS_ROUTING, "audience", NULL, old->audience, new->audience);
	compare_text(&k, CLASS_WORDING, "title", NULL, old->title, new->title);
	compare_text(&k, CLASS_ROUTING, "complete", NULL, buf_str(&a).p, buf_str(&b).p);
	return k.changes;
}

static json_t *identity(const struct form *f)
{
	return json_pack("{s:s, s:s, s:s}", "audience", f->audience, "version",
		f->version, "hash", f->hash);
}

json_t *inspect_diff(const struct form *old, const struct form *new)
{
	size_t counts[CLASS_COUNT] = {0};
	json_t *questions = json_array(), *summary = json_object();
	must(questions && summary);
	for (size_t i = 0; i < new->question_count; i++) {
		const struct question *b = &new->questions[i];
		const struct question *a = form_find(old, str_of(b->name));
		struct comparison k = begin();
		if (a)
			compare_questions(&k, old, a, new, b);
		else
			add_change(&k, CLASS_NEW, "added", NULL, NULL, b->title);
		close_question(questions, counts, b->name, &k);
	}
	for (size_t i = 0; i < old->question_count; i++) {
		const struct question *a = &old->questions[i];
		struct comparison k = begin();
		if (form_find(new, str_of(a->name))) {
			json_decref(k.changes);
			continue;
		}
		add_change(&k, CLASS_BROKEN, "removed", NULL, a->title, NULL);
		close_question(questions, counts, a->name, &k);
	}
	for (size_t i = 0; i < CLASS_COUNT; i++)
		must(json_object_set_new(summary, class_names[i],
			     json_integer((json_int_t)counts[i])) == 0);
	json_t *diff = json_pack("{s:o, s:o, s:o, s:o, s:o}", "old", identity(old), "new",
		identity(new), "form", compare_forms(old, new), "questions", questions,
		"summary", summary);
	must(diff);
	return diff;
}

/* For people */

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void write_change(const json_t *change, struct buf *out)
{
	const char *code = text_of(change, "code");
	const char *old = text_of(change, "old"), *new = text_of(change, "new");
	buf_printf(out, "    %s%s%s\n", text_of(change, "what"), code ? " " : "",
		code ? code : "");
	if (old && old[0])
		buf_printf(out, "      - %s\n", old);
	if (new &&new[0])
		buf_printf(out, "      + %s\n", new);
}

static void write_changes(const json_t *list, struct buf *out)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		write_change(json_array_get(list, i), out);
}

void inspect_diff_write(const json_t *diff, struct buf *out)
{
	const json_t *old = json_object_get(diff, "old"),
		     *new = json_object_get(diff, "new");
	const json_t *list = json_object_get(diff, "questions");
	buf_printf(out, "%s %s -> %s %s\n", text_of(old, "audience"),
		text_of(old, "version"), text_of(new, "audience"),
		text_of(new, "version"));
	if (strcmp(text_of(old, "hash"), text_of(new, "hash")) == 0)
		buf_puts(out, "the same file\n");
	if (json_array_size(json_object_get(diff, "form")) > 0)
		buf_puts(out, "  form\n");
	write_changes(json_object_get(diff, "form"), out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *changes = json_object_get(one, "changes");
		if (json_array_size(changes) == 0)
			continue;
		buf_printf(
			out, "  %s: %s\n", text_of(one, "name"), text_of(one, "class"));
		write_changes(changes, out);
	}
	const json_t *summary = json_object_get(diff, "summary");
	for (size_t i = 0; i < CLASS_COUNT; i++)
		buf_printf(out, "%s%lld %s", i > 0 ? ", " : "",
			(long long)json_integer_value(
				json_object_get(summary, class_names[i])),
			class_names[i]);
	buf_addc(out, '\n');
}
