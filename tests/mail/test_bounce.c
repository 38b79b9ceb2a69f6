/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a returned message says (bounce.h), on samples that follow the forms of real servers. In tests/mail/bounces, {id} stands for
 * the local part's id of one contact, {forged} for one that another key has made.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/mail/bounce.h"

static const char address[] = "retours@barometre.example.org";
static struct key ours, theirs;
static struct id16 contact;
static char id[VERP_ID_CHARS + 1], forged[VERP_ID_CHARS + 1];

static int begin(void **state)
{
	(void)state;
	secret_init();
	bounce_init();
	memset(ours.b, 7, sizeof(ours.b));
	memset(theirs.b, 8, sizeof(theirs.b));
	memset(contact.b, 0x41, sizeof(contact.b));
	struct bounce_id one = contact_bounce_id(&ours, &contact);
	struct bounce_id other = contact_bounce_id(&theirs, &contact);
	base32_write(id, one.b, sizeof(one.b));
	base32_write(forged, other.b, sizeof(other.b));
	return 0;
}

static void fill(struct buf *out, struct str text)
{
	while (text.n > 0) {
		if (str_starts(text, STR("{id}"))) {
			buf_puts(out, id);
			text = (struct str){text.p + 4, text.n - 4};
		} else if (str_starts(text, STR("{forged}"))) {
			buf_puts(out, forged);
			text = (struct str){text.p + 8, text.n - 8};
		} else {
			buf_addc(out, *text.p);
			text = (struct str){text.p + 1, text.n - 1};
		}
	}
}

static void sample(const char *name, struct buf *out)
{
	SCOPED(free_char)
	char *path = x_printf("%s/tests/mail/bounces/%s.eml", SOURCE_DIR, name);
	char text[1 << 14];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;

	if (n <= 0)
		fail_msg("%s cannot be read", path);
	(void)close(fd);
	buf_clear(out);
	fill(out, (struct str){text, (size_t)n});
}

static struct bounce read_text(struct str text, const char *recipient)
{
	struct bounce b;

	bounce_read(text, recipient, &ours, address, &b);
	return b;
}

static struct bounce read_sample(const char *name)
{
	struct buf text = BUF_LIMIT(1 << 16);

	sample(name, &text);
	struct bounce b = read_text(buf_str(&text), NULL);
	buf_release(&text);
	return b;
}

#define HARD BOUNCE_HARD, BOUNCE_WHY_NONE
#define SOFT BOUNCE_SOFT, BOUNCE_WHY_NONE
#define NOT(why) BOUNCE_IGNORED, BOUNCE_WHY_##why, ""

static const struct expected {
	const char *name;
	enum bounce_kind kind;
	enum bounce_why why;
	const char *status;
} expected[] = {
	{"postfix-unknown", HARD, "550 5.1.1"},
	{"postfix-no-such-host", HARD, "5.4.4"},
	{"postfix-no-code", HARD, "550 5.0.0"},
	{"postfix-expired", SOFT, "4.4.1"},
	{"postfix-full", SOFT, "552 5.2.2"},
	{"postfix-delayed", NOT(DELAYED)},
	{"postfix-delivered", NOT(DELIVERED)},
	{"postfix-one-of-two", NOT(DELIVERED)},
	{"postfix-two-refused", SOFT, "452 4.2.2"},
	{"gmail-unknown", HARD, "550 5.1.1"},
	{"gmail-spam", SOFT, "550 5.7.1"},
	{"exchange-unknown", HARD, "550 5.1.10"},
	{"exchange-edge", HARD, "550 5.4.1"},
	{"exchange-forwarding", SOFT, "550 5.7.133"},
	{"exchange-old-french", HARD, "5.1.1"},
	{"outlook-com-unknown", HARD, "550 5.5.0"},
	{"orange-unknown", HARD, "550 5.1.1"},
	{"orange-spam", SOFT, "550 5.2.0"},
	{"free-inactive", HARD, "550 5.2.1"},
	{"free-spam", SOFT, "550 5.0.0"},
	{"laposte-refused", SOFT, "550 5.5.0"},
	{"sender-refused", SOFT, "550 5.1.8"},
	{"qmail", HARD, "5.1.1"},
	{"exim-unknown", HARD, "550"},
	{"exim-delayed", NOT(DELAYED)},
	{"helo-rejected", SOFT, "550 5.7.1"},
	{"sender-domain", SOFT, "550 5.7.1"},
	{"provider-french-html", HARD, BOUNCE_STATUS_UNKNOWN},
	{"full-french", SOFT, BOUNCE_STATUS_FULL},
	{"by-returned-headers", HARD, "550 5.1.1"},
	{"complaint", BOUNCE_COMPLAINT, BOUNCE_WHY_NONE, "complaint"},
	{"not-spam", NOT(OTHER)},
	{"receipt", NOT(DELIVERED)},
	{"out-of-office", NOT(AUTO_REPLY)},
	{"absence", NOT(AUTO_REPLY)},
	{"absence-precedence", NOT(AUTO_REPLY)},
	{"absence-bare", NOT(AUTO_REPLY)},
	{"absence-street", NOT(AUTO_REPLY)},
	{"notified", NOT(AUTO_REPLY)},
	{"street", NOT(OTHER)},
	{"rule-number", NOT(OTHER)},
	{"left", NOT(OTHER)},
	{"gateway-code", HARD, "550 5.1.1"},
	{"challenge", NOT(CHALLENGE)},
	{"forged", NOT(FORGED)},
	{"nobody", NOT(NOBODY)},
	{"person", NOT(OTHER)},
	{"spam", NOT(OTHER)},
};

