/* SPDX-License-Identifier: Apache-2.0 */
/* The analyst's file of group sizes, beside a published table of four groups: what it adds up to, and what is written of it. */
#include "../form/answer_form.h"
#include "barometre/report/weighing.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define LINE(group, name, of, n)                                                  \
 {                                                                                \
  .audience = "t", .question = "avis", .type = "single", .segment = "profil",     \
  .segment_value = group, .segment_label = name, .option = "oui", .label = "Oui", \
  .base = of, .count = n, .percent = 0, .status = ""                              \
 }

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct figure lines[] = {LINE("a", "Alpha", 60, 24),
		LINE("b+c", "Bravo / Charlie", 45, 27),
		LINE("d+non_precise", "Delta", 25, 10)};
	static const struct release release = {
		.figures = lines, .figure_count = COUNT_OF(lines)};
	static const struct weighing_wish wish = {"t", "avis", NULL, "profil"};
	static struct form *form;
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	SCOPED(buf_release) struct buf there_is = BUF_LIMIT(1 << 16);
	SCOPED(weighing_release) struct weighing w = {0};
	struct err err = {0};

	if (!form)
		form = form_parse(
			str_of(HEAD
				"\"pages\":[{\"name\":\"un\",\"title\":\"Un\",\"elements\":["
				"{\"type\":\"radiogroup\",\"name\":\"avis\",\"title\":\"Avis\","
				"\"choices\":[\"oui\",\"non\"]}]}]}"),
			"fuzz", &err);
	must(form);
	must(weighing_begin(&release, form, wish, &w, &there_is, &err));
	if (!weighing_sizes(
		    &w, (struct str){(const char *)data, size}, "liste.csv", &err)) {
		must(err.code == ERR_INVALID && str_is_utf8(str_of(err.text)));
		return 0;
	}
	must(weighing_make(&w, &err));
	must(w.weighting.effective <= 130 && w.options[0].share.weighted >= 0 &&
		w.options[0].share.weighted <= 1);
	weighing_write(&w, "2026", size % 2 == 0, &out);
	must(!out.failed && str_is_utf8(buf_str(&out)));
	return 0;
}
