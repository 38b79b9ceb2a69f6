/* SPDX-License-Identifier: Apache-2.0 */
/* bounce_box.c - reports from an IMAP mailbox. */
#include "barometre/mail/bounce_box.h"

#include <curl/curl.h>

#include "barometre/mail/bounce.h"

#define CONNECT_SECONDS 30L
#define ANSWER_SECONDS 60L
#define TRANSFER_SECONDS 300L
#define SEARCH_BYTES (1 << 20)

struct session {
	CURL *easy;
	char *url; /* ends with the mailbox */
	struct buf answer;
};

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
	struct buf *out = arg;
	size_t n = size * count, room = out->max - out->n;

	/* Partial fetches are bounded by the server; one that does not know them is bounded here. */
	buf_bytes(out, data, n < room ? n : room);
	return n;
}

/* Source: curl's libcurl-errors(3). */
static enum bounce_imap_end end_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return BOUNCE_IMAP_FIT;
	case CURLE_LOGIN_DENIED:
		return BOUNCE_IMAP_LOGIN;
	case CURLE_SSL_CACERT_BADFILE:
		return BOUNCE_IMAP_CA_FILE;
	case CURLE_USE_SSL_FAILED:
		return BOUNCE_IMAP_NO_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		return BOUNCE_IMAP_UNTRUSTED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return BOUNCE_IMAP_URL;
	case CURLE_QUOTE_ERROR:
	case CURLE_REMOTE_ACCESS_DENIED:
		return BOUNCE_IMAP_MAILBOX;
	case CURLE_COULDNT_RESOLVE_HOST:
		return BOUNCE_IMAP_NO_HOST;
	default:
		return BOUNCE_IMAP_AWAY;
	}
}

static bool failed(CURLcode code, const char *what, struct err *err)
{
	switch (end_of(code)) {
	case BOUNCE_IMAP_LOGIN:
		return err_set(err, ERR_DENIED,
			"the IMAP server refuses the log-in: check bounce_imap_user and bounce_imap_password_file");
	case BOUNCE_IMAP_UNTRUSTED:
	case BOUNCE_IMAP_CA_FILE:
	case BOUNCE_IMAP_NO_TLS:
		return err_set(err, ERR_BROKEN,
			"no trusted TLS with the IMAP server (%s): check its certificate and its name in bounce_imap_url, or set bounce_imap_ca_file",
			curl_easy_strerror(code));
	case BOUNCE_IMAP_URL:
		return err_set(err, ERR_INVALID,
			"bounce_imap_url must be like \"imaps://host/INBOX\"");
	case BOUNCE_IMAP_MAILBOX:
		return err_set(err, ERR_BROKEN,
			"the IMAP server refuses to %s: check that the mailbox of bounce_imap_url exists and can be written",
			what);
	case BOUNCE_IMAP_NO_HOST:
	case BOUNCE_IMAP_AWAY:
	case BOUNCE_IMAP_FIT:
	default:
		return err_set(err, ERR_BUSY, "cannot %s at the IMAP server: %s", what,
			curl_easy_strerror(code));
	}
}

/* `command` NULL fetches the message of `path`. */
static CURLcode ask(struct session *s, const char *path, const char *command, size_t most)
{
	SCOPED(free_char) char *url = x_printf("%s%s", s->url, path);

	buf_clear(&s->answer);
	s->answer.max = most;
	curl_easy_setopt(s->easy, CURLOPT_URL, url);
	curl_easy_setopt(s->easy, CURLOPT_CUSTOMREQUEST, command);
	return curl_easy_perform(s->easy);
}

