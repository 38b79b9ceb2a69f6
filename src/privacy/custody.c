/* SPDX-License-Identifier: Apache-2.0 */
/* custody.c - see custody.h. The text around the bytes is in custody_text.c. */
#include "barometre/privacy/custody.h"

#include <stdlib.h>

#include "barometre/base/fold.h"
#include "custody_private.h"

/* The bytes, in their order; never change one: files of running editions are read by it. */
enum {
	AT_VERSION = 0,
	AT_MEMORY = 1,
	AT_PASSES = 3,
	AT_EDITION = 4,
	AT_CUSTODIAN = 7,
	AT_SALT = 10,
	AT_PUBLIC = 26,
	AT_BOX = 58,
	AT_CHECK = 131,
	SHORT_CHECK = 3,
	LONG_CHECK = CUSTODY_BYTES - AT_CHECK,
	PADDED = AT_CHECK - AT_BOX - AEAD_OVERHEAD,
};
#define VERSION 1
/* More than a passphrase when composed, or a name when folded, can be. */
#define SCRATCH (4 * PASSPHRASE_BYTES)

struct password_cost custody_cost = {PASSWORD_MODERATE_MIB, PASSWORD_MODERATE_PASSES};

_Static_assert(AT_PUBLIC == AT_SALT + sizeof(struct id16), "salt");
_Static_assert(AT_BOX == AT_PUBLIC + KEY_BYTES, "public half");
_Static_assert(PADDED > KEY_BYTES, "padding takes a byte");

/* Composed, trimmed, one space for a run of blanks, ’ as '. */
static void squeeze(struct buf *out, struct str text, bool straight)
{
	SCOPED(buf_wipe) struct buf composed = BUF_LIMIT(SCRATCH);
	struct str curly = STR("\u2019");
	size_t start = out->n;
	bool blank = false;

	text_compose(&composed, text);
	for (struct str rest = buf_str(&composed); rest.n > 0;) {
		size_t n = custody_blank_at(rest), taken = n ? n : 1;

		if (n > 0) {
			blank = true;
		} else {
			if (blank && out->n > start)
				buf_addc(out, ' ');
			blank = false;
			if (straight && str_starts(rest, curly)) {
				buf_addc(out, '\'');
				taken = curly.n;
			} else {
				buf_addc(out, rest.p[0]);
			}
		}
		rest = (struct str){rest.p + taken, rest.n - taken};
	}
}

static bool read_passphrase(struct buf *out, struct str typed, struct err *err)
{
	if (typed.n > PASSPHRASE_BYTES)
		return err_set(err, ERR_INVALID,
			"la phrase secrète est trop longue\u202F: %d octets au plus",
			PASSPHRASE_BYTES);
	if (!str_is_utf8(typed))
		return err_set(err, ERR_INVALID,
			"la phrase secrète contient des caractères abîmés (UTF-8 attendu)");
	squeeze(out, typed, true);
	must(!out->failed);
	return true;
}

/* The first character of well-formed text, cut off. */
static struct str cut_char(struct str *rest)
{
	struct str first = {rest->p, 1};

	while (first.n < rest->n && ((unsigned char)rest->p[first.n] & 0xC0) == 0x80)
		first.n++;
	*rest = (struct str){rest->p + first.n, rest->n - first.n};
	return first;
}

static size_t different_chars(struct str s)
{
	size_t count = 0;

	for (struct str rest = s; rest.n > 0;) {
		struct str before = {s.p, (size_t)(rest.p - s.p)};
		struct str one = cut_char(&rest);
		bool seen = false;

		while (!seen && before.n > 0)
			seen = str_eq(cut_char(&before), one);
		count += !seen;
	}
	return count;
}

bool custody_passphrase_good(struct str typed, struct err *err)
{
	SCOPED(buf_wipe) struct buf text = BUF_LIMIT(SCRATCH);

	if (!read_passphrase(&text, typed, err))
		return false;
	if (str_count_chars(buf_str(&text)) < PASSPHRASE_MIN)
		return err_set(err, ERR_INVALID,
			"la phrase secrète doit avoir au moins %d caractères\u202F: quatre ou cinq mots "
			"sans lien entre eux, par exemple",
			PASSPHRASE_MIN);
	if (different_chars(buf_str(&text)) < PASSPHRASE_DIFFERENT)
		return err_set(err, ERR_INVALID,
			"la phrase secrète répète trop les mêmes caractères\u202F: il en faut au "
			"moins %d différents",
			PASSPHRASE_DIFFERENT);
	return true;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || (unsigned char)c == 0x7F;
}

