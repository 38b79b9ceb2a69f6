/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_sender.c - what the world's name servers say of the sender: MX, SPF, DKIM, DMARC, and the relay's own name. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "barometre/mail/address.h"
#include "doctor_private.h"
#include "doctor_spf.h"

struct sender {
	const struct doctor_options *options;
	struct dns *dns;
	struct doctor_report *report;
	char *domain;  /* of From */
	char *address; /* of the relay, as the world sees it; "" unknown */
	bool guessed;  /* so: mail may leave by another (D1) */
	bool spf_missing, spf_passes, dkim_missing;
};

static void say(const struct sender *s, enum doctor_level level, const char *rule,
	char *what, const char *remedy)
{
	doctor_add(s->report, DOCTOR_SENDER, level, rule, what,
		x_strdup(level == DOCTOR_GOOD ? "" : remedy));
}

static void say_silent(const struct sender *s, const char *rule, const char *what)
{
	say(s, DOCTOR_UNKNOWN, rule,
		x_printf("%s : le serveur de noms n’a pas répondu.", what),
		"Recommencez d’une machine qui atteint le DNS, ou nommez un serveur : --name-server ADRESSE.");
}

/* Private, loopback and link-local addresses are nobody's in the world (RFC 1918, 4193, 6598, 3927, 4291). */
static bool is_public(const char *address)
{
	unsigned char b[16];

	if (inet_pton(AF_INET, address, b) == 1)
		return !(b[0] == 0 || b[0] == 10 || b[0] == 127 ||
			(b[0] == 172 && (b[1] & 0xF0) == 16) ||
			(b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
			(b[0] == 100 && (b[1] & 0xC0) == 64));
	if (inet_pton(AF_INET6, address, b) == 1)
		return (b[0] & 0xE0) == 0x20;
	return false;
}

static bool has_address(const struct sender *s, const char *domain)
{
	struct dns_records found = {0};
	bool has = dns_ask(s->dns, domain, DNS_A, &found) == DNS_FOUND ||
		dns_ask(s->dns, domain, DNS_AAAA, &found) == DNS_FOUND;

	dns_records_release(&found);
	return has;
}

static void look_at_exchangers(
	const struct sender *s, const char *rule, const char *domain, const char *who)
{
	struct dns_records found = {0};
	enum dns_answer answer = dns_ask(s->dns, domain, DNS_MX, &found);

	if (answer == DNS_SILENT) {
		SCOPED(free_char)
		char *what = x_printf("Qui reçoit le courriel de %s (MX)", domain);

		say_silent(s, rule, what);
	} else if (answer == DNS_FOUND && *found.list[0]) {
		say(s, DOCTOR_GOOD, rule,
			x_printf("%s (%s) peut recevoir du courriel : %s.", who, domain,
				found.list[0]),
			"");
	} else if (answer == DNS_NO_NAME) {
		say(s, DOCTOR_SEVERE, rule,
			x_printf(
				"Le domaine %s n’existe pas : tout le monde refuse un tel expéditeur.",
				domain),
			"Corrigez l’adresse (mail_from_address, bounce_address), ou enregistrez ce domaine.");
	} else if (answer == DNS_NO_RECORD && has_address(s, domain)) {
		/* RFC 5321 section 5.1: then the host of that name is asked. */
		say(s, DOCTOR_WARNING, rule,
			x_printf(
				"%s (%s) n’a pas de MX : le courriel va à la machine de ce nom, si elle en prend.",
				who, domain),
			"Publiez un enregistrement MX pour ce domaine.");
	} else {
		say(s, DOCTOR_SEVERE, rule,
			x_printf(
				"%s (%s) ne reçoit pas de courriel (aucun MX) : les réponses et les retours se perdent, et des messageries refusent un tel expéditeur.",
				who, domain),
			"Publiez un enregistrement MX pour ce domaine, ou changez d’adresse (mail_from_address, bounce_address).");
	}
	dns_records_release(&found);
}

/* What fails with a guessed address says nothing of the true one. */
static void say_guess(const struct sender *s, const char *rule, char *what)
{
	doctor_add(s->report, DOCTOR_SENDER, DOCTOR_UNKNOWN, rule, what,
		x_printf(
			"Donnez l’adresse par laquelle le relais envoie au monde (%s, ou une autre) : --relay-address ADRESSE.",
			s->address));
}

static void say_not_allowed(const struct sender *s, enum spf_result result,
	const char *domain, const char *from, const char *record)
{
	if (s->guessed)
		say_guess(s, "spf",
			x_printf(
				"SPF : le domaine %s n’autorise pas %s (« %s »), l’adresse où nous joignons le relais ; il peut envoyer par une autre.",
				domain, from, record));
	else
		say(s, result == SPF_FAIL ? DOCTOR_SEVERE : DOCTOR_WARNING, "spf",
			x_printf("SPF : le domaine %s n’autorise pas %s (« %s »).",
				domain, from, record),
			"Ajoutez le relais à cet enregistrement ; si le relais envoie par une autre adresse, donnez-la : --relay-address ADRESSE.");
}

static void look_at_spf(struct sender *s, const char *domain)
{
	char *record = NULL;
	enum spf_result result = spf_check(s->dns, domain, s->address, &record);
	SCOPED(free_char) char *kept = record ? record : x_strdup("");
	const char *from = *s->address ? s->address : "l’adresse du relais";

	switch (result) {
	case SPF_PASS:
		s->spf_passes = true;
		say(s, DOCTOR_GOOD, "spf",
			x_printf("SPF : %s peut envoyer pour %s%s.", from, domain,
				s->guessed
					? " (c’est l’adresse où nous joignons le relais : nous supposons qu’il envoie par elle)"
					: ""),
			"");
		break;
	case SPF_NONE:
		s->spf_missing = true;
		say(s, DOCTOR_WARNING, "spf",
			x_printf(
				"SPF : le domaine %s ne dit pas qui peut envoyer en son nom.",
				domain),
			"Publiez un enregistrement TXT, par exemple « v=spf1 a:relais.example.org -all », avec les mots que donne qui tient le relais.");
		break;
	case SPF_FAIL:
	case SPF_SOFT_FAIL:
	case SPF_NEUTRAL:
		say_not_allowed(s, result, domain, from, kept);
		break;
	case SPF_BROKEN:
		say(s, DOCTOR_SEVERE, "spf",
			x_printf(
				"SPF : ce que publie %s est fautif (deux enregistrements, un mot inconnu ou plus de dix recherches) : « %s ».",
				domain, kept),
			"Gardez un seul enregistrement « v=spf1 … » d’au plus dix recherches.");
		break;
	case SPF_UNKNOWN:
	default:
		if (*kept)
			say(s, DOCTOR_UNKNOWN, "spf",
				x_printf(
					"SPF : %s publie « %s » ; que le relais y soit n’a pas pu être vérifié d’ici.",
					domain, kept),
				"Donnez l’adresse par laquelle le relais envoie : --relay-address ADRESSE.");
		else
			say_silent(s, "spf", "SPF");
		break;
	}
}

static bool has_key(const struct dns_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		const char *key = strstr(records->list[i], "p=");

		if (key && key[2] != '\0' && key[2] != ';' && key[2] != ' ')
			return true;
	}
	return false;
}

