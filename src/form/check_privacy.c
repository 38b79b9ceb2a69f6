/* SPDX-License-Identifier: Apache-2.0 */
/* What would tell who answers, and whether everything fits into the sealed box. */
#include "barometre/base/fold.h"
#include "check_private.h"

#define MANY_PROFILES \
 400 /* more combinations of segments than a survey of two thousand fills with five each */
#define CHAR_BYTES 2 /* in UTF-8 and JSON: letters with accents, quotes and line ends */

/* Words of a title that ask who someone is, as fold_name writes them. A comment holds many words, so only the surest. */
static const char *const short_words[] = {"nom", "prenom", "pseudonyme", "courriel",
	"mail", "e mail", "email", "adresse", "telephone", "tel", "portable",
	"coordonnees", "numero de securite sociale", "surname", "first name", "last name",
	"your name", "phone", "address"};
static const char *const long_words[] = {"prenom", "courriel", "e mail", "email",
	"telephone", "coordonnees", "adresse postale", "first name", "phone number"};
static const char *const birth_words[] = {"naissance", "birth"};
/* The same words where they mean something else. */
static const char *const harmless[] = {"au nom", "s adresse", "sans nom"};

static void blank(char *text, const char *phrase)
{
	for (char *at = strstr(text, phrase); at; at = strstr(at, phrase))
		memset(at, '-', strlen(phrase));
}

/* The first of the words that stands in the title, or NULL. */
static const char *find_word(const char *title, const char *const *list, size_t count)
{
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(8192);
	buf_addc(&folded, ' ');
	fold_name(&folded, str_of(title));
	buf_addc(&folded, ' ');
	if (folded.failed)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(harmless); i++)
		blank(folded.p, harmless[i]);
	for (size_t i = 0; i < count; i++) {
		SCOPED(free_char) char *word = x_printf(" %s ", list[i]);
		if (strstr(folded.p, word))
			return list[i];
	}
	return NULL;
}

static void report_identifying(
	struct check *c, const struct question *q, const json_t *o, const char *word)
{
	check_report(c, FINDING_WARNING, "identifying", q->name,
		source_map_find(c->map, o, "title"),
		"'%s' seems to ask who answers (\"%s\") and is kept with what people say: give "
		"it the role identifying or contact, or ask it otherwise",
		q->name, word);
}

static bool is_kept(const struct question *q)
{
	return q->role != ROLE_IDENTIFYING && q->role != ROLE_CONTACT;
}

static void check_input(struct check *c, const struct question *q, const json_t *o,
	const char *title, enum input_type input)
{
	const char *word = NULL;
	if (input == INPUT_EMAIL || input == INPUT_TEL)
		check_report(c, FINDING_ERROR, "identifying", q->name,
			source_map_find(c->map, o, "inputType"),
			"'%s' takes %s and is kept with what people say: give it the role "
			"identifying or contact",
			q->name,
			input == INPUT_EMAIL ? "an e-mail address"
					     : "a telephone number");
	else if (input == INPUT_DATE || input == INPUT_MONTH)
		word = find_word(title, birth_words, COUNT_OF(birth_words));
	else if (input == INPUT_TEXT && q->role != ROLE_LOCALITY)
		word = find_word(title, short_words, COUNT_OF(short_words));
	if (word)
		report_identifying(c, q, o, word);
}

static void check_identifying(struct check *c, const struct question *q, const json_t *o)
{
	const json_t *items = json_object_get(o, "items");
	const char *word = NULL;
	if (!is_kept(q))
		return;
	if (q->type == QUESTION_TEXT)
		check_input(c, q, o, q->title, q->input);
	if (q->type == QUESTION_COMMENT)
		word = find_word(q->title, long_words, COUNT_OF(long_words));
	if (word)
		report_identifying(c, q, o, word);
	for (size_t i = 0; i < q->item_count; i++)
		check_input(c, q, json_array_get(items, i), q->items[i].title,
			q->items[i].input);
}

/* Bytes of the longest answer, as JSON. */

static size_t code_bytes(const struct choice *list, size_t count, bool all)
{
	size_t sum = 0, longest = 0;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(list[i].code) + 3; /* quotes and comma */
		sum += list[i].exclusive ? 0 : n;
		longest = n > longest ? n : longest;
	}
	return all && sum > longest ? sum : longest;
}

static size_t typed_bytes(enum input_type input, size_t max_length)
{
	switch (input) {
	case INPUT_NUMBER:
		return 24;
	case INPUT_DATE:
	case INPUT_MONTH:
		return 12;
	case INPUT_EMAIL:
	case INPUT_TEL:
		return max_length + 2; /* ASCII by their rules */
	case INPUT_TEXT:
		break;
	}
	return CHAR_BYTES * max_length + 2;
}

