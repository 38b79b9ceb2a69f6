/* SPDX-License-Identifier: Apache-2.0 */
/* custody_text.c - the custodian's file as text: written to be read, printed and typed again, read as people type. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/fold.h"
#include "custody_private.h"

#define CHECK_CHARS 4 /* 20 bits */
#define DATA_CHARS (CUSTODY_LINE_CHARS - CHECK_CHARS)
#define GROUP 4

_Static_assert(DATA_CHARS * 5 == CUSTODY_LINE_BYTES * 8, "a line is whole bytes");

static const char rule[] =
	"--------------------------------------------------------------------------\n";

/* The last four characters of line `number`, lower case. */
static void line_check(char ret[CHECK_CHARS + 1], int number, const unsigned char *bytes)
{
	SCOPED(buf_release) struct buf data = BUF_LIMIT(64);
	struct hash32 hash;
	char text[6]; /* three bytes in base32 */

	buf_bytes(&data, "custody line", sizeof("custody line"));
	buf_addc(&data, (char)number);
	buf_bytes(&data, bytes, CUSTODY_LINE_BYTES);
	hash = hash_plain(buf_str(&data));
	base32_write(text, hash.b, 3);
	memcpy(ret, text, CHECK_CHARS);
	ret[CHECK_CHARS] = '\0';
}

static void write_line(struct buf *out, int number, const unsigned char *bytes)
{
	char text[CUSTODY_LINE_CHARS + 1];

	base32_write(text, bytes, CUSTODY_LINE_BYTES);
	line_check(text + DATA_CHARS, number, bytes);
	buf_printf(out, "%d ", number);
	for (int i = 0; i < CUSTODY_LINE_CHARS; i++) {
		char c = text[i];

		if (i % GROUP == 0)
			buf_puts(out, i == DATA_CHARS ? "  " : " ");
		buf_addc(out, c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c);
	}
	buf_addc(out, '\n');
}

static void write_explanation(struct buf *out, const struct custody_text *text)
{
	buf_printf(out,
		"Baromètre du Partenariat en Santé\n"
		"Clé de dépouillement confiée à %s\n\n"
		"CE QUE C’EST\n"
		"Cette clé ouvre l’urne de l’édition «\u202F%s\u202F». Le serveur ne la possède pas\u202F:\n"
		"sans elle, personne ne peut lire les réponses. Elle est protégée par votre\n"
		"phrase secrète, que personne ne peut retrouver à votre place. Plusieurs\n"
		"dépositaires ont chacun la leur\u202F; une seule suffit pour dépouiller. Si toutes\n"
		"se perdent, les réponses sont perdues.\n\n",
		text->custodian, text->edition);
	buf_puts(out,
		"CE QU’IL FAUT EN FAIRE\n"
		"- Copiez ce fichier sur une clé USB et imprimez-le\u202F; rangez l’un et l’autre en\n"
		"  lieu sûr. Ne l’envoyez pas par courriel, ne le laissez pas sur le serveur.\n"
		"- N’écrivez pas la phrase secrète dessus.\n"
		"- Au dépouillement, apportez-le, avec votre phrase.\n"
		"- Quand le procès-verbal est signé, détruisez le fichier et le papier.\n\n"
		"RECOPIER DEPUIS LE PAPIER\n"
		"Recopiez dans un fichier texte ce qui est entre les deux traits. Majuscules,\n"
		"minuscules et espaces ne changent rien. Il n’y a ni zéro, ni un, ni huit, ni\n"
		"neuf après le numéro de la ligne. Si une ligne est fausse, le programme dit\n"
		"laquelle.\n\n");
}

void custody_text_write(
	struct buf *out, const struct custody_text *text, struct password_cost cost)
{
	write_explanation(out, text);
	buf_puts(out, rule);
	buf_printf(out,
		"Édition\u202F: %s\n"
		"Dépositaire\u202F: %s\n"
		"Empreinte\u202F: %s\n\n",
		text->edition, text->custodian, text->fingerprint);
	for (int i = 0; i < CUSTODY_LINES; i++)
		write_line(out, i + 1, text->bytes + i * CUSTODY_LINE_BYTES);
	buf_puts(out, rule);
	buf_printf(out,
		"Protection\u202F: Argon2id (RFC 9106), %u Mio, %u passes, puis XChaCha20-Poly1305.\n",
		cost.memory_mib, cost.passes);
}

