/* SPDX-License-Identifier: Apache-2.0 */
/* dovecot.h - a real Dovecot for one test program: an IMAP server with and without STARTTLS, and the Maildir it serves. */
#ifndef TESTS_MAIL_DOVECOT_H
#define TESTS_MAIL_DOVECOT_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/temporary.h"
#include "barometre/base/mem.h"

/* User "retours", password "secret". */
static struct {
	char *folder, *box, *ca, *url, *tls_url;
	pid_t pid;
} dovecot;

/* Its socket is not listening; closed, the port is free. */
static inline int bound_port(int *ret_fd)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*ret_fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&a, &n), 0);
	return ntohs(a.sin_port);
}

static inline bool answers(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	(void)close(fd);
	return ok;
}

/* False: none is installed. */
static inline bool start_dovecot(void)
{
	int fds[2], status = 0;
	int port = bound_port(&fds[0]), tls_port = bound_port(&fds[1]);
	SCOPED(free_char) char *port_text = x_printf("%d", port);
	SCOPED(free_char) char *tls_text = x_printf("%d", tls_port);
	SCOPED(free_char) char *script = x_printf("%s/tests/mail/dovecot", SOURCE_DIR);

	dovecot.folder = temporary_folder();
	dovecot.box = x_printf("%s/box", dovecot.folder);
	dovecot.ca = x_printf("%s/ca.pem", dovecot.folder);
	dovecot.url = x_printf("imap://localhost:%d/INBOX", port);
	dovecot.tls_url = x_printf("imaps://localhost:%d", tls_port);
	(void)close(fds[0]);
	(void)close(fds[1]);
	fflush(NULL);
	dovecot.pid = fork();
	if (dovecot.pid == 0) {
		(void)execl(script, script, dovecot.folder, port_text, tls_text,
			(char *)NULL);
		_exit(77);
	}
	for (int i = 0; i < 300; i++) {
		if (answers(port) && answers(tls_port))
			return true;
		if (waitpid(dovecot.pid, &status, WNOHANG) == dovecot.pid) {
			dovecot.pid = 0;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
				return false;
			fail_msg("Dovecot ended with %d", status);
		}
		(void)usleep(100000);
	}
	fail_msg("Dovecot does not answer");
	return false;
}

static inline int end_dovecot(void **state)
{
	(void)state;
	if (dovecot.pid > 0) {
		(void)kill(dovecot.pid, SIGTERM);
		(void)waitpid(dovecot.pid, NULL, 0);
	}
	if (dovecot.folder)
		temporary_remove(dovecot.folder);
	free(dovecot.folder);
	free(dovecot.box);
	free(dovecot.ca);
	free(dovecot.url);
	free(dovecot.tls_url);
	return 0;
}

#endif