static void each_sample_says_what_it_says(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		const struct expected *e = &expected[i];
		struct bounce b = read_sample(e->name);

		if (b.kind != e->kind || b.why != e->why ||
			strcmp(b.status, e->status) != 0) {
			print_error("%s: kind %d why %d status \"%s\"\n", e->name,
				(int)b.kind, (int)b.why, b.status);
			wrong++;
		} else if (b.kind != BOUNCE_IGNORED) {
			assert_memory_equal(&b.contact, &contact, sizeof(contact));
		}
	}
	assert_int_equal(wrong, 0);
}

/* The same samples as other systems hand them on: CRLF, an mbox line first, everything in capitals but the words that matter. */
static void line_ends_and_mbox_lines_change_nothing(void **state)
{
	struct buf text = BUF_LIMIT(1 << 16), other = BUF_LIMIT(1 << 17);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		sample(expected[i].name, &text);
		buf_clear(&other);
		buf_puts(&other, "From MAILER-DAEMON Sun Nov  8 10:00:02 2026\r\n");
		for (size_t k = 0; k < text.n; k++) {
			if (text.p[k] == '\n')
				buf_addc(&other, '\r');
			buf_addc(&other, text.p[k]);
		}
		struct bounce a = read_text(buf_str(&text), NULL);
		struct bounce b = read_text(buf_str(&other), NULL);
		if (a.kind != b.kind || a.why != b.why || strcmp(a.status, b.status) != 0)
			fail_msg("%s with CRLF: kind %d why %d", expected[i].name,
				(int)b.kind, (int)b.why);
	}
	buf_release(&text);
	buf_release(&other);
}

static void the_envelope_recipient_is_enough_and_has_to_be_proven(void **state)
{
	struct buf text = BUF_LIMIT(1 << 16);
	SCOPED(free_char)
	char *right = x_printf("RETOURS+%s@barometre.example.org", id);
	SCOPED(free_char)
	char *wrong = x_printf("retours+%s@barometre.example.org", forged);

	(void)state;
	sample("nobody", &text);
	assert_int_equal(read_text(buf_str(&text), right).kind, BOUNCE_HARD);
	assert_int_equal(read_text(buf_str(&text), wrong).why, BOUNCE_WHY_FORGED);
	assert_int_equal(read_text(buf_str(&text), "").why, BOUNCE_WHY_NOBODY);
	buf_release(&text);
}

static void the_same_report_has_one_hash_and_others_another(void **state)
{
	(void)state;
	struct bounce a = read_sample("postfix-unknown"),
		      b = read_sample("postfix-unknown"), c = read_sample("complaint"),
		      d = read_sample("qmail"), e = read_sample("exim-unknown");

	assert_memory_equal(&a.report, &b.report, sizeof(a.report));
	assert_memory_not_equal(&a.report, &c.report, sizeof(a.report));
	/* Without a Message-ID. */
	assert_memory_not_equal(&d.report, &e.report, sizeof(a.report));
	assert_memory_not_equal(&d.report, &a.report, sizeof(a.report));
}

