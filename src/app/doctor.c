/* SPDX-License-Identifier: Apache-2.0 */
/* doctor.c - the list of findings, its two faces, and the order of the examination. */
#include "barometre/app/doctor.h"

#include <jansson.h>
#include <stdlib.h>

#include "doctor_private.h"

#define DNS_SECONDS 3
#define RELAY_SECONDS 10

void doctor_add(struct doctor_report *report, enum doctor_group group,
	enum doctor_level level, const char *rule, char *what, char *remedy)
{
	report->list = x_realloc(
		report->list, (report->count + 1) * sizeof(*report->list));
	report->list[report->count++] = (struct doctor_finding){
		group, level, rule, what, remedy};
}

void doctor_good(struct doctor_report *report, enum doctor_group group, const char *rule,
	char *what)
{
	doctor_add(report, group, DOCTOR_GOOD, rule, what, x_strdup(""));
}

void doctor_report_release(struct doctor_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->list[i].what);
		free(report->list[i].remedy);
	}
	free(report->list);
	*report = (struct doctor_report){0};
}

size_t doctor_count(const struct doctor_report *report, enum doctor_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < report->count; i++)
		n += report->list[i].level == level;
	return n;
}

/* Without a fit database the rest is looked at all the same. */
static bool examine(const struct doctor_options *o, struct dns *dns,
	struct doctor_report *report, struct err *err)
{
	struct smtp_probe probe = {0};
	const char *address = o->relay_address ? o->relay_address : "";
	SCOPED(db_drop) struct db *db = NULL;

	doctor_server(o->config, report);
	db = doctor_database(o->config, report);
	if (doctor_relay(o->config, o->seconds > 0 ? o->seconds : RELAY_SECONDS, &probe,
		    report) &&
		!o->relay_address)
		address = probe.address;
	if (*o->config->mail_from_address)
		doctor_sender(o, dns, address, report);
	return !db || doctor_mailings(o, db, clock_now(), report, err);
}

bool doctor_examine(
	const struct doctor_options *options, struct doctor_report *ret, struct err *err)
{
	struct doctor_report report = {0};
	SCOPED(dns_drop)
	struct dns *dns = dns_new(options->name_server,
		options->seconds > 0 ? options->seconds : DNS_SECONDS, err);

	if (!dns || !examine(options, dns, &report, err)) {
		doctor_report_release(&report);
		return false;
	}
	*ret = report;
	return true;
}

static const char *const titles[] = {
	[DOCTOR_SERVER] = "Ce serveur",
	[DOCTOR_DATABASE] = "Base de données et horloge",
	[DOCTOR_RELAY] = "Relais de courriel",
	[DOCTOR_SENDER] = "Expéditeur, vu du monde (DNS)",
	[DOCTOR_MAILINGS] = "Envois",
};
static const char *const groups[] = {
	[DOCTOR_SERVER] = "server",
	[DOCTOR_DATABASE] = "database",
	[DOCTOR_RELAY] = "relay",
	[DOCTOR_SENDER] = "sender",
	[DOCTOR_MAILINGS] = "mailings",
};
static const char *const headings[] = {
	[DOCTOR_SEVERE] = "GRAVE",
	[DOCTOR_WARNING] = "attention",
	[DOCTOR_UNKNOWN] = "inconnu",
	[DOCTOR_GOOD] = "bon",
};
static const char *const levels[] = {
	[DOCTOR_SEVERE] = "severe",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_UNKNOWN] = "unknown",
	[DOCTOR_GOOD] = "good",
};

static void write_group(
	const struct doctor_report *report, enum doctor_group group, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *f = &report->list[i];

		if (f->group != group)
			continue;
		if (n++ == 0)
			buf_printf(out, "%s\n", titles[group]);
		buf_printf(out, "  %s : %s\n", headings[f->level], f->what);
		if (*f->remedy)
			buf_printf(out, "      → %s\n", f->remedy);
	}
	if (n > 0)
		buf_addc(out, '\n');
}

void doctor_write(const struct doctor_report *report, struct buf *out)
{
	for (size_t g = 0; g < COUNT_OF(titles); g++)
		write_group(report, (enum doctor_group)g, out);
	buf_printf(out,
		"En tout : graves, %zu ; avertissements, %zu ; inconnus, %zu ; bons, %zu.\n",
		doctor_count(report, DOCTOR_SEVERE), doctor_count(report, DOCTOR_WARNING),
		doctor_count(report, DOCTOR_UNKNOWN), doctor_count(report, DOCTOR_GOOD));
}

void doctor_json(const struct doctor_report *report, struct buf *out)
{
	json_t *list = json_array(), *root = NULL;
	char *text = NULL;

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *f = &report->list[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "group", groups[f->group],
				"level", levels[f->level], "rule", f->rule, "what",
				f->what, "remedy", f->remedy));
	}
	root = json_pack("{s:I, s:I, s:I, s:I, s:o}", "severe",
		(json_int_t)doctor_count(report, DOCTOR_SEVERE), "warnings",
		(json_int_t)doctor_count(report, DOCTOR_WARNING), "unknown",
		(json_int_t)doctor_count(report, DOCTOR_UNKNOWN), "good",
		(json_int_t)doctor_count(report, DOCTOR_GOOD), "findings", list);
	text = json_dumps(root, JSON_INDENT(1));
	must(text);
	buf_puts(out, text);
	buf_addc(out, '\n');
	free(text);
	json_decref(root);
}
