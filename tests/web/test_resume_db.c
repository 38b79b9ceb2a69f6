/* SPDX-License-Identifier: Apache-2.0 */
/* test_resume_db.c - stopping and coming back: links, resume codes, erasing, devices that others use. */
#include "respond_rig.h"

/* ---- stopping and coming back ---- */

static void who_came_by_an_open_link_comes_back_by_a_link_of_their_own(void **state)
{
	struct person p SCOPED(person_release) = {0}, other SCOPED(person_release) = {0};
	char *link SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	post(&p, "/q/2", TWO "&action=pause", "303", "/pause");
	get(&p, "/pause", "200");
	link = between(&p, "http://site.example/r/", "\"");
	assert_int_equal(strlen(link), TOKEN_CHARS);
	char *path SCOPED(free_char) = x_printf("/r/%s", link);
	get(&other, path, "200");
	assert_null(other.cookie); /* a GET has no effect */
	assert_true(says(&other, "Vous avez déjà commencé"));
	begin_personal(&other, link, "/q/2");
	get(&other, "/q/2", "200");
	assert_true(says(&other, STORY));
	post(&other, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	post(&other, "/envoi", "", "303", "/merci");
	/* The first browser finds its visit over: another slot was sent, by an open link there is nothing left to say so. */
	get(&other, path, "404");
	assert_true(says(&other, "envoyées ou effacées"));
}

static char *words_of(const struct person *p)
{
	char *html SCOPED(free_char) = between(p, "id=\"code-reprise\">", "</p>");
	struct buf words = BUF_LIMIT(200);
	bool tag = false;

	for (const char *c = html; *c; c++) {
		tag = *c == '<' || (tag && *c != '>');
		if (!tag && *c != '>')
			buf_addc(&words, *c == ' ' ? '+' : *c);
	}
	return buf_take(&words);
}

static void five_words_find_the_draft_of_an_open_link(void **state)
{
	struct person p SCOPED(person_release) = {0}, other SCOPED(person_release) = {0};
	int64_t before = drafts();
	char *link SCOPED(free_char) = NULL, *words SCOPED(free_char) = NULL;
	char *again SCOPED(free_char) = NULL, *old SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	get(&p, "/pause", "200");
	link = between(&p, "http://site.example/r/", "\"");
	old = x_strdup(p.cookie);
	post(&p, "/pause", "action=code", "200", NULL);
	words = words_of(&p);
	assert_int_equal(drafts(), before + 1);
	/* The same click again, on its way before the first was answered. */
	free(p.cookie);
	p.cookie = TAKE(old);
	post(&p, "/pause", "action=code", "200", NULL);
	again = words_of(&p);
	assert_string_equal(again, words);
	assert_int_equal(drafts(), before + 1);
	post(&p, "/q/2", TWO "&action=save", "204", NULL);

	char *path SCOPED(free_char) = x_printf("/r/%s", link);
	get(&other, path, "404"); /* the link that was shown before */
	get(&other, "/reprise", "200");
	post(&other, "/reprise", "code=abeille+castor+navire+sirop", "422", NULL);
	post(&other, "/reprise", "code=abeille+castor+navire+sirop+zigzag", "422", NULL);
	assert_true(says(&other, "abeille castor navire sirop zigzag"));
	assert_null(other.cookie);
	char *body SCOPED(free_char) = x_printf("code=%s", words);
	post(&other, "/reprise", body, "303", "/q/2");
	get(&other, "/q/2", "200");
	assert_true(says(&other, STORY));
	post(&other, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	post(&other, "/envoi", "", "303", "/merci");
	assert_int_equal(drafts(), before);
	post(&other, "/reprise", body, "422", NULL);
}

static void whoever_owns_the_mailbox_but_not_the_code_reads_nothing(void **state)
{
	struct person p SCOPED(person_release) = {0}, other SCOPED(person_release) = {0};
	char *token SCOPED(free_char) = invite(500), *words SCOPED(free_char) = NULL;
	char *path SCOPED(free_char) = x_printf("/r/%s", token);

	(void)state;
	begin_personal(&p, token, "/q/1");
	begin_personal(
		&other, token, "/q/1"); /* another browser, before there was a code */
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	post(&p, "/q/2", TWO "&action=pause", "303", "/pause");
	post(&p, "/pause", "action=code", "200", NULL);
	words = words_of(&p);
	get(&p, "/q/2", "200");
	assert_true(says(&p, STORY));

	get(&other, "/q/2", "403");
	post(&other, "/q/2", "histoire=Autre+chose&shown=histoire&action=next", "403",
		NULL);
	assert_true(says(&other, "Autre chose")); /* kept on the page */
	get(&other, path, "200");
	assert_true(says(&other, "action=\"/reprise\""));
	begin_personal(&other, token, NULL);
	assert_true(says(&other, "action=\"/reprise\"") && !says(&other, "Set-Cookie"));
	char *wrong SCOPED(free_char) = x_printf(
		"token=%s&code=abei+cast+navi+siro+zigz", token);
	post(&other, "/reprise", wrong, "422", NULL);
	assert_false(says(&other, STORY) || says(&other, "Set-Cookie"));
	char *right SCOPED(free_char) = x_printf("token=%s&code=%s", token, words);
	post(&other, "/reprise", right, "303", "/q/2");
	get(&other, "/q/2", "200");
	assert_true(says(&other, STORY));

	/* Or start again, after being asked. */
	char *ask_again SCOPED(free_char) = x_printf(
		"token=%s&action=ask-restart", token);
	char *restart SCOPED(free_char) = x_printf("token=%s&action=restart", token);
	post(&other, "/reprise", ask_again, "200", NULL);
	assert_false(says(&other, "Set-Cookie"));
	post(&other, "/reprise", restart, "303", "/q/1");
	get(&other, "/q/1", "200");
	assert_false(says(&other, "1999"));
	fill(&other);
	post(&other, "/envoi", "", "303", "/merci");
	get(&p, "/q/2", "200"); /* who had the code reads that the link was used */
	assert_true(says(&p, "déjà enregistrée"));
}

static void erased_is_erased(void **state)
{
	struct person p SCOPED(person_release) = {0};
	int64_t before = drafts();

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	post(&p, "/pause", "action=ask-erase", "200", NULL);
	assert_int_equal(drafts(), before + 1);
	post(&p, "/pause", "action=erase", "303", "/au-revoir?efface");
	assert_int_equal(drafts(), before);
	assert_string_equal(p.cookie, "");
	get(&p, "/au-revoir?efface", "200");
	post(&p, "/q/1", ONE "&action=save", "403", NULL);
	assert_int_equal(drafts(), before);
}

/* It set out from a page that was never sent, before the click, and comes in after it. */
static void a_save_that_comes_late_brings_nothing_back(void **state)
{
	struct person p SCOPED(person_release) = {0};
	int64_t before = drafts();
	char *old SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	post(&p, "/q/1", ONE "&turn=0&action=save", "204", NULL);
	post(&p, "/q/1", ONE "&turn=0&action=save", "204", NULL);
	old = x_strdup(p.cookie);
	post(&p, "/pause", "action=erase", "303", "/au-revoir?efface");
	free(p.cookie);
	p.cookie = TAKE(old);
	post(&p, "/q/1", ONE "&turn=0&action=save", "412", NULL);
	post(&p, "/q/1", ONE "&action=save", "412", NULL);
	assert_int_equal(drafts(), before);
	/* Whoever presses the button is there, and begins again. */
	post(&p, "/q/1", ONE "&turn=0&action=next", "303", "/q/2");
	assert_int_equal(drafts(), before + 1);
	post(&p, "/pause", "action=erase", "303", "/au-revoir?efface");
}

static void what_is_in_the_urn_is_not_said_to_be_erased(void **state)
{
	struct person p SCOPED(person_release) = {0};
	char *old SCOPED(free_char) = NULL;

	(void)state;
	begin_open(&p, "");
	fill(&p);
	old = x_strdup(p.cookie);
	post(&p, "/envoi", "", "303", "/merci");
	free(p.cookie);
	p.cookie = TAKE(old);
	post(&p, "/pause", "action=erase", "303", "/merci");
}

/* ---- a device that others use ---- */

static void a_shared_device_forgets(void **state)
{
	struct person p SCOPED(person_release) = {0};
	char *token SCOPED(free_char) = invite(501);
	char *body SCOPED(free_char) = x_printf("token=%s&partage=1", token);
	char *late SCOPED(free_char) = NULL;

	(void)state;
	post(&p, "/start", body, "303", "/q/1");
	get(&p, "/q/1", "200");
	assert_true(says(&p, "value=\"leave\""));
	ahead = 21 * USEC_PER_MIN;
	get(&p, "/q/1", "403");
	late = x_strdup(p.cookie);
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2"); /* kept */
	assert_string_equal(p.cookie, late);                 /* and opens nothing */
	get(&p, "/q/2", "403");
	post(&p, "/pause", "action=code", "403", NULL);
	assert_false(says(&p, "id=\"code-reprise\""));
	ahead = 0;
	post(&p, "/start", body, "303", "/q/2");
	post(&p, "/q/2", TWO "&action=leave", "303", "/au-revoir");
	assert_string_equal(p.cookie, "");
	get(&p, "/q/2", "403");
	post(&p, "/start", body, "303", "/q/2");
	get(&p, "/q/2", "200");
	assert_true(says(&p, STORY));
	post(&p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	post(&p, "/envoi", "", "303", "/merci");
	get(&p, "/merci", "200");
	assert_true(says(&p, "id=\"receipt\""));
	assert_string_equal(p.cookie, "");
	get(&p, "/merci", "403");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			who_came_by_an_open_link_comes_back_by_a_link_of_their_own),
		cmocka_unit_test(five_words_find_the_draft_of_an_open_link),
		cmocka_unit_test(whoever_owns_the_mailbox_but_not_the_code_reads_nothing),
		cmocka_unit_test(erased_is_erased),
		cmocka_unit_test(a_save_that_comes_late_brings_nothing_back),
		cmocka_unit_test(what_is_in_the_urn_is_not_said_to_be_erased),
		cmocka_unit_test(a_shared_device_forgets),
	};

	return cmocka_run_group_tests_name("stopping and coming back", tests, begin, end);
}
