/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables are read once, at first use, into arrays that live as long as the program; not from two threads at once.
 * Names are looked up in an array sorted by folded name (base/fold.h).
 */
#include "barometre/form/place.h"

#include <stdlib.h>

#include "arena.h"
#include "barometre/base/asset.h"
#include "barometre/base/fold.h"
#include "barometre/base/words.h"

#define MAX_TYPED 400

extern const struct asset_set assets_places;

/* A key and the commune it leads to. An alias is the name without its article: good for a beginning, never exact. */
struct entry {
	const char *key;
	const struct commune *commune;
	bool alias;
};

static struct {
	struct arena arena;
	struct department *departments;
	size_t department_count;
	struct commune *communes; /* by code */
	size_t commune_count;
	struct entry *names, *postcodes;
	size_t name_count, postcode_count;
	bool ready;
} places;

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);
	return order != 0 ? order : strcmp(x->commune->code, y->commune->code);
}

static int by_code(const void *a, const void *b)
{
	const struct commune *x = a, *y = b;
	return strcmp(x->code, y->code);
}

static size_t count_lines(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n + 1;
}

/* The next row of a table, cut at tabs into exactly `count` cells. The tables are ours: a wrong row is our bug. */
static bool next_row(struct str *rest, struct str *cells, size_t count)
{
	struct str line;
	do {
		if (!str_cut(rest, '\n', &line))
			return false;
	} while (line.n == 0);
	for (size_t i = 0; i < count; i++)
		must(str_cut(&line, '\t', &cells[i]));
	return true;
}

static struct str table(const char *name)
{
	const struct asset *asset = asset_find(&assets_places, str_of(name));
	must(asset != NULL);
	return asset_text(asset);
}

static void read_departments(void)
{
	struct str rest = table("departements.tsv"), c[4];
	places.departments = arena_alloc(
		&places.arena, count_lines(rest), sizeof(*places.departments));
	must(next_row(&rest, c, 4));
	while (next_row(&rest, c, 4))
		places.departments[places.department_count++] = (struct department){
			.code = arena_dup(&places.arena, c[0]),
			.name = arena_dup(&places.arena, c[1]),
			.occitanie = str_eq_z(c[2], "1"),
			.side = arena_dup(&places.arena, str_trim(c[3])),
		};
}

static void read_communes(void)
{
	struct str rest = table("communes-occitanie.tsv"), c[4];
	places.communes = arena_alloc(
		&places.arena, count_lines(rest), sizeof(*places.communes));
	must(next_row(&rest, c, 4));
	while (next_row(&rest, c, 4))
		places.communes[places.commune_count++] = (struct commune){
			.code = arena_dup(&places.arena, c[0]),
			.name = arena_dup(&places.arena, c[1]),
			.department = arena_dup(&places.arena, c[2]),
			.postcodes = arena_dup(&places.arena, str_trim(c[3])),
		};
	qsort(places.communes, places.commune_count, sizeof(*places.communes), by_code);
}

static size_t article_length(struct str folded)
{
	static const char *const articles[] = {"le ", "la ", "les ", "l "};
	for (size_t i = 0; i < COUNT_OF(articles); i++)
		if (str_starts(folded, str_of(articles[i])))
			return strlen(articles[i]);
	return 0;
}

static void index_names(void)
{
	struct buf folded = BUF_LIMIT(MAX_TYPED);
	places.names = arena_alloc(
		&places.arena, 2 * places.commune_count, sizeof(*places.names));
	for (size_t i = 0; i < places.commune_count; i++) {
		const struct commune *c = &places.communes[i];
		buf_clear(&folded);
		fold_name(&folded, str_of(c->name));
		const char *key = arena_dup(&places.arena, buf_str(&folded));
		places.names[places.name_count++] = (struct entry){key, c, false};
		size_t article = article_length(str_of(key));
		if (article > 0)
			places.names[places.name_count++] = (struct entry){
				key + article, c, true};
	}
	buf_release(&folded);
	qsort(places.names, places.name_count, sizeof(*places.names), by_key);
}

static void index_postcodes(void)
{
	size_t n = 0;
	for (size_t i = 0; i < places.commune_count; i++)
		n += strlen(places.communes[i].postcodes) / 5 + 1;
	places.postcodes = arena_alloc(&places.arena, n, sizeof(*places.postcodes));
	for (size_t i = 0; i < places.commune_count; i++) {
		struct str rest = str_of(places.communes[i].postcodes), one;
		while (str_cut(&rest, ' ', &one))
			if (one.n > 0)
				places.postcodes[places.postcode_count++] =
					(struct entry){arena_dup(&places.arena, one),
						&places.communes[i], false};
	}
	qsort(places.postcodes, places.postcode_count, sizeof(*places.postcodes), by_key);
}

