/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a posted page. Every message is compared to the letter: people read them. */
#include "posted_page.h"

static struct form *form;

static int set_up_form(void **state)
{
	*state = form = parse_or_fail(ANSWER_FORM);
	return 0;
}

/* "a=1&b=x": no escapes. `strict`: required questions are asked for. */
static bool post(size_t page, const char *text, bool strict, struct err *err)
{
	struct field fields[40];
	size_t n = fields_of(text, fields, COUNT_OF(fields));
	problems_release(&problems);
	return answers_read_page(
		form, page, fields, n, TODAY, strict, answers, typed, &problems, err);
}

static void post_ok(size_t page, const char *text)
{
	struct err err = {0};
	if (!post(page, text, false, &err))
		fail_msg("%s: %s", text, err.text);
}

static void expect(const char *name, const char *message)
{
	for (size_t i = 0; i < problems.count; i++)
		if (strcmp(problems.list[i].question->name, name) == 0) {
			assert_string_equal(problems.list[i].message, message);
			return;
		}
	fail_msg("no problem with %s", name);
}

static void a_good_page_is_stored(void **state)
{
	(void)state;
	post_ok(0,
		"age=42&lieu=Toulouse&lieu.hors=&exp=oui&freins=cout&freins=temps&freins=other"
		"&freins-Comment= La distance &dom.etp=non&dom.soins=oui");
	assert_int_equal(problems.count, 0);
	assert_json(answers,
		"{\"age\":42,\"lieu\":\"31555\",\"exp\":\"oui\",\"freins\":[\"temps\",\"cout\","
		"\"other\"],\"freins-Comment\":\"La distance\","
		"\"dom\":{\"soins\":\"oui\",\"etp\":\"non\"}}");
	assert_json(typed, "{}");
}

static void missing_answers_are_asked_for(void **state)
{
	(void)state;
	struct err err = {0};
	assert_true(post(0, "", true, &err));
	assert_int_equal(problems.count, 3);
	expect("exp", "Choisissez une réponse pour continuer.");
	expect("dom", "Choisissez une réponse pour cette ligne.");
	assert_string_equal(problems.list[1].row, "soins");
	assert_string_equal(problems.list[2].row, "etp");
	assert_true(post(0, "exp=oui&dom.soins=oui&dom.etp=oui", true, &err));
	assert_int_equal(problems.count, 1);
	expect("freins", "Cochez au moins une réponse pour continuer.");
	post_ok(0, "");
	assert_int_equal(problems.count, 0);
	assert_json(answers, "{}");
}

static void a_row_answered_is_kept_beside_a_missing_one(void **state)
{
	(void)state;
	struct err err = {0};
	assert_true(post(0, "exp=non&dom.soins=oui", true, &err));
	assert_int_equal(problems.count, 1);
	assert_json(answers, "{\"exp\":\"non\",\"dom\":{\"soins\":\"oui\"}}");
}

static void numbers_are_read_as_people_write_them(void **state)
{
	(void)state;
	static const char *const written[][2] = {{"45", "45"}, {" 45 ", "45"},
		{"45,5", "45.5"}, {"45.50", "45.5"}, {"1" NN "8", "18"}, {"18,0", "18"}};
	for (size_t i = 0; i < COUNT_OF(written); i++) {
		SCOPED(free_char) char *text = x_printf("age=%s", written[i][0]);
		post_ok(0, text);
		assert_int_equal(problems.count, 0);
		assert_json(json_object_get(answers, "age"), written[i][1]);
	}
	/* The first two are numbers, but not of the range. */
	static const char *const wrong[] = {"17", "111", "abc", "4 5 ans", "1e2", "0x20",
		"-", "45,5,5", "99999999999999999999999999999999999999999999", "nan",
		"inf"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(free_char) char *text = x_printf("age=%s", wrong[i]);
		post_ok(0, text);
		expect("age",
			i < 2 ? "Indiquez un nombre entre 18 et 110."
			      : "Indiquez un nombre en chiffres seulement, entre 18 et "
				"110.");
		assert_null(json_object_get(answers, "age"));
		assert_string_equal(
			json_string_value(json_object_get(typed, "age")), wrong[i]);
	}
	post_ok(0, "age=20");
	assert_json(typed, "{}");
}

