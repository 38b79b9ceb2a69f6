/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/verp.h"

#include "barometre/mail/address.h"

static void split(struct str address, struct str *ret_local, struct str *ret_domain)
{
	*ret_domain = address;
	(void)str_cut(ret_domain, '@', ret_local);
}

bool verp_check(const char *bounce_address, struct err *err)
{
	struct buf send = BUF_LIMIT(ADDRESS_MAX), compare = BUF_LIMIT(ADDRESS_MAX);
	struct str local = {0}, domain = {0};
	bool ok = address_normalise(str_of(bounce_address), &send, &compare, NULL) &&
		str_eq_nocase(buf_str(&send), str_of(bounce_address));

	buf_release(&send);
	buf_release(&compare);
	split(str_of(bounce_address), &local, &domain);
	if (!ok)
		return err_set(err, ERR_INVALID,
			"not an address in ASCII, such as \"retours@example.org\"");
	if (local.n > VERP_LOCAL_MAX)
		return err_set(err, ERR_INVALID,
			"at most %d characters before the @, because each return address adds \"+\" and %d more; take a shorter one",
			VERP_LOCAL_MAX, VERP_ID_CHARS);
	return domain.n + 65 <= ADDRESS_MAX ||
		err_set(err, ERR_INVALID, "its domain is too long");
}

bool verp_write(struct buf *out, const struct key *bounces, const char *bounce_address,
	const struct id16 *contact, struct err *err)
{
	struct str local = {0}, domain = {0};
	char text[VERP_ID_CHARS + 1];

	if (!verp_check(bounce_address, err))
		return false;
	struct bounce_id id = contact_bounce_id(bounces, contact);
	base32_write(text, id.b, sizeof(id.b));
	split(str_of(bounce_address), &local, &domain);
	buf_add(out, local);
	buf_addc(out, '+');
	buf_puts(out, text);
	buf_addc(out, '@');
	buf_add(out, domain);
	return true;
}

enum verp_reading verp_look(const struct key *bounces, const char *bounce_address,
	struct str recipient, struct id16 *ret_contact)
{
	struct str local = {0}, domain = {0}, our_local = {0}, our_domain = {0};
	struct bounce_id id;

	recipient = str_trim(recipient);
	if (recipient.n >= 2 && recipient.p[0] == '<' &&
		recipient.p[recipient.n - 1] == '>')
		recipient = (struct str){recipient.p + 1, recipient.n - 2};
	split(recipient, &local, &domain);
	split(str_of(bounce_address), &our_local, &our_domain);
	if (our_local.n == 0 || !domain.p || !str_eq_nocase(domain, our_domain) ||
		local.n <= our_local.n || local.p[our_local.n] != '+' ||
		!str_eq_nocase((struct str){local.p, our_local.n}, our_local))
		return VERP_OTHER;
	return base32_parse(
		       (struct str){local.p + our_local.n + 1, local.n - our_local.n - 1},
		       id.b, sizeof(id.b)) &&
			bounce_id_open(bounces, &id, ret_contact)
		? VERP_CONTACT
		: VERP_FORGED;
}
