/* SPDX-License-Identifier: Apache-2.0 */
#include "bounce_text.h"

#include <stdio.h>

/* ---- folding ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static void fold_one(struct buf *out, char c)
{
	char last = out->n > 0 ? out->p[out->n - 1] : ' ';

	if (c >= 'A' && c <= 'Z')
		c = (char)(c | 0x20);
	else if ((unsigned char)c <= ' ' || c == 0x7F)
		c = ' ';
	else if ((unsigned char)c >= 0x80 || c == '\'' || c == '`')
		c = '*';
	if ((c == ' ' || c == '*') && c == last)
		return;
	buf_addc(out, c);
}

/* Length of "&name;" or "&#nnn;" at the beginning, or 0. */
static size_t reference_length(struct str s)
{
	for (size_t i = 1; i < s.n && i < 12; i++) {
		char c = s.p[i];

		if (c == ';')
			return i > 1 ? i + 1 : 0;
		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			c != '#')
			return 0;
	}
	return 0;
}

/* Length of a tag, with all of a style sheet. */
static size_t tag_length(struct str s)
{
	struct str name = {s.p, s.n < 6 ? s.n : 6};
	const char *from = s.p, *end;

	if (str_eq_nocase(name, STR("<style"))) {
		end = memmem(s.p + 1, s.n - 1, "</", 2);
		from = end ? end : s.p;
	}
	end = memchr(from, '>', s.n - (size_t)(from - s.p));
	return end ? (size_t)(end - s.p) + 1 : s.n;
}

void bounce_fold(struct buf *out, struct str text, bool html)
{
	size_t i = 0;

	while (i < text.n && out->n + 1 < out->max) {
		struct str rest = {text.p + i, text.n - i};
		size_t skip = 0;

		if (html && *rest.p == '<') {
			skip = tag_length(rest);
			fold_one(out, ' ');
		} else if (html && *rest.p == '&' &&
			(skip = reference_length(rest)) > 0) {
			/* A no-break space is a space. */
			fold_one(out, str_starts(rest, STR("&nbsp;")) ? ' ' : '*');
		} else {
			fold_one(out, *rest.p);
			skip = 1;
		}
		i += skip;
	}
}

/* ---- words ---- */

static const char *find(struct str text, const char *words)
{
	return text.n > 0 ? memmem(text.p, text.n, words, strlen(words)) : NULL;
}

static bool has_any(struct str text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (find(text, list[i]))
			return true;
	return false;
}
#define HAS(text, list) has_any(text, list, COUNT_OF(list))

/* A word of its own, not "michelot" and no part of an address. */
static bool has_word(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < text.n; i++) {
		const char *at = find((struct str){text.p + i, text.n - i}, word);

		if (!at)
			return false;
		i = (size_t)(at - text.p);
		char before = i > 0 ? at[-1] : ' ';
		char behind = i + n < text.n ? at[n] : ' ';
		char next = i + n + 1 < text.n ? at[n + 1] : ' ';
		if (!is_word(before) && !strchr(".-_+@", before) && !is_word(behind) &&
			!strchr("-_+@", behind) && (behind != '.' || !is_word(next)))
			return true;
	}
	return false;
}

struct str bounce_own_words(struct str folded)
{
	static const char *const marks[] = {"--- below this line is a copy",
		"this is a copy of the message", "original message", "message d*origine",
		"message original", "unsent message follows",
		"your message headers follow", "text of the message follows"};
	size_t n = folded.n;

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		const char *at = find(folded, marks[i]);

		/* Not a title on the first line. */
		if (at && at - folded.p > 60 && (size_t)(at - folded.p) < n)
			n = (size_t)(at - folded.p);
	}
	return (struct str){folded.p, n};
}

bool bounce_says_delayed(struct str folded)
{
	static const char *const words[] = {"message delayed", "delivery delayed",
		"has been delayed", "delayed mail", "not yet been delivered",
		"could not be delivered yet", "will continue to try",
		"attempts will continue", "will be retried",
		"this is a warning message only", "do not need to resend",
		"you don*t need to resend", "remise retard*e", "distribution diff*r*e",
		"livraison retard*e", "n*a pas encore pu", "n*a pas encore *t*",
		"nouvelles tentatives", "delivery status notification (delay)"};
	return HAS(folded, words);
}

