/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "smtp_relay.h"

#define REPLY_SECONDS \
 300 /* RFC 5321 section 4.5.3.2: five minutes for most, ten for the dot */
#define REPLY_BYTES 200

struct smtp {
	struct loop *loop;
	struct timer *timer;
	CURLM *multi;
	char *url, *user, *password, *ca_file;
	bool require_tls;
	long connections, reply_seconds;
	struct transfer *transfers;
	size_t in_flight;
	enum smtp_trouble trouble; /* of the last one */
	bool calling;              /* a done is running */
};

/* The last command sent. A refusal means different things after each. */
enum phase {
	PHASE_RELAY,
	PHASE_SENDER,
	PHASE_RECIPIENT,
	PHASE_DATA
};

struct transfer {
	struct transfer *next, **link;
	struct smtp *smtp;
	CURL *easy;
	struct curl_slist *to;
	char *from, *message;
	size_t size, read;
	enum phase phase;
	bool ended; /* all of the message was handed over and curl goes on to the dot */
	bool concluded; /* a complete reply came after that */
	bool leaving;   /* QUIT was sent: what is answered to it decides nothing */
	int code;       /* of the last complete reply */
	char reply[REPLY_BYTES];
	smtp_done_fn *done;
	void *arg;
};

static void settle(struct smtp *);

static void on_ready(void *arg, bool readable, bool writable);

/* One for each socket that curl uses, kept by curl beside the socket. */
struct socket {
	struct smtp *smtp;
	struct watch *watch;
	curl_socket_t fd;
};

static void socket_free(struct socket *s)
{
	watch_free(s->watch);
	free(s);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *kept)
{
	struct smtp *smtp = arg;
	struct socket *s = kept;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s) {
			(void)curl_multi_assign(smtp->multi, fd, NULL);
			socket_free(s);
		}
		return 0;
	}
	if (!s) {
		s = x_calloc(1, sizeof(*s));
		s->smtp = smtp;
		s->fd = fd;
		s->watch = watch_new(smtp->loop, fd, on_ready, s);
		(void)curl_multi_assign(smtp->multi, fd, s);
	}
	watch_set(s->watch, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
	return 0;
}

static int on_timer_wanted(CURLM *multi, long milliseconds, void *arg)
{
	struct smtp *smtp = arg;

	(void)multi;
	if (milliseconds < 0)
		timer_stop(smtp->timer);
	else
		timer_start(smtp->timer, (usec_t)milliseconds * 1000, false);
	return 0;
}

static void on_ready(void *arg, bool readable, bool writable)
{
	/* The socket may be gone after the action. */
	const struct socket *s = arg;
	struct smtp *smtp = s->smtp;
	int running = 0;

	(void)curl_multi_socket_action(smtp->multi, s->fd,
		(readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0),
		&running);
	settle(smtp);
}

static void on_timer(void *arg)
{
	struct smtp *smtp = arg;
	int running = 0;

	(void)curl_multi_socket_action(smtp->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	settle(smtp);
}

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = t->size - t->read;

	if (n > size * count)
		n = size * count;
	/* Asked again after the last byte was taken by the socket: the dot comes next. */
	if (n == 0)
		t->ended = true;
	memcpy(out, t->message + t->read, n);
	t->read += n;
	return n;
}

