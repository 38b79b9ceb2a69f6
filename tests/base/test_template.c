/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "barometre/base/template.h"

static bool load(const char *name, const char *text, struct err *e)
{
	const struct asset row = {
		name, text, text + strlen(text), NULL, NULL, NULL, NULL};
	const struct asset_set set = {&row, 1};
	return template_load(&set, e);
}

/* Renders `text` (under a fresh name) with the JSON `data`. */
static char *render_as(const char *suffix, const char *text, const char *data)
{
	static int count;
	struct err e = {0};
	struct buf out = BUF_LIMIT(100000);
	SCOPED(free_char) char *name = x_printf("t%d%s", count++, suffix);
	if (!load(name, text, &e))
		fail_msg("%s", e.text);
	json_t *tree = json_loads(data, 0, NULL);
	assert_non_null(tree);
	if (!template_render(&out, name, tree, &e))
		fail_msg("%s", e.text);
	json_decref(tree);
	return buf_take(&out);
}

static void assert_page(const char *text, const char *data, const char *want)
{
	SCOPED(free_char) char *page = render_as(".html", text, data);
	assert_string_equal(page, want);
}

static void values_stand_where_their_name_stood(void **state)
{
	(void)state;
	assert_page("<p>{{NAME}} a {{COUNT}} ans</p>\n",
		"{\"NAME\":\"Zoé\",\"COUNT\":-7}", "<p>Zoé a -7 ans</p>\n");
	assert_page("<p>{{NOT_THERE}}</p>", "{}", "<p></p>");
	assert_page("{{N}}", "{\"N\":9223372036854775807}", "9223372036854775807");
}

static void text_is_escaped(void **state)
{
	(void)state;
	assert_page("<p>{{V}}</p>", "{\"V\":\"<script>a&b</script>\"}",
		"<p>&lt;script&gt;a&amp;b&lt;/script&gt;</p>");
}

static void attributes_are_escaped(void **state)
{
	(void)state;
	assert_page("<input value=\"{{V}}\">", "{\"V\":\"\\\" onfocus='x' <\"}",
		"<input value=\"&quot; onfocus=&#39;x&#39; &lt;\">");
}

static void links_cannot_run_code(void **state)
{
	(void)state;
	SCOPED(free_char)
	char *bad = render_as(
		".html", "<a href=\"{{V}}\">x</a>", "{\"V\":\"javascript:alert(1)\"}");
	assert_null(strstr(bad, "javascript"));
	assert_page("<a href=\"{{V}}\">x</a>", "{\"V\":\"/q/2?a=1&b=2\"}",
		"<a href=\"/q/2?a=1&amp;b=2\">x</a>");
	assert_page("<a href=\"/s?q={{V:u}}\">x</a>", "{\"V\":\"a&b=c d\"}",
		"<a href=\"/s?q=a%26b%3Dc+d\">x</a>");
}

static void none_lets_our_own_tags_through(void **state)
{
	(void)state;
	assert_page("<p>{{V:none}}</p>", "{\"V\":\"<b>x</b>\"}", "<p><b>x</b></p>");
}

static void sections_show_and_repeat(void **state)
{
	(void)state;
	assert_page("{{#A}}yes{{/A}}{{#NOT_A}}no{{/NOT_A}}", "{\"A\":true}", "yes");
	assert_page("{{#A}}yes{{/A}}{{#NOT_A}}no{{/NOT_A}}", "{\"A\":false}", "no");
	assert_page("{{#A}}yes{{/A}}{{#NOT_A}}no{{/NOT_A}}", "{\"A\":null}", "no");
	assert_page("{{#A}}{{B}};{{/A}}{{#NOT_A}}no{{/NOT_A}}", "{\"A\":{\"B\":\"x\"}}",
		"x;");
	assert_page("{{#A}}{{B}}{{C}};{{/A}}{{#NOT_A}}no{{/NOT_A}}",
		"{\"C\":\"c\",\"A\":[{\"B\":\"1\"},{\"B\":\"2\"}]}", "1c;2c;");
	assert_page("{{#A}}x{{/A}}{{#NOT_A}}no{{/NOT_A}}", "{\"A\":[]}", "no");
	assert_page("{{#A}}{{B}}{{/A}}{{#HAS_A}}some{{/HAS_A}}",
		"{\"A\":[{\"B\":\"1\"}]}", "1some");
}

