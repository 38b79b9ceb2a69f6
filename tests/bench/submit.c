/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submit CONNINFO EDITION AUDIENCE BOX_BYTES FILE - the store's transaction of an answer, without a web server.
 *
 * FILE holds "mac locator" in hex, one invitation a line. Keeps IN_FLIGHT answers on their way until all are
 * acknowledged, and prints: stored other seconds p50_us p99_us
 */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/store/submission.h"

#define IN_FLIGHT 64
#define CONNECTIONS 3 /* as the web process has */

struct one {
	struct hash32 mac, locator;
	usec_t asked;
	struct run *run;
};

struct run {
	struct loop *loop;
	struct submitter *submitter;
	const char *edition, *audience;
	struct str box;
	struct one *list;
	size_t count, next, stored, other;
	usec_t *times;
};

static void put_next(struct run *run);

static void on_done(void *arg, enum submit_outcome outcome, const struct err *err)
{
	struct one *one = arg;
	struct run *run = one->run;

	run->times[run->stored + run->other] = clock_monotonic() - one->asked;
	if (!err && outcome == SUBMIT_STORED)
		run->stored++;
	else
		run->other++;
	put_next(run);
	if (run->stored + run->other == run->count)
		loop_stop(run->loop);
}

static void put_next(struct run *run)
{
	if (run->next == run->count)
		return;
	struct one *one = &run->list[run->next++];
	struct submission submission = {
		.edition = run->edition,
		.audience = run->audience,
		.invited = true,
		.mac = one->mac,
		.locator = one->locator,
		.slot = random_uuid(),
		.box = run->box,
	};

	one->asked = clock_monotonic();
	submitter_put(run->submitter, &submission, on_done, one);
}

static void start(void *arg)
{
	struct run *run = arg;

	for (size_t i = 0; i < IN_FLIGHT; i++)
		put_next(run);
}

static bool read_list(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char mac[65], locator[65];
	size_t room = 0;
	bool good = file != NULL;

	while (good && fscanf(file, "%64s %64s", mac, locator) == 2) {
		if (run->count == room) {
			room = room * 2 + 64;
			run->list = x_realloc(run->list, room * sizeof(*run->list));
		}
		struct one *one = &run->list[run->count++];
		*one = (struct one){0};
		good = hex_parse(str_of(mac), one->mac.b, sizeof(one->mac.b)) &&
			hex_parse(
				str_of(locator), one->locator.b, sizeof(one->locator.b));
	}
	for (size_t i = 0; i < run->count; i++)
		run->list[i].run = run;
	if (file)
		fclose(file);
	return good && run->count > 0;
}

static int compare_times(const void *a, const void *b)
{
	const usec_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	struct run run = {0};
	uint64_t box_bytes;
	char *box;

	if (argc != 6 || !str_parse_u64(str_of(argv[4]), &box_bytes) ||
		box_bytes > 1 << 20 || !read_list(&run, argv[5])) {
		fputs("usage: submit CONNINFO EDITION AUDIENCE BOX_BYTES FILE\n", stderr);
		return 64;
	}
	secret_init();
	log_set_level(LOG_LEVEL_ERROR);
	box = x_alloc((size_t)box_bytes);
	random_bytes(box, (size_t)box_bytes);
	run.edition = argv[2];
	run.audience = argv[3];
	run.box = (struct str){box, (size_t)box_bytes};
	run.times = x_calloc(run.count, sizeof(*run.times));
	run.loop = loop_new();
	struct db_pool *pool = db_pool_new(
		run.loop, argv[1], "barometre_web", CONNECTIONS);
	run.submitter = submitter_new(run.loop, pool);

	usec_t began = clock_monotonic();
	loop_soon(run.loop, start, &run);
	loop_run(run.loop);
	double seconds = (double)(clock_monotonic() - began) / (double)USEC_PER_SEC;

	qsort(run.times, run.count, sizeof(*run.times), compare_times);
	printf("%zu %zu %.6f %lld %lld\n", run.stored, run.other, seconds,
		(long long)run.times[(run.count - 1) * 50 / 100],
		(long long)run.times[(run.count - 1) * 99 / 100]);
	submitter_free(run.submitter);
	db_pool_free(pool);
	loop_free(run.loop);
	free(run.list);
	free(run.times);
	free(box);
	return 0;
}