/* Every reply line (RFC 5321 section 4.2: three digits, "-" when more follow). */
static size_t on_reply(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct str text = str_trim((struct str){line, size * count});
	uint64_t code = 0;
	size_t n = 0;

	if (t->leaving || text.n < 3 || !str_parse_u64((struct str){text.p, 3}, &code) ||
		(text.n > 3 && text.p[3] == '-'))
		return size * count;
	t->code = (int)code;
	for (size_t i = 0; i < text.n && n + 1 < REPLY_BYTES; i++)
		t->reply[n++] = text.p[i] >= ' ' && text.p[i] < 0x7F ? text.p[i] : '?';
	t->reply[n] = '\0';
	t->concluded = t->ended;
	return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

/* Tells the commands from each other; what else curl would trace is not looked at. */
static int on_trace(CURL *easy, curl_infotype type, char *data, size_t size, void *arg)
{
	struct transfer *t = arg;
	struct str text = {data, size};

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (str_starts(text, STR("MAIL FROM:")))
		t->phase = PHASE_SENDER;
	else if (str_starts(text, STR("RCPT TO:")))
		t->phase = PHASE_RECIPIENT;
	else if (str_starts(text, STR("DATA")))
		t->phase = PHASE_DATA;
	else if (str_starts(text, STR("QUIT")))
		t->leaving = true;
	return 0;
}

static enum smtp_outcome outcome_of(
	const struct transfer *t, CURLcode result, int *ret_code)
{
	*ret_code = t->code;
	if (result == CURLE_OK)
		return SMTP_SENT;
	if (t->ended && !t->concluded) {
		*ret_code = 0;
		return SMTP_UNKNOWN;
	}
	/* Taken, whatever happened to the connection afterwards. */
	if (t->concluded && t->code >= 200 && t->code < 300)
		return SMTP_SENT;
	if (t->code < 400) {
		*ret_code = 0;
		return SMTP_DEFERRED;
	}
	/* A time out or lost connection after an older refusal is not a refusal: that refusal
	 * would have ended the transfer itself. */
	bool decided = t->code >= 500 && t->phase >= PHASE_RECIPIENT;
	return decided ? SMTP_REFUSED : SMTP_DEFERRED;
}

/* Sources: curl's libcurl-errors(3); RFC 4954 section 6 (530, 534, 535, 538 are about the log-in). */
static enum smtp_trouble trouble_of(
	const struct transfer *t, CURLcode result, enum smtp_outcome outcome)
{
	if (outcome != SMTP_DEFERRED)
		return SMTP_TROUBLE_NONE;
	switch ((int)result) {
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_ENGINE_INITFAILED:
		return SMTP_TROUBLE_TLS;
	case CURLE_LOGIN_DENIED:
	case CURLE_AUTH_ERROR:
		return SMTP_TROUBLE_LOGIN;
	case CURLE_OPERATION_TIMEDOUT:
		return SMTP_TROUBLE_TIMEOUT;
	default:
		break;
	}
	if (t->code == 530 || t->code == 534 || t->code == 535 || t->code == 538)
		return SMTP_TROUBLE_LOGIN;
	return t->code >= 400 ? SMTP_TROUBLE_REPLY : SMTP_TROUBLE_CONNECTION;
}

const char *smtp_trouble_name(enum smtp_trouble trouble)
{
	static const char *const names[] = {
		"none", "connection", "tls", "login", "timeout", "reply"};

	return names[trouble];
}

enum smtp_trouble smtp_last_trouble(const struct smtp *smtp)
{
	return smtp->trouble;
}

static void transfer_free(struct transfer *t)
{
	if (t->next)
		t->next->link = t->link;
	*t->link = t->next;
	t->smtp->in_flight--;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->to);
	free(t->from);
	free(t->message);
	free(t);
}

/* Hands out what curl has finished. */
static void settle(struct smtp *smtp)
{
	int left = 0;
	CURLMsg *m = NULL;

	while ((m = curl_multi_info_read(smtp->multi, &left))) {
		char *kept = NULL;
		CURLcode result = m->data.result;
		CURL *easy = m->easy_handle;

		must(m->msg == CURLMSG_DONE);
		must(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &kept) == CURLE_OK);
		struct transfer *t = (void *)kept;
		int code = 0;
		enum smtp_outcome outcome = outcome_of(t, result, &code);
		smtp_done_fn *done = t->done;
		void *arg = t->arg;
		char reply[REPLY_BYTES];

		smtp->trouble = trouble_of(t, result, outcome);
		memcpy(reply, t->reply, sizeof(reply));
		must(curl_multi_remove_handle(smtp->multi, easy) == CURLM_OK);
		transfer_free(t);
		smtp->calling = true;
		done(arg, outcome, code, reply);
		smtp->calling = false;
	}
}