static void other_wants_its_text(void **state)
{
	(void)state;
	post_ok(0, "exp=other&exp-Comment=  ");
	expect("exp", "Précisez votre réponse «" NN "Autre" NN "».");
	assert_json(answers, "{}");
	assert_json(typed, "{\"exp\":\"other\",\"exp-Comment\":\"\"}");
	post_ok(0, "exp=other&exp-Comment=Parfois");
	assert_int_equal(problems.count, 0);
	assert_json(answers, "{\"exp\":\"other\",\"exp-Comment\":\"Parfois\"}");
	assert_json(typed, "{}");
	/* Written without choosing: meant. Written beside another choice: not. */
	post_ok(0, "exp-Comment=Parfois");
	assert_json(answers, "{\"exp\":\"other\",\"exp-Comment\":\"Parfois\"}");
	post_ok(0, "exp=non&exp-Comment=Parfois");
	assert_json(answers, "{\"exp\":\"non\"}");
	char text[300] = "exp=other&exp-Comment=";
	memset(text + strlen(text), 'x', 201);
	post_ok(0, text);
	expect("exp",
		"Votre texte est un peu trop long" NN
		": 200 caractères au plus, vous en avez écrit 201.");
}

static void an_exclusive_choice_stands_alone(void **state)
{
	(void)state;
	post_ok(0, "exp=oui&freins=temps&freins=aucun");
	expect("freins",
		"Vous avez coché «" NN "Aucun frein" NN "» avec d’autres réponses" NN
		": gardez l’un ou les autres.");
	assert_json(typed, "{\"freins\":[\"temps\",\"aucun\"]}");
	assert_json(answers, "{\"exp\":\"oui\"}");
	post_ok(0, "exp=oui&freins=aucun&freins=other&freins-Comment=Le bruit");
	assert_json(typed,
		"{\"freins\":[\"aucun\",\"other\"],\"freins-Comment\":\"Le bruit\"}");
	post_ok(0, "exp=oui&freins=aucun");
	assert_json(answers, "{\"exp\":\"oui\",\"freins\":[\"aucun\"]}");
	assert_json(typed, "{}");
}

static void values_that_are_not_offered_are_refused(void **state)
{
	(void)state;
	const char *message = "Cette réponse ne fait pas partie de la liste" NN
			      ": choisissez-en une autre.";
	post_ok(0, "exp=oui&freins=temps&freins=zzz&dom.soins=zzz&dom.etp=oui");
	expect("freins", message);
	expect("dom", message);
	assert_json(answers, "{\"exp\":\"oui\"}");
	post_ok(0, "exp=zzz");
	expect("exp", message);
	assert_json(typed, "{\"exp\":\"zzz\"}");
	post_ok(0, "exp=oui&dom.soins=oui&dom.etp=oui");
	post_ok(1, "note=99&b=maybe");
	expect("note", message);
	expect("b", message);
	post_ok(1, "note=2,5");
	expect("note", message);
	post_ok(1, "note=4&b=false");
	assert_json(json_object_get(answers, "note"), "4");
	assert_json(json_object_get(answers, "b"), "false");
}

static void a_hidden_question_takes_no_field(void **state)
{
	(void)state;
	post_ok(0, "exp=non&freins=temps&dom.etp=non&dom.soins=non");
	assert_json(
		answers, "{\"exp\":\"non\",\"dom\":{\"soins\":\"non\",\"etp\":\"non\"}}");
	/* The whole second page is hidden now. */
	post_ok(1, "note=4&avis=Bonjour");
	assert_int_equal(problems.count, 0);
	assert_null(json_object_get(answers, "note"));
}

static void forged_pages_change_nothing(void **state)
{
	(void)state;
	static const char *const forged[] = {"zzz=1", "note=4", "age=20&age=21",
		"exp=oui&exp=non", "exp=oui&exp=oui", "dom=oui", "dom.zzz=oui",
		"dom.soins=oui&dom.soins=non", "age.hors=75", "age-Comment=x",
		"lieu.hors=75&lieu.hors=13", "freins-Comment=a&freins-Comment=b",
		"note_html=x", "jeune=true", "=x", "age\xc3=1", "age=\xff",
		"exp-Commentx=1"};
	post_ok(0, "age=50&exp=non");
	for (size_t i = 0; i < COUNT_OF(forged); i++) {
		struct err err = {0};
		if (post(0, forged[i], true, &err))
			fail_msg("accepted: %s", forged[i]);
		assert_int_equal(err.code, ERR_INVALID);
		assert_json(answers, "{\"age\":50,\"exp\":\"non\"}");
		assert_int_equal(problems.count, 0);
		assert_null(strstr(err.text, "zzz"));
	}
}

