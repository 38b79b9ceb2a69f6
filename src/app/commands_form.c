/* SPDX-License-Identifier: Apache-2.0 */
/* commands_form.c - check-form: what is wrong with a questionnaire, and how it looks from outside. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/asset.h"
#include "barometre/form/check.h"
#include "barometre/form/inspect.h"
#include "barometre/privacy/sealed.h"
#include "commands.h"

#define MAX_OUTPUT (64u << 20)

/* Put into the program at build (CMakeLists.txt). */
extern const struct asset_set assets_codebooks, assets_lexicon, assets_published;

enum view {
	VIEW_NONE,
	VIEW_OUTLINE,
	VIEW_DOT,
	VIEW_SVG,
	VIEW_CODEBOOK,
	VIEW_DIFF
};
struct wishes {
	enum view view;
	bool json, strict;
	const char **files; /* borrowed words; the list is owned */
	size_t file_count;
};

static const struct {
	const char *word;
	enum view view;
} views[] = {
	{"--outline", VIEW_OUTLINE},
	{"--graph=dot", VIEW_DOT},
	{"--graph=svg", VIEW_SVG},
	{"--codebook", VIEW_CODEBOOK},
	{"--diff", VIEW_DIFF},
};

static bool read_option(struct wishes *w, const char *word, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		if (strcmp(views[i].word, word) != 0)
			continue;
		if (w->view != VIEW_NONE)
			return err_set(err, ERR_INVALID,
				"\"%s\" and another view: ask for one at a time", word);
		w->view = views[i].view;
		return true;
	}
	if (strcmp(word, "--strict") == 0)
		w->strict = true;
	else if (strcmp(word, "--format=json") == 0)
		w->json = true;
	else if (strcmp(word, "--format=text") != 0)
		return err_set(err, ERR_INVALID,
			"check-form has no option \"%s\": see barometre check-form --help",
			word);
	return true;
}

static bool read_wishes(
	const struct command_line *line, struct wishes *w, struct err *err)
{
	w->files = x_calloc((size_t)line->count + 1, sizeof(const char *));
	for (int i = 0; i < line->count; i++) {
		if (strncmp(line->words[i], "--", 2) != 0)
			w->files[w->file_count++] = line->words[i];
		else if (!read_option(w, line->words[i], err))
			return false;
	}
	if (w->view == VIEW_DIFF && w->file_count != 2)
		return err_set(err, ERR_INVALID, "--diff compares two files: OLD NEW");
	if (w->json && w->view != VIEW_DIFF)
		return err_set(err, ERR_INVALID, "--format=json is for --diff");
	return w->file_count > 0 || err_set(err, ERR_INVALID, "check-form needs a FILE");
}

static json_t *read_asset(const struct asset_set *set, const char *name)
{
	const struct asset *asset = asset_find(set, str_of(name));
	must(asset);
	struct str text = asset_text(asset);
	json_t *value = json_loadb(text.p, text.n, 0, NULL);
	must(value); /* tests/form/test_questionnaires.py reads the same file */
	return value;
}

/* The editions of which figures are published: "2023.csv" is 2023. To be freed with its texts. */
static char **list_editions(void)
{
	char **list = x_calloc(assets_published.count + 1, sizeof(char *));
	for (size_t i = 0; i < assets_published.count; i++) {
		struct str name = str_of(assets_published.rows[i].name), year;
		must(str_cut(&name, '.', &year));
		list[i] = str_dup(year);
	}
	return list;
}

