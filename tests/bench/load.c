/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load PORT CONNECTIONS SCRIPT VISITS - plays the same visit for many people at once, and checks every reply.
 *
 * VISITS holds one token a line: a person. SCRIPT holds phases; each begins when a line comes on standard input,
 * is played for every person, CONNECTIONS of them at a time, and ends with one line on standard output:
 *	NAME visits requests wrong seconds p50_us p99_us
 * (times of single requests). A person whose reply was wrong goes no further. SCRIPT is lines, some followed
 * by bytes:
 *	phase NAME
 *	step METHOD PATH STATUS LOCATION BODY_BYTES EXPECTED_BYTES
 *	<body><expected body of the reply>
 * LOCATION "-" and EXPECTED_BYTES 0 are not compared. A byte 1 in the body stands for the person's token.
 * Status: 0, or 2 when the site stopped answering; wrong replies are only counted.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_STEPS 64
#define MAX_PHASES 16
#define MAX_CONNECTIONS 1024
#define TOKEN_BYTES 26
#define COOKIE_BYTES 512
#define SILENCE_MS 30000
#define COMPLAINTS 5

struct step {
	char method[8], path[128], location[128];
	int status;
	struct span body, expected;
};

struct phase {
	char name[32];
	size_t first, count;
};

struct person {
	char token[TOKEN_BYTES + 1], cookie[COOKIE_BYTES];
	bool lost;
};

struct connection {
	int fd;
	struct person *person; /* NULL: nothing to do */
	size_t step;
	double asked;
	char *in;
	size_t used, room;
};