static void empty_text_is_told_from_text(void **state)
{
	const char *text = "{{#HAS_A}}[{{A}}]{{/HAS_A}}{{#NOT_A}}none{{/NOT_A}}";
	(void)state;
	assert_page(text, "{\"A\":\"x\"}", "[x]");
	assert_page(text, "{\"A\":\"\"}", "none");
	assert_page(text, "{}", "");
}

static void templates_include_templates(void **state)
{
	struct err e = {0};
	(void)state;
	assert_true(load("item.html", "<li>{{NAME}}</li>", &e));
	assert_page("<ul>{{>ITEM}}</ul>",
		"{\"NAME\":\"outer\",\"ITEM\":{\"_template\":\"item.html\",\"NAME\":\"<i>\"}}",
		"<ul><li>&lt;i&gt;</li></ul>");
	assert_page("{{>ITEM}}",
		"{\"ITEM\":[{\"_template\":\"item.html\",\"NAME\":\"1\"},{\"_template\":\"item.html\",\"NAME\":\"2\"}]}",
		"<li>1</li><li>2</li>");
	assert_page("{{>ITEM}}",
		"{\"NAME\":\"outer\",\"ITEM\":{\"_template\":\"item.html\"}}",
		"<li></li>");
}

static void text_files_are_not_html(void **state)
{
	(void)state;
	SCOPED(free_char)
	char *text = render_as(".txt", "Bonjour {{V}},\n", "{\"V\":\"l’été & <moi>\"}");
	assert_string_equal(text, "Bonjour l’été & <moi>,\n");
	SCOPED(free_char)
	char *svg = render_as(".svg", "<text>{{V}}</text>", "{\"V\":\"a<b\"}");
	assert_string_equal(svg, "<text>a&lt;b</text>");
	assert_page("{{%AUTOESCAPE context=\"XML\"}}<a>{{V}}</a>", "{\"V\":\"&\"}",
		"<a>&amp;</a>");
}

/* What standard error got while `name` was loaded. */
static size_t load_noisily(
	const char *name, const char *text, struct err *e, bool *ret_done)
{
	int ends[2], keep = dup(STDERR_FILENO);
	char got[500];
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	*ret_done = load(name, text, e);
	assert_true(dup2(keep, STDERR_FILENO) >= 0);
	ssize_t n = read(ends[0], got, sizeof(got));
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(keep);
	return n > 0 ? (size_t)n : 0;
}

static void broken_templates_are_refused_by_name(void **state)
{
	static const char *const broken[] = {"{{#A}}never closed", "{{/A}}",
		"{{#A}}{{#B}}{{/A}}{{/B}}", "{{A", "{{A B}}",
		"<a href={{V}}>unquoted</a>", "{{V:no_such_modifier}}", "\xE9t\xE9"};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct err e = {0};
		bool done = false;
		SCOPED(free_char) char *name = x_printf("broken%zu.html", i);
		size_t noise = load_noisily(name, broken[i], &e, &done);
		if (done)
			fail_msg("accepted: %s", broken[i]);
		assert_int_equal(noise, 0);
		assert_int_equal(e.code, ERR_INVALID);
		assert_non_null(strstr(e.text, name));
		assert_null(strchr(e.text, '\n'));
	}
}

