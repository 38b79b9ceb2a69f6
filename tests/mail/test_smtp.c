/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "../support/temporary.h"
#include "barometre/mail/smtp.h"
#include "relay.h"

#define MOST 64

/* What came of each message of a test, in the order of completion. */
struct result {
	struct play *play;
	int calls;
	enum smtp_outcome outcome;
	enum smtp_trouble trouble;
	int code;
	char reply[256];
};
struct play {
	struct loop *loop;
	struct smtp *smtp;
	struct result results[MOST];
	size_t sent, done;
	bool in_send;
};

static void give_up(void *arg)
{
	(void)arg;
	fail_msg("no answer in a minute");
}

static void on_done(void *arg, enum smtp_outcome outcome, int code, const char *reply)
{
	struct result *r = arg;
	assert_false(r->play->in_send);
	r->calls++;
	r->outcome = outcome;
	r->code = code;
	r->trouble = smtp_last_trouble(r->play->smtp);
	(void)snprintf(r->reply, sizeof(r->reply), "%s", reply);
	if (++r->play->done == r->play->sent)
		loop_stop(r->play->loop);
}

static struct result *send_one(
	struct play *play, const char *from, const char *to, struct str message)
{
	struct result *r = &play->results[play->sent++];
	assert_true(play->sent <= MOST);
	r->play = play;
	play->in_send = true;
	smtp_send(play->smtp, from, to, message, on_done, r);
	play->in_send = false;
	return r;
}

static void play_start(struct play *play, const struct smtp_options *options)
{
	*play = (struct play){.loop = loop_new()};
	play->smtp = smtp_new(play->loop, options);
}

static void play_run(struct play *play)
{
	struct timer *timer = timer_new(play->loop, give_up, NULL);
	timer_start(timer, USEC_PER_MIN, false);
	loop_run(play->loop);
	timer_free(timer);
	assert_int_equal(play->done, play->sent);
	assert_int_equal(smtp_in_flight(play->smtp), 0);
	for (size_t i = 0; i < play->sent; i++)
		assert_int_equal(play->results[i].calls, 1);
}

static void play_end(struct play *play)
{
	smtp_free(play->smtp);
	loop_free(play->loop);
}

static struct smtp_options plain_options(char *url)
{
	return (struct smtp_options){.url = url,
		.user = "",
		.password = "",
		.ca_file = "",
		.connections = 2,
		.reply_seconds = 20};
}

#define MESSAGE STR("Subject: x\r\n\r\nBonjour,\r\n.un point\r\n..deux\r\n.\r\nfin\r\n")

static const char *const no_arguments[] = {NULL};

static void test_each_reply_has_its_outcome(void **state)
{
	static const struct {
		const char *from, *to;
		enum smtp_outcome outcome;
		int code;
	} table[] = {
		{"b@example.org", "taken@example.org", SMTP_SENT, 250},
		{"b@example.org", "refuse@example.org", SMTP_REFUSED, 550},
		{"b@example.org", "later@example.org", SMTP_DEFERRED, 451},
		{"b@example.org", "shut@example.org", SMTP_DEFERRED, 421},
		{"b@example.org", "nodata@example.org", SMTP_DEFERRED, 0},
		{"b@example.org", "dot@example.org", SMTP_UNKNOWN, 0},
		{"b@example.org", "full@example.org", SMTP_DEFERRED, 452},
		{"b@example.org", "spam@example.org", SMTP_REFUSED, 554},
		{"nobody@example.org", "taken@example.org", SMTP_DEFERRED, 550},
		{"b@example.org", "taken@example.org", SMTP_SENT, 250},
	};
	(void)state;
	struct relay relay = relay_start(no_arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	play_start(&play, &options);
	assert_int_equal(smtp_connections(play.smtp), 2);
	for (size_t i = 0; i < COUNT_OF(table); i++)
		send_one(&play, table[i].from, table[i].to, MESSAGE);
	assert_int_equal(smtp_in_flight(play.smtp), COUNT_OF(table));
	play_run(&play);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct result *r = &play.results[i];
		if (r->outcome != table[i].outcome || r->code != table[i].code)
			fail_msg("%s to %s: outcome %d code %d (%s)", table[i].from,
				table[i].to, (int)r->outcome, r->code, r->reply);
	}
	assert_string_equal(play.results[0].reply, "250 2.0.0 Ok: queued as 4XAMPLE");
	assert_non_null(strstr(play.results[1].reply, "550 5.1.1 "));
	play_end(&play);
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message taken "), 2);
	/* Bytes arrive as they were: dots stuffed and taken off again. */
	SCOPED(free_char) char *seen = x_printf("message taken %zu ", MESSAGE.n);
	assert_int_equal(relay_saw(&relay, seen), 2);
	free(relay.events);
}

