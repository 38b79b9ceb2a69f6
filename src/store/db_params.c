/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and arrays go in PostgreSQL's binary format: nothing to quote, nothing to double.
 * Source: src/backend/utils/adt/arrayfuncs.c, array_recv (PostgreSQL 15): dimensions, flags, element type,
 * then length and lower bound of each dimension, then length and bytes of each element; big endian.
 */
#include <limits.h>
#include <stdlib.h>

#include "barometre/store/db.h"

/* src/include/catalog/pg_type.dat; fixed for ever. */
enum {
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_TEXT = 25,
	OID_UUID = 2950
};
enum {
	FORMAT_TEXT = 0,
	FORMAT_BINARY = 1
};

static void put(struct db_params *p, char *value, size_t length, int format)
{
	must(p->count < DB_MAX_PARAMS);
	must(length <= INT_MAX);
	p->value[p->count] = value;
	p->length[p->count] = (int)length;
	p->format[p->count] = format;
	p->count++;
}

void db_text(struct db_params *p, struct str s)
{
	put(p, str_dup(s), s.n, FORMAT_TEXT);
}

void db_text_z(struct db_params *p, const char *s)
{
	if (s)
		db_text(p, str_of(s));
	else
		db_null(p);
}

void db_bytes(struct db_params *p, const void *bytes, size_t n)
{
	char *copy = x_alloc(n + 1);

	if (n)
		memcpy(copy, bytes, n);
	put(p, copy, n, FORMAT_BINARY);
}

void db_i64(struct db_params *p, int64_t value)
{
	char *text = x_printf("%lld", (long long)value);
	put(p, text, strlen(text), FORMAT_TEXT);
}

void db_bool(struct db_params *p, bool value)
{
	db_text(p, value ? STR("t") : STR("f"));
}

void db_uuid(struct db_params *p, const struct id16 *id)
{
	db_bytes(p, id->b, sizeof(id->b));
}

void db_time(struct db_params *p, usec_t at)
{
	int64_t day = at / USEC_PER_DAY;
	usec_t rest = at % USEC_PER_DAY;
	int year, month, date;

	if (rest < 0) {
		rest += USEC_PER_DAY;
		day--;
	}
	civil_from_day_number(day, &year, &month, &date);
	char *text = x_printf("%04d-%02d-%02d %02d:%02d:%02d.%06d+00", year, month, date,
		(int)(rest / USEC_PER_HOUR), (int)(rest / USEC_PER_MIN % 60),
		(int)(rest / USEC_PER_SEC % 60), (int)(rest % USEC_PER_SEC));
	put(p, text, strlen(text), FORMAT_TEXT);
}

void db_null(struct db_params *p)
{
	put(p, NULL, 0, FORMAT_TEXT);
}

static char *put_u32(char *at, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (char)(unsigned char)(value >> shift);
	return at;
}

/* Room for an array whose elements have `bytes` together; *ret_at is where the first one goes. */
static char *array_new(uint32_t type, size_t count, size_t bytes, bool has_null,
	char **ret_at, size_t *ret_length)
{
	must(count <= INT_MAX / 4 && bytes <= INT_MAX / 2);
	*ret_length = (count ? 20 : 12) + 4 * count + bytes;
	char *array = x_alloc(*ret_length + 1);
	char *at = put_u32(array, count ? 1 : 0);
	at = put_u32(at, has_null ? 1 : 0);
	at = put_u32(at, type);
	if (count) {
		at = put_u32(at, (uint32_t)count);
		at = put_u32(at, 1);
	}
	*ret_at = at;
	return array;
}

static void put_slices(
	struct db_params *p, uint32_t type, const struct str *items, size_t count)
{
	size_t bytes = 0, length;
	bool has_null = false;
	char *at;

	for (size_t i = 0; i < count; i++) {
		bytes += items[i].p ? items[i].n : 0;
		has_null = has_null || !items[i].p;
	}
	char *array = array_new(type, count, bytes, has_null, &at, &length);
	for (size_t i = 0; i < count; i++) {
		at = put_u32(at, items[i].p ? (uint32_t)items[i].n : UINT32_MAX);
		if (items[i].p && items[i].n) {
			memcpy(at, items[i].p, items[i].n);
			at += items[i].n;
		}
	}
	put(p, array, length, FORMAT_BINARY);
}

void db_text_array(struct db_params *p, const struct str *items, size_t count)
{
	put_slices(p, OID_TEXT, items, count);
}

void db_bytes_array(struct db_params *p, const struct str *items, size_t count)
{
	put_slices(p, OID_BYTEA, items, count);
}

void db_uuid_array(struct db_params *p, const struct id16 *ids, size_t count)
{
	size_t length;
	char *at;
	char *array = array_new(
		OID_UUID, count, count * sizeof(ids->b), false, &at, &length);

	for (size_t i = 0; i < count; i++) {
		at = put_u32(at, sizeof(ids->b));
		memcpy(at, ids[i].b, sizeof(ids->b));
		at += sizeof(ids->b);
	}
	put(p, array, length, FORMAT_BINARY);
}

void db_i64_array(struct db_params *p, const int64_t *values, size_t count)
{
	size_t length, nulls = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		nulls += values[i] == DB_NULL_I64;
	char *array = array_new(
		OID_INT8, count, (count - nulls) * 8, nulls > 0, &at, &length);
	for (size_t i = 0; i < count; i++) {
		if (values[i] == DB_NULL_I64) {
			at = put_u32(at, UINT32_MAX);
			continue;
		}
		at = put_u32(at, 8);
		at = put_u32(at, (uint32_t)((uint64_t)values[i] >> 32));
		at = put_u32(at, (uint32_t)(uint64_t)values[i]);
	}
	put(p, array, length, FORMAT_BINARY);
}

void db_params_release(struct db_params *p)
{
	for (int i = 0; i < p->count; i++) {
		if (p->value[i])
			secret_wipe(p->value[i], (size_t)p->length[i]);
		free(p->value[i]);
	}
	*p = (struct db_params){0};
}
