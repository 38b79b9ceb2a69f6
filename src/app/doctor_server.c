/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_server.c - the disk, the keys, the settings; the database and the clock. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "barometre/app/keyring.h"
#include "barometre/store/migrate.h"
#include "doctor_private.h"
#include "login.h"
#include "sql_catalog.h"

#define MIB ((uint64_t)1 << 20)
#define DISK_SEVERE (100 * MIB)
#define DISK_WARNING (1024 * MIB)
#define SKEW_MOST (60 * USEC_PER_SEC)

static void look_at_disk(struct doctor_report *report, enum doctor_group group,
	const char *what, const char *folder)
{
	struct statvfs fs;
	uint64_t left;
	enum doctor_level level;

	if (statvfs(folder, &fs) != 0) {
		doctor_add(report, group, DOCTOR_UNKNOWN, "disk",
			x_printf("La place sur le disque de %s (%s) n’a pas pu être lue.",
				what, folder),
			x_printf("Regardez-la avec : df -h %s", folder));
		return;
	}
	left = (uint64_t)fs.f_bavail * fs.f_frsize;
	level = left < DISK_SEVERE    ? DOCTOR_SEVERE
		: left < DISK_WARNING ? DOCTOR_WARNING
				      : DOCTOR_GOOD;
	doctor_add(report, group, level, "disk",
		x_printf("Place libre pour %s : %llu Mio.", what,
			(unsigned long long)(left / MIB)),
		x_strdup(level == DOCTOR_GOOD
				? ""
				: "Libérez de la place : sans elle, rien n’est plus enregistré, ni réponse ni envoi."));
}

static void look_at_key(
	struct doctor_report *report, const char *folder, const char *name)
{
	struct key key;
	struct err err = {0};

	if (!keyring_has(folder, name))
		doctor_add(report, DOCTOR_SERVER, DOCTOR_WARNING, "keys",
			x_printf(
				"La clé « %s » manque dans « %s » : aucun courriel ne peut être écrit sans elle.",
				name, folder),
			x_strdup(
				"barometre edition create la fait avec la première édition ; si une édition existe déjà, "
				"remettez-la depuis la sauvegarde des clés."));
	else if (!keyring_get(folder, name, &key, &err))
		doctor_add(report, DOCTOR_SERVER, DOCTOR_SEVERE, "keys",
			x_printf(
				"La clé « %s » ne peut pas servir : %s.", name, err.text),
			x_printf(
				"Elle doit être lisible par le compte du service et par lui seul : chmod 600 %s/%s ; "
				"lancez cette commande sous ce compte.",
				folder, name));
	secret_wipe(&key, sizeof(key));
}

static void look_at_key_folder(struct doctor_report *report, const char *folder)
{
	struct stat st;
	size_t before = report->count;
	int rc = stat(folder, &st);

	if (rc != 0 || !S_ISDIR(st.st_mode)) {
		doctor_add(report, DOCTOR_SERVER, DOCTOR_SEVERE, "keys",
			x_printf("Le dossier des clés « %s » ne peut pas être lu : %s.",
				folder, strerror(rc != 0 ? errno : ENOTDIR)),
			x_strdup(
				"Créez-le pour le compte du service (install -d -m 700 -o COMPTE DOSSIER), ou corrigez key_directory."));
		return;
	}
	if ((st.st_mode & 077) != 0)
		doctor_add(report, DOCTOR_SERVER, DOCTOR_SEVERE, "keys",
			x_printf("D’autres comptes ont accès au dossier des clés « %s ».",
				folder),
			x_printf("chmod 700 %s", folder));
	look_at_key(report, folder, "mail.key");
	look_at_key(report, folder, "address.key");
	if (report->count == before)
		doctor_good(report, DOCTOR_SERVER, "keys",
			x_strdup(
				"Les clés du courriel sont là, au seul compte du service."));
	look_at_disk(report, DOCTOR_SERVER, "le dossier des clés", folder);
}