static void session_begin(struct session *s, const struct bounce_imap *options)
{
	struct str rest = str_of(options->url);
	const char *path = strstr(options->url, "://");

	while (rest.n > 0 && rest.p[rest.n - 1] == '/')
		rest.n--;
	path = path ? memchr(path + 3, '/', strlen(path + 3)) : NULL;
	s->url = x_printf("%.*s%s", (int)rest.n, rest.p,
		path && (size_t)(path - rest.p) < rest.n ? "" : "/INBOX");
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	s->easy = curl_easy_init();
	must(s->easy);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	curl_easy_setopt(s->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (*options->ca_file) {
		curl_easy_setopt(s->easy, CURLOPT_CAINFO, options->ca_file);
		curl_easy_setopt(s->easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(s->easy, CURLOPT_USERNAME, options->user);
	curl_easy_setopt(s->easy, CURLOPT_PASSWORD, options->password);
	/* The environment has no say in where passwords go. */
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(s->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(s->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_SECONDS);
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, TRANSFER_SECONDS);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, &s->answer);
}

static void session_end(struct session *s)
{
	curl_easy_cleanup(s->easy);
	curl_global_cleanup();
	buf_release(&s->answer);
	free_char(&s->url);
}

/* The numbers of "* SEARCH 4 7 12": the next one, 0 at the end. Other lines may come between, "* 12 EXISTS". A line that the bound has cut is
 * read without its last number, which comes first the next time. */
struct numbers {
	struct str lines, words;
};

static uint64_t next_number(struct numbers *n)
{
	struct str word = {0};
	uint64_t number = 0;

	for (;;) {
		while (n->words.n > 0) {
			bool whole = memchr(n->words.p, ' ', n->words.n) ||
				n->words.p[n->words.n - 1] == '\r';

			(void)str_cut(&n->words, ' ', &word);
			if (whole && str_parse_u64(str_trim(word), &number) &&
				number > 0 && number <= UINT32_MAX)
				return number;
		}
		if (n->lines.n == 0 || !str_cut(&n->lines, '\n', &n->words))
			return 0;
		if (!str_starts(n->words, STR("* SEARCH")))
			n->words = (struct str){0};
	}
}

static bool read_one(struct session *s, unsigned long uid, bounce_take_fn *take,
	void *arg, struct err *err)
{
	SCOPED(free_char)
	char *path = x_printf(";UID=%lu/;PARTIAL=0.%u", uid, BOUNCE_MESSAGE_BYTES);
	SCOPED(free_char)
	char *mark = x_printf("UID STORE %lu +FLAGS.SILENT (\\Seen \\Answered)", uid);
	CURLcode code = ask(s, path, NULL, BOUNCE_MESSAGE_BYTES);

	/* Moved or deleted by somebody meanwhile. */
	if (code == CURLE_REMOTE_FILE_NOT_FOUND)
		return true;
	if (code != CURLE_OK)
		return failed(code, "fetch a message", err);
	if (!take(arg, buf_str(&s->answer), err))
		return false;
	code = ask(s, "", mark, SEARCH_BYTES);
	return code == CURLE_OK || failed(code, "mark a message as read", err);
}

bool bounce_read_imap(const struct bounce_imap *options, size_t most,
	bounce_take_fn *take, void *arg, struct err *err)
{
	struct session s = {.answer = BUF_LIMIT(SEARCH_BYTES)};
	struct buf found = BUF_LIMIT(SEARCH_BYTES);
	struct numbers numbers = {0};
	uint64_t uid = 0;
	bool ok = true;

	session_begin(&s, options);
	CURLcode code = ask(&s, "", "UID SEARCH UNANSWERED UNDELETED", SEARCH_BYTES);
	ok = code == CURLE_OK || failed(code, "search", err);
	buf_add(&found, buf_str(&s.answer));
	numbers.lines = buf_str(&found);
	while (ok && most-- > 0 && (uid = next_number(&numbers)) > 0)
		ok = read_one(&s, (unsigned long)uid, take, arg, err);
	session_end(&s);
	buf_release(&found);
	return ok;
}

/* ---- only looking ---- */

/* "EXAMINE \"INBOX\"" of what stands behind the host; a string of RFC 3501 section 4.3. NULL: a name that is none. Cuts s->url there. */
static char *examine_command(struct session *s)
{
	char *path = strstr(s->url, "://");
	SCOPED(buf_release) struct buf command = BUF_LIMIT(2000);
	int n = 0;

	path = path ? strchr(path + 3, '/') : NULL;
	if (!path)
		return NULL;
	char *name = curl_easy_unescape(
		s->easy, path + 1, (int)strcspn(path + 1, ";?#"), &n);
	path[1] = '\0';
	buf_puts(&command, "EXAMINE \"");
	for (int i = 0; i < n; i++) {
		if (name[i] == '"' || name[i] == '\\')
			buf_addc(&command, '\\');
		buf_addc(&command, name[i]);
	}
	buf_puts(&command, "\"");
	/* A line of its own in the name would be a command of its own. */
	bool plain = n > 0 && (int)strcspn(name, "\r\n") == n;
	curl_free(name);
	return plain ? buf_take(&command) : NULL;
}

/* Of "* 12 EXISTS". */
static int64_t messages_in(struct str lines)
{
	struct str line = {0}, word = {0};
	uint64_t n = 0;

	while (str_cut(&lines, '\n', &line))
		if (str_starts(line, STR("* ")) && str_cut(&line, ' ', &word) &&
			str_cut(&line, ' ', &word) && str_parse_u64(word, &n) &&
			str_eq_nocase(str_trim(line), STR("EXISTS")) && n <= UINT32_MAX)
			return (int64_t)n;
	return -1;
}

void bounce_probe_imap(
	const struct bounce_imap *options, int seconds, struct bounce_imap_probe *ret)
{
	struct session s = {.answer = BUF_LIMIT(SEARCH_BYTES)};
	CURLcode code = CURLE_URL_MALFORMAT;

	session_begin(&s, options);
	curl_easy_setopt(s.easy, CURLOPT_CONNECTTIMEOUT, (long)seconds);
	curl_easy_setopt(s.easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)seconds);
	curl_easy_setopt(s.easy, CURLOPT_TIMEOUT, 3L * seconds);
	SCOPED(free_char) char *command = examine_command(&s);
	if (command)
		code = ask(&s, "", command, SEARCH_BYTES);
	*ret = (struct bounce_imap_probe){.end = end_of(code),
		.words = curl_easy_strerror(code),
		.messages = messages_in(buf_str(&s.answer))};
	session_end(&s);
}