/* Each code of RFC 3463 that the header names, and its neighbours, with no words at all. */
static void codes_alone(void **state)
{
	static const struct {
		const char *status;
		enum bounce_kind kind;
	} codes[] = {{"5.1.0", BOUNCE_HARD}, {"5.1.1", BOUNCE_HARD},
		{"5.1.2", BOUNCE_HARD}, {"5.1.3", BOUNCE_HARD}, {"5.1.6", BOUNCE_HARD},
		{"5.1.7", BOUNCE_SOFT}, {"5.1.8", BOUNCE_SOFT}, {"5.1.10", BOUNCE_HARD},
		{"5.2.0", BOUNCE_HARD}, {"5.2.1", BOUNCE_HARD}, {"5.2.2", BOUNCE_SOFT},
		{"5.2.3", BOUNCE_SOFT}, {"5.3.4", BOUNCE_SOFT}, {"5.4.4", BOUNCE_HARD},
		{"5.4.6", BOUNCE_SOFT}, {"5.5.2", BOUNCE_SOFT}, {"5.6.1", BOUNCE_SOFT},
		{"5.7.0", BOUNCE_SOFT}, {"5.7.1", BOUNCE_SOFT}, {"5.7.17", BOUNCE_HARD},
		{"5.7.26", BOUNCE_SOFT}, {"4.1.1", BOUNCE_SOFT}, {"4.2.2", BOUNCE_SOFT},
		{"4.7.0", BOUNCE_SOFT}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		SCOPED(free_char)
		char *text = x_printf(
			"From: x\nTo: retours+%s@barometre.example.org\n"
			"Content-Type: multipart/report; boundary=b\n\n--b\n"
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
			"Final-Recipient: rfc822; a@b.fr\nAction: failed\nStatus: %s\n\n--b--\n",
			id, codes[i].status);
		struct bounce b = read_text(str_of(text), NULL);

		if (b.kind != codes[i].kind || strcmp(b.status, codes[i].status) != 0)
			fail_msg("%s: kind %d, \"%s\"", codes[i].status, (int)b.kind,
				b.status);
	}
}

static char *refusal(const char *status, const char *words)
{
	return x_printf(
		"From: x\nTo: retours+%s@barometre.example.org\n"
		"Content-Type: multipart/report; boundary=b\n\n--b\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		"Final-Recipient: rfc822; a@b.fr\nAction: failed\n"
		"%s%s%sDiagnostic-Code: smtp; %s\n\n--b--\n",
		id, *status ? "Status: " : "", status, *status ? "\n" : "", words);
}

