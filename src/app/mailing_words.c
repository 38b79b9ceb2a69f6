/* SPDX-License-Identifier: Apache-2.0 */
#include "mailing_words.h"

#include "barometre/store/db.h"

struct kind {
	const char *name, *article, *words;
};

static struct kind kind_of(struct str name)
{
	static const struct kind all[] = {
		{"invitation", "l’", "invitation"},
		{"relance1", "la ", "relance 1"},
		{"relance2", "la ", "relance 2"},
		{"relance3", "la ", "relance 3"},
		{"targeted", "l’", "envoi ciblé"},
	};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (str_eq_z(name, all[i].name))
			return all[i];
	return (struct kind){"", "l’", "envoi"};
}

static void add_part(
	struct buf *out, const char *before, struct str text, const char *after)
{
	if (text.n > 0)
		buf_printf(out, "%s%.*s%s", before, (int)text.n, text.p, after);
}

char *mailing_words(const struct db_rows *rows, size_t row, bool in_sentence)
{
	struct kind kind = kind_of(db_str(rows, row, "kind"));
	struct buf out = BUF_LIMIT(4096);

	buf_printf(&out, "%s%s", in_sentence ? kind.article : "", kind.words);
	add_part(&out, " « ", db_str(rows, row, "title"), " »");
	if (in_sentence)
		add_part(&out, " de « ", db_str(rows, row, "edition"), " »");
	add_part(&out, " (", db_str(rows, row, "audience"), ")");
	return buf_take(&out);
}