bool bounce_says_absent(struct str folded)
{
	static const char *const words[] = {"out of office", "out of the office",
		"out-of-office", "automatic reply", "auto-reply", "autoreply",
		"auto reply", "auto response", "autoresponse", "vacation", "on holiday",
		"on leave", "away from", "r*ponse automatique", "reponse automatique",
		"absence du bureau", "absent du bureau", "message d*absence", "en cong*",
		"je suis absent", "actuellement absent", "absente", "absence",
		"absent jusqu", "absent(e) jusqu", "vacances", "de retour", "cong*s",
		"conges", "fermeture", "ferm* jusqu", "ferm*e jusqu", "ferm*(e) jusqu",
		"ferm*s jusqu", "ferm*es jusqu", "ferme jusqu", "fermee jusqu",
		"accus* de r*ception", "will be back", "back in the office",
		"closed until", "absent until", "away until", "out until", "holidays",
		"annual leave", "maternity leave", "parental leave", "abwesenheit"};
	return HAS(folded, words);
}

bool bounce_says_challenge(struct str folded)
{
	static const char *const words[] = {"mailinblack", "boxbe", "spamarrest",
		"please confirm your message", "confirm your email",
		"confirm that you are", "verify that you are", "prove you are",
		"sender verification", "challenge-response", "authentifier votre",
		"vous authentifier", "attente d*authentification",
		"confirmer votre envoi", "validation de votre message",
		"prouver que vous"};
	return HAS(folded, words);
}

static bool says_unknown(struct str folded)
{
	static const char *const words[] = {"user unknown", "unknown user",
		"no such user", "no such recipient", "no such mailbox", "no such address",
		"unknown recipient", "recipient unknown", "unknown address",
		"address unknown", "addressee unknown", "unknown local",
		"unknown mailbox", "does not exist", "doesn*t exist", "do not exist",
		"not exist", "invalid recipient", "invalid mailbox", "invalid address",
		"recipient address rejected: access denied", "mailbox unavailable",
		"mailbox not found", "no mailbox here", "not a valid mailbox",
		"recipient not found", "recipientnotfound", "address not found",
		"couldn*t be found", "could not be found", "wasn*t found",
		"was not found", "unrouteable address", "unroutable address",
		"domain not found", "domain name not found", "host not found",
		"account disabled", "account is disabled", "account has been disabled",
		"mailbox disabled", "mailbox is disabled", "is inactive", "inactivity",
		"no longer active", "no longer available", "no longer valid",
		"no longer exists", "no longer with", "no longer accepting",
		"adresse inconnue", "utilisateur inconnu", "destinataire inconnu",
		"correspondant inconnu", "inconnu *", "destinataire invalide",
		"adresse invalide", "adresse incorrecte", "inexistant", "n*existe pas",
		"n*existe plus", "introuvable", "n*a pas *t* trouv",
		"n*a pas pu *tre trouv", "d*sactiv*e", "bo*te d*sactiv",
		"compte d*sactiv", "compte ferm*", "bo*te ferm*e", "n*est plus valide",
		"n*est plus utilis"};
	return HAS(folded, words);
}

/* Of what does not exist: that it is the recipient, and no relay. */
static bool says_recipient(struct str folded)
{
	static const char *const words[] = {"recipient", "addressee", "mailbox",
		"email address", "e-mail address", "mail account", "no such address",
		"unknown address", "address unknown", "destinataire", "correspondant",
		"utilisateur", "bo*te", "adresse inconnue", "adresse invalide",
		"adresse incorrecte", "adresse *lectronique"};
	return has_word(folded, "user") || has_word(folded, "account") ||
		HAS(folded, words);
}

static bool says_full(struct str folded)
{
	static const char *const words[] = {"mailbox full", "mailbox is full",
		"inbox is full", "quota", "insufficient storage", "out of storage",
		"bo*te pleine", "est pleine", "bo*te aux lettres pleine",
		"espace insuffisant", "plus d*espace", "message too large",
		"trop volumineux", "exceeds size"};
	return HAS(folded, words);
}

static bool says_policy(struct str folded)
{
	static const char *const words[] = {"spam", "blocked", "block list", "blocklist",
		"blacklist", "black list", "denylist", "listed by", "listed in",
		"liste noire", "policy", "politique", "reputation", "r*putation", "spf",
		"dkim", "dmarc", "rbl", "virus", "content reject", "mail rejet",
		"message rejet", "mail rejected", "message rejected", "service refuse",
		"greylist", "gray-list", "trop de", "too many", "rate limit",
		"not authorized", "not permitted", "not allowed", "non autoris",
		"access denied", "authentication", "ofr_", "lpn007", "suspicious",
		"suspect"};
	return HAS(folded, words);
}

/* ---- codes ---- */

struct enhanced {
	unsigned int class, subject, detail;
};