/* Prints the findings; *ret_right tells whether the form may be used. */
static bool check_file(const char *file, struct str text, bool strict, bool quiet,
	bool *ret_right, struct err *err)
{
	SCOPED(findings_release) struct findings findings = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	json_t *codebooks = read_asset(&assets_codebooks, "codebooks.json");
	json_t *lexicon = read_asset(&assets_lexicon, "lexique.json");
	struct check_options options = {.codebooks = codebooks,
		.lexicon = lexicon,
		.box_reserved = ANSWER_BOX_RESERVED,
		.contact_bytes = CONTACT_BYTES - 1};
	char **editions = list_editions();
	options.editions = (const char *const *)editions;
	form_check(text, file, &options, &findings);
	for (size_t i = 0; editions[i]; i++)
		free(editions[i]);
	free(editions);
	json_decref(codebooks);
	json_decref(lexicon);
	findings_write(&findings, file, &out);
	if (out.failed)
		return err_set(err, ERR_LIMIT, "there are too many findings");
	fwrite(out.p ? out.p : "", 1, out.n, stderr);
	size_t errors = findings_count(&findings, FINDING_ERROR);
	size_t warnings = findings_count(&findings, FINDING_WARNING);
	*ret_right = errors == 0 && !(strict && warnings > 0);
	if (!quiet)
		printf("%s: %zu error(s), %zu warning(s)\n", file, errors, warnings);
	return true;
}

static bool show(enum view view, const char *file, struct str text, struct err *err)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	SCOPED(form_drop) struct form *form = form_parse(text, file, err);
	if (!form)
		return false;
	switch (view) {
	case VIEW_OUTLINE:
		form_outline(form, &out);
		break;
	case VIEW_DOT:
		inspect_dot(form, &out);
		break;
	case VIEW_SVG:
		inspect_svg(form, &out);
		break;
	case VIEW_CODEBOOK:
		inspect_codebook(form, &out);
		break;
	case VIEW_NONE:
	case VIEW_DIFF:
		return true;
	}
	return command_print(&out, err);
}

/* Checks, then shows what was asked for when the form can be read. */
static int check_and_show(const struct wishes *w, const char *file)
{
	struct err err = {0};
	SCOPED(buf_release) struct buf text = BUF_LIMIT(MAX_OUTPUT);
	bool right = false;
	if (!command_read_file(file, &text, &err) ||
		!check_file(file, buf_str(&text), w->strict, w->view != VIEW_NONE, &right,
			&err))
		return command_fails(&err);
	if (w->view != VIEW_NONE && right && !show(w->view, file, buf_str(&text), &err))
		return command_fails(&err);
	return right ? EXIT_SUCCESS : err_exit_status(ERR_INVALID);
}

static struct form *read_form(const char *file, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(MAX_OUTPUT);
	return command_read_file(file, &text, err) ? form_parse(buf_str(&text), file, err)
						   : NULL;
}

static int compare(const struct wishes *w)
{
	struct err err = {0};
	SCOPED(form_drop) struct form *old = read_form(w->files[0], &err);
	SCOPED(form_drop) struct form *new = old ? read_form(w->files[1], &err) : NULL;
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	if (!new)
		return command_fails(&err);
	json_t *diff = inspect_diff(old, new);
	json_t *broken = json_object_get(json_object_get(diff, "summary"), "broken");
	bool breaks = json_integer_value(broken) > 0;
	if (w->json) {
		char *text = json_dumps(diff, JSON_INDENT(2));
		must(text);
		buf_puts(&out, text);
		buf_addc(&out, '\n');
		free(text);
	} else {
		inspect_diff_write(diff, &out);
	}
	json_decref(diff);
	if (!command_print(&out, &err))
		return command_fails(&err);
	return breaks ? err_exit_status(ERR_CONFLICT) : EXIT_SUCCESS;
}

int command_check_form(const struct command_line *line)
{
	struct err err = {0};
	struct wishes w = {0};
	int status = EXIT_SUCCESS;
	if (!read_wishes(line, &w, &err)) {
		free(w.files);
		fprintf(stderr, "barometre: %s\n", err.text);
		return EXIT_FAILURE;
	}
	if (w.view == VIEW_DIFF)
		status = compare(&w);
	for (size_t i = 0; w.view != VIEW_DIFF && i < w.file_count; i++) {
		int one = check_and_show(&w, w.files[i]);
		status = status == EXIT_SUCCESS ? one : status;
	}
	free(w.files);
	return status;
}