bool custody_name(char ret[CUSTODIAN_BYTES + 1], struct str name, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(SCRATCH);
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(SCRATCH);

	if (name.n > CUSTODIAN_BYTES || !str_is_utf8(name))
		return err_set(err, ERR_INVALID,
			"un nom de dépositaire tient en %d octets de texte",
			CUSTODIAN_BYTES);
	squeeze(&text, name, false);
	for (size_t i = 0; i < text.n; i++)
		if (is_control(text.p[i]))
			return err_set(err, ERR_INVALID,
				"ce nom de dépositaire contient un caractère invisible\u202F: tapez-le de "
				"nouveau");
	fold_name(&folded, buf_str(&text));
	if (folded.n == 0 || text.n > CUSTODIAN_BYTES)
		return err_set(err, ERR_INVALID,
			"donnez le nom de chaque dépositaire, par exemple «\u202FAnne Martin\u202F»");
	memcpy(ret, buf_str(&text).p, text.n);
	ret[text.n] = '\0';
	return true;
}

bool custody_same_name(const char *a, const char *b)
{
	SCOPED(buf_release) struct buf one = BUF_LIMIT(SCRATCH);
	SCOPED(buf_release) struct buf other = BUF_LIMIT(SCRATCH);

	fold_name(&one, str_of(a));
	fold_name(&other, str_of(b));
	return str_eq(buf_str(&one), buf_str(&other));
}

void custody_slug(char ret[CUSTODIAN_BYTES + 1], const char *name)
{
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(SCRATCH);
	size_t n = 0;

	fold_name(&folded, str_of(name));
	for (size_t i = 0; i < folded.n && n < CUSTODIAN_BYTES; i++) {
		char c = folded.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			ret[n++] = c;
		else if (c == ' ' && n > 0 && ret[n - 1] != '-')
			ret[n++] = '-';
	}
	while (n > 0 && ret[n - 1] == '-')
		n--;
	ret[n] = '\0';
}

void custody_fingerprint(char ret[FINGERPRINT_CHARS + 1], const struct public_key *key)
{
	struct hash32 hash = hash_plain((struct str){(const char *)key->b, KEY_BYTES});
	char hex[2 * sizeof(hash.b) + 1];
	size_t n = 0;

	hex_write(hex, hash.b, sizeof(hash.b));
	for (size_t i = 0; n < FINGERPRINT_CHARS; i++) {
		if (n % 5 == 4)
			ret[n++] = ' ';
		ret[n++] = hex[i];
	}
	ret[n] = '\0';
}

/* Edition and folded name, each ended by a NUL: what the seal and the checks hold on to. */
static void put_owner(struct buf *out, const struct custody_text *text)
{
	buf_bytes(out, text->edition, strlen(text->edition) + 1);
	fold_name(out, str_of(text->custodian));
	buf_addc(out, '\0');
}

static struct hash32 labelled(const char *label, struct str data)
{
	SCOPED(buf_release) struct buf all = BUF_LIMIT(SCRATCH);

	buf_bytes(&all, label, strlen(label) + 1);
	buf_add(&all, data);
	must(!all.failed);
	return hash_plain(buf_str(&all));
}

static struct hash32 edition_check(const struct custody_text *text)
{
	return labelled("custody edition", str_of(text->edition));
}

static struct hash32 custodian_check(const struct custody_text *text)
{
	SCOPED(buf_release) struct buf folded = BUF_LIMIT(SCRATCH);

	fold_name(&folded, str_of(text->custodian));
	return labelled("custody name", buf_str(&folded));
}

static struct hash32 whole_check(const struct custody_text *text)
{
	SCOPED(buf_release) struct buf all = BUF_LIMIT(SCRATCH);