static void every_page_is_there_in_every_language(void **state)
{
	struct err e = {0};
	json_t *data = json_pack("{s:s, s:{s:s}}", "N", "<3>", "PART", "_template",
		"en/bilingual_part.html");
	struct buf french = BUF_LIMIT(1000), english = BUF_LIMIT(1000);
	(void)state;
	assert_true(load("bilingual_part.html", "[[Continuer]]", &e));
	assert_true(load("bilingual.html",
		"<p title=\"[[Continuer]]\">[[Réponse {{N}}]] {{>PART}}</p>", &e));
	assert_true(template_render(&english, "en/bilingual.html", data, &e));
	assert_string_equal(
		english.p, "<p title=\"Continue\">Réponse &lt;3&gt; Continue</p>");
	json_object_set_new(json_object_get(data, "PART"), "_template",
		json_string("bilingual_part.html"));
	assert_true(template_render(&french, "bilingual.html", data, &e));
	assert_string_equal(
		french.p, "<p title=\"Continuer\">Réponse &lt;3&gt; Continuer</p>");
	assert_false(load("open_bracket.html", "[[Continuer", &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_non_null(strstr(e.text, "open_bracket.html"));
	json_decref(data);
	buf_release(&french);
	buf_release(&english);
}

static void a_template_is_loaded_once(void **state)
{
	struct err e = {0};
	(void)state;
	assert_true(load("once.html", "1", &e));
	assert_false(load("once.html", "2", &e));
	assert_int_equal(e.code, ERR_INVALID);
}

static void assert_refused(const char *name, const char *data)
{
	struct err e = {0};
	struct buf out = BUF_LIMIT(1000);
	json_t *tree = json_loads(data, JSON_DECODE_ANY, NULL);
	assert_non_null(tree);
	assert_false(template_render(&out, name, tree, &e));
	assert_int_equal(e.code, ERR_BROKEN);
	assert_int_equal(out.n, 0);
	json_decref(tree);
	buf_release(&out);
}

static void what_cannot_be_rendered_is_said(void **state)
{
	struct err e = {0};
	(void)state;
	assert_true(load("page.html", "<p>{{V}}{{>I}}</p>", &e));
	assert_refused("no such.html", "{}");
	assert_refused("CMakeLists.txt", "{}"); /* nothing is read from the disk */
	assert_refused("page.html", "[]");
	assert_refused("page.html", "{\"V\":1.5}");
	assert_refused("page.html", "{\"V-W\":\"x\"}");
	assert_refused("page.html", "{\"V\":[\"x\"]}");
	assert_refused("page.html", "{\"I\":{\"_template\":\"CMakeLists.txt\"}}");
	assert_refused("page.html", "{\"I\":{\"_template\":7}}");
}

static void a_page_above_the_ceiling_is_an_error(void **state)
{
	struct err e = {0};
	struct buf out = BUF_LIMIT(3);
	(void)state;
	assert_true(load("long.html", "four", &e));
	json_t *tree = json_object();
	assert_false(template_render(&out, "long.html", tree, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	json_decref(tree);
	buf_release(&out);
}

static void data_nested_without_end_is_refused(void **state)
{
	struct err e = {0};
	struct buf out = BUF_LIMIT(100);
	json_t *tree = json_object();
	(void)state;
	assert_true(load("deep.html", "x", &e));
	for (int i = 0; i < 200; i++)
		tree = json_pack("{s:o}", "A", tree);
	assert_false(template_render(&out, "deep.html", tree, &e));
	assert_int_equal(e.code, ERR_BROKEN);
	json_decref(tree);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_where_their_name_stood),
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(attributes_are_escaped),
		cmocka_unit_test(links_cannot_run_code),
		cmocka_unit_test(none_lets_our_own_tags_through),
		cmocka_unit_test(sections_show_and_repeat),
		cmocka_unit_test(empty_text_is_told_from_text),
		cmocka_unit_test(templates_include_templates),
		cmocka_unit_test(text_files_are_not_html),
		cmocka_unit_test(broken_templates_are_refused_by_name),
		cmocka_unit_test(every_page_is_there_in_every_language),
		cmocka_unit_test(a_template_is_loaded_once),
		cmocka_unit_test(what_cannot_be_rendered_is_said),
		cmocka_unit_test(a_page_above_the_ceiling_is_an_error),
		cmocka_unit_test(data_nested_without_end_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
