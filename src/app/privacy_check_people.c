/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privacy_check_people.c - groups that are known beforehand (the contact list), and questions that tell who answers.
 *
 * A group of contacts is not yet a group of answers, but no group of answers can be larger than its contacts: what is too
 * small here will be too small at the count.
 */
#include <stdlib.h>

#include "barometre/form/check.h"
#include "barometre/privacy/sealed.h"
#include "privacy_check_private.h"
#include "sql_catalog.h"

#define ALONE 5        /* a group below it points to its members */
#define AGE_BAND 10    /* years, as the count keeps ages */
#define MANY_PLACES 50 /* choices: more than departments grouped as territories */
#define MAX_COMBINATIONS 1000000

/* Groups of one audience: of one kind (departments, types), or crossed. */
struct groups {
	int64_t contacts, total, small, tiny, people_in_tiny;
};

/* All zero when the audience has no contact with such a mark. */
static struct groups groups_of(
	const struct db_rows *rows, const char *audience, const char *kind)
{
	for (size_t i = 0; i < db_count(rows); i++)
		if (str_eq_z(db_str(rows, i, "audience"), audience) &&
			str_eq_z(db_str(rows, i, "kind"), kind))
			return (struct groups){db_int(rows, i, "contacts"),
				db_int(rows, i, "groups"), db_int(rows, i, "small"),
				db_int(rows, i, "tiny"),
				db_int(rows, i, "people_in_tiny")};
	return (struct groups){0};
}

/* True when the contacts alone may make figures. */
static bool check_total(const struct edition *edition, const struct edition_audience *a,
	int64_t contacts, struct privacy_findings *found)
{
	long long n = (long long)contacts, base = (long long)edition->thresholds.min_base;

	if (contacts >= edition->thresholds.min_base)
		return true;
	if (!a->open_link)
		privacy_add(found, PRIVACY_SEVERE, "small-audience",
			x_printf(
				"« %s » : contacts : %lld, sans lien ouvert. Il n’y aura jamais %lld réponses : rien ne pourra être "
				"publié, et les répondants seraient presque connus d’avance.",
				a->form->audience_label, n, base),
			x_strdup(
				"Importez la liste complète (barometre contacts import), ouvrez un lien pour ce public "
				"(« openLink ») ou retirez-le de l’édition."));
	else
		privacy_add(found, PRIVACY_NOTE, "open-link-only",
			x_printf(
				"« %s » : contacts invités par courriel : %lld. Rien ne sera publié, ni croisé, si le lien ouvert "
				"n’amène pas au moins %lld réponses en tout.",
				a->form->audience_label, n, base),
			x_strdup("Diffusez largement le lien ouvert."));
	return false;
}

static void add_groups(struct buf *out, const struct groups *groups, const char *kind)
{
	if (groups->small == 0)
		return;
	buf_printf(out, "%s%s, %lld sur %lld", out->n ? " ; " : "", kind,
		(long long)groups->small, (long long)groups->total);
	if (groups->tiny)
		buf_printf(out,
			" (moins de %d personnes : %lld, soit en tout %lld contacts)",
			ALONE, (long long)groups->tiny,
			(long long)groups->people_in_tiny);
}

static void check_groups(const struct edition *edition, const struct edition_audience *a,
	const struct groups *departments, const struct groups *types,
	const struct groups *crossed, struct privacy_findings *found)
{
	SCOPED(buf_release) struct buf list = BUF_LIMIT(2000);

	add_groups(&list, departments, "départements");
	add_groups(&list, types, "types");
	add_groups(&list, crossed, "départements croisés avec les types");
	if (list.n == 0)
		return;
	privacy_add(found,
		departments->tiny || types->tiny || crossed->tiny ? PRIVACY_WARNING
								  : PRIVACY_NOTE,
		"small-groups",
		x_printf(
			"« %s » : groupes de contacts sous le seuil de %lld, dont les résultats seront retenus : %s.",
			a->form->audience_label, (long long)edition->thresholds.min_base,
			buf_str(&list).p),
		x_strdup(
			"Regroupez (territoires plutôt que départements, types voisins ensemble), ou acceptez que ces "
			"croisements ne soient pas publiés."));
}