static void too_many_fields_are_refused(void **state)
{
	(void)state;
	struct err err = {0};
	struct field *fields = x_calloc(1001, sizeof(*fields));
	for (size_t i = 0; i < 1001; i++)
		fields[i] = (struct field){STR("freins"), STR("temps")};
	assert_false(answers_read_page(
		form, 0, fields, 1001, TODAY, true, answers, typed, &problems, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	free(fields);
}

static void localities(void **state)
{
	(void)state;
	static const char *const good[][2] = {{"lieu=nimes", "\"30189\""},
		{"lieu=31555", "\"31555\""}, {"lieu=Toulouse (31)", "\"31555\""},
		{"lieu.hors=75", "\"dep:75\""},
		{"lieu=Nulle part&lieu.hors=99", "\"dep:99\""},
		{"lieu=dep:13", "\"dep:13\""},
		{"lieu=31100&lieu.choix=31100", "\"31100\""},
		{"lieu=aigues vives&lieu.choix=09002", "\"09002\""}};
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		post_ok(0, good[i][0]);
		assert_int_equal(problems.count, 0);
		assert_json(json_object_get(answers, "lieu"), good[i][1]);
		assert_json(typed, "{}");
	}
	post_ok(0, "lieu=aigues vives");
	expect("lieu", "Plusieurs communes portent ce nom" NN ": choisissez la vôtre.");
	assert_int_equal(problems.list[0].suggestion_count, 4);
	assert_null(json_object_get(answers, "lieu"));
	post_ok(0, "lieu=Toulo");
	assert_true(problems.list[0].suggestion_count >= 1);
	assert_json(typed, "{\"lieu\":\"Toulo\"}");
	post_ok(0, "lieu=Zurich");
	expect("lieu",
		"Nous ne trouvons pas cette commune en Occitanie. Vérifiez son nom ou essayez son "
		"code postal" NN "; si elle se trouve ailleurs, remplissez «" NN
		"Hors Occitanie" NN "».");
	assert_int_equal(problems.list[0].suggestion_count, 0);
	post_ok(0, "lieu.hors=31");
	assert_int_equal(problems.count, 1);
	assert_json(typed, "{\"lieu\":\"\",\"lieu.hors\":\"31\"}");
	post_ok(0, "lieu.hors=Nulle part");
	assert_int_equal(problems.count, 1);
	post_ok(0, "lieu.hors=cote d or");
	assert_json(json_object_get(answers, "lieu"), "\"dep:21\"");
	post_ok(0, "lieu.hors=Paris (75)");
	assert_json(json_object_get(answers, "lieu"), "\"dep:75\"");
	post_ok(0, "lieu=dep:31");
	assert_int_equal(problems.count, 1);
}

/* 31100 is a postcode of Toulouse and the INSEE code of another commune. */
static void a_number_of_two_meanings_is_asked_back(void **state)
{
	(void)state;
	post_ok(0, "lieu=31100");
	expect("lieu",
		"Plusieurs communes ont ce code" NN
		": choisissez la vôtre, ou écrivez son nom.");
	assert_int_equal(problems.list[0].suggestion_count, 2);
	assert_string_equal(problems.list[0].suggestions[0]->name, "Toulouse");
	assert_string_equal(problems.list[0].suggestions[1]->code, "31100");
}

static void open_texts_are_cleaned_and_bounded(void **state)
{
	(void)state;
	post_ok(0, "exp=oui&dom.soins=oui&dom.etp=oui");
	post_ok(1,
		"avis= \t Un\r\navis\rbien\x01\xc2\x85\xef\xbb\xbf é\xe2\x80\xa8là\xc2\xa0\n ");
	assert_json(json_object_get(answers, "avis"), "\"Un\\navis\\nbien é\\nlà\"");
	char *text = x_calloc(1, 10100);
	strncpy(text, "avis=", 6);
	for (size_t i = 0; i < 5000; i++)
		memcpy(text + 5 + 2 * i, "é", 2);
	post_ok(1, text);
	expect("avis",
		"Votre texte est un peu trop long" NN ": 2" NN
		"000 caractères au plus, vous en avez "
		"écrit 5" NN "000.");
	assert_int_equal(json_string_length(json_object_get(typed, "avis")), 10000);
	text[5 + 4000] = '\0';
	post_ok(1, text);
	assert_int_equal(problems.count, 0);
	free(text);
}

static void dates_and_months(void **state)
{
	(void)state;
	post_ok(0, "exp=oui&dom.soins=oui&dom.etp=oui");
	post_ok(1, "jour=2024-02-29&mois=2024-02");
	assert_int_equal(problems.count, 0);
	post_ok(1, "jour=29/2/2024&mois=2/2024");
	assert_json(json_object_get(answers, "jour"), "\"2024-02-29\"");
	assert_json(json_object_get(answers, "mois"), "\"2024-02\"");
	static const char *const day[] = {
		"29.2.2024", "29-02-2024", "29 02 2024", "29/02/2024"};
	for (size_t i = 0; i < COUNT_OF(day); i++) {
		SCOPED(free_char) char *text = x_printf("jour=%s&mois=2-2024", day[i]);
		post_ok(1, text);
		assert_json(json_object_get(answers, "jour"), "\"2024-02-29\"");
		assert_json(json_object_get(answers, "mois"), "\"2024-02\"");
	}
	post_ok(1, "jour=29/02/2023&mois=13/2024");
	expect("jour",
		"Cette date n’existe pas dans le calendrier" NN
		": vérifiez le jour et le mois.");
	expect("mois", "Indiquez le mois et l’année, par exemple 11/2026.");
	assert_json(typed, "{\"jour\":\"29/02/2023\",\"mois\":\"13/2024\"}");
	static const char *const wrong[] = {"hier", "29/02", "29/02/24", "/02/2024",
		"29//2024", "29/02/2024/1", "2024/02/29", "29/022/2024", "29/02/20244",
		"29", "22 novembre 2026", "-1/02/2024", "29/02/", "é/02/2024"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		SCOPED(free_char) char *text = x_printf("jour=%s", wrong[i]);
		post_ok(1, text);
		expect("jour",
			"Indiquez le jour, le mois et l’année, par exemple 22/11/2026.");
		assert_null(json_object_get(answers, "jour"));
	}
}

static void addresses_follow_html(void **state)
{
	(void)state;
	static const char *const good[] = {"a@b", "prenom.nom@exemple.fr",
		"a+b@x-y.example", "o'neil!#$%*/?^_`{|}~-@a.b", "1@2.3"};
	static const char *const bad[] = {"a", "@b", "a@", "a@b@c", "a@-b", "a@b-",
		"a@b..c", "a@.b", "a@b.", "é@b.fr", "a@é.fr", "a b@c", "a@b c", "<a@b>",
		"a,b@c",
		"a@aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.fr"};
	for (size_t i = 0; i < COUNT_OF(good) + COUNT_OF(bad); i++) {
		bool fine = i < COUNT_OF(good);
		const char *address = fine ? good[i] : bad[i - COUNT_OF(good)];
		SCOPED(free_char) char *text = x_printf("contact=oui&mail=%s", address);
		post_ok(2, text);
		if (problems.count != !fine)
			fail_msg("%s", address);
	}
	expect("mail",
		"Vérifiez cette adresse e-mail" NN
		": elle s’écrit sans espace ni accent, comme prenom.nom@exemple.fr.");
	post_ok(2, "contact=oui&mail=prenom.nom");
	expect("mail",
		"Il manque le signe @ dans cette adresse e-mail" NN
		": elle s’écrit comme prenom.nom@exemple.fr.");
	post_ok(2, "tel=06 12 34 56 78&nom=Nous");
	assert_int_equal(problems.count, 0);
	post_ok(2, "tel=+33 (0)6-12.34.56.78");
	assert_int_equal(problems.count, 0);
	post_ok(2, "tel=appelez-moi");
	assert_int_equal(problems.count, 1);
	post_ok(2, "tel=12345");
	assert_int_equal(problems.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_page, end_page)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_page_is_stored),
		TEST(missing_answers_are_asked_for),
		TEST(a_row_answered_is_kept_beside_a_missing_one),
		TEST(numbers_are_read_as_people_write_them),
		TEST(other_wants_its_text),
		TEST(an_exclusive_choice_stands_alone),
		TEST(values_that_are_not_offered_are_refused),
		TEST(a_hidden_question_takes_no_field),
		TEST(forged_pages_change_nothing),
		TEST(too_many_fields_are_refused),
		TEST(localities),
		TEST(a_number_of_two_meanings_is_asked_back),
		TEST(open_texts_are_cleaned_and_bounded),
		TEST(dates_and_months),
		TEST(addresses_follow_html),
	};
	return cmocka_run_group_tests(tests, set_up_form, free_form);
}
