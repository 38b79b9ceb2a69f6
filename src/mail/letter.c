/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/letter.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#include "barometre/base/asset.h"
#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "letter_text.h"

extern const struct asset_set assets_letters; /* src/mail/letters, by cmake/embed.cmake */

static const char *const kinds[] = {"invitation", "relance1", "relance2", "relance3"};

#define NAME_CHARS \
 100 /* of a display name; the rest would only fold over many header lines */
#define LINK_BYTES 500 /* a header line holds it whole */

/* The variables of the texts; `value` of each is filled by set_variables in this order. */
#define TEXT_VARIABLES 12
static void set_variables(struct variable out[TEXT_VARIABLES],
	const struct letter_values *v, const char *minutes)
{
	const struct variable all[TEXT_VARIABLES] = {
		{"audience_label", v->audience_label},
		{"form_title", v->form_title},
		{"edition_title", v->edition_title},
		{"organisation", v->organisation},
		{"contact_address", v->contact_address},
		{"link", v->link},
		{"stop_link", v->stop_link},
		{"privacy_link", v->privacy_link},
		{"closes", v->closes},
		{"minutes", minutes},
		{"from_name", v->from_name},
		{"reply_to", *v->reply_to ? v->reply_to : v->from_address},
	};
	memcpy(out, all, sizeof(all));
}

static const struct asset *find_text(const char *kind)
{
	char name[64];
	struct buf b = BUF_LIMIT(sizeof(name));

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (strcmp(kinds[i], kind) != 0)
			continue;
		buf_printf(&b, "%s.txt", kind);
		const struct asset *asset = asset_find(&assets_letters, buf_str(&b));
		buf_release(&b);
		must(asset);
		return asset;
	}
	return NULL;
}

bool letter_exists(const char *kind)
{
	return find_text(kind) != NULL;
}

static struct str layout(void)
{
	const struct asset *asset = asset_find(&assets_letters, STR("layout.html"));
	must(asset);
	return asset_text(asset);
}

/* Subject and body of a letter, in `filled`. */
static bool fill_text(const struct letter_values *v, struct buf *filled,
	struct str *ret_subject, struct str *ret_body, struct err *err)
{
	struct variable variables[TEXT_VARIABLES];
	const struct asset *asset = find_text(v->kind);
	SCOPED(free_char) char *minutes = x_printf("%d", v->minutes);

	if (!asset)
		return err_set(err, ERR_MISSING, "no letter of this kind");
	set_variables(variables, v, minutes);
	if (!fill_variables(filled, asset_text(asset), variables, TEXT_VARIABLES, err))
		return false;
	if (filled->failed)
		return err_set(err, ERR_LIMIT, "the letter is too long");
	return letter_split(buf_str(filled), ret_subject, ret_body, err);
}

static bool fill_layout(struct buf *out, const struct letter_values *v,
	struct str subject, struct str body, struct err *err)
{
	struct buf title = BUF_LIMIT(LETTER_BYTES), edition = BUF_LIMIT(LETTER_BYTES);
	struct buf content = BUF_LIMIT(LETTER_BYTES), footer = BUF_LIMIT(LETTER_BYTES);

	buf_html(&title, subject);
	buf_html(&edition, str_of(v->edition_title));
	letter_to_html(&content, &footer, body);
	const struct variable variables[] = {
		{"subject", buf_str(&title).p},
		{"edition_title", buf_str(&edition).p},
		{"content", buf_str(&content).p},
		{"footer", buf_str(&footer).p},
	};
	bool ok = fill_variables(out, layout(), variables, COUNT_OF(variables), err);
	if (ok &&
		(title.failed || edition.failed || content.failed || footer.failed ||
			out->failed))
		ok = err_set(err, ERR_LIMIT, "the letter is too long");
	buf_release(&title);
	buf_release(&edition);
	buf_release(&content);
	buf_release(&footer);
	return ok;
}

