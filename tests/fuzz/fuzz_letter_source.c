/* SPDX-License-Identifier: Apache-2.0 */
/* Letters as people write them: whatever the bytes, the promises of letter_check.h hold, and what it accepts can be sent. */
#include <stdlib.h>

#include "barometre/base/secret.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const audiences[] = {"patients", "etablissements", "a1", NULL};

/* N2: it is written, in ASCII lines of at most 998 bytes, with the links and no other header. */
static void write_it(const char *source, const char *kind, const char *audience)
{
	struct buf out = BUF_LIMIT(LETTER_BYTES);
	struct err err = {0};
	struct letter_values v = {.kind = kind,
		.source = source,
		.audience = audience,
		.audience_label = "Patients \u05d0",
		.form_title = "Questionnaire",
		.edition_title = "Baromètre \"2026\"",
		.to_name = "A, \"B\"",
		.to_address = "a@b.example",
		.from_name = "Équipe",
		.from_address = "c@d.example",
		.reply_to = "",
		.organisation = "[O](https://mal.example/) <b>",
		.contact_address = "e@f.example",
		.link = "https://enquete.example/r/aaaaaaaaaaaaaaaaaaaaaaaaaa",
		.stop_link = "https://enquete.example/stop/bbbbbbbbbbbbbbbbbbbbbbbbbb",
		.privacy_link = "https://enquete.example/confidentialite",
		.closes = "31 janvier 2027",
		.minutes = 12};
	size_t line = 0;

	must(letter_write(&out, &v, &err));
	struct str mail = buf_str(&out);
	for (size_t i = 0; i < mail.n; i++) {
		line = mail.p[i] == '\n' ? 0 : line + 1;
		must(line <= 999); /* its CR too */
		must(mail.p[i] == '\r' || mail.p[i] == '\n' || mail.p[i] == '\t' ||
			(mail.p[i] >= ' ' && mail.p[i] < 0x7F));
	}
	const char *body = memmem(mail.p, mail.n, "\r\n\r\n", 4);
	must(body);
	must(!memmem(mail.p, (size_t)(body - mail.p), "/r/aaaa",
		7)); /* no token in a header */
	buf_release(&out);
}

static void check(struct str source, const char *kind)
{
	struct letter_findings f;
	bool ok = letter_check(source, kind, audiences, &f);

	must(ok != f.refused);
	for (size_t i = 0; i < f.count; i++) {
		must(str_is_utf8(str_of(f.list[i].text)));
		must(f.list[i].line >= 0 && (size_t)f.list[i].line <= source.n + 1);
		must(i == 0 || f.list[i - 1].line <= f.list[i].line);
	}
	if (ok) {
		SCOPED(free_char) char *text = str_dup(source);
		for (size_t i = 0; audiences[i]; i++)
			write_it(text, kind, audiences[i]);
	}
	letter_findings_release(&f);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static bool started;
	struct str source = {(const char *)data, size};
	struct buf tidy = BUF_LIMIT(1 << 20), again = BUF_LIMIT(1 << 20),
		   own = BUF_LIMIT(1 << 20);

	if (!started) {
		secret_init();
		letter_init();
		started = true;
	}
	check(source, "relance1");
	/* Tidying ends: tidied again it is the same. */
	letter_tidy(&tidy, source);
	letter_tidy(&again, buf_str(&tidy));
	must(str_eq(buf_str(&tidy), buf_str(&again)));
	check(buf_str(&tidy), "invitation");
	/* What one audience reads is a letter without sections. */
	letter_for_audience(&own, buf_str(&tidy), STR("patients"));
	check(buf_str(&own), "targeted");
	buf_release(&tidy);
	buf_release(&again);
	buf_release(&own);
	return 0;
}
