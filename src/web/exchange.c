/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "exchange_private.h"

#define MAX_FIELDS 2000

struct exchange_memory {
	struct exchange_memory *next;
	max_align_t bytes[];
};

struct exchange_cleanup {
	struct exchange_cleanup *next;
	void (*fn)(void *);
	void *arg;
};

struct exchange *exchange_new(const struct http_message *message,
	void (*put)(void *owner, struct reply_part *part), void *owner)
{
	struct exchange *ex = x_calloc(1, sizeof(*ex));
	ex->message = message;
	ex->put = put;
	ex->owner = owner;
	ex->fd = -1;
	ex->language = language_french();
	ex->headers.max = 16 * 1024;
	ex->field_text.max = message->body.n;
	return ex;
}

void exchange_set_language(struct exchange *ex, const struct language *language)
{
	ex->language = language;
}

const struct language *exchange_language(const struct exchange *ex)
{
	return ex->language;
}

void exchange_set_form(struct exchange *ex, const struct form *form)
{
	ex->form = form;
}

const struct form *exchange_form(const struct exchange *ex)
{
	return ex->form;
}

static void run_all(struct exchange_cleanup *list)
{
	for (; list; list = list->next)
		list->fn(list->arg);
}

void exchange_free(struct exchange *ex)
{
	if (!ex)
		return;
	run_all(ex->on_free);
	while (ex->memory) {
		struct exchange_memory *next = ex->memory->next;
		free(ex->memory);
		ex->memory = next;
	}
	buf_release(&ex->headers);
	buf_wipe(&ex->field_text);
	free(ex->pairs);
	free(ex);
}

void exchange_gone(struct exchange *ex)
{
	if (ex->call)
		db_call_cancel(TAKE(ex->call));
	ex->replied = true; /* a reply from on_gone would go nowhere */
	struct exchange_cleanup *list = TAKE(ex->on_gone);
	run_all(list);
	exchange_free(ex);
}

const struct http_message *exchange_request(const struct exchange *ex)
{
	return ex->message;
}

struct str exchange_path(const struct exchange *ex)
{
	return ex->message->path;
}

bool exchange_peer(const struct exchange *ex, unsigned char ret_address[16])
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer = {
		.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(peer);
	unsigned char address[16] = {[10] = 0xff, [11] = 0xff};

	if (ex->fd >= 0 && getpeername(ex->fd, &peer.any, &size) != 0)
		return false;
	if (peer.any.sa_family == AF_INET)
		memcpy(address + 12, &peer.v4.sin_addr, 4);
	else if (peer.any.sa_family == AF_INET6)
		memcpy(address, &peer.v6.sin6_addr, 16);
	else
		return false;
	memcpy(ret_address, address, sizeof(address));
	return true;
}

void *exchange_alloc(struct exchange *ex, size_t size)
{
	must(size < SIZE_MAX - sizeof(struct exchange_memory));
	struct exchange_memory *memory = x_calloc(1, sizeof(*memory) + size);
	memory->next = ex->memory;
	ex->memory = memory;
	return memory->bytes;
}

