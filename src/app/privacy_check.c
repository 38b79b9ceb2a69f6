/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_check.c - the list of findings, its two faces, and the gate of the opening. */
#include <jansson.h>
#include <stdlib.h>

#include "privacy_check_private.h"
#include "sql_catalog.h"

#define MAX_REASON 300 /* characters that the journal keeps */

void privacy_add(struct privacy_findings *findings, enum privacy_level level,
	const char *rule, char *what, char *remedy)
{
	findings->list = x_realloc(
		findings->list, (findings->count + 1) * sizeof(*findings->list));
	findings->list[findings->count++] = (struct privacy_finding){
		level, rule, what, remedy};
}

void privacy_findings_release(struct privacy_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].what);
		free(findings->list[i].remedy);
	}
	free(findings->list);
	*findings = (struct privacy_findings){0};
}

size_t privacy_findings_count(
	const struct privacy_findings *findings, enum privacy_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->count; i++)
		n += findings->list[i].level == level;
	return n;
}

/* Severe ones first; inside a level the order stays. */
static void sort(struct privacy_findings *findings)
{
	for (size_t i = 1; i < findings->count; i++) {
		struct privacy_finding moving = findings->list[i];
		size_t at = i;

		for (; at > 0 && findings->list[at - 1].level > moving.level; at--)
			findings->list[at] = findings->list[at - 1];
		findings->list[at] = moving;
	}
}

bool privacy_check(struct db *owner, const struct edition *edition,
	const struct config *config, struct privacy_findings *ret, struct err *err)
{
	struct privacy_findings found = {0};

	if (!privacy_check_people(owner, edition, &found, err) ||
		!privacy_check_server(
			owner, config ? config->key_directory : NULL, &found, err)) {
		privacy_findings_release(&found);
		return false;
	}
	if (config)
		privacy_check_program(config, edition, &found);
	privacy_add(&found, PRIVACY_NOTE, "unseen",
		x_strdup(
			"Non vérifié, car invisible d’ici : les journaux du serveur mandataire (proxy), les sauvegardes, les "
			"instantanés de la machine et ce que garde le relais de courriel."),
		x_strdup(
			"Demandez à l’exploitant de relire deploy/proxy et la partie « Limits » de PRIVACY.md."));
	sort(&found);
	*ret = found;
	return true;
}

static const char *heading(enum privacy_level level)
{
	switch (level) {
	case PRIVACY_SEVERE:
		return "GRAVE";
	case PRIVACY_WARNING:
		return "attention";
	case PRIVACY_NOTE:
	default:
		return "à savoir";
	}
}

static bool same_advice(const struct privacy_finding *a, const struct privacy_finding *b)
{
	return a->level == b->level && strcmp(a->remedy, b->remedy) == 0;
}

/* This finding and the later ones with the same remedy; then the remedy, once. */
static void write_with_likes(
	const struct privacy_findings *findings, size_t first, struct buf *out)
{
	const struct privacy_finding *f = &findings->list[first];

	for (size_t i = 0; i < first; i++)
		if (same_advice(&findings->list[i], f))
			return;
	for (size_t i = first; i < findings->count; i++)
		if (same_advice(&findings->list[i], f))
			buf_printf(out, "%s : %s\n", heading(f->level),
				findings->list[i].what);
	if (*f->remedy)
		buf_printf(out, "    → %s\n", f->remedy);
}

void privacy_findings_write(const struct privacy_findings *findings, struct buf *out)
{
	for (size_t i = 0; i < findings->count; i++)
		write_with_likes(findings, i, out);
	buf_printf(out, "En tout : graves, %zu ; avertissements, %zu ; remarques, %zu.\n",
		privacy_findings_count(findings, PRIVACY_SEVERE),
		privacy_findings_count(findings, PRIVACY_WARNING),
		privacy_findings_count(findings, PRIVACY_NOTE));
}

void privacy_findings_json(
	const struct privacy_findings *findings, const char *edition, struct buf *out)
{
	static const char *const levels[] = {[PRIVACY_SEVERE] = "severe",
		[PRIVACY_WARNING] = "warning",
		[PRIVACY_NOTE] = "note"};
	json_t *list = json_array(), *root;
	char *text;

	for (size_t i = 0; i < findings->count; i++) {
		const struct privacy_finding *f = &findings->list[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s}", "level", levels[f->level],
				"rule", f->rule, "what", f->what, "remedy", f->remedy));
	}
	root = json_pack("{s:s, s:I, s:I, s:I, s:o}", "edition", edition, "severe",
		(json_int_t)privacy_findings_count(findings, PRIVACY_SEVERE), "warnings",
		(json_int_t)privacy_findings_count(findings, PRIVACY_WARNING), "notes",
		(json_int_t)privacy_findings_count(findings, PRIVACY_NOTE), "findings",
		list);
	text = json_dumps(root, JSON_INDENT(1));
	must(text);
	buf_puts(out, text);
	buf_addc(out, '\n');
	free(text);
	json_decref(root);
}

/* A severe rule that no finding before this one was about. */
static bool is_new_and_severe(const struct privacy_findings *found, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(found->list[i].rule, found->list[at].rule) == 0)
			return false;
	return found->list[at].level == PRIVACY_SEVERE;
}

/* What the journal keeps: the reason, and each severe rule once. */
static bool write_journal(struct db *owner, const char *edition, const char *reason,
	const struct privacy_findings *found, struct err *err)
{
	SCOPED(buf_release) struct buf detail = BUF_LIMIT(4096);
	struct db_params params = {0};

	/* Severe ones are first in the list. */
	buf_printf(&detail, "%s: %s (", edition, reason);
	for (size_t i = 0; i < found->count; i++)
		if (is_new_and_severe(found, i))
			buf_printf(&detail, "%s%s", i ? ", " : "", found->list[i].rule);
	buf_addc(&detail, ')');
	db_text(&params, buf_str(&detail));
	return db_run(owner, &SQL_PRIVACY_JOURNAL, &params, NULL, err);
}

static bool judge(struct db *owner, const struct config *config,
	const struct edition *edition, const char *despite, struct buf *out,
	struct err *err)
{
	SCOPED(privacy_findings_release) struct privacy_findings found = {0};
	size_t severe;

	if (!privacy_check(owner, edition, config, &found, err))
		return false;
	privacy_findings_write(&found, out);
	severe = privacy_findings_count(&found, PRIVACY_SEVERE);
	if (severe == 0)
		return true;
	if (!despite)
		return err_set(err, ERR_INVALID,
			"edition \"%s\" is not opened: %zu severe finding(s) above; mend them, or open with "
			"--despite-findings \"REASON\", which the journal keeps",
			edition->code, severe);
	return write_journal(owner, edition->code, despite, &found, err);
}

bool privacy_allows(struct db *owner, const struct config *config, const char *code,
	const char *despite, struct buf *out, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *edition;

	if (despite &&
		(str_trim(str_of(despite)).n == 0 || !str_is_utf8(str_of(despite)) ||
			str_count_chars(str_of(despite)) > MAX_REASON))
		return err_set(err, ERR_INVALID,
			"--despite-findings needs a reason of 1 to %d characters",
			MAX_REASON);
	if (!editions_load(owner, &editions, err))
		return false;
	edition = editions_find(&editions, str_of(code));
	if (!edition || strcmp(edition->state, "draft") != 0)
		return true;
	return judge(owner, config, edition, despite, out, err);
}