/* "5.1.1" at the beginning, not a part of something longer. */
static bool read_enhanced(struct str s, struct enhanced *ret, size_t *ret_length)
{
	unsigned int part[3] = {0};
	size_t at = 0;

	for (size_t k = 0; k < 3; k++) {
		size_t digits = 0;

		while (at < s.n && is_digit(s.p[at]) && digits < 4) {
			part[k] = part[k] * 10 + (unsigned int)(s.p[at++] - '0');
			digits++;
		}
		if (digits == 0 || digits > (k == 0 ? 1u : 3u))
			return false;
		if (k < 2 && (at >= s.n || s.p[at++] != '.'))
			return false;
	}
	if (at < s.n &&
		(is_word(s.p[at]) ||
			(s.p[at] == '.' && at + 1 < s.n && is_digit(s.p[at + 1]))))
		return false;
	if (part[0] != 2 && part[0] != 4 && part[0] != 5)
		return false;
	*ret = (struct enhanced){part[0], part[1], part[2]};
	*ret_length = at;
	return true;
}

static bool starts_here(struct str text, size_t at)
{
	char before = at > 0 ? text.p[at - 1] : ' ';

	return !is_word(before) && before != '.' && before != '-' && before != '@';
}

static bool find_enhanced(struct str text, struct enhanced *ret)
{
	size_t length = 0;

	for (size_t i = 0; i + 4 < text.n; i++)
		if (is_digit(text.p[i]) && starts_here(text, i) &&
			read_enhanced((struct str){text.p + i, text.n - i}, ret, &length))
			return true;
	/* "550-5.1.1" */
	for (size_t i = 4; i + 4 < text.n; i++)
		if (text.p[i - 1] == '-' && is_digit(text.p[i - 2]) &&
			read_enhanced((struct str){text.p + i, text.n - i}, ret, &length))
			return true;
	return false;
}

/* A reply code of RFC 5321 section 4.2.3 that refuses, or 0. */
static int code_at(struct str text, size_t i)
{
	const char *p = text.p + i;

	if (i + 2 >= text.n || !is_digit(p[1]) || !is_digit(p[2]) ||
		!starts_here(text, i) ||
		(i + 3 < text.n && p[3] != ' ' && p[3] != '-' && p[3] != ':'))
		return 0;
	if ((p[0] == '4' && (p[1] == '2' || p[1] == '5')) || (p[0] == '5' && p[1] <= '7'))
		return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	return 0;
}

static int find_code(struct str text)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i + 2 < text.n; i++)
		code = code_at(text, i);
	return code;
}

#define WORDS_BEHIND_CODE \
 60 /* "550 <marie@example.net>: user unknown", no street and town */
#define WORDS_BEHIND_ENHANCED 200

/* Of the sentence that begins here, at most so many. */
static struct str sentence(struct str text, size_t at, size_t most)
{
	size_t n = 0;

	text = (struct str){text.p + at, text.n - at};
	while (n < text.n && n < most &&
		(text.p[n] != '.' || (n + 1 < text.n && text.p[n + 1] != ' ')))
		n++;
	return (struct str){text.p, n};
}

bool bounce_says_refused(struct str folded)
{
	struct enhanced e;
	size_t length = 0;

	for (size_t i = 0; i + 2 < folded.n; i++) {
		struct str rest = {folded.p + i, folded.n - i};
		bool enhanced = is_digit(*rest.p) && starts_here(folded, i) &&
			read_enhanced(rest, &e, &length);
		struct str words = {0};

		if (enhanced)
			words = sentence(folded, i, WORDS_BEHIND_ENHANCED);
		else if (code_at(folded, i) > 0)
			words = sentence(folded, i, WORDS_BEHIND_CODE);
		if (words.n > 0 &&
			(says_unknown(words) || says_full(words) ||
				has_word(words, "unknown") || has_word(words, "inconnu")))
			return true;
	}
	return false;
}

enum meaning {
	MEANS_DEAD,   /* whatever the words are */
	MEANS_LIKELY, /* dead, unless the words speak of something else */
	MEANS_WORDS,  /* only the words tell */
	MEANS_POLICY, /* so too, and they are about us first */
	MEANS_ALIVE
};

/* RFC 3463 section 3, RFC 7505 (5.1.10), RFC 7293 (5.7.17 and 5.7.18). */
static enum meaning meaning_of(struct enhanced e)
{
	unsigned int both = e.subject * 1000 + e.detail;

