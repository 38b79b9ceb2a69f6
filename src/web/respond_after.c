/* SPDX-License-Identifier: Apache-2.0 */
/* respond_after.c - after sending: thanks, receipt, withdrawal; and the objection of RFC 8058. */
#include "respond_private.h"

/* ---- /merci ---- */

/* Somebody else may answer by the same open link. */
static void add_again(struct step *step, json_t *data)
{
	const struct visit *visit = &step->visit;

	if (visit->invited || !step->audience || !step->audience->open_link ||
		!respond_is_open(step))
		return;
	SCOPED(free_char)
	char *href = x_printf("/o/%s%s%s", visit->audience, visit->channel[0] ? "/" : "",
		visit->channel);
	json_object_set_new(data, "AGAIN", json_pack("{s:s}", "HREF", href));
}

static void show_thanks(struct step *step)
{
	const struct visit *visit = &step->visit;
	bool known = respond_use_audience(step,
		editions_find(step->site->editions, str_of(visit->edition)),
		str_of(visit->audience));
	char receipt[40];
	json_t *data;

	receipt_write(receipt, &visit->slot);
	data = json_pack("{s:s, s:o, s:b}", "RECEIPT", receipt, "THANKS",
		info_paragraphs(step->exchange, known ? step->form->thanks : NULL),
		"SHARED", visit->shared);
	add_again(step, data);
	/* The cookie holds nothing but this receipt now, and stays so that a reload shows it again; but not on a device that
	 * others use, where the receipt is shown once. */
	if (visit->shared)
		respond_end_visit(step);
	else
		exchange_header(
			step->exchange, "Clear-Site-Data", "\"cache\", \"storage\"");
	info_page(step->exchange, 200, "Merci", "thanks.html", data);
}

void respond_get_thanks(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	struct step *step = respond_step(site, exchange);
	struct str cookie = respond_cookie(site, exchange);

	(void)parts;
	for (size_t i = 0; i < site->key_count; i++)
		if (cookie.p &&
			visit_open(&step->visit, &site->keys[i].cookies, cookie, NULL) &&
			step->visit.state == VISIT_DONE) {
			step->keys = &site->keys[i];
			show_thanks(step);
			return;
		}
	respond_no_visit(exchange, 403);
}

/* ---- /stop/<id>: RFC 8058 one-click, and a page with a button ---- */

static bool stop_hash(struct str id, struct hash32 *ret)
{
	struct id16 stop;

	if (id.n != TOKEN_CHARS || !base32_parse(id, &stop, sizeof(stop)))
		return false;
	*ret = hash_plain((struct str){(const char *)stop.b, sizeof(stop.b)});
	return true;
}

void respond_get_stop(void *site, struct exchange *exchange, const struct str *parts)
{
	struct hash32 hash;

	(void)site;
	if (!stop_hash(parts[0], &hash))
		respond_unknown_link(exchange);
	else
		info_page(exchange, 200, "Ne plus recevoir de message", "stop.html",
			json_pack("{s:s%}", "ID", parts[0].p, parts[0].n));
}

static void stopped(void *arg, bool found, const struct err *err)
{
	static const char *const lines[] = {
		"C’est noté : vous ne recevrez plus de message du baromètre.",
		"Vous pouvez toujours répondre avec le lien de votre courriel, si vous le souhaitez.",
		NULL};
	struct step *step = arg;

	if (respond_is_down(err))
		respond_unavailable(step);
	else if (!found)
		respond_unknown_link(step->exchange);
	else
		info_message(
			step->exchange, 200, "Vous ne recevrez plus de message", lines);
}

/* No same-origin check: mail programs post from nowhere; the id is the authority and the effect is harmless. */
void respond_post_stop(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct step *step = respond_step(arg, exchange);
	struct hash32 hash;

	if (!stop_hash(parts[0], &hash))
		respond_unknown_link(exchange);
	else
		exchange_keep_call(
			exchange, contact_stop(step->site->pool, &hash, stopped, step));
}

/* ---- /retrait ---- */

static void reply_withdraw(struct exchange *exchange, int status, const char *error)
{
	struct str code = exchange_field(exchange, "code");
	const char *text = words(exchange_language(exchange), error);
	json_t *content = json_pack(
		"{s:s%, s:s}", "CODE", code.p ? code.p : "", code.n, "ERROR", text);

	info_page(exchange, status, "Vérifier ou retirer une réponse", "withdraw.html",
		content ? content : json_pack("{s:s, s:s}", "CODE", "", "ERROR", text));
}

void respond_get_withdraw(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)site;
	(void)parts;
	info_page(exchange, 200, "Vérifier ou retirer une réponse", "withdraw.html",
		json_pack("{s:s, s:s}", "CODE", "", "ERROR", ""));
}

static void withdraw_answered(
	struct step *step, bool found, const struct err *err, bool withdrawn)
{
	static const char *const present[] = {
		"La réponse de ce reçu est dans l’urne, scellée. Elle sera comptée au dépouillement.",
		NULL};
	static const char *const gone[] = {
		"La réponse de ce reçu a été retirée de l’urne : elle ne sera pas comptée.",
		NULL};

	if (respond_is_down(err))
		respond_unavailable(step);
	else if (!found)
		reply_withdraw(step->exchange, 404,
			WORDS("Aucune réponse de l’urne ne porte ce code. Vérifiez-le ; si le dépouillement a "
			      "eu lieu, les réponses ne peuvent plus être retrouvées."));
	else
		info_message(step->exchange, 200,
			withdrawn ? WORDS("Réponse retirée")
				  : WORDS("Votre réponse est là"),
			withdrawn ? gone : present);
}

static void receipt_checked(void *arg, bool found, const struct err *err)
{
	withdraw_answered(arg, found, err, false);
}

static void receipt_withdrawn(void *arg, bool found, const struct err *err)
{
	withdraw_answered(arg, found, err, true);
}

void respond_post_withdraw(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct public_site *site = arg;
	struct step *step = respond_step(site, exchange);
	struct str code = exchange_field(exchange, "code");
	bool withdraw = str_eq_z(exchange_field(exchange, "action"), "withdraw");
	struct id16 slot;

	(void)parts;
	if (!exchange_is_same_origin(exchange, site->options.public_url))
		respond_no_visit(exchange, 403);
	else if (!code.p || !receipt_parse(code, &slot))
		reply_withdraw(exchange, 422,
			WORDS("Ce code n’est pas complet : recopiez-le comme il est imprimé sur le reçu."));
	else
		exchange_keep_call(exchange,
			withdraw ? receipt_withdraw(
					   site->pool, &slot, receipt_withdrawn, step)
				 : receipt_check(
					   site->pool, &slot, receipt_checked, step));
}