	put_owner(&all, text);
	buf_bytes(&all, text->bytes, AT_CHECK);
	return labelled("custody file", buf_str(&all));
}

static struct password_cost cost_of(const struct custody_text *text)
{
	return (struct password_cost){
		.memory_mib = (unsigned int)text->bytes[AT_MEMORY] << 8 |
			text->bytes[AT_MEMORY + 1],
		.passes = text->bytes[AT_PASSES],
	};
}

/* K of custody.h, from what stands in the text. Slow. */
static bool make_key(struct key *ret, const struct custody_text *text,
	struct str passphrase, struct err *err)
{
	SCOPED(buf_wipe) struct buf words = BUF_LIMIT(SCRATCH);
	SCOPED(buf_release) struct buf bound = BUF_LIMIT(SCRATCH);
	struct id16 salt;
	struct key stretched;
	struct hash32 hash;

	if (!read_passphrase(&words, passphrase, err))
		return false;
	memcpy(salt.b, text->bytes + AT_SALT, sizeof(salt.b));
	if (!password_key_at(&stretched, buf_str(&words), &salt, cost_of(text)))
		return err_set(err, ERR_LIMIT,
			"il faut %u Mio de mémoire libre pour essayer une phrase secrète\u202F: "
			"fermez d’autres programmes et recommencez",
			cost_of(text).memory_mib);
	put_owner(&bound, text);
	buf_bytes(&bound, text->bytes, AT_BOX);
	must(!bound.failed);
	hash = hash_keyed(&stretched, STR("custody|v1"), bound.p, bound.n);
	memcpy(ret->b, hash.b, sizeof(ret->b));
	secret_wipe(&stretched, sizeof(stretched));
	secret_wipe(&hash, sizeof(hash));
	return true;
}

bool custody_seal_at(struct buf *out, struct password_cost cost, const char *edition,
	const char *custodian, const struct secret_key *secret, struct str passphrase,
	struct err *err)
{
	struct custody_text text = {0};
	struct public_key public_key = box_public(secret);
	struct id16 salt;
	struct key key;
	SCOPED(buf_release) struct buf box = BUF_LIMIT(AT_CHECK - AT_BOX);

	must(strlen(edition) <= CODE_CHARS && cost.memory_mib <= CUSTODY_MEMORY_MAX &&
		cost.passes <= CUSTODY_PASSES_MAX);
	if (!custody_name(text.custodian, str_of(custodian), err) ||
		!custody_passphrase_good(passphrase, err))
		return false;
	memcpy(text.edition, edition, strlen(edition));
	custody_fingerprint(text.fingerprint, &public_key);
	random_bytes(&salt, sizeof(salt));
	text.bytes[AT_VERSION] = VERSION;
	text.bytes[AT_MEMORY] = (unsigned char)(cost.memory_mib >> 8);
	text.bytes[AT_MEMORY + 1] = (unsigned char)cost.memory_mib;
	text.bytes[AT_PASSES] = (unsigned char)cost.passes;
	memcpy(text.bytes + AT_EDITION, edition_check(&text).b, SHORT_CHECK);
	memcpy(text.bytes + AT_CUSTODIAN, custodian_check(&text).b, SHORT_CHECK);
	memcpy(text.bytes + AT_SALT, salt.b, sizeof(salt.b));
	memcpy(text.bytes + AT_PUBLIC, public_key.b, KEY_BYTES);
	if (!make_key(&key, &text, passphrase, err))
		return false;
	must(aead_seal(&box, &key, (struct str){(const char *)secret->b, KEY_BYTES},
		PADDED, NULL));
	secret_wipe(&key, sizeof(key));
	memcpy(text.bytes + AT_BOX, box.p, box.n);
	memcpy(text.bytes + AT_CHECK, whole_check(&text).b, LONG_CHECK);
	custody_text_write(out, &text, cost);
	return !out->failed || err_set(err, ERR_LIMIT, "no room for a custodian's file");
}

bool custody_seal(struct buf *out, const char *edition, const char *custodian,
	const struct secret_key *secret, struct str passphrase, struct err *err)
{
	return custody_seal_at(
		out, custody_cost, edition, custodian, secret, passphrase, err);
}

