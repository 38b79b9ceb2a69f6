/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond_stretch.c - resume codes become keys: Argon2id on threads, two at once (64 MiB each), a short queue behind them.
 *
 * Who asks when the queue is full reads 503 and may ask again. That is also what holds back somebody who tries codes: a
 * process does some twenty a second whatever is asked of it.
 */
#include <stdlib.h>

#include "barometre/base/loop.h"
#include "respond_private.h"

#define RUNNING_LIMIT 2
#define WAITING_LIMIT 16

/* Outlives the exchange: a thread cannot be stopped. */
struct stretch_job {
	struct stretch_job *next;
	struct stretch *owner; /* NULL when the site has gone */
	struct step *step;     /* NULL when the client has gone */
	struct resume_code code;
	struct key drafts, result;
	bool started, made;
};

struct stretch {
	struct loop *loop;
	struct stretch_job *first;
	int running, waiting;
};

static void job_free(struct stretch_job *job)
{
	secret_wipe(job, sizeof(*job));
	free(job);
}

struct stretch *stretch_new(struct loop *loop)
{
	struct stretch *s = x_calloc(1, sizeof(*s));

	s->loop = loop;
	return s;
}

void stretch_free(struct stretch *s)
{
	while (s && s->first) {
		struct stretch_job *job = s->first;

		s->first = job->next;
		if (job->step)
			job->step->stretched = NULL;
		job->owner = NULL;
		job->step = NULL;
		if (!job->started) /* else its thread still reads it, and `stretched` frees it */
			job_free(job);
	}
	free(s);
}

static void stretch_work(void *arg)
{
	struct stretch_job *job = arg;

	job->made = resume_code_stretch(&job->result, &job->drafts, &job->code);
}

static void start_waiting(struct stretch *);

static void unlink_job(struct stretch *s, struct stretch_job *job)
{
	struct stretch_job **at = &s->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
}

static void stretched(void *arg)
{
	struct stretch_job *job = arg;
	struct stretch *s = job->owner;
	struct step *step = job->step;
	bool made = job->made;

	if (step) {
		step->stretched = NULL;
		step->code = job->result;
	}
	if (s) {
		unlink_job(s, job);
		s->running--;
	}
	job_free(job);
	if (s)
		start_waiting(s);
	if (step && made)
		step->go_on(step);
	else if (step)
		respond_unavailable(step);
}

static void start_waiting(struct stretch *s)
{
	for (struct stretch_job *job = s->first; job && s->running < RUNNING_LIMIT;
		job = job->next) {
		if (job->started)
			continue;
		job->started = true;
		s->running++;
		s->waiting--;
		loop_thread(s->loop, stretch_work, stretched, job);
	}
}

static void forget_step(void *arg)
{
	struct step *step = arg;

	if (step->stretched)
		step->stretched->step = NULL;
	step->stretched = NULL;
}

static void reply_too_many(struct step *step)
{
	static const char *const lines[] = {
		WORDS("Beaucoup de personnes demandent ou donnent un code de reprise en ce moment. Rien n’est perdu."),
		WORDS("Attendez quelques secondes, puis appuyez sur « Réessayer »."),
		NULL};

	exchange_header(step->exchange, "Retry-After", "5");
	info_retry(step->exchange, 503, "Un instant, s’il vous plaît", lines);
}

void respond_stretch_put(
	struct step *step, const struct resume_code *code, void (*go_on)(struct step *))
{
	struct stretch *s = step->site->stretch;
	struct stretch_job *job, **end = &s->first;

	if (s->waiting >= WAITING_LIMIT) {
		reply_too_many(step);
		return;
	}
	exchange_keep_call(step->exchange, NULL);
	job = x_calloc(1, sizeof(*job));
	*job = (struct stretch_job){
		.owner = s, .step = step, .code = *code, .drafts = step->keys->drafts};
	while (*end)
		end = &(*end)->next;
	*end = job;
	s->waiting++;
	step->go_on = go_on;
	step->stretched = job;
	exchange_on_gone(step->exchange, forget_step, step);
	start_waiting(s);
}