void letter_init(void)
{
	struct letter_values v = {
		.audience = "",
		.audience_label = "",
		.form_title = "",
		.edition_title = "",
		.to_name = "",
		.to_address = "",
		.from_name = "",
		.from_address = "",
		.reply_to = "",
		.organisation = "",
		.contact_address = "",
		.link = "https://a",
		.stop_link = "",
		.privacy_link = "",
		.closes = "",
	};
	struct err err = {0};
	struct str subject = {0}, body = {0};
	bool ok = true;

	g_mime_init();
	for (size_t i = 0; i < COUNT_OF(kinds) && ok; i++) {
		struct buf filled = BUF_LIMIT(LETTER_BYTES),
			   html = BUF_LIMIT(LETTER_BYTES);
		v.kind = kinds[i];
		ok = fill_text(&v, &filled, &subject, &body, &err) &&
			fill_layout(&html, &v, subject, body, &err);
		buf_release(&filled);
		buf_release(&html);
	}
	if (!ok)
		log_error("letter.broken", F_TEXT("kind", v.kind), F_ERR(&err));
	must(ok);
}

/* Length of the UTF-8 sequence at `p` when it is a control character, a line or paragraph
 * separator, or a mark that turns the direction of text; else 0. Well-formed text. */
static size_t control_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < ' ' || p[0] == 0x7F)
		return 1;
	if (p[0] == 0xC2 && p[1] < 0xA0)
		return 2;
	if (p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE)
		return 3;
	if (p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
		return 3;
	return 0;
}

static bool check_words(const char *what, const char *value, struct err *err)
{
	if (!str_is_utf8(str_of(value)))
		return err_set(err, ERR_INVALID, "%s: not UTF-8", what);
	for (const char *p = value; *p; p++)
		if (control_length(p) > 0)
			return err_set(
				err, ERR_INVALID, "%s: has control characters", what);
	return true;
}

/* ASCII that needs no quoting in an address header (RFC 5322 section 3.2.3). */
static bool check_address(const char *what, const char *value, struct err *err)
{
	const char *at = strchr(value, '@');
	bool ok = at && at != value && at[1] && !strchr(at + 1, '@') &&
		strlen(value) <= 254;

	for (const char *p = value; ok && *p; p++)
		ok = *p > ' ' && *p < 0x7F && !strchr("()<>[]:;\\,\"", *p);
	return ok || err_set(err, ERR_INVALID, "%s: not an address", what);
}

static bool check_link(const char *what, const char *value, struct err *err)
{
	struct str link = str_of(value);
	bool ok = link.n <= LINK_BYTES &&
		(str_starts(link, STR("https://")) || str_starts(link, STR("http://")));

	for (size_t i = 0; ok && i < link.n; i++)
		ok = link.p[i] > ' ' && link.p[i] < 0x7F &&
			!strchr("<>\"()\\,", link.p[i]);
	return ok || err_set(err, ERR_INVALID, "%s: not a web address", what);
}

static bool check_values(const struct letter_values *v, struct err *err)
{
	if (!str_is_utf8(str_of(v->to_name)))
		return err_set(err, ERR_INVALID, "to_name: not UTF-8");
	return check_words("audience_label", v->audience_label, err) &&
		check_words("form_title", v->form_title, err) &&
		check_words("edition_title", v->edition_title, err) &&
		check_words("from_name", v->from_name, err) &&
		check_words("organisation", v->organisation, err) &&
		check_words("contact_address", v->contact_address, err) &&
		check_words("closes", v->closes, err) &&
		check_address("to_address", v->to_address, err) &&
		check_address("from_address", v->from_address, err) &&
		(!*v->reply_to || check_address("reply_to", v->reply_to, err)) &&
		check_link("link", v->link, err) &&
		check_link("stop_link", v->stop_link, err) &&
		check_link("privacy_link", v->privacy_link, err);
}

/* What may stand in a header: no control characters, at most NAME_CHARS characters, and nothing
 * that is an RFC 2047 word already, which GMime would let through and readers would decode. */
static char *header_name(const char *name)
{
	struct buf b = BUF_LIMIT(NAME_CHARS * 5);
	size_t chars = 0;

	while (*name) {
		size_t skip = control_length(name);
		if (skip > 0) {
			buf_addc(&b, ' ');
			name += skip;
			chars++;
			continue;
		}
		/* A new character starts at every byte that is not 10xxxxxx. */
		chars += ((unsigned char)*name & 0xC0) != 0x80;
		if (chars > NAME_CHARS)
			break;
		if (name[0] == '=' && name[1] == '?')
			buf_puts(&b, "= ");
		else
			buf_addc(&b, *name);
		name++;
	}
	char *copy = str_dup(str_trim(buf_str(&b)));
	buf_release(&b);
	return copy;
}