/* The connection goes after 354: whatever is said of it, it is not "sent", and not "refused". */
static void test_cut_in_the_middle(void **state)
{
	(void)state;
	struct relay relay = relay_start(no_arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;
	char *big = x_alloc(4 << 20);

	for (size_t i = 0; i < (size_t)4 << 20; i++)
		big[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x';
	play_start(&play, &options);
	/* Too big for the socket's buffer, so that the end is never handed over. */
	const struct result *r = send_one(&play, "b@example.org", "middle@example.org",
		(struct str){big, (size_t)4 << 20});
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_DEFERRED);
	play_end(&play);
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message"), 0);
	free(relay.events);
	free(big);
}

static void test_silence_after_the_dot_is_unknown(void **state)
{
	(void)state;
	struct relay relay = relay_start(no_arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	options.reply_seconds = 1;
	play_start(&play, &options);
	const struct result *r = send_one(
		&play, "b@example.org", "toolate@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_UNKNOWN);
	play_end(&play);
	relay_stop(&relay);
	free(relay.events);
}

static void test_a_relay_that_refuses_everybody_uses_up_nobody(void **state)
{
	static const char *const arguments[] = {"--greeting", "554 no service", NULL};
	(void)state;
	struct relay relay = relay_start(arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	play_start(&play, &options);
	const struct result *r = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_DEFERRED);
	assert_int_equal(r->code, 554);
	assert_int_equal(r->trouble, SMTP_TROUBLE_REPLY);
	play_end(&play);
	relay_stop(&relay);
	free(relay.events);
}

static void test_no_relay_there(void **state)
{
	(void)state;
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", free_port());
	struct smtp_options options = plain_options(url);
	struct play play;

	play_start(&play, &options);
	const struct result *r = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_DEFERRED);
	assert_int_equal(r->code, 0);
	assert_int_equal(r->trouble, SMTP_TROUBLE_CONNECTION);
	play_end(&play);
}

/* It takes the connection and never greets. */
static void test_a_silent_relay_is_a_time_out(void **state)
{
	(void)state;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *address = (void *)&a;
	socklen_t n = sizeof(a);

	assert_int_equal(bind(fd, address, n), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, address, &n), 0);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", ntohs(a.sin_port));
	struct smtp_options options = plain_options(url);
	struct play play;

	options.reply_seconds = 1;
	play_start(&play, &options);
	const struct result *r = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_DEFERRED);
	assert_int_equal(r->trouble, SMTP_TROUBLE_TIMEOUT);
	play_end(&play);
	(void)close(fd);
}

