/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_objection.c - somebody has asked, by telephone or by letter, to receive nothing any more.
 *
 *   GET  /contacts/object    a field, and what became of the latest
 *   POST /contacts/object    address checked → sealed to the mailer → objection_request_add → 303
 *
 * This process can open no address, nor hash one; what is typed is never shown again, nor logged.
 */
#include "barometre/mail/address.h"
#include "barometre/mail/outbox.h"
#include "sql_catalog.h"
#include "staff_mail.h"

struct objecting {
	int status;
	const char *problem;
};

static char *state_words(const struct db_rows *rows, size_t i)
{
	struct str state = db_str(rows, i, "state");
	int64_t found = db_int(rows, i, "found");
	SCOPED(free_char) char *contacts = staff_plural(found, "contact", "contacts");

	if (str_eq_z(state, "waiting"))
		return x_strdup(
			"en attente" NNBSP ": le processus « mailer » la prendra");
	if (str_eq_z(state, "unreadable"))
		return x_strdup("n’a pas pu être lue" NNBSP ": notez-la de nouveau");
	if (found == 0)
		return x_strdup(
			"faite" NNBSP
			"; cette adresse n’est dans aucune liste, et n’y entrera pas");
	return x_printf("faite" NNBSP "; %s", contacts);
}

static void objections_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct objecting *own = step->own;
	struct str done = staff_query(step->exchange, "fait");
	struct id16 id = random_uuid();
	json_t *list, *content;
	char text[37];

	if (staff_is_down(step, err))
		return;
	list = json_array();
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *words = state_words(rows, i);

		json_array_append_new(list,
			json_pack("{s:o, s:s, s:s}", "AT",
				staff_json_time(
					db_usec(rows, i, "asked_at"), "Europe/Paris"),
				"WHO", db_str(rows, i, "asked_by").p, "WHAT", words));
	}
	uuid_write(text, &id);
	content = json_pack("{s:s, s:s, s:s, s:b, s:o}", "CSRF", step->csrf, "ID", text,
		"PROBLEM", own->problem ? own->problem : "", "NOTED",
		done.p && str_eq_z(done, "oui"), "LINES", list);
	staff_page(step, own->status, "Noter une opposition", "/contacts",
		"staff_objection.html", content);
}

static void show(struct staff_step *step, int status, const char *problem)
{
	struct objecting *own = exchange_alloc(step->exchange, sizeof(*own));

	*own = (struct objecting){status, problem};
	step->own = own;
	staff_ask(step, &SQL_STAFF_OBJECTIONS, NULL, objections_read);
}

static void show_objection(struct staff_step *step)
{
	show(step, 200, NULL);
}

static void added(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (!staff_is_down(step, err))
		exchange_redirect(step->exchange, "/contacts/object?fait=oui");
}

static void object(struct staff_step *step)
{
	const struct public_key *key = step->site->options.address_public;
	SCOPED(buf_wipe) struct buf send = BUF_LIMIT(512);
	SCOPED(buf_wipe) struct buf compare = BUF_LIMIT(512);
	SCOPED(buf_release) struct buf box = BUF_LIMIT(2048);
	struct db_params params = {0};
	struct err err = {0};
	struct id16 id;

	if (!key) {
		show(step, 503,
			"Le serveur n’a pas la clé qu’il faut" NNBSP
			": notez l’opposition en ligne de commande, avec « barometre contacts object ».");
		return;
	}
	if (!address_normalise(staff_field(step, "adresse"), &send, &compare, &err) ||
		!address_box_seal(&box, key, buf_str(&send).p, "", &err)) {
		show(step, 422,
			"Ce n’est pas une adresse de courriel complète. Par prudence elle n’est pas réaffichée" NNBSP
			": tapez-la de nouveau, sous la forme nom@domaine.fr.");
		return;
	}
	if (!uuid_parse(staff_field(step, "id"), &id))
		id = random_uuid();
	db_uuid(&params, &id);
	db_bytes(&params, box.p, box.n);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_STAFF_OBJECTION_ADD, &params, added);
}

void staff_get_objection(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, show_objection);
}

void staff_post_objection(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, object);
}
