/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a stranger into everything of sealed.h and campaign.h that opens or reads.
 * The first byte chooses the reader. Half of the readers get the bytes as they are; a
 * cipher lets nothing through, so the others get them sealed with the right key first,
 * as if the key had leaked or an older program had written them.
 */
#include "barometre/privacy/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define PLAIN_MAX 16384

static const struct key key = {{1}};
static const struct secret_key secret = {{2}};

/* A draft that opened is sealed and opened again: nothing may change, and nothing be
 * refused but for its length. */
static void draft_again(struct draft *draft)
{
	SCOPED(buf_release) struct buf box = BUF_LIMIT(BOX_BYTES_MAX);
	struct draft again;

	if (draft_seal(&box, &key, draft, 4 * PLAIN_MAX, NULL)) {
		must(draft_open(&again, &key, buf_str(&box), NULL));
		must(again.page == draft->page && again.turn == draft->turn &&
			strcmp(again.audience, draft->audience) == 0 &&
			strcmp(again.channel, draft->channel) == 0 &&
			memcmp(&again.instance, &draft->instance,
				sizeof(again.instance)) == 0 &&
			json_equal(again.answers, draft->answers));
		must(json_equal(again.typed, draft->typed));
		draft_release(&again);
	}
	draft_release(draft);
}

static void open_draft(struct str box)
{
	struct draft draft;
	struct err e;

	if (draft_open(&draft, &key, box, &e))
		draft_again(&draft);
}

static void open_answer(const struct public_key *public, struct str box)
{
	struct opened_box opened;
	struct err e;

	if (!answer_box_open(&opened, public, &secret, box, &e))
		return;
	must(opened.inner.n == CONTACT_BYTES + SEAL_OVERHEAD &&
		json_is_object(opened.answers));
	opened_box_release(&opened);
}

static void open_visit(struct str cookie)
{
	SCOPED(buf_release) struct buf again = BUF_LIMIT(VISIT_CHARS);
	struct visit visit, back;
	struct err e;

	if (!visit_open(&visit, &key, cookie, &e))
		return;
	visit_seal(&again, &key, &visit);
	must(visit_open(&back, &key, buf_str(&again), &e));
	must(str_eq_z(str_of(visit.edition), back.edition) &&
		visit.expires == back.expires);
}

static void open_contact(struct str inner)
{
	struct err e;

	json_decref(contact_open(&secret, inner, &e));
}

static void read_codes(struct str text)
{
	struct id16 slot;
	struct token token;
	char out[40];

	if (receipt_parse(text, &slot))
		receipt_write(out, &slot);
	if (token_parse(text, &token))
		token_write(out, &token);
}

static void open_sealed_first(
	unsigned int reader, const struct public_key *public, struct str plain)
{
	SCOPED(buf_release) struct buf box = BUF_LIMIT(2 * PLAIN_MAX);
	SCOPED(buf_release) struct buf text = BUF_LIMIT(4 * PLAIN_MAX);

	switch (reader) {
	case 0:
		if (aead_seal(&box, &key, plain, PLAIN_MAX, NULL))
			open_draft(buf_str(&box));
		break;
	case 1:
		if (box_seal(&box, public, plain, PLAIN_MAX, NULL))
			open_answer(public, buf_str(&box));
		break;
	case 2:
		if (box_seal(&box, public, plain, CONTACT_BYTES, NULL))
			open_contact(buf_str(&box));
		break;
	default:
		if (aead_seal(&box, &key, plain, 173, NULL)) {
			base64url_write(&text, buf_str(&box));
			open_visit(buf_str(&text));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct public_key public = box_public(&secret);

	secret_init();
	if (size == 0)
		return 0;
	struct str rest = {(const char *)data + 1, size - 1};
	switch (data[0] % 9) {
	case 0:
		open_draft(rest);
		break;
	case 1:
		open_answer(&public, rest);
		break;
	case 2:
		open_contact(rest);
		break;
	case 3:
		open_visit(rest);
		break;
	case 4:
		read_codes(rest);
		break;
	default:
		open_sealed_first(data[0] % 9 - 5U, &public, rest);
	}
	return 0;
}
