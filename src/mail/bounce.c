/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/bounce.h"

#include <gmime/gmime.h>
#include <stdio.h>

#include "bounce_fields.h"
#include "bounce_text.h"

#define MAX_LEVELS 16
#define MAX_PARTS 100
#define TEXT_BYTES (16 << 10)
#define HEADER_BYTES 4096
#define PART_BYTES (64 << 10) /* of a part that is not shown to people */

struct reading {
	const struct key *bounces;
	const char *bounce_address;
	struct buf text; /* folded words for people */
	int parts;
	bool status_part, feedback_part, receipt_part;
	struct bounce_recipients recipients;
	bool complains;
	enum verp_reading about;
	struct id16 contact;
};

void bounce_init(void)
{
	g_mime_init();
}

const char *bounce_kind_name(enum bounce_kind kind)
{
	static const char *const names[] = {NULL, "soft", "hard", "complaint"};

	must(kind != BOUNCE_IGNORED);
	return names[kind];
}

const char *bounce_why_words(enum bounce_why why)
{
	static const char *const words[BOUNCE_WHY_COUNT] = {"", "réponses automatiques",
		"retards annoncés", "messages remis ou lus", "demandes de s’authentifier",
		"identifiants faux", "refus sans identifiant", "autres messages",
		"messages illisibles"};
	return words[why];
}

/* ---- whom it is about ---- */

/* Any of the addresses in a value. What was proven is not changed by what comes later. */
static void look_for_contact(struct reading *r, const char *value, bool forged_counts)
{
	struct str rest = {value ? value : "", value ? strnlen(value, HEADER_BYTES) : 0};

	while (rest.n > 0 && r->about != VERP_CONTACT) {
		size_t n = 0;

		while (n < rest.n && !strchr(" \t\r\n,;:<>()\"", rest.p[n]))
			n++;
		enum verp_reading found = verp_look(r->bounces, r->bounce_address,
			(struct str){rest.p, n}, &r->contact);
		if (found == VERP_CONTACT || (found == VERP_FORGED && forged_counts))
			r->about = found;
		n += n < rest.n;
		rest = (struct str){rest.p + n, rest.n - n};
	}
}

static void look_at_headers(struct reading *r, GMimeObject *object,
	const char *const *names, size_t count, bool forged_counts)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int headers = g_mime_header_list_get_count(list);

	for (size_t k = 0; k < count; k++)
		for (int i = 0; i < headers && i < 200; i++) {
			GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

			if (g_ascii_strcasecmp(
				    g_mime_header_get_name(header), names[k]) == 0)
				look_for_contact(r, g_mime_header_get_value(header),
					forged_counts);
		}
}

static const char *const returned_names[] = {"Return-Path", "X-Envelope-From", "Sender"};

/* ---- parts for programs ---- */

static void read_status_part(struct reading *r, struct str bytes)
{
	r->status_part = true;
	r->recipients.text = bounce_own_words(buf_str(&r->text));
	bounce_read_recipients(&r->recipients, bytes);
	r->recipients.text = STR("");
}

/* RFC 5965 section 3. "not-spam" is the contrary, "auth-failure" is about our signature. */
static void read_feedback_part(struct reading *r, struct str bytes)
{
	static const char *const complaints[] = {
		"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized", "other"};
	struct buf line = BUF_LIMIT(HEADER_BYTES);
	struct str value = {0};

	r->feedback_part = true;
	while (bounce_next_field(&bytes, &line)) {
		for (size_t i = 0; bounce_field_is(&line, "Feedback-Type", &value) &&
			i < COUNT_OF(complaints);
			i++)
			if (str_eq_nocase(value, str_of(complaints[i])))
				r->complains = true;
		if (bounce_field_is(&line, "Original-Mail-From", &value))
			look_for_contact(r, value.p, false);
	}
	buf_release(&line);
}

static void read_returned_headers(struct reading *r, struct str bytes)
{
	struct buf line = BUF_LIMIT(HEADER_BYTES);
	struct str value = {0};

	while (bounce_next_field(&bytes, &line))
		for (size_t i = 0; i < COUNT_OF(returned_names); i++)
			if (bounce_field_is(&line, returned_names[i], &value))
				look_for_contact(r, value.p, false);
	buf_release(&line);
}

/* ---- the parts ---- */

static bool part_is(GMimeObject *object, const char *type, const char *subtype)
{
	GMimeContentType *content = g_mime_object_get_content_type(object);

	return content && g_mime_content_type_is_type(content, type, subtype);
}

/* Decoded, of at most `most` bytes. */
static void part_bytes(GMimePart *part, size_t most, struct buf *out)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content ? g_mime_stream_mem_new() : NULL;
	const GByteArray *bytes;

	if (!stream)
		return;
	(void)g_mime_data_wrapper_write_to_stream(content, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	if (bytes && bytes->len > 0)
		buf_bytes(out, bytes->data, bytes->len < most ? bytes->len : most);
	g_object_unref(stream);
}