/* RFC 8058 section 3.1: the link of one-click unsubscribing is https. */
static void look_at_urls(struct doctor_report *report, const struct config *config)
{
	if (str_starts(str_of(config->public_url), STR("https://")))
		doctor_good(report, DOCTOR_SERVER, "public-url",
			x_strdup(
				"L’adresse publique est en https, ce qui permet le désabonnement en un clic."));
	else
		doctor_add(report, DOCTOR_SERVER, DOCTOR_WARNING, "public-url",
			x_printf(
				"L’adresse publique « %s » n’est pas en https : les messageries ignorent alors le "
				"désabonnement en un clic (List-Unsubscribe).",
				config->public_url),
			x_strdup(
				"Mettez le site derrière un serveur mandataire en TLS (deploy/proxy), et changez public_url."));
}

static bool is_inside(const char *path, const char *folder)
{
	char *a = realpath(path, NULL), *b = realpath(folder, NULL);
	size_t n = b ? strlen(b) : 0;
	bool inside = a && b && strncmp(a, b, n) == 0 && a[n] == '/';

	free(a);
	free(b);
	return inside;
}

static void look_at_readers(
	struct doctor_report *report, const char *key, const char *file)
{
	struct stat st;

	if (*file && stat(file, &st) == 0 && (st.st_mode & 007) != 0)
		doctor_add(report, DOCTOR_SERVER, DOCTOR_WARNING, "password-file",
			x_printf(
				"Tous les comptes de la machine ont accès au mot de passe de %s (%s).",
				key, file),
			x_printf("chmod 600 %s, au nom du compte du service", file));
}

/* The mailer, and barometre bounce, read them after they gave up the key folder. */
static void look_at_secret_files(
	struct doctor_report *report, const struct config *config)
{
	const struct {
		const char *key, *file;
	} files[] = {
		{"smtp_password_file", config->smtp_password_file},
		{"smtp_ca_file", config->smtp_ca_file},
		{"bounce_imap_password_file", config->bounce_imap_password_file},
		{"bounce_imap_ca_file", config->bounce_imap_ca_file},
	};

	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (*files[i].file && is_inside(files[i].file, config->key_directory))
			doctor_add(report, DOCTOR_SERVER, DOCTOR_WARNING, "confined",
				x_printf(
					"%s est dans le dossier des clés, qui ne peut plus être lu une fois le processus confiné (envois, retours).",
					files[i].key),
				x_printf(
					"Déplacez ce fichier hors de « %s », et changez %s.",
					config->key_directory, files[i].key));
	look_at_readers(report, "smtp_password_file", config->smtp_password_file);
	look_at_readers(
		report, "bounce_imap_password_file", config->bounce_imap_password_file);
}

void doctor_server(const struct config *config, struct doctor_report *report)
{
	look_at_key_folder(report, config->key_directory);
	look_at_urls(report, config);
	look_at_secret_files(report, config);
}

/* Between two looks at our own clock, so that a slow answer is no skew. */
static void look_at_clock(
	struct doctor_report *report, usec_t before, usec_t there, usec_t after)
{
	usec_t skew = there < before ? there - before : there > after ? there - after : 0;

	if (skew <= SKEW_MOST && skew >= -SKEW_MOST)
		doctor_good(report, DOCTOR_DATABASE, "clock",
			x_strdup(
				"L’horloge de cette machine et celle de PostgreSQL sont d’accord, à moins d’une minute."));
	else
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_WARNING, "clock",
			x_printf(
				"L’horloge de cette machine et celle de PostgreSQL diffèrent de %lld s : les envois peuvent partir "
				"hors de leur créneau.",
				(long long)(skew / USEC_PER_SEC)),
			x_strdup(
				"Mettez les deux machines à l’heure : timedatectl set-ntp true, ou chrony."));
}