static size_t answer_bytes(const struct question *q)
{
	size_t n = 0;
	switch (q->type) {
	case QUESTION_TEXT:
		n = q->role == ROLE_LOCALITY ? 9 : typed_bytes(q->input, q->max_length);
		break;
	case QUESTION_COMMENT:
		n = typed_bytes(INPUT_TEXT, q->max_length);
		break;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
		n = code_bytes(q->choices, q->choice_count, false);
		break;
	case QUESTION_CHECKBOX:
	case QUESTION_RANKING:
		n = code_bytes(q->choices, q->choice_count, true) + 2 + 8;
		break;
	case QUESTION_BOOLEAN:
		n = 5;
		break;
	case QUESTION_RATING:
		n = 24;
		break;
	case QUESTION_MATRIX:
		for (size_t i = 0; i < q->row_count; i++)
			n += strlen(q->rows[i].code) + 4 +
				code_bytes(q->choices, q->choice_count, false);
		break;
	case QUESTION_MULTIPLETEXT:
		for (size_t i = 0; i < q->item_count; i++)
			n += strlen(q->items[i].code) + 4 +
				typed_bytes(q->items[i].input, q->items[i].max_length);
		break;
	case QUESTION_EXPRESSION:
	case QUESTION_CALCULATED:
		n = 202;
		break;
	case QUESTION_HTML:
		return 0;
	}
	if (q->has_other)
		n += strlen(q->name) + 12 + typed_bytes(INPUT_TEXT, OTHER_LENGTH);
	return n + strlen(q->name) + 4;
}

static void check_sizes(struct check *c)
{
	size_t answers = 2, contact = 2;
	const json_t *own = json_object_get(c->root, "barometre");
	for (size_t i = 0; i < c->form->question_count; i++) {
		const struct question *q = &c->form->questions[i];
		if (q->role == ROLE_IDENTIFYING)
			answers += strlen(q->name) + 8;
		*(is_kept(q) ? &answers : &contact) += answer_bytes(q);
	}
	size_t box = c->form->box_bytes, reserved = c->options->box_reserved;
	if (reserved > 0 && answers + reserved > box)
		check_report(c, FINDING_WARNING, "box-too-small", "boxBytes",
			source_map_find(c->map, own, "boxBytes"),
			"the longest answers may take %zu bytes and a box of %zu has room for %zu: "
			"raise boxBytes to %zu or lower a maxLength",
			answers, box, box > reserved ? box - reserved : 0,
			(answers + reserved + 1023) / 1024 * 1024);
	if (c->options->contact_bytes > 0 && contact > c->options->contact_bytes)
		check_report(c, FINDING_WARNING, "contact-too-long", "contact",
			(struct source_place){1, 1},
			"the longest identifying and contact answers may take %zu bytes and there is "
			"room for %zu: lower a maxLength",
			contact, c->options->contact_bytes);
}

/* Segments are crossed two by two in tables, yet all of them together tell who someone is. */
static void check_profiles(struct check *c)
{
	size_t combinations = 1, segments = 0;
	const struct question *last = NULL;
	for (size_t i = 0; i < c->form->question_count; i++) {
		const struct question *q = &c->form->questions[i];
		size_t values = q->choice_count + q->has_other;
		if (q->role != ROLE_SEGMENT || values < 2 || q->type == QUESTION_CHECKBOX)
			continue;
		combinations = combinations > 1000000 ? combinations
						      : combinations * values;
		segments++;
		last = q;
	}
	if (segments > 1 && combinations > MANY_PROFILES)
		check_report(c, FINDING_NOTE, "many-profiles", last->name,
			source_map_find(
				c->map, c->objects[form_index(c->form, last)], "name"),
			"the %zu segments make %zu combinations: most will hold fewer than five "
			"people, who could be known by them: ask with fewer choices",
			segments, combinations);
}

/* A group of a crossing is known to those who know its people: what makes the group is told of each of them. */
static void check_crossings(struct check *c)
{
	const json_t *own = json_object_get(c->root, "barometre");
	for (size_t i = 0; i < c->form->crossing_count; i++) {
		const struct crossing *x = &c->form->crossings[i];
		const struct question *q = &c->form->questions[x->question];
		if (q->sensitive)
			check_report(c, FINDING_WARNING, "sensitive-crossing", q->name,
				source_map_find(c->map, own, q->name),
				"tables would be crossed with '%s', which is sensitive (health): "
				"every figure would be told of people known by it: cross with "
				"another question",
				q->name);
	}
}

void check_privacy(struct check *c)
{
	check_crossings(c);
	for (size_t i = 0; i < c->form->question_count; i++)
		check_identifying(c, &c->form->questions[i], c->objects[i]);
	check_sizes(c);
	check_profiles(c);
}