/* How many profiles the answers to the segment questions make, with ages in the bands of the count. */
static int64_t combinations_of(const struct form *form, int64_t *ret_questions)
{
	int64_t product = 1;

	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		int64_t values = (int64_t)q->choice_count + q->has_other;

		if (q->role != ROLE_SEGMENT || q->type == QUESTION_CHECKBOX)
			continue;
		if (q->type == QUESTION_TEXT && q->input == INPUT_NUMBER)
			values = q->has_min && q->has_max
				? (int64_t)((q->max - q->min) / AGE_BAND) + 1
				: MAX_COMBINATIONS;
		if (q->type == QUESTION_MATRIX && q->row_count > 1)
			for (size_t row = 1;
				row < q->row_count && values < MAX_COMBINATIONS; row++)
				values *= (int64_t)q->choice_count;
		if (values < 2)
			continue;
		*ret_questions += 1;
		product = values > MAX_COMBINATIONS / product ? MAX_COMBINATIONS
							      : product * values;
	}
	return product;
}

static void check_profiles(const struct edition *edition,
	const struct edition_audience *a, int64_t contacts,
	struct privacy_findings *found)
{
	static const char remedy[] =
		"Rien d’obligatoire : le dépouillement regroupera les profils jusqu’à ce que chacun compte au moins cinq réponses. "
		"Pour garder de la finesse, proposez moins de modalités ou moins de questions de profil.";
	int64_t questions = 0, product = combinations_of(a->form, &questions);
	long long most = (long long)(contacts / ALONE);
	const char *more = product >= MAX_COMBINATIONS ? "plus de " : "";

	if (questions == 0 || product <= contacts / ALONE)
		return;
	if (contacts < edition->thresholds.min_base)
		privacy_add(found, PRIVACY_NOTE, "many-profiles",
			x_printf(
				"« %s » : questions de profil : %lld, combinaisons : %s%lld. Le nombre de réponses n’est pas connu d’avance.",
				a->form->audience_label, (long long)questions, more,
				(long long)product),
			x_strdup(remedy));
	else
		privacy_add(found, PRIVACY_WARNING, "many-profiles",
			x_printf(
				"« %s » : questions de profil : %lld, combinaisons : %s%lld pour %lld contacts ; à %d personnes "
				"chacune, %lld au plus seraient remplies.",
				a->form->audience_label, (long long)questions, more,
				(long long)product, (long long)contacts, ALONE, most),
			x_strdup(remedy));
}

static void check_question(const struct edition_audience *a, const struct question *q,
	struct privacy_findings *found)
{
	const char *label = a->form->audience_label;

	if (q->role != ROLE_SEGMENT && q->role != ROLE_OPINION)
		return;
	if (q->type == QUESTION_TEXT &&
		(q->input == INPUT_DATE || q->input == INPUT_MONTH))
		privacy_add(found,
			q->role == ROLE_SEGMENT ? PRIVACY_SEVERE : PRIVACY_WARNING,
			"exact-date",
			x_printf(
				"« %s », question « %s » : une date exacte serait gardée avec les réponses.",
				label, q->name),
			x_strdup(
				"Demandez une tranche (choix unique) plutôt qu’une date."));
	else if (q->role == ROLE_SEGMENT && q->type == QUESTION_TEXT &&
		q->input == INPUT_NUMBER)
		privacy_add(found, PRIVACY_NOTE, "exact-number",
			x_printf(
				"« %s », question « %s » : un nombre exact (un âge, par exemple) est demandé comme profil. Le "
				"dépouillement n’en garde que la tranche de dix.",
				label, q->name),
			x_strdup(
				"Rien à faire ; demander la tranche directement serait plus sobre."));
	else if (q->role == ROLE_SEGMENT && q->choice_count > MANY_PLACES)
		privacy_add(found, PRIVACY_WARNING, "exact-place",
			x_printf(
				"« %s », question « %s » : %zu modalités de profil (une commune, un établissement ?), dont "
				"beaucoup ne compteront qu’une personne.",
				label, q->name, q->choice_count),
			x_strdup(
				"Donnez-lui le rôle « locality » (décomptes seulement) ou regroupez les modalités."));
}