/* Reading. */

struct numbered {
	bool good, seen;
	size_t chars; /* of the last wrong copy */
};
struct reader {
	struct custody_text text;
	bool has_edition, has_custodian;
	struct numbered lines[CUSTODY_LINES];
};

static bool is_separator(char c)
{
	/* Bytes above 127: no-break spaces and the dashes of word processors. */
	return (unsigned char)c > 127 || memchr(" \t-.:;)|", c, 8);
}

/* What is easily taken for a letter of the key is that letter. */
static char lower(char c)
{
	if (c == '0')
		return 'o';
	if (c == '1')
		return 'i';
	if (c == '8')
		return 'b';
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* A line whose first character is 1 to 9. Right, it is taken; wrong, it is remembered until a right one comes: what people
 * note in the margin may begin with a figure. */
static bool read_numbered(struct reader *r, struct str line, struct err *err)
{
	char text[CUSTODY_LINE_CHARS + 1] = {0}, check[CHECK_CHARS + 1];
	unsigned char bytes[CUSTODY_LINE_BYTES];
	int number = line.p[0] - '0';
	struct numbered *numbered = &r->lines[number - 1];
	unsigned char *place = r->text.bytes + (number - 1) * CUSTODY_LINE_BYTES;
	size_t n = 0;

	for (size_t i = 1; i < line.n; i++) {
		if (is_separator(line.p[i]))
			continue;
		if (n < CUSTODY_LINE_CHARS)
			text[n] = lower(line.p[i]);
		n++;
	}
	if (n == CUSTODY_LINE_CHARS &&
		base32_parse((struct str){text, DATA_CHARS}, bytes, sizeof(bytes))) {
		line_check(check, number, bytes);
		if (memcmp(check, text + DATA_CHARS, CHECK_CHARS) == 0) {
			if (numbered->good && memcmp(place, bytes, sizeof(bytes)) != 0)
				return err_set_line(err, ERR_INVALID, number,
					"ce texte contient deux clés\u202F: la ligne %d y est deux fois, "
					"différente",
					number);
			numbered->good = true;
			memcpy(place, bytes, sizeof(bytes));
			return true;
		}
	}
	numbered->seen = true;
	numbered->chars = n;
	return true;
}

static bool read_code(char ret[CODE_CHARS + 1], struct str value, struct err *err)
{
	bool good = value.n > 0 && value.n <= CODE_CHARS;

	for (size_t i = 0; good && i < value.n; i++) {
		char c = value.p[i];

		ret[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
		good = (ret[i] >= 'a' && ret[i] <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_';
	}
	ret[good ? value.n : 0] = '\0';
	return good ||
		err_set(err, ERR_INVALID,
			"la ligne «\u202FÉdition\u202F» ne porte pas le code d’une édition\u202F: recopiez-la "
			"telle qu’elle est sur l’original");
}

/* Spaces of Unicode that keyboards, telephones and word processors put. */
static const char *const blanks[] = {" ", "\t", "\r", "\n", "\u00A0", "\u2002", "\u2003",
	"\u2007", "\u2009", "\u200A", "\u202F", "\u3000", "\uFEFF"};

size_t custody_blank_at(struct str s)
{
	for (size_t i = 0; i < COUNT_OF(blanks); i++)
		if (str_starts(s, str_of(blanks[i])))
			return strlen(blanks[i]);
	return 0;
}

static size_t blank_at_end(struct str s)
{
	for (size_t i = 0; i < COUNT_OF(blanks); i++) {
		size_t n = strlen(blanks[i]);

		if (s.n >= n && memcmp(s.p + s.n - n, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

static struct str trim_blanks(struct str s)
{
	size_t n;

	while ((n = custody_blank_at(s)) > 0)
		s = (struct str){s.p + n, s.n - n};
	while ((n = blank_at_end(s)) > 0)
		s.n -= n;
	return s;
}

static bool is_named(struct str head, const char *name)
{
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(64);

	if (head.n > 40)
		return false;
	fold_name(&folded, head);
	return str_eq_z(buf_str(&folded), name);
}

static void read_fingerprint(char ret[FINGERPRINT_CHARS + 1], struct str value)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n && n < FINGERPRINT_CHARS; i++) {
		char c = value.p[i];

		if (is_separator(c))
			continue;
		if (n % (GROUP + 1) == GROUP)
			ret[n++] = ' ';
		ret[n++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	ret[n] = '\0';
}

static bool read_line(struct reader *r, struct str line, struct err *err)
{
	struct str head, value = trim_blanks(line);

	if (value.n == 0)
		return true;
	if (value.p[0] >= '1' && value.p[0] <= '9')
		return read_numbered(r, value, err);
	if (!memchr(value.p, ':', value.n) || !str_cut(&value, ':', &head))
		return true;
	value = trim_blanks(value);
	if (is_named(head, "edition") && !r->has_edition) {
		r->has_edition = true;
		if (!read_code(r->text.edition, value, err))
			return false;
	} else if (is_named(head, "depositaire") && !r->has_custodian) {
		r->has_custodian = true;
		if (!custody_name(r->text.custodian, value, err))
			return err_prefix(err, "ligne «\u202FDépositaire\u202F»");
	} else if (is_named(head, "empreinte")) {
		read_fingerprint(r->text.fingerprint, value);
	}
	return true;
}

/* Names every line that must be copied again. */
static bool all_lines_good(const struct reader *r, struct err *err)
{
	SCOPED(buf_release) struct buf wrong = BUF_LIMIT(360);
	int first = 0, absent = 0;

	for (int i = 0; i < CUSTODY_LINES; i++) {
		const struct numbered *line = &r->lines[i];

		if (line->good)
			continue;
		first = first ? first : i + 1;
		absent += !line->seen;
		buf_printf(&wrong, "%sligne %d ", wrong.n ? ", " : "", i + 1);
		if (!line->seen)
			buf_puts(&wrong, "(absente)");
		else if (line->chars != CUSTODY_LINE_CHARS)
			buf_printf(&wrong, "(%zu caractères au lieu de %d)", line->chars,
				CUSTODY_LINE_CHARS);
		else
			buf_puts(&wrong, "(au moins un caractère faux)");
	}
	if (!first)
		return true;
	if (absent == CUSTODY_LINES)
		return err_set(err, ERR_INVALID,
			"ce n’est pas une clé de dépouillement\u202F: aucune des lignes "
			"numérotées de 1 à %d ne s’y trouve",
			CUSTODY_LINES);
	return err_set_line(err, ERR_INVALID, first, "à recopier de nouveau\u202F: %.*s",
		(int)wrong.n, buf_str(&wrong).p);
}

bool custody_text_read(struct custody_text *ret, struct str file, struct err *err)
{
	struct reader r = {0};

	if (file.n > CUSTODY_FILE_MAX)
		return err_set(err, ERR_LIMIT,
			"ce n’est pas une clé de dépouillement\u202F: elle tient en moins de "
			"%d octets",
			CUSTODY_FILE_MAX);
	if (!str_is_utf8(file))
		return err_set(err, ERR_INVALID,
			"ce fichier n’est pas un texte\u202F: enregistrez-le au format «\u202Ftexte, "
			"UTF-8\u202F»");
	for (size_t i = 0; i < file.n;) {
		size_t start = i;

		while (i < file.n && file.p[i] != '\n' && file.p[i] != '\r')
			i++;
		if (!read_line(&r, (struct str){file.p + start, i - start}, err))
			return false;
		i++;
	}
	if (!all_lines_good(&r, err))
		return false;
	if (!r.has_edition || !r.has_custodian)
		return err_set(err, ERR_INVALID, "la ligne «\u202F%s\u202F» manque",
			r.has_edition ? "Dépositaire" : "Édition");
	*ret = r.text;
	return true;
}
