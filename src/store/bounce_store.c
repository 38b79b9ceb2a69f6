/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/bounce_store.h"

#include "sql_catalog.h"

bool bounce_record(struct db *db, const struct id16 *contact, const struct hash32 *report,
	const char *kind, const char *status, enum bounce_effect *ret, struct err *err)
{
	static const char *const effects[] = {"stopped", "counted", "seen", "unknown"};
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;
	size_t i = 0;

	db_uuid(&params, contact);
	db_bytes(&params, report->b, sizeof(report->b));
	db_text_z(&params, kind);
	db_text_z(&params, status);
	if (!db_run(db, &SQL_BOUNCE_RECORD, &params, &rows, err))
		return false;
	must(db_count(rows) == 1);
	while (i < COUNT_OF(effects) && !str_eq_z(db_str(rows, 0, "outcome"), effects[i]))
		i++;
	must(i < COUNT_OF(effects));
	*ret = (enum bounce_effect)i;
	return true;
}

bool contact_object(struct db *db, const struct hash32 *address, const char *login,
	int64_t *ret_found, struct err *err)
{
	struct db_params params = {0};
	struct db_rows *rows SCOPED(db_rows_drop) = NULL;

	db_bytes(&params, address->b, sizeof(address->b));
	db_text_z(&params, login);
	if (!db_run(db, &SQL_BOUNCE_OBJECT, &params, &rows, err))
		return false;
	must(db_count(rows) == 1);
	*ret_found = db_int(rows, 0, "found");
	return true;
}
