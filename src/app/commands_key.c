/* SPDX-License-Identifier: Apache-2.0 */
/* commands_key.c - the ceremonies of the counting key: made for its custodians, tried by each, listed. Their words are French: who reads
 * them keeps a key, and is no administrator. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "custodian_key.h"

void secrets_begin(void *p, size_t n)
{
	secret_forbid_dumps();
	if (!secret_lock(p, n))
		fputs("Attention\u202F: ce système ne permet pas de tenir la clé hors du disque d’échange (ulimit -l).\n",
			stderr);
}

void custodian_key_release(struct custodian_key *key)
{
	secret_unlock(key, sizeof(*key));
}

/* Borrowed from `editions`; NULL with an error. */
static const struct edition *find_edition(
	struct db *db, const char *code, struct editions *editions, struct err *err)
{
	const struct edition *found;

	if (!editions_load(db, editions, err))
		return NULL;
	found = editions_find(editions, str_of(code));
	if (!found)
		err_set(err, ERR_MISSING,
			"il n’y a pas d’édition «\u202F%s\u202F»\u202F: barometre edition list les montre",
			code);
	return found;
}

/* The ceremony. */

struct ceremony {
	struct secret_key secret;
	struct passphrase passphrases[CUSTODIANS_MAX];
};
struct making {
	const char *code, *folder;
	bool again;
	char names[CUSTODIANS_MAX][CUSTODIAN_BYTES + 1];
	char *paths[CUSTODIANS_MAX];
	struct buf files[CUSTODIANS_MAX];
	size_t count, written;
	struct public_key public_key;
};

static void ceremony_release(struct ceremony *ceremony)
{
	secret_unlock(ceremony, sizeof(*ceremony));
}

static void making_release(struct making *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->paths[i]);
		buf_release(&m->files[i]);
	}
}

static char *path_of(const struct making *m, size_t i)
{
	char slug[CUSTODIAN_BYTES + 1];

	custody_slug(slug, m->names[i]);
	return slug[0]
		? x_printf("%s/%s-%s.cle.txt", m->folder, m->code, slug)
		: x_printf("%s/%s-depositaire-%zu.cle.txt", m->folder, m->code, i + 1);
}

static bool add_custodian(struct making *m, const char *name, struct err *err)
{
	size_t n = m->count;

	if (n == CUSTODIANS_MAX)
		return err_set(
			err, ERR_LIMIT, "pas plus de %d dépositaires", CUSTODIANS_MAX);
	if (!custody_name(m->names[n], str_of(name), err))
		return false;
	m->files[n] = (struct buf)BUF_LIMIT(CUSTODY_FILE_MAX);
	m->paths[n] = path_of(m, n);
	m->count++;
	for (size_t i = 0; i < n; i++)
		if (custody_same_name(m->names[i], m->names[n]) ||
			strcmp(m->paths[i], m->paths[n]) == 0)
			return err_set(err, ERR_INVALID,
				"deux dépositaires ne peuvent pas porter le même nom «\u202F%s\u202F»\u202F: "
				"ajoutez un prénom ou une fonction",
				m->names[n]);
	return true;
}

static bool read_custodians(
	struct making *m, const struct command_line *line, struct err *err)
{
	for (int i = 0; i + 1 < line->count; i++)
		if (strcmp(line->words[i], "--custodian") == 0 &&
			!add_custodian(m, line->words[++i], err))
			return false;
	return m->count >= CUSTODIANS_MIN ||
		err_set(err, ERR_INVALID,
			"il faut au moins %d dépositaires, pour qu’une perte ne perde pas l’enquête\u202F: "
			"barometre key make %s --custodian \"Anne Martin\" --custodian \"Luc Petit\" --out DOSSIER",
			CUSTODIANS_MIN, m->code);
}