static void read_leaf(struct reading *r, GMimeObject *object)
{
	struct buf bytes = BUF_LIMIT(PART_BYTES);

	if (!GMIME_IS_PART(object))
		return;
	part_bytes(GMIME_PART(object), PART_BYTES, &bytes);
	if (part_is(object, "message", "delivery-status") ||
		part_is(object, "message", "global-delivery-status"))
		read_status_part(r, buf_str(&bytes));
	else if (part_is(object, "message", "feedback-report"))
		read_feedback_part(r, buf_str(&bytes));
	else if (part_is(object, "message", "disposition-notification"))
		r->receipt_part = true;
	else if (part_is(object, "text", "rfc822-headers") ||
		part_is(object, "message", "global-headers"))
		read_returned_headers(r, buf_str(&bytes));
	else if (part_is(object, "text", "*")) {
		buf_addc(&r->text, ' ');
		bounce_fold(&r->text, buf_str(&bytes), part_is(object, "text", "html"));
	}
	buf_release(&bytes);
}

static void visit(struct reading *r, GMimeObject *object, int level)
{
	if (!object || level > MAX_LEVELS || ++r->parts > MAX_PARTS)
		return;
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *parts = GMIME_MULTIPART(object);
		int n = g_mime_multipart_get_count(parts);

		for (int i = 0; i < n && r->parts <= MAX_PARTS; i++)
			visit(r, g_mime_multipart_get_part(parts, i), level + 1);
	} else if (GMIME_IS_MESSAGE_PART(object)) {
		/* The returned message: its words are ours. */
		GMimeMessage *inner = g_mime_message_part_get_message(
			GMIME_MESSAGE_PART(object));

		if (inner)
			look_at_headers(r, GMIME_OBJECT(inner), returned_names,
				COUNT_OF(returned_names), false);
	} else {
		read_leaf(r, object);
	}
}

/* ---- what it says ---- */

static const char *header(GMimeMessage *message, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);

	return value ? value : "";
}

static bool header_has(GMimeMessage *message, const char *name, const char *word)
{
	char *lower = g_ascii_strdown(header(message, name), -1);
	bool found = strstr(lower, word) != NULL;

	g_free(lower);
	return found;
}

/* RFC 3834 section 5: a keyword, parameters and comments behind it; anything but "no". */
static bool is_auto_submitted(const char *field)
{
	struct str value = str_trim(str_of(field));
	size_t n = 0;

	while (n < value.n && !strchr(" \t;(", value.p[n]))
		n++;
	return n > 0 && !str_eq_nocase((struct str){value.p, n}, STR("no"));
}

static bool is_auto_reply(GMimeMessage *message, struct str subject)
{
	static const char *const marks[] = {"X-Autoreply", "X-Autorespond",
		"X-Auto-Response-Suppress", "X-Autoresponder", "X-Vacation"};

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (*header(message, marks[i]))
			return true;
	return is_auto_submitted(header(message, "Auto-Submitted")) ||
		header_has(message, "Precedence", "auto_reply") ||
		header_has(message, "Precedence", "auto-reply") ||
		header_has(message, "X-Precedence", "auto_reply") ||
		bounce_says_absent(subject);
}