static void make_ready(void)
{
	if (places.ready)
		return;
	read_departments();
	read_communes();
	index_names();
	index_postcodes();
	places.ready = true;
}

const struct department *department_list(size_t *ret_count)
{
	make_ready();
	*ret_count = places.department_count;
	return places.departments;
}

const struct department *department_find(struct str code)
{
	make_ready();
	for (size_t i = 0; i < places.department_count; i++)
		if (str_eq_z(code, places.departments[i].code))
			return &places.departments[i];
	return NULL;
}

/* "cote d or 21": the folded name, and behind it the number. */
static void fold_department(struct buf *out, const struct department *d)
{
	buf_clear(out);
	fold_name(out, str_of(d->name));
	buf_addc(out, ' ');
	fold_name(out, str_of(d->code));
}

/* "abroad" is as good as "étranger". */
static bool is_translation(const struct department *d, struct str folded)
{
	SCOPED(buf_release) struct buf name = BUF_LIMIT(MAX_TYPED);
	size_t count;
	const struct language *list = language_list(&count);
	for (size_t i = 0; i < count; i++) {
		const char *other = words_find(&list[i], str_of(d->name));
		buf_clear(&name);
		if (other)
			fold_name(&name, str_of(other));
		if (other && str_eq(buf_str(&name), folded))
			return true;
	}
	return false;
}

const struct department *department_search(struct str typed)
{
	SCOPED(buf_release) struct buf want = BUF_LIMIT(MAX_TYPED);
	SCOPED(buf_release) struct buf key = BUF_LIMIT(MAX_TYPED);
	SCOPED(buf_release) struct buf code = BUF_LIMIT(MAX_TYPED);
	make_ready();
	if (typed.n > MAX_TYPED / 4)
		return NULL;
	fold_name(&want, typed);
	for (size_t i = 0; i < places.department_count && want.n > 0; i++) {
		const struct department *d = &places.departments[i];
		fold_department(&key, d);
		buf_clear(&code);
		fold_name(&code, str_of(d->code));
		struct str name = {key.p, key.n - code.n - 1};
		if (str_eq(buf_str(&want), buf_str(&code)) ||
			str_eq(buf_str(&want), name) ||
			str_eq(buf_str(&want), buf_str(&key)) ||
			is_translation(d, buf_str(&want)))
			return d;
	}
	return NULL;
}

size_t department_suggest(struct str typed, const struct department **ret, size_t max)
{
	SCOPED(buf_release) struct buf want = BUF_LIMIT(MAX_TYPED);
	SCOPED(buf_release) struct buf key = BUF_LIMIT(MAX_TYPED);
	size_t n = 0;
	make_ready();
	if (typed.n > MAX_TYPED / 4)
		return 0;
	fold_name(&want, typed);
	for (size_t i = 0; i < places.department_count && n < max && want.n > 0; i++) {
		const struct department *d = &places.departments[i];
		if (d->occitanie)
			continue;
		fold_department(&key, d);
		if (str_starts(buf_str(&key), buf_str(&want))) {
			ret[n++] = d;
			continue;
		}
		buf_clear(&key);
		fold_name(&key, str_of(d->code));
		if (str_starts(buf_str(&key), buf_str(&want)))
			ret[n++] = d;
	}
	return n;
}

const struct commune *commune_find(struct str code)
{
	char z[6];
	make_ready();
	if (code.n != 5)
		return NULL;
	memcpy(z, code.p, 5);
	z[5] = '\0';
	struct commune key = {.code = z};
	return bsearch(&key, places.communes, places.commune_count,
		sizeof(*places.communes), by_code);
}

