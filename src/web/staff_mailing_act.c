/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_mailing_act.c - what a person decides about one mailing. Every change is a function of the plan
 * (sql/functions/mailing_plan.sql), which judges again and writes the journal.
 *
 *   POST /mailings/<id>/pause, resume                         → 303 /mailings/<id>
 *   GET  /mailings/<id>/now, cancel, reschedule, decide       what will happen
 *   POST the same                                             → 303 /mailings/<id>, or the page again with what was typed
 */
#include <stdio.h>

#include "sql_catalog.h"
#include "staff_mail.h"

struct act {
	const char *name, *title,
		*can; /* `can`: the member of mailing_data that allows it */
	bool at_once; /* no page before it */
};

static const struct act acts[] = {
	{"pause", "Mettre l’envoi en pause", "CAN_PAUSE", true},
	{"resume", "Reprendre l’envoi", "CAN_RESUME", true},
	{"now", "Envoyer dès maintenant", "CAN_SEND", false},
	{"cancel", "Annuler l’envoi", "CAN_CANCEL", false},
	{"reschedule", "Changer la date", "CAN_MOVE", false},
	{"decide", "Décider des messages incertains", "WAITING", false},
};

/* What was typed, and what is wrong with it. */
struct doing {
	const struct act *act;
	struct id16 mailing;
	const char *due_problem, *until_problem, *choice_problem;
	char due[32], until[32], contact[CONTACT_CHARS + 1];
	const char *choice; /* of `choices` */
};

static const struct {
	const char *code, *flag;
} choices[] = {{"sent", "SENT_CHOSEN"}, {"again", "AGAIN_CHOSEN"},
	{"give_up", "GIVE_UP_CHOSEN"}};

static bool is_act(const struct staff_step *step, const char *name)
{
	const struct doing *doing = step->own;

	return strcmp(doing->act->name, name) == 0;
}

static void keep(char *out, size_t size, struct str text)
{
	(void)snprintf(out, size, "%.*s", text.n < size ? (int)text.n : 0, text.p);
}

/* ---- the page before it ---- */

static void show_form(struct staff_step *step, int status)
{
	const struct doing *doing = step->own;
	json_t *content = TAKE(step->content);
	SCOPED(free_char) char *hours = mailing_hours(&step->edition);
	static const struct {
		const char *name, *flag;
	} forms[] = {{"now", "SENDING"}, {"cancel", "CANCELLING"},
		{"reschedule", "MOVING"}, {"decide", "DECIDING"}};

	const struct mailing_problem problems[] = {{"due", doing->due_problem},
		{"until", doing->until_problem}, {"choix", doing->choice_problem}};

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		json_object_set_new(content, forms[i].flag,
			json_boolean(is_act(step, forms[i].name)));
	staff_set(content, "HOURS", hours);
	json_object_set_new(
		content, "PROBLEMS", mailing_problems(problems, COUNT_OF(problems)));
	staff_set(content, "DUE_PROBLEM", doing->due_problem);
	staff_set(content, "UNTIL_PROBLEM", doing->until_problem);
	staff_set(content, "CHOICE_PROBLEM", doing->choice_problem);
	staff_set(content, "CONTACT", doing->contact);
	for (size_t i = 0; i < COUNT_OF(choices); i++)
		json_object_set_new(content, choices[i].flag,
			json_boolean(doing->choice == choices[i].code));
	if (doing->due[0])
		staff_set(content, "DUE_DAY", doing->due);
	if (doing->until[0])
		staff_set(content, "UNTIL_DAY", doing->until);
	staff_set(content, "DUE_FIELD", mailing_day_field(doing->due));
	staff_set(content, "UNTIL_FIELD", mailing_day_field(doing->until));
	staff_page(step, status, doing->act->title, "/mailings", "staff_mailing_act.html",
		content);
}

/* The state allows it? Otherwise replies. */
static bool is_possible(struct staff_step *step)
{
	const struct doing *doing = step->own;
	SCOPED(free_char) char *href = NULL;

	if (json_is_true(json_object_get(step->content, doing->act->can)))
		return true;
	href = x_printf(
		"/mailings/%s", json_string_value(json_object_get(step->content, "ID")));
	staff_message(step, 409, "/mailings", "Cela ne se peut plus",
		strcmp(doing->act->name, "decide") == 0
			? "Aucun message de cet envoi n’attend de décision. Rien n’a été changé."
			: "L’état de cet envoi ne le permet pas, ou ne le permet plus. Rien n’a été changé.",
		href, "Revenir à l’envoi");
	return false;
}

static void confirm(struct staff_step *step)
{
	if (is_possible(step))
		show_form(step, 200);
}

/* The first characters of a random id; anything else is no contact. */
static bool read_contact(struct doing *doing, struct str text)
{
	if (!text.p || text.n != CONTACT_CHARS)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			return false;
	keep(doing->contact, sizeof(doing->contact), text);
	return true;
}

/* The action of parts[1]; replies when there is none. */
static struct doing *doing_new(struct staff_step *step)
{
	struct doing *doing = exchange_alloc(step->exchange, sizeof(*doing));

	for (size_t i = 0; i < COUNT_OF(acts); i++)
		if (str_eq_z(step->parts[1], acts[i].name))
			doing->act = &acts[i];
	if (!doing->act || !uuid_parse(step->parts[0], &doing->mailing)) {
		mailing_missing(step);
		return NULL;
	}
	step->own = doing;
	return doing;
}

static void show_act(struct staff_step *step)
{
	struct doing *doing = doing_new(step);
	SCOPED(free_char) char *href = NULL;

	if (!doing)
		return;
	if (doing->act->at_once) {
		char id[37];

		uuid_write(id, &doing->mailing);
		href = x_printf("/mailings/%s", id);
		exchange_redirect(step->exchange, href);
		return;
	}
	(void)read_contact(doing, staff_query(step->exchange, "contact"));
	mailing_find(step, confirm);
}