/* Comes from a mail server, as far as that can be seen. */
static bool is_from_a_server(GMimeMessage *message, struct str text)
{
	static const char *const names[] = {"mailer-daemon", "mailerdaemon", "postmaster",
		"mail delivery", "microsoftexchange"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (header_has(message, "From", names[i]))
			return true;
	/* Exim's own header; qmail's first words (QSBMF). */
	return *header(message, "X-Failed-Recipients") ||
		(text.n > 0 && memmem(text.p, text.n, "qmail-send program", 18));
}

static void ignore(struct bounce *ret, enum bounce_why why)
{
	ret->kind = BOUNCE_IGNORED;
	ret->why = why;
	ret->status[0] = '\0';
}

static void conclude(struct bounce *ret, enum bounce_kind kind, const char *status)
{
	ret->kind = kind;
	ret->why = BOUNCE_WHY_NONE;
	(void)snprintf(ret->status, sizeof(ret->status), "%s", status);
}

/* By the fields of RFC 3464: a contact whose address leads to several was written to when one of them was reached. */
static void conclude_status(const struct bounce_recipients *r, struct bounce *ret)
{
	if (r->delivered > 0)
		ignore(ret, BOUNCE_WHY_DELIVERED);
	else if (r->soft > 0)
		conclude(ret, BOUNCE_SOFT, r->soft_status);
	else if (r->hard > 0)
		conclude(ret, BOUNCE_HARD, r->hard_status);
	else
		ignore(ret, r->delayed > 0 ? BOUNCE_WHY_DELAYED : BOUNCE_WHY_OTHER);
}

/* By the words, where there are no fields. */
static void conclude_words(
	const struct reading *r, GMimeMessage *message, struct bounce *ret)
{
	struct buf folded = BUF_LIMIT(HEADER_BYTES);
	struct str text = bounce_own_words(buf_str(&r->text));
	bool server = is_from_a_server(message, text);
	char status[BOUNCE_STATUS_CHARS + 1] = "";
	enum bounce_verdict verdict = VERDICT_NONE;

	bounce_fold(&folded, str_of(header(message, "Subject")), false);
	if (bounce_says_challenge(buf_str(&folded)) ||
		(!server && bounce_says_challenge(text)))
		ignore(ret, BOUNCE_WHY_CHALLENGE);
	else if (!server &&
		(is_auto_reply(message, buf_str(&folded)) || bounce_says_absent(text)))
		ignore(ret, BOUNCE_WHY_AUTO_REPLY);
	else if (bounce_says_delayed(buf_str(&folded)) ||
		(server && bounce_says_delayed(text)))
		ignore(ret, BOUNCE_WHY_DELAYED);
	else if (server ||
		str_eq_z(str_trim(str_of(header(message, "Return-Path"))), "<>"))
		verdict = bounce_judge(STR(""), text, status);
	/* Whoever is no server is believed a code with its words, neither alone: people write "this address is no longer valid", and live at 550. */
	if (!server && !bounce_says_refused(text))
		verdict = VERDICT_NONE;
	if (verdict != VERDICT_NONE)
		conclude(
			ret, verdict == VERDICT_HARD ? BOUNCE_HARD : BOUNCE_SOFT, status);
	buf_release(&folded);
}

static struct hash32 report_of(
	GMimeMessage *message, struct str bytes, const struct id16 *contact)
{
	const char *id = g_mime_message_get_message_id(message);
	struct buf b = BUF_LIMIT(HEADER_BYTES);
	struct hash32 hash;

	buf_bytes(&b, contact->b, sizeof(contact->b));
	if (id && *id && strlen(id) <= 1000) {
		buf_puts(&b, id);
	} else {
		hash = hash_plain(bytes);
		buf_bytes(&b, hash.b, sizeof(hash.b));
	}
	hash = hash_plain(buf_str(&b));
	buf_release(&b);
	return hash;
}

static void read_message(struct reading *r, GMimeMessage *message, struct str bytes,
	const char *recipient, struct bounce *ret)
{
	static const char *const names[] = {"Delivered-To", "X-Original-To",
		"Envelope-To", "X-Envelope-To", "To", "Cc"};

	look_for_contact(r, recipient, true);
	look_at_headers(r, GMIME_OBJECT(message), names, COUNT_OF(names), true);
	visit(r, g_mime_message_get_mime_part(message), 0);
	if (r->status_part)
		conclude_status(&r->recipients, ret);
	else if (r->feedback_part && r->complains)
		conclude(ret, BOUNCE_COMPLAINT, BOUNCE_STATUS_COMPLAINT);
	else if (r->receipt_part)
		ignore(ret, BOUNCE_WHY_DELIVERED);
	else if (!r->feedback_part)
		conclude_words(r, message, ret);
	if (ret->kind == BOUNCE_IGNORED)
		return;
	if (r->about != VERP_CONTACT) {
		ignore(ret,
			r->about == VERP_FORGED ? BOUNCE_WHY_FORGED : BOUNCE_WHY_NOBODY);
		return;
	}
	ret->contact = r->contact;
	ret->report = report_of(message, bytes, &r->contact);
}

/* The parser calls itself for each level: what could have too many of them is not given to it. */
static bool is_too_deep(struct str s)
{
	static const char *const words[] = {"boundary", "message/"};
	size_t seen = 0;

	for (size_t i = 0; i + 8 < s.n; i++)
		for (size_t k = 0; k < COUNT_OF(words); k++)
			seen += str_eq_nocase((struct str){s.p + i, 8}, str_of(words[k]));
	return seen > 2 * MAX_PARTS;
}

void bounce_read(struct str bytes, const char *recipient, const struct key *bounces,
	const char *bounce_address, struct bounce *ret)
{
	struct reading r = {.bounces = bounces,
		.bounce_address = bounce_address,
		.text = BUF_LIMIT(TEXT_BYTES)};
	struct str line;

	*ret = (struct bounce){.kind = BOUNCE_IGNORED, .why = BOUNCE_WHY_OTHER};
	if (bytes.n > BOUNCE_MESSAGE_BYTES)
		bytes.n = BOUNCE_MESSAGE_BYTES;
	/* What mbox and Postfix's pipe put before a message. */
	if (str_starts(bytes, STR("From ")))
		(void)str_cut(&bytes, '\n', &line);
	if (bytes.n == 0 || is_too_deep(bytes)) {
		ret->why = BOUNCE_WHY_UNREADABLE;
		return;
	}
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (message)
		read_message(&r, message, bytes, recipient, ret);
	else
		ret->why = BOUNCE_WHY_UNREADABLE;
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	buf_release(&r.text);
}