/* First entry whose key is not before `key`. */
static size_t lower_bound(const struct entry *list, size_t count, const char *key)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(list[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What was typed, taken apart: a folded name, perhaps a department or a postcode beside it. */
struct query {
	char name[MAX_TYPED + 1], department[6], postcode[6];
};

static void take_number(struct query *q, struct str word)
{
	char *to = word.n == 5 ? q->postcode : q->department;
	memcpy(to, word.p, word.n);
	to[word.n] = '\0';
}

/* "31", "31000", and the two halves of Corsica, which no commune here has. */
static bool is_number(struct str word)
{
	uint64_t value;
	return (word.n == 2 || word.n == 5) && str_parse_u64(word, &value);
}

static void read_query(struct query *q, struct str typed)
{
	struct buf folded = BUF_LIMIT(MAX_TYPED);
	memset(q, 0, sizeof(*q));
	fold_name(&folded,
		(struct str){typed.p, typed.n < MAX_TYPED / 4 ? typed.n : MAX_TYPED / 4});
	struct str name = str_trim(buf_str(&folded)), first = {0}, rest = name;
	if (str_cut(&rest, ' ', &first) && is_number(first)) {
		take_number(q, first);
		name = rest.p ? rest : STR("");
	}
	size_t start = name.n;
	while (start > 0 && name.p[start - 1] != ' ')
		start--;
	struct str last = {name.p + start, name.n - start};
	if (name.n > 0 && is_number(last)) {
		take_number(q, last);
		name = str_trim((struct str){name.p, start});
	}
	memcpy(q->name, name.p, name.n);
	buf_release(&folded);
}

static bool has_postcode(const struct commune *c, const char *postcode)
{
	struct str rest = str_of(c->postcodes), one;
	while (str_cut(&rest, ' ', &one))
		if (str_eq_z(one, postcode))
			return true;
	return false;
}

static bool fits(const struct query *q, const struct commune *c)
{
	return (!q->department[0] || strcmp(q->department, c->department) == 0) &&
		(!q->postcode[0] || has_postcode(c, q->postcode));
}

static bool listed(const struct commune **list, size_t n, const struct commune *c)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

/* The largest first: a town has more postcodes than a village. Stable, so names stay in order. */
static size_t put_in_order(
	const struct commune **list, size_t n, size_t max, const struct commune *c)
{
	size_t size = strlen(c->postcodes), at = n;
	while (at > 0 && strlen(list[at - 1]->postcodes) < size)
		at--;
	if (at == max)
		return n;
	if (n < max)
		n++;
	memmove(list + at + 1, list + at, (n - at - 1) * sizeof(*list));
	list[at] = c;
	return n;
}

static size_t search_names(
	const struct query *q, const struct commune **ret, size_t max, bool exact)
{
	size_t n = 0, length = strlen(q->name);
	size_t i = lower_bound(places.names, places.name_count, q->name);
	for (; i < places.name_count; i++) {
		const struct entry *e = &places.names[i];
		if (strncmp(e->key, q->name, length) != 0 ||
			(exact && e->key[length] != '\0'))
			break;
		if (!(exact && e->alias) && fits(q, e->commune) &&
			!listed(ret, n, e->commune))
			n = put_in_order(ret, n, max, e->commune);
	}
	return n;
}

static size_t search_postcode(
	const struct query *q, const struct commune **ret, size_t max)
{
	size_t n = 0;
	size_t i = lower_bound(places.postcodes, places.postcode_count, q->postcode);
	for (; i < places.postcode_count && n < max; i++) {
		if (strcmp(places.postcodes[i].key, q->postcode) != 0)
			break;
		ret[n++] = places.postcodes[i].commune;
	}
	return n;
}

size_t commune_search(
	struct str typed, const struct commune **ret, size_t max, bool *ret_exact)
{
	struct query q;
	make_ready();
	read_query(&q, typed);
	*ret_exact = false;
	if (q.name[0] == '\0') {
		size_t n = q.postcode[0] ? search_postcode(&q, ret, max) : 0;
		*ret_exact = n > 0;
		return n;
	}
	size_t n = search_names(&q, ret, max, true);
	if (n > 0) {
		*ret_exact = true;
		return n;
	}
	return search_names(&q, ret, max, false);
}

size_t commune_suggest(struct str typed, const struct commune **ret, size_t max)
{
	const struct commune *more[16];
	struct query q;
	bool exact;
	size_t n = commune_search(typed, ret, max, &exact);
	must(max <= COUNT_OF(more));
	read_query(&q, typed);
	if (!exact || q.name[0] == '\0')
		return n;
	size_t count = search_names(&q, more, max, false);
	for (size_t i = 0; i < count && n < max; i++)
		if (!listed(ret, n, more[i]))
			ret[n++] = more[i];
	return n;
}

static const struct department *outside(struct str code)
{
	if (!str_starts(code, STR("dep:")))
		return NULL;
	const struct department *d = department_find(
		(struct str){code.p + 4, code.n - 4});
	return d && !d->occitanie ? d : NULL;
}

bool place_is_code(struct str code)
{
	return commune_find(code) != NULL || outside(code) != NULL;
}

char *place_label(struct str code)
{
	const struct commune *c = commune_find(code);
	if (c)
		return x_printf("%s (%s)", c->name, c->department);
	const struct department *d = outside(code);
	if (!d)
		return NULL;
	return strcmp(d->code, "99") == 0 ? x_strdup(d->name)
					  : x_printf("%s (%s)", d->name, d->code);
}