static void look_at_selector(struct sender *s, const char *selector)
{
	SCOPED(free_char) char *name = x_printf("%s._domainkey.%s", selector, s->domain);
	struct dns_records found = {0};
	enum dns_answer answer = dns_ask(s->dns, name, DNS_TXT, &found);

	s->dkim_missing = answer != DNS_SILENT && !has_key(&found);
	if (answer == DNS_SILENT)
		say_silent(s, "dkim", "DKIM");
	else if (!s->dkim_missing)
		say(s, DOCTOR_GOOD, "dkim",
			x_printf("DKIM : une clé est publiée sous %s.", name), "");
	else
		say(s, DOCTOR_WARNING, "dkim",
			x_printf("DKIM : aucune clé n’est publiée sous %s.", name),
			"Faites signer le relais au nom de ce domaine, et publiez la clé qu’il donne.");
	dns_records_release(&found);
}

/* Without a selector only absence can be known: no name below _domainkey (RFC 8020). */
static void look_at_dkim(struct sender *s)
{
	SCOPED(free_char) char *name = x_printf("_domainkey.%s", s->domain);
	struct dns_records found = {0};
	enum dns_answer answer;

	if (s->options->dkim_selector) {
		look_at_selector(s, s->options->dkim_selector);
		return;
	}
	answer = dns_ask(s->dns, name, DNS_TXT, &found);
	dns_records_release(&found);
	s->dkim_missing = answer == DNS_NO_NAME;
	if (answer == DNS_SILENT)
		say_silent(s, "dkim", "DKIM");
	else if (s->dkim_missing)
		say(s, DOCTOR_WARNING, "dkim",
			x_printf(
				"DKIM : le domaine %s ne publie aucune clé : les courriels n’y sont pas signés.",
				s->domain),
			"Faites signer le relais au nom de ce domaine, et publiez la clé qu’il donne.");
	else
		say(s, DOCTOR_UNKNOWN, "dkim",
			x_printf(
				"DKIM : le domaine %s a des clés ; laquelle sert au relais ne se voit pas d’ici.",
				s->domain),
			"Donnez le nom de la clé (« s= » dans DKIM-Signature d’un courriel reçu) : --dkim NOM.");
}