static bool wrong_line(struct err *err, const char *name)
{
	return err_set(err, ERR_INVALID,
		"la ligne «\u202F%s\u202F» n’est pas celle de cette clé\u202F: recopiez-la telle qu’elle "
		"est sur l’original",
		name);
}

/* The text, with everything believed that can be without the passphrase. */
static bool read_checked(struct custody_text *ret, struct str file, struct err *err)
{
	char fingerprint[FINGERPRINT_CHARS + 1];
	struct public_key public_key;
	struct custody_text text = {0};
	struct password_cost cost;

	if (!custody_text_read(&text, file, err))
		return false;
	if (text.bytes[AT_VERSION] != VERSION)
		return err_set(err, ERR_INVALID,
			"cette clé a été faite par une autre version du programme\u202F: mettez "
			"barometre à jour");
	if (memcmp(edition_check(&text).b, text.bytes + AT_EDITION, SHORT_CHECK) != 0)
		return wrong_line(err, "Édition");
	if (memcmp(custodian_check(&text).b, text.bytes + AT_CUSTODIAN, SHORT_CHECK) != 0)
		return wrong_line(err, "Dépositaire");
	if (memcmp(whole_check(&text).b, text.bytes + AT_CHECK, LONG_CHECK) != 0)
		return err_set(err, ERR_INVALID,
			"chaque ligne est juste, mais pas l’ensemble\u202F: ces lignes viennent-elles "
			"de deux fichiers\u202F? Recopiez-les toutes du même");
	memcpy(public_key.b, text.bytes + AT_PUBLIC, KEY_BYTES);
	custody_fingerprint(fingerprint, &public_key);
	if (text.fingerprint[0] && strcmp(fingerprint, text.fingerprint) != 0)
		return wrong_line(err, "Empreinte");
	cost = cost_of(&text);
	if (cost.memory_mib == 0 || cost.memory_mib > CUSTODY_MEMORY_MAX ||
		cost.passes == 0 || cost.passes > CUSTODY_PASSES_MAX)
		return err_set(err, ERR_LIMIT,
			"ce fichier n’a pas été fait par ce programme\u202F: il demande %u Mio et "
			"%u passes, au plus %d et %d sont permis",
			cost.memory_mib, cost.passes, CUSTODY_MEMORY_MAX,
			CUSTODY_PASSES_MAX);
	*ret = text;
	return true;
}

bool custody_read(struct custody *ret, struct str file, struct err *err)
{
	struct custody_text text = {0};

	if (!read_checked(&text, file, err))
		return false;
	memcpy(ret->edition, text.edition, sizeof(ret->edition));
	memcpy(ret->custodian, text.custodian, sizeof(ret->custodian));
	memcpy(ret->public_key.b, text.bytes + AT_PUBLIC, KEY_BYTES);
	return true;
}

bool custody_open(
	struct secret_key *ret, struct str file, struct str passphrase, struct err *err)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(PADDED);
	struct custody_text text = {0};
	struct public_key public_key;
	struct secret_key secret;
	struct key key;
	bool opened, right;

	if (!read_checked(&text, file, err) || !make_key(&key, &text, passphrase, err))
		return false;
	opened = aead_open(&plain, &key,
		(struct str){(const char *)text.bytes + AT_BOX, AT_CHECK - AT_BOX}, NULL);
	secret_wipe(&key, sizeof(key));
	if (!opened)
		return err_set(err, ERR_DENIED,
			"ce n’est pas la phrase secrète de ce fichier\u202F: vérifiez majuscules et "
			"accents, puis recommencez");
	if (plain.n != KEY_BYTES)
		return err_set(err, ERR_INVALID, "ce fichier ne contient pas une clé");
	memcpy(secret.b, plain.p, KEY_BYTES);
	public_key = box_public(&secret);
	right = memcmp(public_key.b, text.bytes + AT_PUBLIC, KEY_BYTES) == 0;
	if (right)
		*ret = secret;
	secret_wipe(&secret, sizeof(secret));
	return right ||
		err_set(err, ERR_INVALID,
			"la clé de ce fichier n’est pas celle de son empreinte\u202F: prenez celui "
			"d’un autre dépositaire");
}