static bool may_make(const struct edition *edition, bool again, struct err *err)
{
	if (!edition->custodians)
		return err_set(err, ERR_CONFLICT,
			"l’édition «\u202F%s\u202F» confie sa clé au serveur (\"keys\": \"server\")\u202F: pour des "
			"dépositaires, créez une édition avec \"keys\": \"custodians\"",
			edition->code);
	if (strcmp(edition->state, "draft") != 0)
		return err_set(err, ERR_CONFLICT,
			"l’édition «\u202F%s\u202F» est déjà ouverte\u202F: des réponses sont scellées avec sa "
			"clé, qui ne change plus",
			edition->code);
	if (edition->has_count_key && !again)
		return err_set(err, ERR_CONFLICT,
			"la clé de l’édition «\u202F%s\u202F» est déjà faite (barometre key list %s)\u202F; pour "
			"la refaire, et rendre inutiles les fichiers déjà remis, ajoutez --again",
			edition->code, edition->code);
	return true;
}

/* Before anybody is asked for a passphrase. */
static bool prepare_folder(const struct making *m, struct err *err)
{
	must(m->folder);
	if (mkdir(m->folder, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_BROKEN,
			"impossible de créer le dossier «\u202F%s\u202F»\u202F: %s",
			m->folder, strerror(errno));
	for (size_t i = 0; i < m->count; i++)
		if (access(m->paths[i], F_OK) == 0)
			return err_set(err, ERR_CONFLICT,
				"«\u202F%s\u202F» existe déjà et n’est pas remplacé\u202F: rangez-le ailleurs, ou "
				"donnez un autre dossier (--out)",
				m->paths[i]);
	return true;
}

static bool seal_files(struct making *m, struct ceremony *ceremony, struct err *err)
{
	box_new_pair(&m->public_key, &ceremony->secret);
	for (size_t i = 0; i < m->count; i++)
		if (!passphrase_ask_new(&ceremony->passphrases[i], m->names[i], err))
			return false;
	for (size_t i = 0; i < m->count; i++)
		if (!custody_seal(&m->files[i], m->code, m->names[i], &ceremony->secret,
			    passphrase_str(&ceremony->passphrases[i]), err))
			return err_prefix(err, "%s", m->names[i]);
	return true;
}

static bool write_file(const char *path, struct str text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0;

	while (ok && text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		ok = n > 0;
		if (ok)
			text = (struct str){text.p + n, text.n - (size_t)n};
	}
	ok = ok && fsync(fd) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok)
		return true;
	err_set(err, ERR_BROKEN, "impossible d’écrire «\u202F%s\u202F»\u202F: %s", path,
		strerror(errno));
	if (fd >= 0)
		(void)unlink(path);
	return false;
}

static bool write_files(struct making *m, struct err *err)
{
	int fd;

	for (; m->written < m->count; m->written++)
		if (!write_file(
			    m->paths[m->written], buf_str(&m->files[m->written]), err))
			return false;
	fd = open(m->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd); /* file systems of USB sticks may not know how */
		close(fd);
	}
	return true;
}