static const char *find_dmarc(const struct dns_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		if (str_starts(str_of(records->list[i]), STR("v=DMARC1")))
			return records->list[i];
	return NULL;
}

/* At the domain, else at those above it, down to two labels (RFC 7489 section 6.6.3, without a list of public suffixes). */
static void look_at_dmarc(const struct sender *s)
{
	struct dns_records found = {0};
	const char *at = s->domain, *record = NULL;
	bool silent = false;

	for (; at && strchr(at, '.') && !record; at = strchr(at, '.') + 1) {
		SCOPED(free_char) char *name = x_printf("_dmarc.%s", at);

		silent = dns_ask(s->dns, name, DNS_TXT, &found) == DNS_SILENT || silent;
		record = find_dmarc(&found);
	}
	if (record)
		say(s, DOCTOR_GOOD, "dmarc", x_printf("DMARC : « %s ».", record), "");
	else if (silent)
		say_silent(s, "dmarc", "DMARC");
	else
		say(s, DOCTOR_WARNING, "dmarc",
			x_printf(
				"DMARC : le domaine %s n’a pas de règle ; Gmail et Yahoo en demandent une à qui écrit à beaucoup de monde.",
				s->domain),
			"Publiez sous _dmarc un enregistrement TXT, pour commencer « v=DMARC1; p=none; rua=mailto:… ».");
	dns_records_release(&found);
}

static bool leads_back(const struct sender *s, const char *host)
{
	struct dns_records found = {0};
	enum dns_type type = strchr(s->address, ':') ? DNS_AAAA : DNS_A;
	bool same = false;

	(void)dns_ask(s->dns, host, type, &found);
	for (size_t i = 0; i < found.count; i++)
		same = same || strcmp(found.list[i], s->address) == 0;
	dns_records_release(&found);
	return same;
}

static void look_at_pointer(const struct sender *s)
{
	SCOPED(dns_records_release) struct dns_records found = {0};
	enum dns_answer answer;

	if (!*s->address) {
		say(s, DOCTOR_UNKNOWN, "ptr",
			x_strdup(
				"L’adresse par laquelle le relais envoie n’est pas connue d’ici (relais de cette machine ou d’un réseau privé)."),
			"Donnez-la pour que SPF et le nom inverse (PTR) soient vérifiés : --relay-address ADRESSE.");
		return;
	}
	if (s->guessed && !s->spf_passes) {
		say_guess(s, "ptr",
			x_printf(
				"Le nom inverse (PTR) n’a pas été jugé : rien ne dit que le relais envoie par l’adresse où nous le joignons (%s).",
				s->address));
		return;
	}
	answer = dns_ask_address(s->dns, s->address, &found);
	if (answer == DNS_SILENT)
		say_silent(s, "ptr", "Le nom inverse (PTR) du relais");
	else if (s->guessed && (answer != DNS_FOUND || !leads_back(s, found.list[0])))
		say_guess(s, "ptr",
			x_printf(
				"L’adresse où nous joignons le relais (%s) n’a pas de nom inverse (PTR) qui ramène à elle ; il peut envoyer par une autre.",
				s->address));
	else if (answer != DNS_FOUND)
		say(s, DOCTOR_WARNING, "ptr",
			x_printf(
				"L’adresse du relais (%s) n’a pas de nom inverse (PTR) : des messageries refusent ce qui en vient.",
				s->address),
			"Demandez-en un à qui tient l’adresse, égal au nom que le relais donne dans EHLO.");
	else if (!leads_back(s, found.list[0]))
		say(s, DOCTOR_WARNING, "ptr",
			x_printf(
				"Le nom inverse du relais (%s, de %s) ne ramène pas à cette adresse.",
				found.list[0], s->address),
			"Publiez ce nom avec cette adresse, ou corrigez le PTR.");
	else
		say(s, DOCTOR_GOOD, "ptr",
			x_printf("Le nom inverse du relais ramène à lui : %s, %s%s.",
				s->address, found.list[0],
				s->guessed
					? " (nous supposons qu’il envoie par cette adresse)"
					: ""),
			"");
}

