/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privacy_check_server.c - settings and objects of PostgreSQL that write answers, or when they came, somewhere else; and
 * those that would lose an answer after it was acknowledged.
 *
 * Settings are judged by one table, at every place where they can be given: for the whole server, for a role, for a
 * database. SOURCE: PostgreSQL 15, "Error Reporting and Logging", "Write Ahead Log", "Replication".
 */
#include <stdlib.h>

#include "privacy_check_private.h"
#include "sql_catalog.h"

enum judge {
	MUST_BE,      /* `good` or one of the others, separated by "|" */
	MUST_NOT_LOG, /* a duration or a size, -1 is never: */
	MUST_BE_ZERO,
	MUST_NOT_NAME, /* a list that must not hold `good` */
	AT_MOST        /* a number */
};
struct setting_rule {
	const char *name, *rule;
	enum privacy_level level;
	enum judge judge;
	const char *good;
	bool restart;
	const char *why;
};

static const struct setting_rule rules[] = {
	{"fsync", "fsync", PRIVACY_SEVERE, MUST_BE, "on", false,
		"une panne de courant peut perdre des réponses déjà confirmées."},
	{"full_page_writes", "full-page-writes", PRIVACY_SEVERE, MUST_BE, "on", false,
		"une panne de courant peut abîmer l’urne sans retour."},
	{"synchronous_commit", "synchronous-commit", PRIVACY_SEVERE, MUST_BE,
		"on|local|remote_write|remote_apply", false,
		"une réponse confirmée peut être perdue si le serveur s’arrête."},
	{"log_statement", "log-statement", PRIVACY_SEVERE, MUST_BE, "none|ddl", false,
		"le journal de la base dirait à quelle seconde chaque réponse arrive et, au dépouillement, les réponses elles-mêmes."},
	{"log_min_duration_statement", "log-duration", PRIVACY_SEVERE, MUST_NOT_LOG, "-1",
		false,
		"le journal de la base garderait des instructions, leurs valeurs et leur heure."},
	{"log_min_duration_sample", "log-duration", PRIVACY_SEVERE, MUST_NOT_LOG, "-1",
		false,
		"le journal de la base garderait un échantillon des instructions, leurs valeurs et leur heure."},
	{"log_transaction_sample_rate", "log-sample", PRIVACY_SEVERE, MUST_BE_ZERO, "0",
		false,
		"le journal de la base garderait un échantillon des transactions, avec leurs valeurs et leur heure."},
	{"log_duration", "log-every-duration", PRIVACY_WARNING, MUST_BE, "off", false,
		"le journal de la base dirait à quelle seconde chaque réponse arrive."},
	{"log_error_verbosity", "log-verbosity", PRIVACY_SEVERE, MUST_BE, "terse", false,
		"à la moindre erreur d’enregistrement, le journal imprimerait la ligne refusée, réponses comprises."},
	{"log_parameter_max_length_on_error", "log-parameters-on-error", PRIVACY_SEVERE,
		MUST_BE_ZERO, "0", false,
		"à la moindre erreur, le journal imprimerait les valeurs de l’instruction, réponses comprises."},
	{"log_parameter_max_length", "log-parameters", PRIVACY_WARNING, MUST_BE_ZERO, "0",
		false,
		"si un jour des instructions sont journalisées, leurs valeurs le seront aussi."},
	{"log_min_error_statement", "log-error-statement", PRIVACY_WARNING, MUST_BE,
		"panic", false,
		"le texte des instructions en erreur va dans le journal (sans leurs valeurs, mais avec leur heure)."},
	{"debug_print_parse", "debug-print", PRIVACY_SEVERE, MUST_BE, "off", false,
		"le journal de la base imprimerait les instructions avec leurs valeurs."},
	{"debug_print_rewritten", "debug-print", PRIVACY_SEVERE, MUST_BE, "off", false,
		"le journal de la base imprimerait les instructions avec leurs valeurs."},
	{"debug_print_plan", "debug-print", PRIVACY_SEVERE, MUST_BE, "off", false,
		"le journal de la base imprimerait les instructions avec leurs valeurs."},
	{"shared_preload_libraries", "auto-explain", PRIVACY_SEVERE, MUST_NOT_NAME,
		"auto_explain", true,
		"auto_explain écrit au journal des plans qui contiennent des valeurs."},
	{"session_preload_libraries", "auto-explain", PRIVACY_SEVERE, MUST_NOT_NAME,
		"auto_explain", false,
		"auto_explain écrit au journal des plans qui contiennent des valeurs."},
	{"local_preload_libraries", "auto-explain", PRIVACY_SEVERE, MUST_NOT_NAME,
		"auto_explain", false,
		"auto_explain écrit au journal des plans qui contiennent des valeurs."},
	{"shared_preload_libraries", "pgaudit", PRIVACY_SEVERE, MUST_NOT_NAME, "pgaudit",
		true,
		"pgaudit écrit au journal les instructions et leur heure, parfois leurs valeurs."},
	{"shared_preload_libraries", "pg-stat-statements", PRIVACY_WARNING, MUST_NOT_NAME,
		"pg_stat_statements", true,
		"pg_stat_statements compte chaque instruction : deux lectures rapprochées disent quand une réponse arrive."},
	{"track_commit_timestamp", "commit-timestamp", PRIVACY_WARNING, MUST_BE, "off",
		true,
		"la base retient l’heure de chaque transaction, donc celle de chaque envoi."},
	{"archive_mode", "archive", PRIVACY_WARNING, MUST_BE, "off", true,
		"le journal des transactions est archivé : l’archive garde qui a répondu, à quelle heure, à côté d’une boîte scellée."},
	{"wal_recycle", "wal-recycle", PRIVACY_NOTE, MUST_BE, "off", false,
		"les anciens segments du journal des transactions sont réemployés sans être effacés."},
	{"track_activity_query_size", "activity-size", PRIVACY_NOTE, AT_MOST, "16384",
		true,
		"pg_stat_activity montre de longs textes d’instructions (les valeurs n’y sont jamais)."},
};

