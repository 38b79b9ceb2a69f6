/* SPDX-License-Identifier: Apache-2.0 */
/* commands_export.c - the files of a published release, as they were made when it was published. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/export.h"
#include "barometre/store/release_store.h"
#include "commands.h"

#define FILE_MAX (1u << 30)

/* The formats by name, for a message. */
static char *format_names(void)
{
	struct buf names = BUF_LIMIT(1024);

	for (size_t i = 0; i < EXPORT_FORMATS; i++)
		buf_printf(&names, "%s, ", export_name((enum export_format)i));
	buf_puts(&names, "or " EXPORT_MANIFEST);
	return buf_take(&names);
}

static bool read_format(const char *word, struct err *err)
{
	enum export_format format;
	SCOPED(free_char) char *names = NULL;

	if (export_format_parse(word, &format) || strcmp(word, EXPORT_MANIFEST) == 0)
		return true;
	names = format_names();
	return err_set(err, ERR_INVALID, "--format must be one of %s", names);
}

/* Why there is no file: what has to be done first. */
static bool explain(struct db *db, const char *edition, int64_t version, struct err *err)
{
	struct release_info info;

	if (!release_read_version(db, edition, version, &info, NULL, NULL, err) ||
		!command_is_out(&info, edition, err))
		return false;
	return err_set(err, ERR_CONFLICT,
		"release %lld of \"%s\" was published before files were kept: barometre release publish %s %lld makes them",
		(long long)info.version, edition, edition, (long long)info.version);
}

static bool read_file(struct db *db, const char *edition, int64_t version,
	const char *format, struct buf *out, struct err *err)
{
	if (release_read_file(db, edition, version, format, out, err))
		return true;
	return err->code == ERR_MISSING ? explain(db, edition, version, err) : false;
}

static bool write_file(const struct buf *bytes, const char *path, struct err *err)
{
	FILE *file;
	bool ok;

	if (!path)
		return command_print(bytes, err);
	file = fopen(path, "we");
	if (!file)
		return err_set(err, ERR_BROKEN, "cannot write \"%s\": %s", path,
			strerror(errno));
	ok = fwrite(buf_str(bytes).p, 1, bytes->n, file) == bytes->n;
	/* What is left in the buffer may not find a place either. */
	ok = fclose(file) == 0 && ok;
	return ok ||
		err_set(err, ERR_BROKEN, "cannot write \"%s\": %s", path,
			strerror(errno));
}

int command_export(const struct command_line *line)
{
	const char *format = command_option(line, "--format");
	SCOPED(buf_release) struct buf bytes = BUF_LIMIT(FILE_MAX);
	SCOPED(db_drop) struct db *db = NULL;
	struct err err = {0};
	int64_t version = 0;

	if (!format)
		format = export_name(EXPORT_CSV);
	if (!read_format(format, &err) ||
		!command_version(
			command_option(line, "--release"), "release", &version, &err))
		return command_fails(&err);
	db = command_database(line, &err);
	if (!db || !read_file(db, command_word(line, 0), version, format, &bytes, &err) ||
		!write_file(&bytes, command_option(line, "--out"), &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}