/* The domain in the form that goes over the wire; NULL when it is no address. */
static char *domain_of(const char *address)
{
	SCOPED(buf_release) struct buf send = BUF_LIMIT(ADDRESS_MAX + 1);
	SCOPED(buf_release) struct buf compare = BUF_LIMIT(ADDRESS_MAX + 1);
	struct err err = {0};
	const char *at = NULL;

	if (address_normalise(str_of(address), &send, &compare, &err))
		at = strrchr(buf_str(&send).p, '@');
	return at ? x_strdup(at + 1) : NULL;
}

/* Relaxed alignment (RFC 7489 section 3.1), as far as it can be told without a list of public suffixes: one is the other, or below it. */
static bool aligned(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	const char *longer = n > m ? a : b, *shorter = n > m ? b : a;
	size_t more = n > m ? n - m : m - n;

	return strcmp(longer + more, shorter) == 0 &&
		(more == 0 || longer[more - 1] == '.');
}

static void look_at_envelope(struct sender *s, const char *bounce_address)
{
	SCOPED(free_char)
	char *bounce = *bounce_address ? domain_of(bounce_address) : NULL;

	look_at_spf(s, bounce ? bounce : s->domain);
	if (!bounce || strcmp(bounce, s->domain) == 0)
		return;
	look_at_exchangers(s, "bounce-mx", bounce, "Le domaine des retours");
	if (!aligned(bounce, s->domain))
		say(s, DOCTOR_WARNING, "alignment",
			x_printf(
				"L’adresse de retour (%s) et l’expéditeur (%s) ne sont pas du même domaine : SPF ne compte pas pour DMARC, seul DKIM compte.",
				bounce, s->domain),
			"Prenez une adresse de retour du domaine de l’expéditeur, ou d’un de ses sous-domaines.");
}

void doctor_sender(const struct doctor_options *options, struct dns *dns,
	const char *relay_address, struct doctor_report *report)
{
	SCOPED(free_char) char *domain = domain_of(options->config->mail_from_address);
	SCOPED(free_char)
	char *address = x_strdup(is_public(relay_address) ? relay_address : "");
	struct sender s = {.options = options,
		.dns = dns,
		.report = report,
		.domain = domain,
		.address = address,
		.guessed = !options->relay_address && *address};

	if (!domain) {
		say(&s, DOCTOR_SEVERE, "from",
			x_strdup(
				"L’adresse de l’expéditeur (mail_from_address) n’est pas une adresse."),
			"Corrigez mail_from_address.");
		return;
	}
	look_at_exchangers(&s, "from-mx", domain, "Le domaine de l’expéditeur");
	look_at_envelope(&s, options->config->bounce_address);
	look_at_dkim(&s);
	look_at_dmarc(&s);
	look_at_pointer(&s);
	if (s.spf_missing && s.dkim_missing)
		say(&s, DOCTOR_SEVERE, "alignment",
			x_printf(
				"Rien ne montre que nos courriels viennent de %s (ni SPF ni DKIM) : Gmail et Yahoo les refusent.",
				domain),
			"Publiez SPF et DKIM avant le premier envoi.");
}