/* True when the value is one of good's. */
static bool is_one_of(struct str value, const char *good)
{
	struct str rest = str_of(good), one;

	while (str_cut(&rest, '|', &one))
		if (str_eq(value, one))
			return true;
	return false;
}

/* pg_settings writes on and off; what is given for a role is kept as it was typed. */
static struct str plain_bool(struct str value)
{
	static const char *const on[] = {"true", "yes", "1", "t", "y"};
	static const char *const off[] = {"false", "no", "0", "f", "n"};

	for (size_t i = 0; i < COUNT_OF(on); i++) {
		if (str_eq_nocase(value, str_of(on[i])))
			return STR("on");
		if (str_eq_nocase(value, str_of(off[i])))
			return STR("off");
	}
	return value;
}

static bool is_good(const struct setting_rule *rule, struct str value)
{
	SCOPED(free_char) char *text = str_dup(value);
	uint64_t number = 0, most = 0;

	switch (rule->judge) {
	case MUST_BE:
		return is_one_of(value, rule->good) ||
			is_one_of(plain_bool(value), rule->good);
	case MUST_NOT_LOG:
		return str_starts(value, STR("-1"));
	case MUST_BE_ZERO:
		return str_eq(value, STR("0"));
	case MUST_NOT_NAME:
		return strstr(text, rule->good) == NULL;
	case AT_MOST:
	default:
		return !str_parse_u64(value, &number) ||
			(str_parse_u64(str_of(rule->good), &most) && number <= most);
	}
}

/* The value to write: the first of the good ones, or the list without the name. */
static char *good_value(const struct setting_rule *rule, struct str value)
{
	SCOPED(buf_release) struct buf list = BUF_LIMIT(4096);
	struct str rest = value, one;

	if (rule->judge != MUST_NOT_NAME)
		return x_strndup(rule->good, strcspn(rule->good, "|"));
	while (str_cut(&rest, ',', &one)) {
		SCOPED(free_char) char *name = str_dup(str_trim(one));

		if (!strstr(name, rule->good))
			buf_printf(&list, "%s%s", list.n ? ", " : "", name);
	}
	return buf_take(&list);
}