static void test_connections_are_used_again(void **state)
{
	(void)state;
	struct relay relay = relay_start(no_arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	options.connections = 3;
	play_start(&play, &options);
	for (size_t i = 0; i < 40; i++)
		send_one(&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(play.results[i].outcome, SMTP_SENT);
	play_end(&play);
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message taken"), 40);
	assert_true(relay_saw(&relay, "connection") <= 3);
	free(relay.events);
}

static void test_s1_tls_and_login(void **state)
{
	SCOPED(free_char) char *folder = temporary_folder();
	(void)state;
	const char *const arguments[] = {"--tls", folder, "--auth", "moi:secret", NULL};
	struct relay relay = relay_start(arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	SCOPED(free_char) char *ca = x_printf("%s/relay.pem", folder);
	struct smtp_options options = plain_options(url);
	struct play play;

	options.require_tls = true;
	options.user = "moi";
	options.password = "secret";
	/* Not a certificate of the system's. */
	play_start(&play, &options);
	const struct result *untrusted = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(untrusted->outcome, SMTP_DEFERRED);
	assert_int_equal(untrusted->code, 0);
	assert_int_equal(untrusted->trouble, SMTP_TROUBLE_TLS);
	play_end(&play);

	options.ca_file = ca;
	play_start(&play, &options);
	const struct result *sent = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(sent->outcome, SMTP_SENT);
	assert_int_equal(sent->trouble, SMTP_TROUBLE_NONE);
	play_end(&play);

	options.password = "faux";
	play_start(&play, &options);
	const struct result *denied = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(denied->outcome, SMTP_DEFERRED);
	assert_int_equal(denied->code, 535);
	assert_int_equal(denied->trouble, SMTP_TROUBLE_LOGIN);
	assert_string_equal(smtp_trouble_name(denied->trouble), "login");
	play_end(&play);

	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message taken"), 1);
	assert_int_equal(relay_saw(&relay, "clear-mail"), 0);
	assert_int_equal(relay_saw(&relay, "auth moi"), 2);
	free(relay.events);
	assert_true(temporary_remove(folder));
}

static void test_s1_nothing_in_clear_when_tls_is_not_offered(void **state)
{
	static const char *const arguments[] = {"--auth", "moi:secret", NULL};
	(void)state;
	struct relay relay = relay_start(arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	options.require_tls = true;
	options.user = "moi";
	options.password = "secret";
	play_start(&play, &options);
	const struct result *r = send_one(
		&play, "b@example.org", "taken@example.org", MESSAGE);
	play_run(&play);
	assert_int_equal(r->outcome, SMTP_DEFERRED);
	assert_int_equal(r->trouble, SMTP_TROUBLE_TLS);
	play_end(&play);
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "clear-mail"), 0);
	assert_int_equal(relay_saw(&relay, "auth"), 0);
	assert_int_equal(relay_saw(&relay, "message"), 0);
	free(relay.events);
}

static void never(void *arg, enum smtp_outcome outcome, int code, const char *reply)
{
	(void)arg;
	(void)outcome;
	(void)code;
	(void)reply;
	fail_msg("a done after smtp_free");
}

static void test_free_is_silent(void **state)
{
	(void)state;
	struct relay relay = relay_start(no_arguments);
	SCOPED(free_char) char *url = x_printf("smtp://127.0.0.1:%d", relay.port);
	struct smtp_options options = plain_options(url);
	struct play play;

	play_start(&play, &options);
	for (int i = 0; i < 5; i++)
		smtp_send(play.smtp, "b@example.org", "taken@example.org", MESSAGE, never,
			NULL);
	play_end(&play);
	relay_stop(&relay);
	assert_int_equal(relay_saw(&relay, "message"), 0);
	free(relay.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_reply_has_its_outcome),
		cmocka_unit_test(test_cut_in_the_middle),
		cmocka_unit_test(test_silence_after_the_dot_is_unknown),
		cmocka_unit_test(test_a_relay_that_refuses_everybody_uses_up_nobody),
		cmocka_unit_test(test_no_relay_there),
		cmocka_unit_test(test_a_silent_relay_is_a_time_out),
		cmocka_unit_test(test_connections_are_used_again),
		cmocka_unit_test(test_s1_tls_and_login),
		cmocka_unit_test(test_s1_nothing_in_clear_when_tls_is_not_offered),
		cmocka_unit_test(test_free_is_silent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
