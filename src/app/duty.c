/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty.c - the first steps of a process of a duty: its keys, then the end of its way to the key folder, then its work.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"
#include "barometre/base/confine.h"
#include "barometre/base/log.h"
#include "login.h"
#include "mail_mark.h"

const char *duty_name(enum duty duty)
{
	static const char *const names[] = {"web", "staff", "keeper", "mailer"};

	return names[duty];
}

static struct edition_keys *add_edition(struct keyring *ring)
{
	size_t size = ring->edition_count * sizeof(*ring->editions);
	struct edition_keys *more = secret_alloc(size + sizeof(*more));

	if (size > 0)
		memcpy(more, ring->editions, size);
	secret_free(ring->editions);
	ring->editions = more;
	return &more[ring->edition_count++];
}

/* Every <edition>.campaign of the folder. */
static bool load_editions(const char *folder, struct keyring *ring, struct err *err)
{
	struct key key;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool ok = dir != NULL;

	if (!ok)
		return err_set(
			err, ERR_MISSING, "cannot read the key folder \"%s\"", folder);
	while (ok && (entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);
		struct edition_keys *one;

		if (n <= 9 || n > 41 || entry->d_name[0] == '.' ||
			strcmp(entry->d_name + n - 9, ".campaign") != 0)
			continue;
		ok = keyring_get(folder, entry->d_name, &key, err);
		if (!ok)
			break;
		one = add_edition(ring);
		snprintf(one->edition, sizeof(one->edition), "%.*s", (int)(n - 9),
			entry->d_name);
		campaign_derive(&one->keys, &key);
	}
	closedir(dir);
	secret_wipe(&key, sizeof(key));
	return ok;
}

bool keyring_load(const char *folder, struct keyring *ret, struct err *err)
{
	struct keyring ring = {0};
	struct key key;
	bool ok = load_editions(folder, &ring, err) &&
		keyring_get(folder, "mail.key", &key, err);

	if (ok)
		mail_derive(&ring.mail, &key);
	ok = ok && keyring_get(folder, "address.key", &ring.address, err);
	secret_wipe(&key, sizeof(key));
	if (ok)
		*ret = ring;
	else
		keyring_release(&ring);
	secret_wipe(&ring, sizeof(ring));
	return ok;
}

void keyring_release(struct keyring *ring)
{
	secret_free(ring->editions);
	secret_wipe(ring, sizeof(*ring));
	*ring = (struct keyring){0};
}

/* The staff site seals what it cannot open. */
static bool load_public_half(const char *folder, struct keyring *ring, struct err *err)
{
	struct secret_key address;
	bool ok = keyring_get(folder, "address.key", &address, err);

	if (ok)
		ring->address_public = box_public(&address);
	secret_wipe(&address, sizeof(address));
	return ok;
}

/* What the duty does not need is zero before it starts. */
static void keep_only(enum duty duty, struct keyring *ring)
{
	for (size_t i = 0; i < ring->edition_count; i++) {
		struct campaign_keys *keys = &ring->editions[i].keys;

		if (duty != DUTY_MAILER)
			secret_wipe(&keys->tokens, sizeof(keys->tokens));
		if (duty != DUTY_WEB) {
			secret_wipe(&keys->macs, sizeof(keys->macs));
			secret_wipe(&keys->drafts, sizeof(keys->drafts));
			secret_wipe(&keys->cookies, sizeof(keys->cookies));
		}
	}
	if (duty != DUTY_MAILER) {
		secret_wipe(&ring->mail, sizeof(ring->mail));
		secret_wipe(&ring->address, sizeof(ring->address));
	}
}

static void drop_socket(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Of what the supervisor holds, only what the duty uses stays open. */
static struct duty_sockets keep_sockets(enum duty duty, const struct duty_sockets *all)
{
	struct duty_sockets kept = *all;

	if (duty != DUTY_WEB)
		drop_socket(&kept.public_listener);
	if (duty != DUTY_STAFF)
		drop_socket(&kept.staff_listener);
	if (duty != DUTY_STAFF)
		drop_socket(&kept.handing);
	if (duty != DUTY_KEEPER)
		drop_socket(&kept.taking);
	return kept;
}

/* The keeper goes on reading the key folder, and destroys keys in it; it has no listening socket. The password of the
 * relay is read by the mailer later. */
static void confine_duty(enum duty duty, const struct config *config)
{
	const char *closed[4] = {config->key_directory};
	size_t n = 1;

	if (duty != DUTY_MAILER && *config->smtp_password_file)
		closed[n++] = config->smtp_password_file;
	/* Of barometre bounce alone. */
	if (config->bounce_imap_password_file && *config->bounce_imap_password_file)
		closed[n++] = config->bounce_imap_password_file;
	const struct confinement offered = confine_offered();
	const struct confinement done = confine(duty == DUTY_KEEPER ? NULL : closed);
	bool files = done.files || duty == DUTY_KEEPER || !offered.files;

	if (!files || done.calls != offered.calls)
		log_warning("duty.confinement",
			F_TEXT("files", files ? "closed" : "open"),
			F_TEXT("calls", done.calls ? "refused" : "open"));
}

static int work(const struct config *config, enum duty duty, const struct keyring *ring,
	const struct duty_sockets *sockets, struct mail_mark_file *mark)
{
	switch (duty) {
	case DUTY_WEB:
		return duty_web(config, ring, sockets->public_listener);
	case DUTY_STAFF:
		return duty_staff(
			config, ring, sockets->staff_listener, sockets->handing);
	case DUTY_KEEPER:
		return duty_keeper(config, sockets->taking);
	case DUTY_MAILER:
	default:
		return duty_mailer(config, ring, mark);
	}
}

int duty_run(const struct config *config, enum duty duty, const struct duty_sockets *all)
{
	struct duty_sockets sockets = keep_sockets(duty, all);
	struct keyring *ring = secret_alloc(sizeof(*ring));
	struct mail_mark_file mark = {.fd = -1};
	struct config own = *config;
	struct err err = {0};
	int status = EXIT_FAILURE;

	log_set_process(duty_name(duty));
	secret_forbid_dumps();
	own.database = login_string(config, duty_name(duty), &err);
	if (!own.database ||
		((duty == DUTY_WEB || duty == DUTY_MAILER) &&
			!keyring_load(config->key_directory, ring, &err)) ||
		(duty == DUTY_STAFF &&
			!load_public_half(config->key_directory, ring, &err))) {
		log_error("duty.keys", F_ERR(&err));
	} else if (duty == DUTY_MAILER &&
		!mail_mark_open(&mark, config->key_directory, &err)) {
		log_error("duty.mark", F_ERR(&err));
	} else {
		keep_only(duty, ring);
		confine_duty(duty, config);
		status = work(&own, duty, ring, &sockets, &mark);
	}
	mail_mark_close(&mark);
	secret_free(own.database);
	keyring_release(ring);
	secret_free(ring);
	return status;
}