static void report_server(const struct setting_rule *rule, struct str value,
	struct str source, struct privacy_findings *found)
{
	SCOPED(free_char) char *good = good_value(rule, value);
	char *remedy;

	if (strcmp(rule->name, "archive_mode") == 0)
		remedy = x_strdup(
			"Au mieux : ALTER SYSTEM SET archive_mode = 'off'; puis redémarrez PostgreSQL. Sinon : gardez l’archive "
			"chiffrée, ailleurs, le moins longtemps possible, et effacez-la après le dépouillement.");
	else if (str_eq(source, STR("command line")) ||
		str_eq(source, STR("environment variable")))
		remedy = x_printf(
			"Retirez %s de la commande qui lance PostgreSQL, puis redémarrez-le.",
			rule->name);
	else if (rule->restart)
		remedy = x_printf(
			"ALTER SYSTEM SET %s = '%s'; puis redémarrez PostgreSQL.",
			rule->name, good);
	else
		remedy = x_printf("ALTER SYSTEM SET %s = '%s'; SELECT pg_reload_conf();",
			rule->name, good);
	privacy_add(found, rule->level, rule->rule,
		x_printf("PostgreSQL, %s = « %.*s » : %s", rule->name, (int)value.n,
			value.p, rule->why),
		remedy);
}

static bool is_seen(const struct db_rows *rows, const char *name)
{
	for (size_t i = 0; i < db_count(rows); i++)
		if (str_eq_z(db_str(rows, i, "name"), name))
			return true;
	return false;
}

/* Given for this role or database: that is said by check_overrides. */
static bool is_override(struct str source)
{
	static const char *const sources[] = {
		"database", "user", "database user", "global", NULL};

	return str_is_one_of(source, sources);
}

/* Several rules may be about one setting. */
static bool is_first_of_its_name(size_t r)
{
	for (size_t i = 0; i < r; i++)
		if (strcmp(rules[i].name, rules[r].name) == 0)
			return false;
	return true;
}

static void report_unseen(const char *name, struct str me, struct privacy_findings *found)
{
	privacy_add(found, PRIVACY_NOTE, "setting-unseen",
		x_printf(
			"Non vérifié : le compte de cette commande ne peut pas lire le réglage %s de PostgreSQL.",
			name),
		x_printf(
			"Qu’un administrateur lance GRANT pg_read_all_settings TO \"%.*s\"; puis recommencez.",
			(int)me.n, me.p));
}

static void check_settings(
	const struct db_rows *rows, struct str me, struct privacy_findings *found)
{
	for (size_t r = 0; r < COUNT_OF(rules); r++) {
		const struct setting_rule *rule = &rules[r];

		if (!is_seen(rows, rule->name) && is_first_of_its_name(r))
			report_unseen(rule->name, me, found);
		for (size_t i = 0; i < db_count(rows); i++) {
			struct str value = db_str(rows, i, "setting"),
				   source = db_str(rows, i, "source");

			if (str_eq_z(db_str(rows, i, "name"), rule->name) &&
				!is_override(source) && !is_good(rule, value))
				report_server(rule, value, source, found);
		}
	}
}

static char *override_remedy(struct str role, struct str database, const char *name)
{
	if (role.n && database.n)
		return x_printf("ALTER ROLE \"%.*s\" IN DATABASE \"%.*s\" RESET %s;",
			(int)role.n, role.p, (int)database.n, database.p, name);
	if (role.n)
		return x_printf(
			"ALTER ROLE \"%.*s\" RESET %s;", (int)role.n, role.p, name);
	if (database.n)
		return x_printf("ALTER DATABASE \"%.*s\" RESET %s;", (int)database.n,
			database.p, name);
	return x_printf("ALTER ROLE ALL RESET %s;", name);
}