/* GMime would put a long web address into RFC 2047 words, which RFC 8058 readers do not undo. */
static void add_raw_header(GMimeMessage *message, const char *name, const char *value)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	SCOPED(free_char) char *raw = x_printf(" %s\r\n", value);

	g_mime_header_list_append(list, name, "x", NULL);
	g_mime_header_set_raw_value(g_mime_header_list_get_header_at(
					    list, g_mime_header_list_get_count(list) - 1),
		raw);
}

/* Left to itself GMime takes the smallest Latin charset that fits. */
static void add_mailbox(GMimeMessage *message, GMimeAddressType type, const char *name,
	const char *address)
{
	SCOPED(free_char) char *clean = header_name(name);

	g_mime_message_add_mailbox(message, type, *clean ? clean : NULL, address);
	InternetAddressList *list = g_mime_message_get_addresses(message, type);
	internet_address_set_charset(internet_address_list_get_address(list, 0), "utf-8");
}

static void add_part(GMimeMultipart *parts, const char *subtype, struct str content)
{
	GMimeTextPart *text = g_mime_text_part_new_with_subtype(subtype);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(content.p, content.n);
	GMimeDataWrapper *wrapper = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_DEFAULT);

	/* Not g_mime_text_part_set_text, which chooses the charset. */
	g_mime_text_part_set_charset(text, "utf-8");
	g_mime_part_set_content(GMIME_PART(text), wrapper);
	g_mime_part_set_content_encoding(
		GMIME_PART(text), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	g_mime_multipart_add(parts, GMIME_OBJECT(text));
	g_object_unref(wrapper);
	g_object_unref(stream);
	g_object_unref(text);
}

static void add_headers(
	GMimeMessage *message, const struct letter_values *v, struct str subject)
{
	char id[27];
	unsigned char random[16];
	const char *domain = strchr(v->from_address, '@') + 1;
	SCOPED(free_char) char *subject_z = str_dup(subject);
	GDateTime *date = g_date_time_new_from_unix_utc(v->date / USEC_PER_SEC);

	must(date);
	add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, v->from_name, v->from_address);
	add_mailbox(message, GMIME_ADDRESS_TYPE_TO, v->to_name, v->to_address);
	if (*v->reply_to)
		add_mailbox(
			message, GMIME_ADDRESS_TYPE_REPLY_TO, v->from_name, v->reply_to);
	g_mime_message_set_subject(message, subject_z, "utf-8");
	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
	random_bytes(random, sizeof(random));
	base32_write(id, random, sizeof(random));
	SCOPED(free_char) char *message_id = x_printf("%s@%s", id, domain);
	g_mime_message_set_message_id(message, message_id);

	SCOPED(free_char) char *stop = x_printf("<%s>", v->stop_link);
	SCOPED(free_char) char *list = x_printf("<barometre.%s>", domain);
	add_raw_header(message, "List-Unsubscribe", stop);
	add_raw_header(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
	add_raw_header(message, "List-Id", list);
	add_raw_header(message, "Auto-Submitted", "auto-generated");
	add_raw_header(message, "Content-Language", "fr");
}

static void write_message(struct buf *out, const struct letter_values *v,
	struct str subject, struct str text, struct str html)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeMultipart *parts = g_mime_multipart_new_with_subtype("alternative");
	GMimeFormatOptions *format = g_mime_format_options_new();

	add_headers(message, v, subject);
	add_part(parts, "plain", text);
	add_part(parts, "html", html);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
	/* libcurl stuffs dots only after CRLF, and relays refuse bare LF. */
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	char *bytes = g_mime_object_to_string(GMIME_OBJECT(message), format);
	buf_puts(out, bytes);
	g_free(bytes);
	g_mime_format_options_free(format);
	g_object_unref(parts);
	g_object_unref(message);
}

bool letter_write(struct buf *out, const struct letter_values *v, struct err *err)
{
	struct buf filled = BUF_LIMIT(LETTER_BYTES), text = BUF_LIMIT(LETTER_BYTES);
	struct buf html = BUF_LIMIT(LETTER_BYTES);
	struct str subject = {0}, body = {0};
	bool ok = check_values(v, err) && fill_text(v, &filled, &subject, &body, err) &&
		fill_layout(&html, v, subject, body, err);

	if (ok) {
		letter_to_text(&text, body);
		write_message(out, v, subject, buf_str(&text), buf_str(&html));
		if (text.failed || out->failed)
			ok = err_set(err, ERR_LIMIT, "the letter is too long");
	}
	buf_release(&filled);
	buf_release(&text);
	buf_release(&html);
	return ok;
}
