/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/privacy/sealed.h"

#include "sealed_json.h"

#define INNER_BYTES (CONTACT_BYTES + SEAL_OVERHEAD)
#define INNER_CHARS ((INNER_BYTES * 4 + 2) / 3) /* base64url without padding */
#define HASH_CHARS 64
#define ID_CHARS 32

/* What stands around the answers, member by member and with the byte of padding: the
 * header promises this number. */
_Static_assert(ANSWER_BOX_RESERVED ==
		sizeof("{\"a\":,\"f\":\"\",\"i\":\"\",\"k\":\"\",\"v\":1}") - 1 +
			HASH_CHARS + ID_CHARS + INNER_CHARS + 1,
	"room beside the answers");
/* The same for a draft with the longest page number; it may be longer than a box by the
 * difference of the overheads, so that both are stored in the same length. */
#define DRAFT_EXTRA (SEAL_OVERHEAD - AEAD_OVERHEAD)
_Static_assert(DRAFT_RESERVED ==
		sizeof("{\"answers\":,\"audience\":\"\",\"channel\":\"\",\"instance\":\"\","
		       "\"page\":9999,\"turn\":999999999,\"typed\":,\"v\":2}") -
			1 + 2 * CODE_CHARS + ID_CHARS + 1 - DRAFT_EXTRA,
	"room beside a draft");

size_t answer_box_size(size_t box_bytes)
{
	return box_bytes + SEAL_OVERHEAD;
}

static bool is_hash(const char *s)
{
	for (size_t i = 0; i < HASH_CHARS; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return s[HASH_CHARS] == '\0';
}

static bool check_box_bytes(size_t box_bytes, struct err *e)
{
	if (box_bytes > BOX_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a box of %zu bytes, the most is %d",
			box_bytes, BOX_BYTES_MAX);
	return true;
}

/* True when `n` bytes fit into `room`; `what` is plural. */
static bool check_room(
	size_t n, size_t reserved, size_t room, const char *what, struct err *e)
{
	if (n + reserved > room)
		return err_set(e, ERR_LIMIT, "%s are %zu bytes too long", what,
			n + reserved - room);
	return true;
}

/* The contact wishes, sealed to the trustee, as text for the outer box. */
static bool inner_write(struct buf *out, const struct public_key *trustee,
	const json_t *contact, struct err *e)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(CONTACT_BYTES);
	SCOPED(buf_release) struct buf box = BUF_LIMIT(INNER_BYTES);
	size_t n = 0;

	if (!canonical_size(contact, &n, e))
		return err_prefix(e, "contact wishes");
	if (!check_room(n, 1, CONTACT_BYTES, "the contact wishes", e))
		return false;
	canonical_add(&plain, contact);
	if (!sealed_json_check(buf_str(&plain), e) ||
		!box_seal(&box, trustee, buf_str(&plain), CONTACT_BYTES, e))
		return err_prefix(e, "contact wishes");
	base64url_write(out, buf_str(&box));
	must(out->n == INNER_CHARS);
	return true;
}

bool answer_box_seal(struct buf *out, const struct public_key *count,
	const struct public_key *trustee, const struct id16 *instance,
	const char form_hash[65], const json_t *answers, const json_t *contact,
	size_t box_bytes, struct err *e)
{
	SCOPED(buf_release) struct buf inner = BUF_LIMIT(INNER_CHARS);
	char id[ID_CHARS + 1];
	size_t n = 0;

	must(is_hash(form_hash));
	if (!check_box_bytes(box_bytes, e))
		return false;
	if (!canonical_size(answers, &n, e))
		return err_prefix(e, "answers");
	if (!check_room(n, ANSWER_BOX_RESERVED, box_bytes, "the answers", e) ||
		!inner_write(&inner, trustee, contact, e))
		return false;

	/* Put together by hand because the answers are only lent; all other members are
	 * hexadecimal and base64url, which need no escape, and the members stand in
	 * sorted order. */
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(box_bytes);
	hex_write(id, instance->b, sizeof(instance->b));
	buf_puts(&plain, "{\"a\":");
	canonical_add(&plain, answers);
	buf_printf(&plain, ",\"f\":\"%s\",\"i\":\"%s\",\"k\":\"", form_hash, id);
	buf_add(&plain, buf_str(&inner));
	buf_puts(&plain, "\",\"v\":1}");
	must(!plain.failed && plain.n == n + ANSWER_BOX_RESERVED - 1);
	if (!sealed_json_check(buf_str(&plain), e))
		return err_prefix(e, "answers");
	return box_seal(out, count, buf_str(&plain), box_bytes, e);
}

