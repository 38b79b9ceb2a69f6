/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/reason.h"

#include <string.h>

#include "barometre/base/buf.h"

struct word {
	const char *code, *text;
};

static const char *word_of(const struct word *words, size_t count, struct str code)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, words[i].code))
			return words[i].text;
	return NULL;
}

/* ---- why, and why not ---- */

static const struct {
	const char *code, *one, *many; /* `many` NULL: of a row only, no verdict */
} reasons[] = {
	{"send", "à écrire", "Recevront ce courriel"},
	{"done", "a déjà répondu", "Ont déjà répondu"},
	{"objected", "ne veut plus recevoir de message", "Ne veulent plus de courriel"},
	{"bounced", "adresse en erreur", "Ont une adresse en erreur"},
	{"audience", "d’un autre public", "Sont d’un autre public"},
	{"segment", "d’un autre département ou d’un autre type",
		"Sont d’un autre département ou d’un autre type"},
	{"received", "n’a pas reçu le courriel qu’il faut avant",
		"N’ont pas reçu le courriel qu’il faut avant"},
	{"already", "a déjà eu un courriel de cette étape",
		"Ont déjà eu un courriel de cette étape"},
	{"late", "date limite de l’envoi passée", NULL},
	{"left_out", "plus concernée par cet envoi", NULL},
	{"closed", "enquête close", NULL},
	{"cancelled", "envoi annulé", NULL},
	{"target", "assez de réponses déjà reçues", NULL},
	{"given_up", "abandonné par décision de l’équipe", NULL},
};

const char *reason_of_one(struct str code)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (str_eq_z(code, reasons[i].code))
			return reasons[i].one;
	return "";
}

const char *reason_of_many(struct str verdict)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (str_eq_z(verdict, reasons[i].code))
			return reasons[i].many;
	return NULL;
}

const char *delivery_state_words(struct str state)
{
	static const struct word words[] = {{"planned", "à envoyer"},
		{"claimed", "en cours d’envoi"}, {"sent", "remis"}, {"refused", "refusé"},
		{"skipped", "écarté"}, {"unknown", "incertain"}};
	const char *text = word_of(words, COUNT_OF(words), state);

	return text ? text : "";
}

/* ---- refusals ---- */

/* RFC 3463 and the registry of enhanced status codes; of those of a class, the subject says enough. */
static const char *enhanced_words(struct str code)
{
	static const struct word words[] = {{"5.1.0", "adresse refusée"},
		{"5.1.1", "adresse inconnue"}, {"5.1.2", "domaine inconnu"},
		{"5.1.3", "adresse mal écrite"}, {"5.1.6", "boîte qui a déménagé"},
		{"5.1.10", "domaine sans courriel"}, {"5.2.0", "boîte en erreur"},
		{"5.2.1", "boîte désactivée"}, {"5.2.2", "boîte pleine"},
		{"5.2.3", "message trop grand pour la boîte"},
		{"5.3.4", "message trop grand"}, {"5.4.1", "serveur sans réponse"},
		{"5.4.4", "domaine introuvable"},
		{"5.4.6", "courriel qui tourne en rond"},
		{"5.4.7", "délai de remise dépassé"},
		{"5.7.1", "refusé par les règles du destinataire"},
		{"5.7.26", "expéditeur mal authentifié"}};
	static const struct word subjects[] = {{"5.1", "adresse en erreur"},
		{"5.2", "boîte en erreur"}, {"5.3", "serveur du destinataire en erreur"},
		{"5.4", "serveur injoignable"}, {"5.5", "échange refusé par le serveur"},
		{"5.6", "contenu refusé"},
		{"5.7", "refusé par les règles du destinataire"}};
	const char *text = word_of(words, COUNT_OF(words), code);

	for (size_t i = 0; !text && i < COUNT_OF(subjects); i++)
		if (str_starts(code, str_of(subjects[i].code)) && code.n > 3 &&
			code.p[3] == '.')
			text = subjects[i].text;
	return text;
}

/* Codes of three digits, and the words of bounce.h, that say what an enhanced code says. */
static const char *alike_words(struct str code)
{
	static const struct word alike[] = {{"501", "5.1.3"}, {"553", "5.1.3"},
		{"550", "5.1.0"}, {"552", "5.2.2"}, {"554", "5.7.1"},
		{"unknown", "5.1.1"}, {"full", "5.2.2"}};
	const char *enhanced = word_of(alike, COUNT_OF(alike), code);

	return enhanced ? enhanced_words(str_of(enhanced)) : NULL;
}

#define REFUSED "courriel refusé"

const char *refusal_code_words(int64_t code)
{
	static const struct word words[] = {{"421", "relais indisponible"},
		{"450", "remise reportée"}, {"451", "remise reportée"},
		{"452", "remise reportée"}, {"551", "personne qui n’est pas ici"}};
	SCOPED(free_char) char *digits = x_printf("%lld", (long long)code);
	const char *text = word_of(words, COUNT_OF(words), str_of(digits));

	if (!text && code > 0)
		text = alike_words(str_of(digits));
	return text ? text : "";
}

/* The words of a token of bounce.h; NULL when it is none. */
static const char *token_words(struct str token)
{
	static const struct word words[] = {
		{"complaint", "signalé comme indésirable"}, {"refused", REFUSED}};
	const char *text = word_of(words, COUNT_OF(words), token);

	if (!text && token.n > 0 && (*token.p < '0' || *token.p > '9'))
		text = alike_words(token);
	return text;
}

char *refusal_words(struct str reason)
{
	const char *text = token_words(reason);
	struct str rest = reason, part;
	uint64_t code;

	if (text)
		return x_strdup(text);
	while (str_cut(&rest, ' ', &part)) {
		text = enhanced_words(part);
		/* Three mails came back for a time only (sql/functions/bounce.sql). */
		if (!text && part.n > 3 && part.p[0] == '4' && part.p[1] == '.')
			text = "échecs répétés";
		if (text)
			return x_printf("%s (%.*s)", text, (int)part.n, part.p);
	}
	rest = reason;
	if (str_cut(&rest, ' ', &part) && str_parse_u64(part, &code) && code < 600 &&
		*refusal_code_words((int64_t)code))
		return x_printf("%s (%.*s)", refusal_code_words((int64_t)code),
			(int)reason.n, reason.p);
	return reason.n ? x_printf(REFUSED " (%.*s)", (int)reason.n, reason.p)
			: x_strdup(REFUSED);
}
