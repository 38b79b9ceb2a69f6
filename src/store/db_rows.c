/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "db_private.h"

struct db_rows {
	PGresult *result;
};

struct db_rows *db_rows_of(PGresult *result)
{
	struct db_rows *rows = x_alloc(sizeof(*rows));
	rows->result = result;
	return rows;
}

void db_rows_free(struct db_rows *rows)
{
	if (!rows)
		return;
	PQclear(rows->result);
	free(rows);
}

size_t db_count(const struct db_rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

int64_t db_affected(const struct db_rows *rows)
{
	uint64_t n = 0;
	/* PQcmdTuples only reads. */
	PGresult *result = rows->result;
	return str_parse_u64(str_of(PQcmdTuples(result)), &n) ? (int64_t)n : 0;
}

static int column_of(const struct db_rows *rows, size_t row, const char *column)
{
	int number = PQfnumber(rows->result, column);

	must(number >= 0);
	must(row < db_count(rows));
	return number;
}

bool db_is_null(const struct db_rows *rows, size_t row, const char *column)
{
	return PQgetisnull(rows->result, (int)row, column_of(rows, row, column)) != 0;
}

struct str db_str(const struct db_rows *rows, size_t row, const char *column)
{
	int number = column_of(rows, row, column);
	return (struct str){PQgetvalue(rows->result, (int)row, number),
		(size_t)PQgetlength(rows->result, (int)row, number)};
}

int64_t db_int(const struct db_rows *rows, size_t row, const char *column)
{
	struct str text = db_str(rows, row, column);
	bool negative = str_starts(text, STR("-"));
	uint64_t n = 0;

	if (negative)
		text = (struct str){text.p + 1, text.n - 1};
	/* NULL reads as 0; anything else that is no integer is a wrong column. */
	must(text.n == 0 || str_parse_u64(text, &n));
	must(n <= (uint64_t)INT64_MAX + (negative ? 1 : 0));
	return (int64_t)(negative ? 0 - n : n);
}

bool db_true(const struct db_rows *rows, size_t row, const char *column)
{
	return str_eq(db_str(rows, row, column), STR("t"));
}

usec_t db_usec(const struct db_rows *rows, size_t row, const char *column)
{
	return db_int(rows, row, column);
}

/* bytea_output is hex since PostgreSQL 9.0: "\x" and two digits a byte. */
bool db_get_bytes(
	const struct db_rows *rows, size_t row, const char *column, struct buf *out)
{
	struct str text = db_str(rows, row, column);

	if (text.n == 0)
		return true;
	if (!str_starts(text, STR("\\x")) || text.n % 2)
		return false;
	size_t n = (text.n - 2) / 2;
	if (n == 0)
		return true;
	char *bytes = x_alloc(n);
	bool good = hex_parse((struct str){text.p + 2, text.n - 2}, bytes, n);
	if (good)
		buf_bytes(out, bytes, n);
	free(bytes);
	return good && !out->failed;
}

void db_get_uuid(
	const struct db_rows *rows, size_t row, const char *column, struct id16 *ret)
{
	must(uuid_parse(db_str(rows, row, column), ret));
}

bool db_result_is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static enum err_code code_of(struct str sqlstate)
{
	static const char *const busy[] = {
		"08", "57P", "57014", "53300", "40001", "40P01", "55P03"};

	for (size_t i = 0; i < COUNT_OF(busy); i++) {
		if (str_starts(sqlstate, str_of(busy[i])))
			return ERR_BUSY;
	}
	if (str_starts(sqlstate, STR("BR0")))
		return ERR_CONFLICT;
	return str_eq(sqlstate, STR("P0002")) ? ERR_MISSING : ERR_BROKEN;
}

bool db_result_error(const PGresult *result, const char *name, struct err *err)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

	if (!state)
		return err_set(err, ERR_BUSY,
			"the connection to the database was lost in %s", name);
	return err_set(
		err, code_of(str_of(state)), "database error %s in %s", state, name);
}