char *exchange_strdup(struct exchange *ex, struct str s)
{
	char *copy = exchange_alloc(ex, s.n + 1);
	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

static void push(struct exchange *ex, struct exchange_cleanup **list, void (*fn)(void *),
	void *arg)
{
	struct exchange_cleanup *item = exchange_alloc(ex, sizeof(*item));
	*item = (struct exchange_cleanup){*list, fn, arg};
	*list = item;
}

void exchange_on_free(struct exchange *ex, void (*fn)(void *), void *arg)
{
	push(ex, &ex->on_free, fn, arg);
}

void exchange_on_gone(struct exchange *ex, loop_fn *fn, void *arg)
{
	push(ex, &ex->on_gone, fn, arg);
}

void exchange_keep_call(struct exchange *ex, struct db_call *call)
{
	/* A call may be refused at once: its `done` still runs, and there is still
	 * something to cancel. */
	ex->call = call;
}

/* Cookie: a=b; c=d (RFC 6265 4.2.1); some values stand in double quotes. */
struct str exchange_cookie(const struct exchange *ex, const char *name)
{
	struct str wanted = str_of(name);
	for (size_t i = 0; i < ex->message->header_count; i++) {
		if (!str_eq_nocase(ex->message->headers[i].name, STR("Cookie")))
			continue;
		struct str rest = ex->message->headers[i].value, pair, key;
		while (str_cut(&rest, ';', &pair)) {
			(void)str_cut(&pair, '=', &key);
			if (!pair.p || !str_eq(str_trim(key), wanted))
				continue;
			struct str value = str_trim(pair);
			if (value.n >= 2 && value.p[0] == '"' &&
				value.p[value.n - 1] == '"')
				value = (struct str){value.p + 1, value.n - 2};
			return value;
		}
	}
	return (struct str){NULL, 0};
}

/* application/x-www-form-urlencoded; charset=utf-8 (RFC 9110 8.3.1) */
static bool is_form_type(struct str type)
{
	struct str rest = type, head, name;
	if (!str_cut(&rest, ';', &head) ||
		!str_eq_nocase(str_trim(head), STR("application/x-www-form-urlencoded")))
		return false;
	while (str_cut(&rest, ';', &head)) {
		(void)str_cut(&head, '=', &name);
		struct str value = head.p ? str_trim(head) : STR("");
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct str){value.p + 1, value.n - 2};
		if (str_eq_nocase(str_trim(name), STR("charset")) &&
			!str_eq_nocase(value, STR("utf-8")) &&
			!str_eq_nocase(value, STR("utf8")))
			return false;
	}
	return true;
}

static bool parse_fields(struct exchange *ex, struct err *err)
{
	struct str body = ex->message->body;
	struct str type = http_header_find(ex->message, "Content-Type");
	if (!body.n && !type.p)
		return true; /* a form without any field */
	if (!is_form_type(type))
		return err_set(err, ERR_INVALID,
			"le formulaire a été envoyé sous une forme que ce site ne lit pas");
	size_t count = 1;
	for (size_t i = 0; i < body.n; i++)
		count += body.p[i] == '&';
	if (count > MAX_FIELDS)
		return err_set(
			err, ERR_LIMIT, "le formulaire envoyé compte trop de champs");
	ex->pairs = x_calloc(count, sizeof(*ex->pairs));
	if (!urlencoded_parse(body, &ex->field_text, ex->pairs, count, &ex->pair_count))
		return err_set(err, ERR_INVALID,
			"le formulaire est arrivé abîmé : il contient des caractères illisibles");
	return true;
}

bool exchange_fields(struct exchange *ex, const struct form_pair **ret, size_t *ret_count,
	struct err *err)
{
	if (!ex->fields_parsed) {
		ex->fields_parsed = true;
		ex->fields_right = parse_fields(ex, &ex->fields_err);
	}
	if (!ex->fields_right)
		return err_set(err, ex->fields_err.code, "%s", ex->fields_err.text);
	*ret = ex->pairs;
	*ret_count = ex->pair_count;
	return true;
}

struct str exchange_field(struct exchange *ex, const char *name)
{
	const struct form_pair *pairs = NULL;
	size_t count = 0;
	if (exchange_fields(ex, &pairs, &count, NULL))
		for (size_t i = 0; i < count; i++)
			if (str_eq_z(pairs[i].name, name))
				return pairs[i].value;
	return (struct str){NULL, 0};
}

/* scheme://host[:port] of an address, without what follows. */
static struct str origin_of(struct str url)
{
	for (size_t i = 0, slashes = 0; i < url.n; i++)
		if (url.p[i] == '/' && ++slashes == 3)
			return (struct str){url.p, i};
	return url;
}

bool exchange_is_same_origin(const struct exchange *ex, const char *site_url)
{
	struct str site = http_header_find(ex->message, "Sec-Fetch-Site");
	if (site.p)
		return str_eq_z(site, "same-origin") || str_eq_z(site, "none");
	struct str origin = http_header_find(ex->message, "Origin");
	if (!origin.p || str_eq_z(origin, "null"))
		return true;
	return str_eq_nocase(origin, origin_of(str_of(site_url)));
}