static void check_overrides(const struct db_rows *rows, struct privacy_findings *found)
{
	for (size_t i = 0; i < db_count(rows); i++) {
		struct str name = db_str(rows, i, "name"),
			   value = db_str(rows, i, "setting"),
			   role = db_str(rows, i, "role"),
			   database = db_str(rows, i, "database");

		for (size_t r = 0; r < COUNT_OF(rules); r++) {
			const struct setting_rule *rule = &rules[r];

			if (!str_eq_z(name, rule->name) || is_good(rule, value))
				continue;
			privacy_add(found, rule->level, rule->rule,
				x_printf(
					"PostgreSQL, %s = « %.*s » pour %s%.*s%s%.*s : %s",
					rule->name, (int)value.n, value.p,
					role.n ? "le rôle " : "tous les rôles",
					(int)role.n, role.p, database.n ? ", base " : "",
					(int)database.n, database.p, rule->why),
				override_remedy(role, database, rule->name));
		}
	}
}

struct object_rule {
	const char *rule, *finding;
	enum privacy_level level;
	const char *what, *remedy; /* each with one name to fill in */
};
static const struct object_rule objects[] = {
	{"extension", "extension", PRIVACY_WARNING,
		"PostgreSQL : l’extension %s est installée ; elle retient ce que font les instructions, et quand.",
		"DROP EXTENSION \"%s\";"},
	{"slot", "replication", PRIVACY_WARNING,
		"PostgreSQL : un emplacement de réplication, %s, retient le journal des transactions ou le copie ailleurs.",
		"SELECT pg_drop_replication_slot('%s'); ou appliquez à la copie les mêmes règles qu’à ce serveur."},
	{"standby", "replication", PRIVACY_WARNING,
		"PostgreSQL : un serveur secondaire, %s, reçoit une copie de tout.",
		"Appliquez à %s les mêmes règles qu’à ce serveur, et effacez ses journaux après le dépouillement."},
	{"publication", "replication", PRIVACY_WARNING,
		"PostgreSQL : la publication %s envoie des lignes à d’autres bases, une par une et dans l’ordre.",
		"DROP PUBLICATION \"%s\";"},
	{"trigger", "trigger", PRIVACY_SEVERE,
		"PostgreSQL : le déclencheur %s n’est pas de ce programme ; il peut copier une réponse ou l’heure de son arrivée.",
		"Retirez-le (table.déclencheur : %s) avec DROP TRIGGER … ON barometre.…;"},
	{"rule", "trigger", PRIVACY_SEVERE,
		"PostgreSQL : la règle %s n’est pas de ce programme ; elle peut copier une réponse ailleurs.",
		"Retirez-la (table.règle : %s) avec DROP RULE … ON barometre.…;"},
	{"event-trigger", "event-trigger", PRIVACY_WARNING,
		"PostgreSQL : le déclencheur d’évènement %s agit quand des tables changent.",
		"ALTER EVENT TRIGGER \"%s\" DISABLE;"},
	{"reader", "extra-role", PRIVACY_WARNING,
		"PostgreSQL : le rôle %s, qui n’est pas de ce programme, a accès au schéma barometre.",
		"Retirez-lui ses droits : REVOKE ALL ON SCHEMA barometre FROM \"%s\"; et l’appartenance à d’autres rôles, s’il en a."},
	{"strong-role", "strong-role", PRIVACY_SEVERE,
		"PostgreSQL : le rôle %s d’un processus a plus de droits qu’il ne faut (super-utilisateur, BYPASSRLS, REPLICATION, "
		"CREATEROLE, ou membre d’un autre rôle) : la séparation des rôles ne tient plus.",
		"ALTER ROLE \"%s\" NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEROLE; et REVOKE des rôles dont il est membre."},
};

