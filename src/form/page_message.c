/* SPDX-License-Identifier: Apache-2.0 */
/* What a page says when an answer is refused or missing: what is wrong, what to do, an example. */
#include "page.h"
#include "text.h"

char *page_message_not_listed(const struct language *language)
{
	return x_strdup(words(language,
		"Cette réponse ne fait pas partie de la liste\u202f: choisissez-en une "
		"autre."));
}

/* Years are often asked for: 1956, not 1 956. */
static char *bound(const struct language *language, double x)
{
	return text_number(language, x, 5);
}

static char *whole(const struct language *language, size_t n)
{
	return text_number(language, (double)n, 4);
}

/* The bounds of a question or of a validator. */
struct bounds {
	bool has_min, has_max;
	double min, max;
};

static char *message_bounds(const struct language *language, struct bounds b)
{
	SCOPED(free_char) char *min = bound(language, b.min);
	SCOPED(free_char) char *max = bound(language, b.max);
	if (b.has_min && b.has_max)
		return words_fill(language, "Indiquez un nombre entre {min} et {max}.",
			"min", min, "max", max, NULL);
	if (b.has_min)
		return words_fill(language, "Indiquez un nombre d’au moins {min}.", "min",
			min, NULL);
	if (b.has_max)
		return words_fill(language, "Indiquez un nombre d’au plus {max}.", "max",
			max, NULL);
	return x_strdup(words(
		language, "Indiquez un nombre en chiffres seulement, par exemple 12."));
}

char *page_message_number(
	const struct language *language, const struct question *q, bool is_number)
{
	struct bounds b = {q->has_min, q->has_max, q->min, q->max};
	if (is_number || !(b.has_min && b.has_max))
		return message_bounds(language, b);
	SCOPED(free_char) char *min = bound(language, b.min);
	SCOPED(free_char) char *max = bound(language, b.max);
	return words_fill(language,
		"Indiquez un nombre en chiffres seulement, entre {min} et {max}.", "min",
		min, "max", max, NULL);
}

char *page_message_too_long(const struct language *language, size_t most, size_t written)
{
	SCOPED(free_char) char *limit = whole(language, most);
	SCOPED(free_char) char *count = whole(language, written);
	return words_fill(language,
		"Votre texte est un peu trop long\u202f: {max} caractères au plus, vous en "
		"avez écrit {n}.",
		"max", limit, "n", count, NULL);
}

char *page_message_email(const struct language *language, struct str typed)
{
	if (!memchr(typed.p, '@', typed.n))
		return x_strdup(words(language,
			"Il manque le signe @ dans cette adresse e-mail\u202f: elle s’écrit "
			"comme prenom.nom@exemple.fr."));
	return x_strdup(words(language,
		"Vérifiez cette adresse e-mail\u202f: elle s’écrit sans espace ni accent, "
		"comme prenom.nom@exemple.fr."));
}

static const char *missing_input(const struct question *q)
{
	static const char *const by_input[] = {
		[INPUT_TEXT] = WORDS("Écrivez votre réponse pour continuer."),
		[INPUT_NUMBER] = WORDS("Indiquez un nombre pour continuer."),
		[INPUT_DATE] = WORDS("Indiquez une date pour continuer."),
		[INPUT_MONTH] = WORDS("Indiquez un mois pour continuer."),
		[INPUT_EMAIL] = WORDS("Indiquez votre adresse e-mail pour continuer."),
		[INPUT_TEL] = WORDS("Indiquez votre numéro de téléphone pour continuer."),
	};
	if (q->role == ROLE_LOCALITY)
		return WORDS("Indiquez la commune pour continuer, ou remplissez "
			     "«\u202fHors Occitanie\u202f».");
	return by_input[q->type == QUESTION_COMMENT ? INPUT_TEXT : q->input];
}

char *page_message_missing(const struct language *language, const struct question *q)
{
	const char *message = WORDS("Choisissez une réponse pour continuer.");
	switch (q->type) {
	case QUESTION_TEXT:
	case QUESTION_COMMENT:
		message = missing_input(q);
		break;
	case QUESTION_CHECKBOX:
		message = WORDS("Cochez au moins une réponse pour continuer.");
		break;
	case QUESTION_MATRIX:
		message = WORDS("Répondez à une ligne au moins pour continuer.");
		break;
	case QUESTION_MULTIPLETEXT:
		message = WORDS("Remplissez au moins un de ces champs pour continuer.");
		break;
	case QUESTION_RANKING:
		message = WORDS(
			"Donnez une place à chaque proposition pour continuer, en "
			"commençant par 1 pour la première.");
		break;
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
	case QUESTION_BOOLEAN:
	case QUESTION_RATING:
	case QUESTION_EXPRESSION:
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return x_strdup(words(language, message));
}

/* ---- validators whose author wrote no text ---- */

static char *message_length(
	const struct language *language, const struct validator *v, const json_t *answer)
{
	struct str s = json_str(answer);
	size_t written = s.p ? str_count_chars(s) : 0;
	if (v->has_max && (double)written > v->max)
		return page_message_too_long(language, (size_t)v->max, written);
	if (!v->has_min || (double)written >= v->min)
		return x_strdup(words(language, "Écrivez votre réponse sans chiffres."));
	SCOPED(free_char) char *least = whole(language, (size_t)v->min);
	SCOPED(free_char) char *count = whole(language, written);
	return words_fill(language,
		"Votre texte est un peu court\u202f: {min} caractères au moins, vous en avez "
		"écrit {n}.",
		"min", least, "n", count, NULL);
}

static char *message_count(const struct language *language, const struct validator *v)
{
	SCOPED(free_char) char *min = whole(language, (size_t)v->min);
	SCOPED(free_char) char *max = whole(language, (size_t)v->max);
	if (v->has_min && v->has_max && v->min == v->max)
		return v->max <= 1
			? x_strdup(words(language, "Cochez une seule réponse."))
			: words_fill(language, "Cochez {n} réponses.", "n", max, NULL);
	if (v->has_min && v->has_max)
		return words_fill(language, "Cochez de {min} à {max} réponses.", "min",
			min, "max", max, NULL);
	if (v->has_max)
		return v->max <= 1
			? x_strdup(words(language, "Cochez une seule réponse."))
			: words_fill(language, "Cochez {max} réponses au plus.", "max",
				  max, NULL);
	return v->min <= 1 ? x_strdup(words(language, "Cochez au moins une réponse."))
			   : words_fill(language, "Cochez au moins {min} réponses.",
				     "min", min, NULL);
}

char *page_message_validator(const struct language *language, const struct question *q,
	const struct validator *v, const json_t *answer)
{
	struct bounds b = {v->has_min, v->has_max, v->min, v->max};
	switch (v->kind) {
	case VALIDATOR_NUMERIC:
		return message_bounds(language, b);
	case VALIDATOR_TEXT:
		return message_length(language, v, answer);
	case VALIDATOR_ANSWER_COUNT:
		return message_count(language, v);
	case VALIDATOR_EMAIL:
		return page_message_email(language, str_of(json_string_value(answer)));
	case VALIDATOR_REGEX:
		return q->placeholder
			? words_fill(language,
				  "Vérifiez la façon dont cette réponse est écrite. Exemple\u202f: "
				  "{exemple}",
				  "exemple", q->placeholder, NULL)
			: x_strdup(words(language,
				  "Vérifiez la façon dont cette réponse est écrite."));
	case VALIDATOR_EXPRESSION:
		break;
	}
	return x_strdup(words(language,
		"Vérifiez cette réponse\u202f: elle ne semble pas aller avec les "
		"précédentes."));
}