	switch (both) {
	case 1001: /* no such mailbox */
	case 1010: /* the domain takes no mail */
	case 7017: /* the mailbox has another owner */
	case 7018:
		return MEANS_DEAD;
	case 1000:
	case 1002: /* no such system */
	case 1003:
	case 1004:
	case 1006: /* moved, no forwarding address */
	case 2000:
	case 2001: /* disabled */
	case 4004: /* no route: no such host */
		return MEANS_LIKELY;
	case 0:
	case 2004: /* a list that cannot be expanded */
	case 3000:
	case 4000:
	case 4001: /* Exchange Online: no such recipient */
	case 5000: /* Outlook.com: no such mailbox */
	case 5001:
		return MEANS_WORDS;
	case 7000:
	case 7001:
		return MEANS_POLICY;
	default:
		return MEANS_ALIVE;
	}
}

/* About us, so not about the recipient. */
static bool says_sender(struct str folded)
{
	static const char *const words[] = {"sender address rejected", "sender rejected",
		"sender denied", "sender verify", "sender domain", "sending domain",
		"domain of sender", "envelope sender", "return path",
		"client host rejected", "ptr record", "reverse dns", "your domain",
		"exp*diteur refus", "de l*exp*diteur"};
	return HAS(folded, words) || has_word(folded, "helo") || has_word(folded, "ehlo");
}

/* Under x.7.x, where what does not exist is our own name more often than the recipient. */
static enum bounce_verdict by_words_of_policy(struct str folded)
{
	if (says_policy(folded) || says_sender(folded))
		return VERDICT_SOFT;
	return says_unknown(folded) && says_recipient(folded) ? VERDICT_HARD
							      : VERDICT_SOFT;
}

static enum bounce_verdict by_words(struct str folded, enum bounce_verdict otherwise)
{
	if (says_sender(folded))
		return VERDICT_SOFT;
	if (says_unknown(folded))
		return VERDICT_HARD;
	return says_full(folded) || says_policy(folded) ? VERDICT_SOFT : otherwise;
}

static enum bounce_verdict judge_permanent(
	const struct enhanced *e, int code, struct str folded)
{
	bool plain = code == 550 || code == 551 || code == 553;
	enum meaning meaning = e ? meaning_of(*e) : MEANS_WORDS;
	bool nothing_said = !e || (e->subject == 0 && e->detail == 0);

	switch (meaning) {
	case MEANS_DEAD:
		return VERDICT_HARD;
	case MEANS_LIKELY:
		return by_words(folded, VERDICT_HARD);
	case MEANS_POLICY:
		return by_words_of_policy(folded);
	case MEANS_WORDS:
		return by_words(
			folded, plain && nothing_said ? VERDICT_HARD : VERDICT_SOFT);
	case MEANS_ALIVE:
	default:
		return VERDICT_SOFT;
	}
}

static void write_status(
	char out[BOUNCE_STATUS_CHARS + 1], int code, const struct enhanced *e)
{
	char enhanced[11] = "";

	if (e)
		(void)snprintf(enhanced, sizeof(enhanced), "%u.%u.%u", e->class % 10,
			e->subject % 1000, e->detail % 1000);
	if (code > 0)
		(void)snprintf(out, BOUNCE_STATUS_CHARS + 1, "%d%s%s", code, e ? " " : "",
			enhanced);
	else
		(void)snprintf(out, BOUNCE_STATUS_CHARS + 1, "%s", enhanced);
}

enum bounce_verdict bounce_judge(
	struct str status, struct str folded, char ret_status[BOUNCE_STATUS_CHARS + 1])
{
	struct enhanced field = {0}, told = {0};
	size_t length = 0;
	bool has_field = read_enhanced(str_trim(status), &field, &length);
	bool has_told = find_enhanced(folded, &told) && told.class != 2;
	/* The words of the server that refused say more than the summary of the one that reports. */
	const struct enhanced *e = has_field ? &field : NULL;
	if (has_told && (!e || (e->subject == 0 && e->class == told.class)))
		e = &told;
	int code = find_code(folded);
	unsigned int class = e ? e->class : (unsigned int)code / 100;

	if (code / 100 != (int)class)
		code = 0;
	*ret_status = '\0';
	if (class == 0) {
		bool dead = says_unknown(folded);

		if (!dead && !says_full(folded))
			return VERDICT_NONE;
		/* No code is made up: staff read these words. */
		(void)snprintf(ret_status, BOUNCE_STATUS_CHARS + 1, "%s",
			dead ? BOUNCE_STATUS_UNKNOWN : BOUNCE_STATUS_FULL);
		return dead ? VERDICT_HARD : VERDICT_SOFT;
	}
	write_status(ret_status, code, e);
	if (class == 2)
		return VERDICT_NONE;
	return class == 4 ? VERDICT_SOFT : judge_permanent(e, code, folded);
}