static bool text_of(
	const json_t *object, const char *name, size_t length, struct str *ret)
{
	const json_t *member = sealed_json_member(object, name, JSON_STRING);

	if (!member || json_string_length(member) != length)
		return false;
	*ret = (struct str){json_string_value(member), length};
	return true;
}

static bool is_version_1(const json_t *object)
{
	return json_integer_value(sealed_json_member(object, "v", JSON_INTEGER)) == 1;
}

/* Everything of a box but its opening. */
static bool read_box(struct opened_box *ret, const json_t *root, struct err *e)
{
	struct opened_box box = {.inner = BUF_LIMIT(INNER_BYTES)};
	struct str hash, id, inner;
	json_t *answers = sealed_json_member(root, "a", JSON_OBJECT);

	if (!is_version_1(root))
		return err_set(e, ERR_INVALID, "an unknown version");
	if (!answers)
		return err_set(e, ERR_INVALID, "no answers");
	if (!text_of(root, "f", HASH_CHARS, &hash) || !is_hash(hash.p))
		return err_set(e, ERR_INVALID, "no form");
	if (!text_of(root, "i", ID_CHARS, &id) ||
		!hex_parse(id, box.instance.b, sizeof(box.instance.b)))
		return err_set(e, ERR_INVALID, "no instance");
	if (!text_of(root, "k", INNER_CHARS, &inner) ||
		!base64url_parse(&box.inner, inner) || box.inner.n != INNER_BYTES) {
		buf_release(&box.inner);
		return err_set(e, ERR_INVALID, "no inner box");
	}
	memcpy(box.form_hash, hash.p, HASH_CHARS + 1);
	box.answers = json_incref(answers);
	*ret = box;
	return true;
}

bool answer_box_open(struct opened_box *ret, const struct public_key *public,
	const struct secret_key *count, struct str box, struct err *e)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(BOX_BYTES_MAX);

	if (box.n > answer_box_size(BOX_BYTES_MAX))
		return err_set(e, ERR_LIMIT, "a box of %zu bytes", box.n);
	if (!box_open(&plain, public, count, box, e))
		return false;
	SCOPED(json_decrefp) json_t *root = sealed_json_parse(buf_str(&plain), 5, e);
	if (!root || !read_box(ret, root, e))
		return err_prefix(e, "a box that is not an answer");
	return true;
}

void opened_box_release(struct opened_box *box)
{
	json_decref(box->answers);
	box->answers = NULL;
	buf_wipe(&box->inner);
	box->instance = (struct id16){0};
}

json_t *contact_open(const struct secret_key *trustee, struct str inner, struct err *e)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(CONTACT_BYTES);
	struct public_key public = box_public(trustee);

	if (inner.n != INNER_BYTES) {
		(void)err_set(e, ERR_DENIED, "contact wishes of %zu bytes instead of %d",
			inner.n, INNER_BYTES);
		return NULL;
	}
	if (!box_open(&plain, &public, trustee, inner, e))
		return NULL;
	json_t *contact = sealed_json_parse(buf_str(&plain), SIZE_MAX, e);
	if (!contact)
		(void)err_prefix(e, "contact wishes");
	return contact;
}

/* A code that needs no escape, so that its room is its length. */
static bool is_plain_code(const char code[CODE_CHARS + 1])
{
	size_t n = strnlen(code, CODE_CHARS + 1);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)code[i] < 0x20 || code[i] == '"' || code[i] == '\\')
			return false;
	return n <= CODE_CHARS;
}