void staff_get_mailing_action(
	void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_act);
}

/* ---- done ---- */

static void go_back(struct staff_step *step)
{
	const struct doing *doing = step->own;
	char id[37];
	SCOPED(free_char) char *href = NULL;

	uuid_write(id, &doing->mailing);
	href = x_printf("/mailings/%s?fait=%s", id, doing->act->name);
	exchange_redirect(step->exchange, href);
}

static void refuse(struct staff_step *step, const char *outcome)
{
	struct doing *doing = step->own;
	const char *problem = mailing_refusal(str_of(outcome));
	char id[37];
	SCOPED(free_char) char *href = NULL;

	if (strcmp(outcome, "date") == 0 && is_act(step, "reschedule")) {
		doing->due_problem = problem;
		show_form(step, 422);
		return;
	}
	uuid_write(id, &doing->mailing);
	href = x_printf("/mailings/%s", id);
	staff_message(step, 409, "/mailings", "Rien n’a été changé", problem, href,
		"Revenir à l’envoi");
}

static void outcome_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct str outcome;

	if (staff_is_down(step, err))
		return;
	outcome = db_str(rows, 0, "outcome");
	if (str_eq_z(outcome, "done"))
		go_back(step);
	else if (str_eq_z(outcome, "missing"))
		mailing_missing(step);
	else
		refuse(step, outcome.p);
}

static void decided(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	if (db_int(rows, 0, "n") == 0)
		refuse(step, "unknown");
	else
		go_back(step);
}

static void decide(struct staff_step *step, const struct id16 *contact)
{
	const struct doing *doing = step->own;
	struct db_params params = {0};

	db_uuid(&params, &doing->mailing);
	if (contact)
		db_uuid(&params, contact);
	else
		db_null(&params);
	db_text_z(&params, doing->choice);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_DELIVERY_DECIDE, &params, decided);
}

static void contact_found(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct doing *doing = step->own;
	struct id16 contact;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		refuse(step, "unknown");
	} else if (db_count(rows) > 1) {
		doing->contact[0] = '\0';
		doing->choice_problem =
			"Deux contacts commencent par ces six caractères : décidez pour tous ensemble.";
		show_form(step, 422);
	} else {
		db_get_uuid(rows, 0, "contact", &contact);
		decide(step, &contact);
	}
}

static void post_decision(struct staff_step *step)
{
	struct doing *doing = step->own;
	struct str typed = staff_field(step, "decision"),
		   contact = staff_field(step, "contact");
	struct db_params params = {0};

	for (size_t i = 0; i < COUNT_OF(choices); i++)
		if (str_eq_z(typed, choices[i].code))
			doing->choice = choices[i].code;
	if (contact.n > 0 && !read_contact(doing, contact)) {
		refuse(step, "unknown");
	} else if (!doing->choice) {
		doing->choice_problem = "Choisissez l’une des trois réponses.";
		show_form(step, 422);
	} else if (contact.n == 0) {
		decide(step, NULL);
	} else {
		db_uuid(&params, &doing->mailing);
		db_text_z(&params, doing->contact);
		staff_ask(step, &SQL_STAFF_UNKNOWN_FIND, &params, contact_found);
	}
}

static void post_dates(struct staff_step *step)
{
	struct doing *doing = step->own;
	struct civil due, until;
	struct db_params params = {0};
	usec_t from, to;

	keep(doing->due, sizeof(doing->due), staff_field(step, "due"));
	keep(doing->until, sizeof(doing->until), staff_field(step, "until"));
	if (!mailing_parse_day(staff_field(step, "due"), &due))
		doing->due_problem = "Écrivez le jour ainsi : 31/01/2027.";
	if (!mailing_parse_day(staff_field(step, "until"), &until))
		doing->until_problem = "Écrivez le jour ainsi : 31/01/2027.";
	if (doing->due_problem || doing->until_problem) {
		show_form(step, 422);
		return;
	}
	from = mailing_opening(&step->edition, due);
	to = mailing_ending(&step->edition, until);
	if (to <= from)
		doing->until_problem = "La date limite doit venir après le départ.";
	else if (to <= step->site->options.now())
		doing->until_problem = "La date limite est déjà passée.";
	if (doing->until_problem) {
		show_form(step, 422);
		return;
	}
	db_uuid(&params, &doing->mailing);
	db_time(&params, from);
	db_time(&params, to);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_MAILING_RESCHEDULE, &params, outcome_read);
}

static void perform(struct staff_step *step)
{
	const struct doing *doing = step->own;
	struct db_params params = {0};

	/* A second click on the others finds it done. */
	if (!doing->act->at_once && !is_possible(step))
		return;
	if (is_act(step, "decide")) {
		post_decision(step);
		return;
	}
	if (is_act(step, "reschedule")) {
		post_dates(step);
		return;
	}
	db_uuid(&params, &doing->mailing);
	if (is_act(step, "now"))
		db_time(&params, step->site->options.now());
	db_text_z(&params, step->login);
	staff_ask(step,
		is_act(step, "pause")            ? &SQL_STAFF_MAILING_PAUSE
			: is_act(step, "resume") ? &SQL_STAFF_MAILING_RESUME
			: is_act(step, "now")    ? &SQL_STAFF_MAILING_NOW
						 : &SQL_STAFF_MAILING_CANCEL,
		&params, outcome_read);
}

static void post_act(struct staff_step *step)
{
	if (doing_new(step))
		mailing_find(step, perform);
}

void staff_post_mailing_action(
	void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, post_act);
}
