/* SPDX-License-Identifier: Apache-2.0 */
/* commands_participation.c - who took part, and the response rates, of a counted edition. */
#include <stdlib.h>

#include "barometre/report/participation.h"
#include "barometre/store/count_store.h"
#include "commands.h"

static bool print(const char *edition, const json_t *record,
	enum participation_format format, struct err *err)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	struct participation *list;
	size_t count;

	if (!participation_read(record, &list, &count, err))
		return false;
	participation_write(&out, format, edition, list, count);
	free(list);
	return command_print(&out, err);
}

int command_participation(const struct command_line *line)
{
	const char *edition = command_word(line, 0),
		   *format = command_option(line, "--format");
	enum participation_format as = PARTICIPATION_TEXT;
	struct err err = {0};
	SCOPED(db_drop) struct db *db = NULL;
	json_t *record;
	bool ok;

	if (format && !participation_format_parse(format, &as)) {
		err_set(&err, ERR_INVALID, "--format must be text, csv or json");
		return command_fails(&err);
	}
	db = command_database(line, &err);
	record = db ? count_record(db, edition, &err) : NULL;
	if (!record)
		return command_fails(&err);
	ok = print(edition, record, as, &err);
	json_decref(record);
	return ok ? EXIT_SUCCESS : command_fails(&err);
}