/* The relay does not say the time; whether somebody sets this clock, the kernel knows (adjtimex(2)). */
static void look_at_time_service(struct doctor_report *report)
{
	struct timex state = {0};
	int told = adjtimex(&state);

	/* D1: -1 where a container forbids the question. */
	if (told < 0 || told == TIME_ERROR)
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_UNKNOWN, "time-service",
			x_strdup(
				"Rien ne dit que l’horloge de cette machine est à l’heure : aucun service de temps (NTP) ne la tient."),
			x_strdup(
				"Comparez-la à une autre (date) ; timedatectl set-ntp true, ou chrony, la tient à l’heure."));
	else
		doctor_good(report, DOCTOR_DATABASE, "time-service",
			x_strdup(
				"Un service de temps tient l’horloge de cette machine à l’heure."));
}

/* The copies have contacts' numbers, and who has answered. */
static void look_at_rehearsals(struct db *db, struct doctor_report *report)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct err err = {0};

	if (!db_run(db, &SQL_DOCTOR_REHEARSALS, NULL, &rows, &err)) {
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_UNKNOWN, "rehearsal",
			x_printf(
				"Si une répétition a laissé une copie n’a pas pu être vérifié : %s.",
				err.text),
			x_strdup(
				"Recommencez ; si cela dure, lisez le journal de PostgreSQL."));
		return;
	}
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *name = str_dup(db_str(rows, i, "name"));

		doctor_add(report, DOCTOR_DATABASE, DOCTOR_WARNING, "rehearsal",
			x_printf(
				"Une répétition interrompue a laissé sa copie, la base « %s », avec des numéros de contacts et qui a répondu.",
				name),
			x_printf(
				"Supprimez-la (la prochaine répétition le fait aussi) : DROP DATABASE \"%s\";",
				name));
	}
}

static void look_at_server(struct db *db, struct doctor_report *report)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct err err = {0};
	usec_t before = clock_now();

	if (!db_run(db, &SQL_DOCTOR_SERVER, NULL, &rows, &err)) {
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_UNKNOWN, "database",
			x_printf("La base n’a pas pu être interrogée : %s.", err.text),
			x_strdup(
				"Recommencez ; si cela dure, lisez le journal de PostgreSQL."));
		return;
	}
	look_at_clock(report, before, db_usec(rows, 0, "now"), clock_now());
	look_at_time_service(report);
	if (db_true(rows, 0, "mailer"))
		doctor_good(report, DOCTOR_DATABASE, "mailer",
			x_strdup(
				"Le processus des envois est là : il tient une connexion à la base."));
	else
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_WARNING, "mailer",
			x_strdup(
				"Le processus des envois n’est pas connecté à la base : rien ne part."),
			x_strdup(
				"Démarrez le service (barometre serve), avec smtp_url, et lisez son journal (process=mailer)."));
	if (!db_is_null(rows, 0, "data_directory") && db_true(rows, 0, "local")) {
		SCOPED(free_char)
		char *folder = str_dup(db_str(rows, 0, "data_directory"));

		look_at_disk(report, DOCTOR_DATABASE, "la base", folder);
	}
}

struct db *doctor_database(const struct config *config, struct doctor_report *report)
{
	struct err err = {0};
	SCOPED(db_drop)
	struct db *db = login_open(config, "owner", config->owner_role, &err);

	if (!db) {
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_SEVERE, "database",
			x_printf("La base de données ne répond pas : %s.", err.text),
			x_strdup(
				"Vérifiez que PostgreSQL tourne, que « database » dans la configuration y mène, et que ce compte peut "
				"s’y connecter (pg_hba.conf, deploy/database-passwords)."));
		return NULL;
	}
	if (!migrate_check(db, &err)) {
		doctor_add(report, DOCTOR_DATABASE, DOCTOR_SEVERE, "schema",
			x_printf("La base n’est pas celle de ce programme : %s.",
				err.text),
			x_strdup("Lancez : barometre migrate"));
		return NULL;
	}
	doctor_good(report, DOCTOR_DATABASE, "database",
		x_strdup("La base répond et elle est à jour."));
	look_at_server(db, report);
	look_at_rehearsals(db, report);
	return TAKE(db);
}