/* The files before the commit: a key in the database that is in no file would be the worst end. */
static bool store_and_write(struct db *db, struct making *m, struct err *err)
{
	const char *names[CUSTODIANS_MAX];

	for (size_t i = 0; i < m->count; i++)
		names[i] = m->names[i];
	if (!db_begin(db, err))
		return false;
	if (custody_store_make(
		    db, m->code, &m->public_key, names, m->count, m->again, err) &&
		write_files(m, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	for (size_t i = 0; i < m->written; i++)
		(void)unlink(m->paths[i]);
	return false;
}

static void tell_what_to_do(const struct making *m, bool replaced)
{
	char fingerprint[FINGERPRINT_CHARS + 1];

	custody_fingerprint(fingerprint, &m->public_key);
	printf("La clé de l’édition «\u202F%s\u202F» est faite. Empreinte\u202F: %s\n\n",
		m->code, fingerprint);
	for (size_t i = 0; i < m->count; i++)
		printf("  %s\tpour %s\n", m->paths[i], m->names[i]);
	printf("\nLe serveur n’en garde que la moitié publique\u202F: sans l’un de ces fichiers et sa phrase secrète, personne ne "
	       "pourra lire les réponses, ni les compter.\n\n"
	       "À faire maintenant\u202F:\n"
	       "  1. chaque dépositaire essaie son fichier\u202F: barometre key test %s FICHIER\n"
	       "  2. chacun emporte le sien et l’imprime\u202F; effacez-les ensuite de «\u202F%s\u202F» si ce dossier est sur le "
	       "serveur\u202F;\n"
	       "  3. l’édition s’ouvre quand tous ont essayé\u202F: barometre edition open %s\n",
		m->code, m->folder, m->code);
	if (replaced)
		printf("\nLes fichiers remis auparavant n’ouvrent plus rien\u202F: détruisez-les.\n");
}

static bool make_keys(
	struct db *db, struct making *m, bool *ret_replaced, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	SCOPED(ceremony_release) struct ceremony ceremony = {0};
	const struct edition *edition;

	secrets_begin(&ceremony, sizeof(ceremony));
	edition = find_edition(db, m->code, &editions, err);
	if (!edition || !may_make(edition, m->again, err) || !prepare_folder(m, err) ||
		!seal_files(m, &ceremony, err))
		return false;
	*ret_replaced = edition->has_count_key;
	return store_and_write(db, m, err);
}

int command_key_make(const struct command_line *line)
{
	SCOPED(db_drop) struct db *db = NULL;
	SCOPED(making_release)
	struct making m = {.code = command_word(line, 0),
		.folder = command_option(line, "--out"),
		.again = command_flag(line, "--again")};
	struct err err = {0};
	bool replaced = false, ok;

	ok = m.folder ||
		err_set(&err, ERR_INVALID,
			"dites où écrire les fichiers\u202F: --out DOSSIER (une clé USB, de préférence)");
	ok = ok && read_custodians(&m, line, &err);
	if (ok)
		db = command_database(line, &err);
	if (!ok || !db || !make_keys(db, &m, &replaced, &err))
		return command_fails(&err);
	tell_what_to_do(&m, replaced);
	return EXIT_SUCCESS;
}

/* A file brought back. */

bool custodian_key_load(struct custodian_key *ret, const char *file,
	const struct edition *edition, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(free_char) char *prompt = NULL;

	if (strcmp(file, "-") == 0)
		return err_set(err, ERR_INVALID,
			"donnez le nom du fichier\u202F: l’entrée standard est pour la phrase secrète");
	if (!command_read_file(file, &text, err))
		return false;
	if (!custodian_key_read(&ret->custody, buf_str(&text), edition, err))
		return err_prefix(err, "%s", file);
	prompt = x_printf("Phrase secrète de %s\u202F: ", ret->custody.custodian);
	return passphrase_ask(&ret->passphrase, prompt, err) &&
		custody_open(&ret->secret, buf_str(&text),
			passphrase_str(&ret->passphrase), err);
}

/* Seals as the public site does, and opens as the count will. */
static bool opens_a_box(
	const struct edition *edition, const struct secret_key *secret, struct err *err)
{
	enum {
		BOX = 1024
	};
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(BOX);
	SCOPED(buf_release) struct buf box = BUF_LIMIT(BOX + SEAL_OVERHEAD);
	struct id16 words = random_uuid();
	struct public_key public_key = box_public(secret);
	struct str in = {(const char *)words.b, sizeof(words.b)};

	return (box_seal(&box, &edition->count_key, in, BOX, NULL) &&
		       box_open(&plain, &public_key, secret, buf_str(&box), NULL) &&
		       str_eq(buf_str(&plain), in)) ||
		err_set(err, ERR_BROKEN,
			"ce fichier s’ouvre mais n’ouvre pas l’urne\u202F: refaites la clé (barometre key "
			"make %s … --again)",
			edition->code);
}

static const struct custodian *custodian_named(
	const struct custodians *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (custody_same_name(all->list[i].name, name))
			return &all->list[i];
	return NULL;
}

static bool test_key(struct db *db, const struct edition *edition, const char *file,
	char ret_name[CUSTODIAN_BYTES + 1], struct err *err)
{
	SCOPED(custodian_key_release) struct custodian_key key = {0};
	SCOPED(custodians_release) struct custodians all = {0};
	const struct custodian *who;
	char day[21];

	secrets_begin(&key, sizeof(key));
	if (!custodian_key_load(&key, file, edition, err) ||
		!opens_a_box(edition, &key.secret, err) ||
		!custodians_load(db, edition->code, &all, err))
		return false;
	who = custodian_named(&all, key.custody.custodian);
	if (!who)
		return err_set(err, ERR_CONFLICT,
			"«\u202F%s\u202F» n’est pas dépositaire de l’édition «\u202F%s\u202F»\u202F: barometre key list %s",
			key.custody.custodian, edition->code, edition->code);
	clock_rfc3339(clock_now(), day);
	day[10] = '\0';
	(void)snprintf(ret_name, CUSTODIAN_BYTES + 1, "%s", who->name);
	return custody_store_verify(
		db, edition->code, &edition->count_key, who->name, day, err);
}

static bool tell_who_is_left(
	struct db *db, const struct edition *edition, struct err *err)
{
	SCOPED(custodians_release) struct custodians all = {0};

	if (!custodians_load(db, edition->code, &all, err))
		return false;
	if (custodians_unverified(&all) > 0) {
		printf("Reste à essayer le fichier de\u202F:\n");
		for (size_t i = 0; i < all.count; i++)
			if (!all.list[i].verified_on[0])
				printf("  %s\n", all.list[i].name);
	} else if (strcmp(edition->state, "draft") == 0) {
		printf("Tous les dépositaires ont essayé le leur\u202F: barometre edition open %s\n",
			edition->code);
	}
	return true;
}

static bool may_test(const struct edition *edition, struct err *err)
{
	if (!edition->custodians)
		return err_set(err, ERR_CONFLICT,
			"l’édition «\u202F%s\u202F» confie sa clé au serveur\u202F: elle n’a pas de dépositaire",
			edition->code);
	if (strcmp(edition->state, "counted") == 0 ||
		strcmp(edition->state, "released") == 0)
		return err_set(err, ERR_CONFLICT,
			"l’édition «\u202F%s\u202F» est dépouillée\u202F: ce fichier n’a plus d’usage, "
			"détruisez-le",
			edition->code);
	return true;
}

static bool test_and_tell(
	struct db *db, const char *code, const char *file, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	const struct edition *edition = find_edition(db, code, &editions, err);
	char name[CUSTODIAN_BYTES + 1] = "";

	if (!edition || !may_test(edition, err) ||
		!test_key(db, edition, file, name, err))
		return false;
	printf("C’est bon\u202F: le fichier confié à %s ouvre l’urne de l’édition «\u202F%s\u202F» (essayé sur une boîte vide).\n",
		name, edition->code);
	return tell_who_is_left(db, edition, err);
}

int command_key_test(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	return db && test_and_tell(db, command_word(line, 0), command_word(line, 1), &err)
		? EXIT_SUCCESS
		: command_fails(&err);
}

static bool list_keys(struct db *db, const char *code, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	SCOPED(custodians_release) struct custodians all = {0};
	const struct edition *edition = find_edition(db, code, &editions, err);
	char fingerprint[FINGERPRINT_CHARS + 1];

	if (!edition || !custodians_load(db, code, &all, err))
		return false;
	if (!edition->custodians) {
		printf("L’édition «\u202F%s\u202F» confie sa clé au serveur\u202F: elle n’a pas de dépositaire.\n",
			code);
		return true;
	}
	if (!edition->has_count_key) {
		printf("La clé de l’édition «\u202F%s\u202F» n’est pas encore faite\u202F: barometre key make %s …\n",
			code, code);
		return true;
	}
	custody_fingerprint(fingerprint, &edition->count_key);
	printf("Empreinte\u202F: %s\n", fingerprint);
	for (size_t i = 0; i < all.count; i++)
		printf("%s\t%s%s\n", all.list[i].name,
			all.list[i].verified_on[0] ? "essayé le " : "jamais essayé",
			all.list[i].verified_on);
	return true;
}

int command_key_list(const struct command_line *line)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = command_database(line, &err);

	return db && list_keys(db, command_word(line, 0), &err) ? EXIT_SUCCESS
								: command_fails(&err);
}
