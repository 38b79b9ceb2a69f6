/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/letter.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "barometre/mail/address.h"
#include "barometre/mail/letter_check.h"
#include "letter_parts.h"

/* Of a display name; the rest would only fold over many header lines. */
#define NAME_CHARS 100
#define SUBJECT_CHARS 500

void letter_init(void)
{
	static const char *const audiences[] = {LETTER_PUBLICS, "another", NULL};
	const char *kind = NULL;

	g_mime_init();
	for (size_t i = 0; (kind = letter_kind(i)) != NULL; i++) {
		struct letter_findings findings = {0};
		bool ok = letter_check(
			letter_program_text(kind), kind, audiences, &findings);

		if (findings.count > 0)
			log_error("letter.broken", F_TEXT("kind", kind),
				F_TEXT("error", findings.list[0].text));
		must(ok && findings.count == 0);
		letter_findings_release(&findings);
	}
}

/* ---- headers ---- */

/* ASCII that needs no quoting in an address header (RFC 5322 section 3.2.3). */
static bool is_plain_address(const char *value)
{
	const char *at = strchr(value, '@');
	bool ok = at && at != value && at[1] && !strchr(at + 1, '@') &&
		strlen(value) <= ADDRESS_MAX;

	for (const char *p = value; ok && *p; p++)
		ok = *p > ' ' && *p < 0x7F && !strchr("()<>[]:;\\,\"", *p);
	return ok;
}

/* As it is sent: a domain with accents as A-labels. To be freed; NULL when it is no address. */
static char *sent_address(const char *what, const char *value, struct err *err)
{
	struct buf send = BUF_LIMIT(ADDRESS_MAX + 1);
	struct buf compare = BUF_LIMIT(ADDRESS_MAX + 1);
	struct err unused = {0};
	char *address = NULL;

	if (is_plain_address(value))
		return x_strdup(value);
	/* Space around, which address.h forgives, can end a header here. */
	if (!strpbrk(value, " \t\r\n") &&
		address_normalise(str_of(value), &send, &compare, &unused) &&
		is_plain_address(buf_str(&send).p))
		address = x_strdup(buf_str(&send).p);
	else
		(void)err_set(err, ERR_INVALID, "%s: not an address", what);
	buf_wipe(&send);
	buf_wipe(&compare);
	return address;
}

/* What may stand in a header: no control characters, at most so many characters, and nothing
 * that is an RFC 2047 word already, which GMime would let through and readers would decode. */
static char *header_words(const char *words, size_t most, bool may_turn)
{
	struct buf b = BUF_LIMIT(most * 5);
	size_t chars = 0;

	while (*words) {
		bool isolate = may_turn && (unsigned char)words[0] == 0xE2 &&
			(unsigned char)words[1] == 0x81;
		size_t skip = isolate ? 0 : letter_control_length(words);
		if (skip > 0) {
			buf_addc(&b, ' ');
			words += skip;
			chars++;
			continue;
		}
		/* A new character starts at every byte that is not 10xxxxxx. */
		chars += ((unsigned char)*words & 0xC0) != 0x80;
		if (chars > most)
			break;
		if (words[0] == '=' && words[1] == '?')
			buf_puts(&b, "= ");
		else
			buf_addc(&b, *words);
		words++;
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
	SCOPED(free_char) char *clean = header_words(name, NAME_CHARS, false);

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

/* Addresses as they are sent; owned. */
struct mailboxes {
	char *to, *from, *reply_to; /* reply_to NULL: none */
};

static void mailboxes_release(struct mailboxes *m)
{
	free(m->to);
	free(m->from);
	free(m->reply_to);
}

static bool mailboxes_make(
	struct mailboxes *ret, const struct letter_values *v, struct err *err)
{
	if (!str_is_utf8(str_of(v->to_name)))
		return err_set(err, ERR_INVALID, "to_name: not UTF-8");
	ret->to = sent_address("to_address", v->to_address, err);
	ret->from = ret->to ? sent_address("from_address", v->from_address, err) : NULL;
	if (!ret->from || !*v->reply_to)
		return ret->from != NULL;
	ret->reply_to = sent_address("reply_to", v->reply_to, err);
	return ret->reply_to != NULL;
}

static void add_list_headers(
	GMimeMessage *message, const char *stop_link, const char *domain)
{
	SCOPED(free_char) char *stop = x_printf("<%s>", stop_link);
	SCOPED(free_char) char *list = x_printf("<barometre.%s>", domain);

	add_raw_header(message, "List-Unsubscribe", stop);
	add_raw_header(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
	add_raw_header(message, "List-Id", list);
	add_raw_header(message, "Auto-Submitted", "auto-generated");
	add_raw_header(message, "Content-Language", "fr");
}

static void add_headers(GMimeMessage *message, const struct letter_values *v,
	const struct mailboxes *boxes, const char *subject)
{
	char id[27];
	unsigned char random[16];
	const char *at = boxes->from ? strchr(boxes->from, '@') : NULL;
	SCOPED(free_char) char *clean = header_words(subject, SUBJECT_CHARS, true);
	GDateTime *date = g_date_time_new_from_unix_utc(v->date / USEC_PER_SEC);

	must(date && at);
	add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, v->from_name, boxes->from);
	add_mailbox(message, GMIME_ADDRESS_TYPE_TO, v->to_name, boxes->to);
	if (boxes->reply_to)
		add_mailbox(message, GMIME_ADDRESS_TYPE_REPLY_TO, v->from_name,
			boxes->reply_to);
	g_mime_message_set_subject(message, clean, "utf-8");
	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
	random_bytes(random, sizeof(random));
	base32_write(id, random, sizeof(random));
	SCOPED(free_char) char *message_id = x_printf("%s%s", id, at);
	g_mime_message_set_message_id(message, message_id);
	add_list_headers(message, v->stop_link, at + 1);
}

/* ---- the message ---- */

static void write_message(struct buf *out, const struct letter_values *v,
	const struct mailboxes *boxes, const struct letter_parts *content)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeMultipart *parts = g_mime_multipart_new_with_subtype("alternative");
	GMimeFormatOptions *format = g_mime_format_options_new();

	add_headers(message, v, boxes, content->subject);
	add_part(parts, "plain", str_of(content->text));
	add_part(parts, "html", str_of(content->html));
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
	struct letter_parts parts = {0};
	struct mailboxes boxes = {0};
	bool ok = mailboxes_make(&boxes, v, err) && letter_parts_make(&parts, v, err);

	if (ok) {
		write_message(out, v, &boxes, &parts);
		if (out->failed)
			ok = err_set(err, ERR_LIMIT, "the letter is too long");
	}
	letter_parts_release(&parts);
	mailboxes_release(&boxes);
	return ok;
}
