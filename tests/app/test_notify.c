/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd hears of the service. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../src/app/notify.h"
#include "../support/temporary.h"
#include "barometre/app/duties.h"
#include "barometre/base/log.h"
#include "barometre/base/secret.h"

static char *folder, *path;
static int listener;

static int begin(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval patience = {5, 0};

	(void)state;
	folder = temporary_folder();
	path = x_printf("%s/notify", folder);
	must(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ==
		0);
	return bind(listener, (const struct sockaddr *)(const void *)&address,
		sizeof(address));
}

static int end(void **state)
{
	(void)state;
	(void)close(listener);
	temporary_remove(folder);
	free(folder);
	free(path);
	return 0;
}

static void hears(const char *wanted)
{
	char text[200] = "";

	assert_true(recv(listener, text, sizeof(text) - 1, 0) > 0);
	assert_memory_equal(text, wanted, strlen(wanted));
}

static void each_state_is_one_message(void **state)
{
	struct notify notify;

	(void)state;
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	notify_open(&notify);
	notify_say(&notify, "READY=1");
	hears("READY=1");
	notify_reloading(&notify);
	hears("RELOADING=1\nMONOTONIC_USEC=");
	notify_say(&notify, "STOPPING=1");
	hears("STOPPING=1");
	/* No other process speaks for the service. */
	assert_null(getenv("NOTIFY_SOCKET"));
}

static void without_systemd_nothing_is_said(void **state)
{
	static const char *const names[] = {"", "@", "relative/path"};
	struct notify notify;

	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	notify_open(&notify);
	assert_int_equal(notify.size, 0);
	notify_say(&notify, "READY=1");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", names[i], 1), 0);
		notify_open(&notify);
		assert_int_equal(notify.size, 0);
	}
	assert_int_equal(recv(listener, (char[8]){0}, 8, MSG_DONTWAIT), -1);
}

static void a_socket_that_is_gone_is_no_error(void **state)
{
	char *gone SCOPED(free_char) = x_printf("%s/gone", folder);
	struct notify notify;

	(void)state;
	assert_int_equal(setenv("NOTIFY_SOCKET", gone, 1), 0);
	notify_open(&notify);
	notify_say(&notify, "READY=1");
	assert_true(notify.size > 0);
}

/* ---- the service itself: no database is there, the sites say so, and it is up ---- */

static void drop_line(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static int serve(char *keys)
{
	char database[] = "host=/nonexistent dbname=none", listen[] = "127.0.0.1:0",
	     url[] = "http://127.0.0.1", none[] = "";
	const struct config config = {
		.database = database,
		.key_directory = keys,
		.public_listen = listen,
		.staff_listen = listen,
		.public_url = url,
		.staff_url = url,
		.organisation = none,
		.contact_address = none,
		.smtp_url = none,
		.smtp_password_file = none,
		.trusted_proxy = none,
		.max_connections = 16,
		.web_workers = 1,
	};

	log_capture(drop_line, NULL);
	return daemon_run(&config);
}

static void the_service_says_how_it_stands(void **state)
{
	char *keys SCOPED(free_char) = x_printf("%s/keys", folder);
	int status;
	pid_t child;

	(void)state;
	secret_init();
	assert_int_equal(mkdir(keys, 0700), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	fflush(NULL);
	child = fork();
	if (child == 0)
		_exit(serve(keys));
	hears("READY=1");
	assert_int_equal(kill(child, SIGHUP), 0);
	hears("RELOADING=1\nMONOTONIC_USEC=");
	hears("READY=1");
	assert_int_equal(kill(child, SIGTERM), 0);
	hears("STOPPING=1");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_is_one_message),
		cmocka_unit_test(without_systemd_nothing_is_said),
		cmocka_unit_test(a_socket_that_is_gone_is_no_error),
		cmocka_unit_test(the_service_says_how_it_stands),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
