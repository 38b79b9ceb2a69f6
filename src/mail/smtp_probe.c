/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/smtp_probe.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "smtp_relay.h"

#define REPLY_SECONDS 10

struct probing {
	struct smtp_probe *probe;
	bool hello; /* the answer to EHLO is being read */
};

static void put_printable(char *out, size_t size, struct str text)
{
	size_t n = 0;

	for (; n < text.n && n + 1 < size; n++)
		out[n] = text.p[n] >= ' ' && text.p[n] < 0x7F ? text.p[n] : '?';
	out[n] = '\0';
}

static void read_extension(struct smtp_probe *probe, struct str words)
{
	struct str first = {0};

	(void)str_cut(&words, ' ', &first);
	probe->starttls = probe->starttls || str_eq_nocase(first, STR("STARTTLS"));
	probe->auth_offered = probe->auth_offered || str_eq_nocase(first, STR("AUTH"));
}

/* Every reply line: three digits, "-" when more follow (RFC 5321 section 4.2). */
static size_t on_reply(char *line, size_t size, size_t count, void *arg)
{
	struct probing *p = arg;
	struct smtp_probe *probe = p->probe;
	struct str text = str_trim((struct str){line, size * count}), name = {0};
	uint64_t code = 0;

	if (text.n < 3 || !str_parse_u64((struct str){text.p, 3}, &code))
		return size * count;
	probe->code = (int)code;
	if (p->hello && code == 250 && text.n > 4) {
		struct str words = {text.p + 4, text.n - 4};

		read_extension(probe, words);
		if (!*probe->name && str_cut(&words, ' ', &name))
			put_printable(probe->name, sizeof(probe->name), name);
	}
	if (text.n == 3 || text.p[3] != '-')
		p->hello = false;
	return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static int on_trace(CURL *easy, curl_infotype type, char *data, size_t size, void *arg)
{
	struct probing *p = arg;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT &&
		str_starts((struct str){data, size}, STR("EHLO")))
		p->hello = true;
	return 0;
}

static void set_probe(CURL *easy, const struct smtp_options *given, struct probing *p)
{
	struct smtp_options options = *given;

	if (options.reply_seconds <= 0)
		options.reply_seconds = REPLY_SECONDS;
	smtp_relay_set(easy, &options);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, 2L * options.reply_seconds);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, p);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

static usec_t expiry_of(CURL *easy)
{
	static const char key[] = "Expire date:";
	struct curl_certinfo *all = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &all) != CURLE_OK || !all ||
		all->num_of_certs < 1)
		return 0;
	/* The first is the relay's own. */
	for (const struct curl_slist *one = all->certinfo[0]; one; one = one->next)
		if (str_starts(str_of(one->data), STR("Expire date:"))) {
			time_t at = curl_getdate(one->data + sizeof(key) - 1, NULL);

			return at > 0 ? (usec_t)at * USEC_PER_SEC : 0;
		}
	return 0;
}

static enum smtp_probe_end end_of(CURLcode result, bool connected)
{
	switch (result) {
	case CURLE_OK:
		return SMTP_PROBE_FIT;
	case CURLE_COULDNT_RESOLVE_HOST:
		return SMTP_PROBE_NO_HOST;
	case CURLE_COULDNT_CONNECT:
		return SMTP_PROBE_DOWN;
	case CURLE_OPERATION_TIMEDOUT:
		return connected ? SMTP_PROBE_SILENT : SMTP_PROBE_DOWN;
	case CURLE_USE_SSL_FAILED:
		return SMTP_PROBE_NO_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
		return SMTP_PROBE_UNTRUSTED;
	case CURLE_SSL_CACERT_BADFILE:
		return SMTP_PROBE_BAD_CA_FILE;
	case CURLE_LOGIN_DENIED:
		return SMTP_PROBE_LOGIN;
	default:
		return SMTP_PROBE_OTHER;
	}
}

void smtp_probe_run(const struct smtp_options *options, struct smtp_probe *ret)
{
	struct smtp_probe probe = {0};
	struct probing probing = {.probe = &probe};
	char words[CURL_ERROR_SIZE] = "";
	char *address = NULL;
	CURL *easy = NULL;
	CURLcode result;

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	easy = curl_easy_init();
	must(easy);
	set_probe(easy, options, &probing);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
	result = curl_easy_perform(easy);
	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
		put_printable(probe.address, sizeof(probe.address), str_of(address));
	probe.end = end_of(result, *probe.address != '\0');
	probe.secured = result == CURLE_OK &&
		(options->require_tls ||
			str_starts(str_of(options->url), STR("smtps://")));
	probe.logged_in = result == CURLE_OK && *options->user && probe.auth_offered;
	probe.expires = expiry_of(easy);
	put_printable(probe.words, sizeof(probe.words),
		str_of(*words || result == CURLE_OK ? words
						    : curl_easy_strerror(result)));
	/* Says QUIT. */
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	*ret = probe;
}