bool draft_seal(struct buf *out, const struct key *key, const struct draft *draft,
	size_t box_bytes, struct err *e)
{
	size_t answers = 0, typed = 0;
	char id[ID_CHARS + 1];

	must(draft->page >= 0 && draft->page <= DRAFT_PAGE_MAX);
	must(draft->turn >= 0 && draft->turn <= DRAFT_TURN_MAX);
	must(is_plain_code(draft->audience) && is_plain_code(draft->channel));
	if (!check_box_bytes(box_bytes, e))
		return false;
	if (!canonical_size(draft->answers, &answers, e) ||
		!canonical_size(draft->typed, &typed, e))
		return err_prefix(e, "draft");
	if (!check_room(answers + typed, DRAFT_RESERVED, box_bytes,
		    "the answers of the draft", e))
		return false;

	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(box_bytes + DRAFT_EXTRA);
	buf_puts(&plain, "{\"answers\":");
	canonical_add(&plain, draft->answers);
	hex_write(id, draft->instance.b, sizeof(draft->instance.b));
	buf_printf(&plain,
		",\"audience\":\"%s\",\"channel\":\"%s\",\"instance\":\"%s\",\"page\":%d,\"turn\":%d,\"typed\":",
		draft->audience, draft->channel, id, draft->page, draft->turn);
	canonical_add(&plain, draft->typed);
	buf_puts(&plain, ",\"v\":2}");
	must(!plain.failed);
	if (!sealed_json_check(buf_str(&plain), e))
		return err_prefix(e, "draft");
	return aead_seal(out, key, buf_str(&plain), box_bytes + DRAFT_EXTRA, e);
}

/* False for a text that is no code of ours. */
static bool read_code(const json_t *root, const char *name, char out[CODE_CHARS + 1])
{
	const json_t *member = sealed_json_member(root, name, JSON_STRING);
	size_t n = json_string_length(member);

	if (!member || n > CODE_CHARS)
		return false;
	memcpy(out, json_string_value(member), n);
	out[n] = '\0';
	return is_plain_code(out);
}

static bool read_draft(struct draft *ret, const json_t *root)
{
	json_t *answers = sealed_json_member(root, "answers", JSON_OBJECT);
	json_t *typed = sealed_json_member(root, "typed", JSON_OBJECT);
	const json_t *page = sealed_json_member(root, "page", JSON_INTEGER);
	const json_t *turn = sealed_json_member(root, "turn", JSON_INTEGER);
	json_int_t number = json_integer_value(page), turns = json_integer_value(turn);
	struct draft draft = {0};
	struct str id;

	if (json_integer_value(sealed_json_member(root, "v", JSON_INTEGER)) != 2 ||
		!answers || !typed || !page || number < 0 || number > DRAFT_PAGE_MAX ||
		!turn || turns < 0 || turns > DRAFT_TURN_MAX ||
		!text_of(root, "instance", ID_CHARS, &id) ||
		!hex_parse(id, draft.instance.b, sizeof(draft.instance.b)) ||
		!read_code(root, "audience", draft.audience) ||
		!read_code(root, "channel", draft.channel))
		return false;
	draft.page = (int)number;
	draft.turn = (int)turns;
	draft.answers = json_incref(answers);
	draft.typed = json_incref(typed);
	*ret = draft;
	return true;
}

bool draft_open(struct draft *ret, const struct key *key, struct str box, struct err *e)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(BOX_BYTES_MAX + DRAFT_EXTRA);

	if (box.n > answer_box_size(BOX_BYTES_MAX))
		return err_set(e, ERR_LIMIT, "a draft of %zu bytes", box.n);
	if (!aead_open(&plain, key, box, e))
		return false;
	SCOPED(json_decrefp) json_t *root = sealed_json_parse(buf_str(&plain), 8, e);
	if (!root)
		return err_prefix(e, "a box that is not a draft");
	if (!read_draft(ret, root))
		return err_set(e, ERR_INVALID, "a box that is not a draft");
	return true;
}

void draft_release(struct draft *draft)
{
	json_decref(draft->answers);
	json_decref(draft->typed);
	*draft = (struct draft){0};
}