struct load {
	struct sockaddr_in address;
	struct step steps[MAX_STEPS];
	size_t step_count;
	struct phase phases[MAX_PHASES];
	size_t phase_count;
	struct person *people;
	size_t person_count, next_person, visits, wrong;
	struct connection *connections;
	size_t connection_count, busy;
	double *times;
	size_t time_count;
	int poll;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("load: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static void *must_alloc(void *p)
{
	if (!p)
		die("no memory");
	return p;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What is played. */

static struct span read_bytes(FILE *file, size_t n)
{
	char *p = must_alloc(malloc(n + 1));

	if (fread(p, 1, n, file) != n)
		die("the script ends too early");
	return (struct span){p, n};
}

static void read_step(struct load *load, const char *line, FILE *file)
{
	struct step *step = &load->steps[load->step_count++];
	size_t body, expected;

	if (load->step_count > MAX_STEPS || load->phase_count == 0)
		die("too many steps, or a step without a phase");
	if (sscanf(line, "step %7s %127s %d %127s %zu %zu", step->method, step->path,
		    &step->status, step->location, &body, &expected) != 6)
		die("not a step: %s", line);
	step->body = read_bytes(file, body);
	step->expected = read_bytes(file, expected);
	if (fgetc(file) != '\n')
		die("the bytes of a step are not as long as it says");
	load->phases[load->phase_count - 1].count++;
}

static void read_script(struct load *load, const char *path)
{
	FILE *file = fopen(path, "rb");
	char line[512];

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		struct phase *phase = &load->phases[load->phase_count];

		if (load->phase_count < MAX_PHASES &&
			sscanf(line, "phase %31s", phase->name) == 1) {
			phase->first = load->step_count;
			load->phase_count++;
		} else {
			read_step(load, line, file);
		}
	}
	fclose(file);
}

static void read_people(struct load *load, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	struct person person = {0};

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fscanf(file, "%26s", person.token) == 1) {
		if (load->person_count == room) {
			room = room * 2 + 64;
			load->people = must_alloc(
				realloc(load->people, room * sizeof(*load->people)));
		}
		load->people[load->person_count++] = person;
	}
	fclose(file);
}

/* Connections. */

static void connect_one(struct load *load, struct connection *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};
	const int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
		connect(c->fd, (struct sockaddr *)&load->address,
			sizeof(load->address)) != 0)
		die("cannot connect: %s", strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (epoll_ctl(load->poll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		die("epoll: %s", strerror(errno));
}

static void reconnect(struct load *load, struct connection *c)
{
	if (c->fd > 0)
		close(c->fd);
	c->used = 0;
	connect_one(load, c);
}

/* Requests are small beside a socket's buffer, and the site reads: a blocking send does not wait. */
static void send_all(const struct connection *c, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
		if (sent < 0)
			die("cannot send: %s", strerror(errno));
		p += sent;
		n -= (size_t)sent;
	}
}

static void ask(struct load *load, struct connection *c)
{
	const struct step *step = &load->steps[c->step];
	const char *hole = step->body.n > 0 ? memchr(step->body.p, 1, step->body.n)
					    : NULL;
	size_t before = hole ? (size_t)(hole - step->body.p) : step->body.n;
	size_t length = step->body.n + (hole ? TOKEN_BYTES - 1 : 0);
	char request[32768];
	int n = snprintf(request, sizeof(request),
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\n"
		"Sec-Fetch-Site: same-origin\r\n%s%s%s",
		step->method, step->path, ntohs(load->address.sin_port),
		c->person->cookie[0] ? "Cookie: " : "", c->person->cookie,
		c->person->cookie[0] ? "\r\n" : "");

	if (strcmp(step->method, "POST") == 0)
		n += snprintf(request + n, sizeof(request) - (size_t)n,
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
			length);
	n += snprintf(request + n, sizeof(request) - (size_t)n, "\r\n%.*s%s%.*s",
		(int)before, step->body.p, hole ? c->person->token : "",
		hole ? (int)(step->body.n - before - 1) : 0, hole ? hole + 1 : "");
	if (n < 0 || (size_t)n >= sizeof(request))
		die("the request for %s is too long", step->path);
	c->asked = now();
	send_all(c, request, (size_t)n);
}

/* The next person of the phase, if there is one. */
static void begin(struct load *load, struct connection *c, const struct phase *phase)
{
	c->person = NULL;
	while (load->next_person < load->person_count && !c->person) {
		struct person *person = &load->people[load->next_person++];
		if (!person->lost)
			c->person = person;
	}
	if (!c->person) {
		load->busy--;
		return;
	}
	c->step = phase->first;
	ask(load, c);
}

static bool is_right(const struct step *step, const struct reply *reply)
{
	struct span location = {step->location, strlen(step->location)};

	return reply->status == step->status &&
		(strcmp(step->location, "-") == 0 ||
			span_equal(location, reply->location)) &&
		(step->expected.n == 0 || span_equal(step->expected, reply->body));
}

static void keep_cookie(struct person *person, struct span cookie)
{
	if (cookie.n == 0)
		return;
	if (cookie.n >= COOKIE_BYTES)
		die("a cookie of %zu bytes", cookie.n);
	memcpy(person->cookie, cookie.p, cookie.n);
	person->cookie[cookie.n] = '\0';
}

static void answered(struct load *load, struct connection *c, const struct phase *phase,
	const struct reply *reply)
{
	const struct step *step = &load->steps[c->step];
	bool right = is_right(step, reply);

	load->times[load->time_count++] = now() - c->asked;
	keep_cookie(c->person, reply->cookie);
	if (!right) {
		c->person->lost = true;
		if (load->wrong++ < COMPLAINTS)
			fprintf(stderr,
				"load: %s %s answered %d to \"%.*s\" with %zu bytes\n",
				step->method, step->path, reply->status,
				(int)reply->location.n,
				reply->location.p ? reply->location.p : "",
				reply->body.n);
	}
	c->used = 0;
	if (reply->close)
		reconnect(load, c);
	if (right && ++c->step < phase->first + phase->count) {
		ask(load, c);
	} else {
		load->visits += right;
		begin(load, c, phase);
	}
}

static void readable(struct load *load, struct connection *c, const struct phase *phase)
{
	struct reply reply;
	ssize_t got;

	if (c->room - c->used < 65536) {
		c->room += 131072;
		c->in = must_alloc(realloc(c->in, c->room));
	}
	got = recv(c->fd, c->in + c->used, c->room - c->used, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		if (c->person)
			die("the site closed a connection instead of answering");
		reconnect(load, c);
		return;
	}
	c->used += (size_t)got;
	if (!c->person)
		die("the site sent what nobody asked for");
	switch (reply_read(c->in, c->used, &reply)) {
	case REPLY_BAD:
		die("not a reply: %.*s", (int)(c->used > 200 ? 200 : c->used), c->in);
	case REPLY_WHOLE:
		if (reply.length != c->used)
			die("the site sent more than its reply");
		answered(load, c, phase, &reply);
		break;
	case REPLY_PARTIAL:
	default:
		break;
	}
}

/* A phase. */

static int compare_times(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double percentile_us(const struct load *load, size_t percent)
{
	if (load->time_count == 0)
		return 0;
	return load->times[(load->time_count - 1) * percent / 100] * 1e6;
}

static void play(struct load *load, const struct phase *phase)
{
	struct epoll_event events[64];
	double began;

	for (size_t i = 0; i < load->connection_count; i++)
		reconnect(load, &load->connections[i]);
	began = now();
	load->next_person = load->visits = load->wrong = load->time_count = 0;
	load->times = must_alloc(realloc(load->times,
		(load->person_count * phase->count + 1) * sizeof(*load->times)));
	load->busy = load->connection_count;
	for (size_t i = 0; i < load->connection_count; i++)
		begin(load, &load->connections[i], phase);
	while (load->busy > 0) {
		int n = epoll_wait(load->poll, events, 64, SILENCE_MS);
		if (n == 0)
			die("no reply for %d s", SILENCE_MS / 1000);
		for (int i = 0; i < n; i++)
			readable(load, events[i].data.ptr, phase);
	}
	began = now() - began;
	qsort(load->times, load->time_count, sizeof(*load->times), compare_times);
	printf("%s %zu %zu %zu %.6f %.0f %.0f\n", phase->name, load->visits,
		load->time_count, load->wrong, began, percentile_us(load, 50),
		percentile_us(load, 99));
	fflush(stdout);
}

static size_t argument(const char *text, size_t most)
{
	size_t value = 0;
	char rest;

	if (sscanf(text, "%zu%c", &value, &rest) != 1 || value == 0 || value > most)
		die("not a number from 1 to %zu: %s", most, text);
	return value;
}

int main(int argc, char **argv)
{
	static struct load load;
	char line[64];

	if (argc != 5) {
		fputs("usage: load PORT CONNECTIONS SCRIPT VISITS\n", stderr);
		return 64;
	}
	load.address = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)argument(argv[1], 65535)),
		.sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	load.connection_count = argument(argv[2], MAX_CONNECTIONS);
	read_script(&load, argv[3]);
	read_people(&load, argv[4]);
	load.poll = epoll_create1(EPOLL_CLOEXEC);
	load.connections = must_alloc(
		calloc(load.connection_count, sizeof(*load.connections)));
	for (size_t i = 0; i < load.phase_count && fgets(line, sizeof(line), stdin); i++)
		play(&load, &load.phases[i]);
	return 0;
}