static void check_objects(const struct db_rows *rows, struct privacy_findings *found)
{
	size_t superusers = 0;

	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *name = str_dup(db_str(rows, i, "name"));
		struct str rule = db_str(rows, i, "rule");

		superusers += str_eq(rule, STR("superuser"));
		for (size_t k = 0; k < COUNT_OF(objects); k++) {
			const struct object_rule *o = &objects[k];
			SCOPED(buf_release) struct buf what = BUF_LIMIT(4096);
			SCOPED(buf_release) struct buf remedy = BUF_LIMIT(4096);
			const char *in_what = strstr(o->what, "%s"),
				   *in_remedy = strstr(o->remedy, "%s");

			if (!str_eq_z(rule, o->rule))
				continue;
			buf_printf(&what, "%.*s%s%s", (int)(in_what - o->what), o->what,
				name, in_what + 2);
			buf_printf(&remedy, "%.*s%s%s", (int)(in_remedy - o->remedy),
				o->remedy, name, in_remedy + 2);
			privacy_add(found, o->level, o->finding, buf_take(&what),
				buf_take(&remedy));
		}
	}
	if (superusers > 0)
		privacy_add(found, PRIVACY_NOTE, "superusers",
			x_printf(
				"PostgreSQL : super-utilisateurs qui peuvent se connecter : %zu. Ils voient qui a répondu jusqu’au "
				"dépouillement ; les réponses, elles, restent scellées pour eux aussi.",
				superusers),
			x_strdup("Gardez-en le moins possible."));
}

/* One folder is another, or lies in it. */
static bool is_inside(const char *path, const char *folder)
{
	char *real_path = realpath(path, NULL), *real_folder = realpath(folder, NULL);
	const char *a = real_path ? real_path : path,
		   *b = real_folder ? real_folder : folder;
	size_t n = strlen(b);
	bool inside = n > 0 && strncmp(a, b, n) == 0 && (a[n] == '/' || a[n] == '\0');

	free(real_path);
	free(real_folder);
	return inside;
}

static void check_key_folder(const struct db_rows *rows, const char *key_directory,
	struct str me, struct privacy_findings *found)
{
	for (size_t i = 0; i < db_count(rows); i++) {
		SCOPED(free_char) char *data = str_dup(db_str(rows, i, "setting"));

		if (!str_eq_z(db_str(rows, i, "name"), "data_directory"))
			continue;
		if (is_inside(key_directory, data))
			privacy_add(found, PRIVACY_SEVERE, "keys-in-database",
				x_printf(
					"Le dossier des clés « %s » est dans celui de PostgreSQL : chaque sauvegarde de la base "
					"emporterait les clés.",
					key_directory),
				x_strdup(
					"Déplacez-le, par exemple dans /var/lib/barometre/keys, et changez key_directory."));
		return;
	}
	report_unseen("data_directory", me, found);
}

static struct str me_of(const struct db_rows *objects_found)
{
	for (size_t i = 0; i < db_count(objects_found); i++)
		if (str_eq(db_str(objects_found, i, "rule"), STR("me")))
			return db_str(objects_found, i, "name");
	return STR("");
}

bool privacy_check_server(struct db *owner, const char *key_directory,
	struct privacy_findings *found, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *settings = NULL;
	SCOPED(db_rows_drop) struct db_rows *overrides = NULL;
	SCOPED(db_rows_drop) struct db_rows *others = NULL;
	struct str names[COUNT_OF(rules) + 1];
	struct db_params of_settings = {0}, of_overrides = {0};
	struct str me;

	for (size_t i = 0; i < COUNT_OF(rules); i++)
		names[i] = str_of(rules[i].name);
	names[COUNT_OF(rules)] = STR("data_directory");
	db_text_array(&of_settings, names, COUNT_OF(names));
	if (!db_run(owner, &SQL_PRIVACY_SETTINGS, &of_settings, &settings, err))
		return false;
	db_text_array(&of_overrides, names, COUNT_OF(names));
	if (!db_run(owner, &SQL_PRIVACY_OVERRIDES, &of_overrides, &overrides, err) ||
		!db_run(owner, &SQL_PRIVACY_OBJECTS, NULL, &others, err))
		return false;
	me = me_of(others);
	check_settings(settings, me, found);
	check_overrides(overrides, found);
	check_objects(others, found);
	if (key_directory)
		check_key_folder(settings, key_directory, me, found);
	return true;
}