struct smtp *smtp_new(struct loop *loop, const struct smtp_options *options)
{
	struct smtp *smtp = x_calloc(1, sizeof(*smtp));

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	smtp->loop = loop;
	smtp->url = x_strdup(options->url);
	smtp->user = x_strdup(options->user);
	smtp->password = x_strdup(options->password);
	smtp->ca_file = x_strdup(options->ca_file);
	smtp->require_tls = options->require_tls;
	smtp->connections = options->connections > 0 ? options->connections : 1;
	smtp->reply_seconds = options->reply_seconds > 0 ? options->reply_seconds
							 : REPLY_SECONDS;
	smtp->timer = timer_new(loop, on_timer, smtp);
	smtp->multi = curl_multi_init();
	must(smtp->multi);
	curl_multi_setopt(smtp->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(smtp->multi, CURLMOPT_SOCKETDATA, smtp);
	curl_multi_setopt(smtp->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(smtp->multi, CURLMOPT_TIMERDATA, smtp);
	curl_multi_setopt(smtp->multi, CURLMOPT_MAX_HOST_CONNECTIONS, smtp->connections);
	curl_multi_setopt(smtp->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, smtp->connections);
	curl_multi_setopt(smtp->multi, CURLMOPT_MAXCONNECTS, smtp->connections);
	return smtp;
}

void smtp_free(struct smtp *smtp)
{
	if (!smtp)
		return;
	must(!smtp->calling);
	while (smtp->transfers) {
		(void)curl_multi_remove_handle(smtp->multi, smtp->transfers->easy);
		transfer_free(smtp->transfers);
	}
	(void)curl_multi_cleanup(smtp->multi);
	timer_free(smtp->timer);
	free(smtp->url);
	free(smtp->user);
	explicit_bzero(smtp->password, strlen(smtp->password));
	free(smtp->password);
	free(smtp->ca_file);
	free(smtp);
	curl_global_cleanup();
}

static void set_relay(CURL *easy, const struct smtp *smtp)
{
	const struct smtp_options options = {.url = smtp->url,
		.user = smtp->user,
		.password = smtp->password,
		.require_tls = smtp->require_tls,
		.ca_file = smtp->ca_file,
		.reply_seconds = (int)smtp->reply_seconds};

	smtp_relay_set(easy, &options);
}

void smtp_send(struct smtp *smtp, const char *from, const char *to, struct str message,
	smtp_done_fn *done, void *arg)
{
	struct transfer *t = x_calloc(1, sizeof(*t));
	SCOPED(free_char) char *path = x_printf("<%s>", to);

	t->smtp = smtp;
	t->done = done;
	t->arg = arg;
	t->from = x_printf("<%s>", from);
	t->message = str_dup(message);
	t->size = message.n;
	t->to = curl_slist_append(NULL, path);
	t->easy = curl_easy_init();
	must(t->to && t->easy);
	set_relay(t->easy, smtp);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, t->from);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->to);
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, on_trace);
	curl_easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	/* A relay that takes the message a byte at a time is cut off in the end. */
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT, 2 * smtp->reply_seconds);

	t->link = &smtp->transfers;
	t->next = smtp->transfers;
	if (t->next)
		t->next->link = &t->next;
	smtp->transfers = t;
	smtp->in_flight++;
	must(curl_multi_add_handle(smtp->multi, t->easy) == CURLM_OK);
}

size_t smtp_in_flight(const struct smtp *smtp)
{
	return smtp->in_flight;
}

size_t smtp_connections(const struct smtp *smtp)
{
	return (size_t)smtp->connections;
}