/* `finest`: the smallest groups that are known. */
static void check_texts(const struct edition_audience *a, const struct groups *finest,
	struct privacy_findings *found)
{
	int64_t texts = 0;

	for (size_t i = 0; i < a->form->question_count; i++)
		texts += a->form->questions[i].role == ROLE_TEXT ||
			a->form->questions[i].has_other;
	if (texts == 0 || finest->tiny == 0)
		return;
	privacy_add(found, PRIVACY_WARNING, "free-text",
		x_printf(
			"« %s » : questions qui acceptent un texte libre : %lld ; groupes de contacts de moins de %d personnes : %lld. "
			"Un texte peut faire reconnaître son auteur, même séparé du reste.",
			a->form->audience_label, (long long)texts, ALONE,
			(long long)finest->tiny),
		x_strdup(
			"Rappelez dans la consigne de ne nommer personne, et relisez chaque texte avant de le citer."));
}

/* Identifying questions that are kept with the answers, and crossings with health, as check-form finds them. */
static void check_form_findings(const struct edition_audience *a, struct str source,
	struct privacy_findings *found)
{
	SCOPED(findings_release) struct findings findings = {0};
	struct check_options options = {
		.box_reserved = ANSWER_BOX_RESERVED, .contact_bytes = CONTACT_BYTES - 1};

	form_check(source, a->audience, &options, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *f = &findings.list[i];

		if (strcmp(f->rule, "sensitive-crossing") == 0)
			privacy_add(found, PRIVACY_WARNING, "sensitive-crossing",
				x_printf(
					"« %s », question « %s » : elle touche à la santé, et les résultats seraient croisés avec elle.",
					a->form->audience_label, f->subject),
				x_strdup(
					"Retirez-la de « crossings » dans le fichier du questionnaire, puis barometre check-form."));
		if (strcmp(f->rule, "identifying") != 0)
			continue;
		privacy_add(found,
			f->level == FINDING_ERROR ? PRIVACY_SEVERE : PRIVACY_WARNING,
			"identifying-question",
			x_printf(
				"« %s », question « %s » : elle semble demander qui répond, et serait gardée avec les réponses.",
				a->form->audience_label, f->subject),
			x_strdup(
				"Donnez-lui le rôle « identifying » ou « contact » (scellé pour le dépositaire), ou posez-la "
				"autrement ; puis barometre check-form."));
	}
}

static void check_audience(const struct edition *edition,
	const struct edition_audience *a, const struct db_rows *segments,
	struct str source, struct privacy_findings *found)
{
	int64_t contacts = groups_of(segments, a->audience, "all").contacts;
	struct groups departments = groups_of(segments, a->audience, "department");
	struct groups types = groups_of(segments, a->audience, "type");
	struct groups crossed = groups_of(segments, a->audience, "both");

	if (check_total(edition, a, contacts, found)) {
		check_groups(edition, a, &departments, &types, &crossed, found);
		check_texts(a,
			crossed.total               ? &crossed
				: departments.total ? &departments
						    : &types,
			found);
	}
	check_profiles(edition, a, contacts, found);
	for (size_t i = 0; i < a->form->question_count; i++)
		check_question(a, &a->form->questions[i], found);
	check_form_findings(a, source, found);
}

bool privacy_check_people(struct db *owner, const struct edition *edition,
	struct privacy_findings *found, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *segments = NULL;
	SCOPED(db_rows_drop) struct db_rows *forms = NULL;
	struct db_params of_segments = {0}, of_forms = {0};

	db_text_z(&of_segments, edition->code);
	db_i64(&of_segments, edition->thresholds.min_base);
	db_i64(&of_segments, ALONE);
	db_text_z(&of_forms, edition->code);
	if (!db_run(owner, &SQL_PRIVACY_SEGMENTS, &of_segments, &segments, err)) {
		db_params_release(&of_forms);
		return false;
	}
	if (!db_run(owner, &SQL_EDITION_AUDIENCES, &of_forms, &forms, err))
		return false;
	for (size_t i = 0; i < db_count(forms); i++) {
		const struct edition_audience *a = edition_audience_find(
			edition, db_str(forms, i, "audience"));

		if (a)
			check_audience(
				edition, a, segments, db_str(forms, i, "source"), found);
	}
	return true;
}
