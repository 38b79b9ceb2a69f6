/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery_letter.h"

#include <jansson.h>
#include <stdlib.h>

#include "barometre/mail/letter.h"

static void json_drop(json_t **j)
{
	json_decref(*j);
}

bool address_box_seal(struct buf *out, const struct public_key *key, const char *email,
	const char *name, struct err *err)
{
	SCOPED(json_drop)
	json_t *address = json_pack("{s:s, s:s}", "email", email, "name", name);
	char *text = address ? json_dumps(address, JSON_COMPACT) : NULL;

	if (!text)
		return err_set(err, ERR_INVALID, "address: not UTF-8");
	bool ok = box_seal(out, key, str_of(text), ADDRESS_BYTES, err);
	secret_wipe(text, strlen(text));
	free(text);
	return ok || err_prefix(err, "address");
}

static json_t *open_address(
	struct str box, const struct outbox_options *o, struct err *err)
{
	struct buf plain = BUF_LIMIT(ADDRESS_BYTES);
	json_error_t where;
	json_t *address = NULL;

	if (box_open(&plain, &o->address_public, &o->address_secret, box, err)) {
		address = json_loadb(
			buf_str(&plain).p, plain.n, JSON_REJECT_DUPLICATES, &where);
		if (!json_is_string(json_object_get(address, "email")) ||
			!json_is_string(json_object_get(address, "name"))) {
			json_decref(address);
			address = NULL;
			(void)err_set(err, ERR_INVALID, "not an address");
		}
	}
	buf_wipe(&plain);
	if (!address)
		(void)err_prefix(err, "address box");
	return address;
}

bool delivery_letter_write(struct buf *out, struct buf *ret_to, const struct claimed *c,
	const char *source, const struct outbox_options *o, const struct edition *edition,
	const struct key *tokens, struct err *err)
{
	const struct edition_audience *audience = edition_audience_find(
		edition, str_of(c->audience));
	char token_text[TOKEN_CHARS + 1], stop_text[27];

	if (!audience)
		return err_set(err, ERR_MISSING, "the edition has no such audience");
	SCOPED(json_drop) json_t *address = open_address(buf_str(&c->box), o, err);
	if (!address)
		return false;
	struct token token = token_mint(
		tokens, str_of(edition->code), str_of(c->audience), &c->invitation);
	token_write(token_text, &token);
	struct id16 stop = contact_stop_id(&o->stops, &c->contact);
	base32_write(stop_text, stop.b, sizeof(stop.b));

	SCOPED(free_char) char *link = x_printf("%s/r/%s", o->public_url, token_text);
	SCOPED(free_char)
	char *stop_link = x_printf("%s/stop/%s", o->public_url, stop_text);
	SCOPED(free_char) char *privacy = x_printf("%s/confidentialite", o->public_url);
	/* An edition that closes at midnight is open on the day before. */
	SCOPED(free_char)
	char *closes = clock_french_date(edition->closes - 1, edition->zone);
	const struct letter_values values = {
		.kind = c->kind,
		.source = source,
		.audience = c->audience,
		.audience_label = audience->form->audience_label,
		.form_title = audience->form->title,
		.edition_title = edition->title,
		.to_name = json_string_value(json_object_get(address, "name")),
		.to_address = json_string_value(json_object_get(address, "email")),
		.from_name = o->from_name,
		.from_address = o->from_address,
		.reply_to = o->reply_to,
		.organisation = o->organisation,
		.contact_address = o->contact_address,
		.link = link,
		.stop_link = stop_link,
		.privacy_link = privacy,
		.closes = closes,
		.minutes = audience->form->minutes,
		.date = o->now(),
	};
	bool ok = letter_write(out, &values, err);
	if (ok)
		buf_puts(ret_to, values.to_address);
	secret_wipe(&token, sizeof(token));
	secret_wipe(token_text, sizeof(token_text));
	secret_wipe(link, strlen(link));
	return ok;
}

bool trial_letter_write(struct buf *out, struct buf *ret_to,
	const struct letter_test *test, const char *source,
	const struct outbox_options *o, const struct edition *edition,
	const struct edition_audience *audience, struct err *err)
{
	const struct letter_sender sender = {
		.public_url = o->public_url,
		.from_name = o->from_name,
		.from_address = o->from_address,
		.reply_to = o->reply_to,
		.organisation = o->organisation,
		.contact_address = o->contact_address,
	};
	struct letter_example example = {0};

	SCOPED(json_drop) json_t *address = open_address(test->address_box, o, err);
	if (!address)
		return false;
	letter_example_make(&example, &sender, edition, audience, test->kind.p, o->now());
	example.values.source = source;
	example.values.test = true;
	example.values.to_name = json_string_value(json_object_get(address, "name"));
	example.values.to_address = json_string_value(json_object_get(address, "email"));
	bool ok = letter_write(out, &example.values, err);
	if (ok)
		buf_puts(ret_to, example.values.to_address);
	letter_example_release(&example);
	return ok;
}