/* One fault of our own relay is refused in words that also speak of what does not exist: everybody of a domain would be stopped. */
static void what_is_wrong_with_us_stops_nobody(void **state)
{
	static const struct {
		const char *status, *words;
		enum bounce_kind kind;
	} list[] = {
		{"5.7.1", "550 5.7.1 <relais.fr>: Helo command rejected: Host not found",
			BOUNCE_SOFT},
		{"", "550 <relais.fr>: Helo command rejected: Host not found",
			BOUNCE_SOFT},
		{"5.0.0", "550 Invalid HELO: host not found", BOUNCE_SOFT},
		{"5.5.0", "550 5.5.0 EHLO name does not exist", BOUNCE_SOFT},
		{"", "550 MX or A record for domain of sender does not exist",
			BOUNCE_SOFT},
		{"5.0.0", "550 sending domain does not exist", BOUNCE_SOFT},
		{"5.0.0", "550 sender domain not found, host not found", BOUNCE_SOFT},
		{"5.4.1", "550 5.4.1 PTR record was not found", BOUNCE_SOFT},
		{"5.0.0", "550 Client host rejected: cannot be found, does not exist",
			BOUNCE_SOFT},
		{"5.7.1", "550 5.7.1 reverse DNS does not exist", BOUNCE_SOFT},
		{"5.7.1", "550 5.7.1 [192.0.2.1]: host not found", BOUNCE_SOFT},
		{"5.7.1", "550 5.7.1 IP address not found in any list of ours",
			BOUNCE_SOFT},
		{"5.7.1", "550 5.7.1 policy of this server: user unknown", BOUNCE_SOFT},
		{"5.7.1", "554 5.7.1 <a@b.fr>: Recipient address rejected: Access denied",
			BOUNCE_SOFT},
		/* About the recipient all the same. */
		{"5.7.1", "550 5.7.1 <a@b.fr>: Recipient address rejected: user unknown",
			BOUNCE_HARD},
		{"5.7.1", "550 5.7.1 Le destinataire n'existe pas", BOUNCE_HARD},
		{"5.4.1", "550 5.4.1 Recipient address rejected: Access denied",
			BOUNCE_HARD},
		/* No HELO, but a name. */
		{"", "550 <jean.michelot@b.fr>: no such user", BOUNCE_HARD},
		{"", "550 <helo@b.fr>: no such user", BOUNCE_HARD},
		{"", "550 <a@helo.fr>: no such user", BOUNCE_HARD},
		{"", "550 <xhelohelo@b.fr>: no such user", BOUNCE_HARD},
		{"", "550 <helo.martin@b.fr>: no such user", BOUNCE_HARD},
	};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		SCOPED(free_char) char *text = refusal(list[i].status, list[i].words);
		struct bounce b = read_text(str_of(text), NULL);

		if (b.kind != list[i].kind) {
			print_error("%s: kind %d, \"%s\"\n", list[i].words, (int)b.kind,
				b.status);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* From whoever is no mail server, to an address that gets nothing but reports. */
static struct bounce letter(const char *more, const char *words)
{
	SCOPED(free_char)
	char *text = x_printf(
		"Return-Path: <>\nFrom: \"Accueil\" <accueil@b.fr>\n%s"
		"To: retours+%s@barometre.example.org\nSubject: Re: Votre avis compte\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\n%s\n",
		more, id, words);

	return read_text(str_of(text), NULL);
}

static void absences_are_known_by_their_words(void **state)
{
	static const char *const list[] = {"Nous sommes en vacances.",
		"Je serai de retour lundi.", "Le service est fermé jusqu’au 3 mars.",
		"La permanence est fermée jusqu'au 3.", "Accueil ferme jusqu'au 3.",
		"Le bureau est fermé(e) jusqu’à lundi.", "Je suis absent jusqu’au 12.",
		"Absente jusqu’au 12.", "Actuellement absent(e) jusqu’au 12.",
		"Congés du 2 au 9.", "Fermeture annuelle.", "I will be back on Monday.",
		"The office is closed until Monday.", "I am away until Monday.",
		"Enjoying my holidays!", "I am on annual leave.", "Absent until Monday."};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		SCOPED(free_char)
		char *words = x_printf("%s\n\n550 5.1.1 user unknown", list[i]);

		if (letter("", words).why != BOUNCE_WHY_AUTO_REPLY) {
			print_error("%s\n", list[i]);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* The words of a refusal have to stand behind its code, in its sentence. */
static void numbers_in_letters_are_no_refusals(void **state)
{
	static const struct {
		const char *words;
		enum bounce_kind kind;
	} list[] = {{"550 5.1.1 user unknown", BOUNCE_HARD},
		{"550-5.1.1 The account that you tried to reach does not exist.",
			BOUNCE_HARD},
		{"smtp; 550 <a@b.fr>: user unknown", BOUNCE_HARD},
		{"Refus : 550 5.1.1 utilisateur inconnu", BOUNCE_HARD},
		{"Refus : 552 5.2.2 quota", BOUNCE_SOFT},
		{"550 avenue du Doyen, Montpellier", BOUNCE_IGNORED},
		{"550 avenue du Doyen. Mme A a quitté le service, son adresse n’existe plus.",
			BOUNCE_IGNORED},
		{"Cette adresse n’est plus utilisée. 550 avenue du Doyen",
			BOUNCE_IGNORED},
		{"Article 5.2.1 du règlement", BOUNCE_IGNORED},
		{"L’adresse n’existe plus (article 5.2.1 du règlement)", BOUNCE_IGNORED},
		{"Version 5.1.1. Page introuvable", BOUNCE_IGNORED}};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct bounce b = letter("", list[i].words);

		if (b.kind != list[i].kind) {
			print_error("%s: kind %d, \"%s\"\n", list[i].words, (int)b.kind,
				b.status);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* RFC 3834 section 5: the keyword, without parameters and comments. */
static void auto_submitted_is_read_by_its_keyword(void **state)
{
	static const struct {
		const char *field;
		bool automatic;
	} list[] = {{"auto-notified", true}, {"Auto-Notified; owner-email=a", true},
		{"auto-generated", true}, {"none-of-these", true}, {"no", false},
		{" No ", false}, {"no; x=y", false}, {"no (sent by hand)", false}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		SCOPED(free_char)
		char *field = x_printf("Auto-Submitted: %s\n", list[i].field);
		struct bounce b = letter(field, "550 5.1.1 user unknown");

		if ((b.why == BOUNCE_WHY_AUTO_REPLY) != list[i].automatic)
			fail_msg("%s: kind %d why %d", field, (int)b.kind, (int)b.why);
	}
}

static void bombs_are_put_away(void **state)
{
	struct buf b = BUF_LIMIT(8u << 20);

	(void)state;
	/* Levels inside levels. */
	for (int i = 0; i < 3000; i++)
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n",
			i, i);
	assert_int_equal(read_text(buf_str(&b), NULL).why, BOUNCE_WHY_UNREADABLE);
	buf_clear(&b);
	for (int i = 0; i < 3000; i++)
		buf_puts(&b, "Content-Type: message/rfc822\n\n");
	assert_int_equal(read_text(buf_str(&b), NULL).why, BOUNCE_WHY_UNREADABLE);
	buf_clear(&b);
	/* A hundred thousand parts, recipients, header lines; one line of megabytes. */
	buf_puts(&b, "Content-Type: multipart/report; boundary=b\n\n");
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "--b\n\nx\n");
	assert_int_equal(read_text(buf_str(&b), NULL).kind, BOUNCE_IGNORED);
	buf_clear(&b);
	buf_printf(&b,
		"To: retours+%s@barometre.example.org\n"
		"Content-Type: multipart/report; boundary=b\n\n--b\n"
		"Content-Type: message/delivery-status\n\n",
		id);
	for (int i = 0; i < 3000; i++)
		buf_puts(&b,
			"\nFinal-Recipient: rfc822; a@b.fr\nAction: failed\nStatus: 5.1.1\n");
	assert_int_equal(read_text(buf_str(&b), NULL).kind, BOUNCE_HARD);
	buf_clear(&b);
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "To: a@b.fr, c@d.fr\n");
	assert_int_equal(read_text(buf_str(&b), NULL).kind, BOUNCE_IGNORED);
	buf_clear(&b);
	buf_puts(&b, "Subject: ");
	for (int i = 0; i < 5 << 18; i++)
		buf_addc(&b, 'a');
	assert_int_equal(read_text(buf_str(&b), NULL).kind, BOUNCE_IGNORED);
	assert_int_equal(read_text(STR(""), NULL).why, BOUNCE_WHY_UNREADABLE);
	assert_int_equal(read_text((struct str){"\0\0\0", 3}, NULL).kind, BOUNCE_IGNORED);
	buf_release(&b);
}

/* A report that was cut anywhere says less, never something else. */
static void a_cut_report_is_never_harder(void **state)
{
	struct buf text = BUF_LIMIT(1 << 16);

	(void)state;
	sample("postfix-full", &text);
	for (size_t n = 0; n <= text.n; n += 5)
		assert_true(read_text((struct str){text.p, n}, NULL).kind != BOUNCE_HARD);
	sample("postfix-unknown", &text);
	for (size_t n = 0; n <= text.n; n += 5) {
		struct bounce b = read_text((struct str){text.p, n}, NULL);
		assert_true(b.kind != BOUNCE_HARD || n > text.n / 3);
	}
	buf_release(&text);
}

static void every_reason_has_words(void **state)
{
	(void)state;
	for (int why = 1; why < BOUNCE_WHY_COUNT; why++)
		assert_true(strlen(bounce_why_words((enum bounce_why)why)) > 5);
	assert_string_equal(bounce_kind_name(BOUNCE_HARD), "hard");
	assert_string_equal(bounce_kind_name(BOUNCE_SOFT), "soft");
	assert_string_equal(bounce_kind_name(BOUNCE_COMPLAINT), "complaint");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sample_says_what_it_says),
		cmocka_unit_test(line_ends_and_mbox_lines_change_nothing),
		cmocka_unit_test(the_envelope_recipient_is_enough_and_has_to_be_proven),
		cmocka_unit_test(the_same_report_has_one_hash_and_others_another),
		cmocka_unit_test(codes_alone),
		cmocka_unit_test(what_is_wrong_with_us_stops_nobody),
		cmocka_unit_test(absences_are_known_by_their_words),
		cmocka_unit_test(numbers_in_letters_are_no_refusals),
		cmocka_unit_test(auto_submitted_is_read_by_its_keyword),
		cmocka_unit_test(bombs_are_put_away),
		cmocka_unit_test(a_cut_report_is_never_harder),
		cmocka_unit_test(every_reason_has_words),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
