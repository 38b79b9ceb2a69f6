/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - the option table and its reading; see config.h. */
#include "barometre/app/config.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "barometre/mail/verp.h"
#include "barometre/web/sites.h"

struct option {
	const char *name;
	size_t offset;
	const char *text;      /* default of a text option, or NULL for a number */
	long number, min, max; /* of a number option */
	bool required;
	const char *help;
};

#define TEXT(field, value, must_have, words)                               \
 {                                                                         \
#  field, offsetof(struct config, field), value, 0, 0, 0, must_have, words \
 }
#define NUMBER(field, value, low, high, words)                                 \
 {                                                                             \
#  field, offsetof(struct config, field), NULL, value, low, high, false, words \
 }

static const struct option options[] = {
	TEXT(database, "", true,
		"libpq connection string without user, for example \"host=/run/postgresql dbname=barometre\""),
	TEXT(owner_role, "barometre_owner", false,
		"database role that owns the schema: migrate and the other commands use it"),
	TEXT(key_directory, "", true,
		"folder of the keys, readable by the service only, outside the database and its backups"),
	TEXT(public_listen, "127.0.0.1:8080", false,
		"address of the public site, behind the TLS proxy"),
	TEXT(staff_listen, "127.0.0.1:8081", false,
		"address of the staff site and the API"),
	TEXT(public_url, "", true,
		"what respondents type, for example \"https://barometre.example.org\"; without a final slash"),
	TEXT(staff_url, "", true, "the same for the staff site"),
	NUMBER(public_rate, 600, 0, 1000000,
		"what one address may ask of the public site a minute: look-ups of communes; a fifth of it starts, a twentieth codes and unknown links; 0: no limit"),
	TEXT(trusted_proxy, "127.0.0.1 ::1", false,
		"addresses of the proxies whose X-Forwarded-For is believed (its last address)"),
	NUMBER(api_rate, 600, 0, 1000000,
		"requests a minute of one key of the API; 0: no limit"),
	NUMBER(web_workers, 1, 1, 64, "processes of the public site"),
	NUMBER(max_connections, 10000, 16, 1000000,
		"connections a process accepts at a time"),
	TEXT(smtp_url, "", false,
		"relay, \"smtp://host:587\" (STARTTLS) or \"smtps://host:465\"; empty: no mail is sent"),
	TEXT(smtp_user, "", false, "log-in at the relay, empty for none"),
	TEXT(smtp_password_file, "", false,
		"file with the password of the relay, one line"),
	TEXT(smtp_tls, "required", false,
		"\"required\" (certificates verified) or \"none\""),
	TEXT(smtp_ca_file, "", false,
		"certificate authorities for the relay, empty for the system's"),
	TEXT(mail_from_name, "Baromètre du partenariat en santé", false,
		"name of the sender"),
	TEXT(mail_from_address, "", false, "address of the sender; needed with smtp_url"),
	TEXT(mail_reply_to, "", false,
		"where answers to a mail go, empty for the sender"),
	TEXT(bounce_address, "", false,
		"where bounces go, for example \"rebonds@barometre.example.org\"; each mail adds +… to what stands before the @; empty: to mail_from_address"),
	NUMBER(mail_per_minute, 60, 1, 100000, "mails a minute, at most"),
	NUMBER(mail_domain_per_minute, 0, 0, 100000,
		"of these to one domain, such as that of a large provider; 0: no limit of its own"),
	NUMBER(mail_connections, 2, 1, 50, "connections to the relay, at most"),
	TEXT(bounce_imap_url, "", false,
		"mailbox that barometre bounce reads, \"imaps://host/INBOX\" or \"imap://host/INBOX\" (STARTTLS, required); empty for none"),
	TEXT(bounce_imap_user, "", false, "log-in at that mailbox"),
	TEXT(bounce_imap_password_file, "", false, "file with its password, one line"),
	TEXT(bounce_imap_ca_file, "", false,
		"certificate authorities for it, empty for the system's"),
	TEXT(bounce_maildir, "", false,
		"folder of a Maildir that barometre bounce reads, empty for none"),
	TEXT(organisation, "l’organisateur de l’enquête", false,
		"who runs the survey, named in notices and mails"),
	TEXT(contact_address, "", true,
		"address or page where people can ask, named in notices and mails"),
};

static _Thread_local struct err *parse_error;

__attribute__((format(printf, 2, 0))) static void on_error(
	cfg_t *cfg, const char *format, va_list args)
{
	char text[300];

	vsnprintf(text, sizeof(text), format, args);
	if (parse_error && parse_error->code == ERR_NONE)
		err_set_line(parse_error, ERR_INVALID, cfg ? cfg->line : 0,
			"%s:%d: %s; see deploy/barometre.conf.example",
			cfg && cfg->filename ? cfg->filename : "configuration",
			cfg ? cfg->line : 0, text);
}

static bool take_values(cfg_t *cfg, struct config *config, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		const struct option *o = &options[i];
		char *field = (char *)config + o->offset;

		if (o->text) {
			const char *value = cfg_getstr(cfg, o->name);

			if (o->required && (!value || !*value))
				return err_set(err, ERR_INVALID,
					"%s: \"%s\" is missing: %s", cfg->filename,
					o->name, o->help);
			*(char **)(void *)field = x_strdup(value ? value : "");
		} else {
			long value = cfg_getint(cfg, o->name);

			if (value < o->min || value > o->max)
				return err_set(err, ERR_INVALID,
					"%s: \"%s\" is %ld, must be %ld to %ld",
					cfg->filename, o->name, value, o->min, o->max);
			*(long *)(void *)field = value;
		}
	}
	return true;
}

/* RFC 3986 section 3.2.1 lets a name and a password stand before an @. What is wrong is not repeated. */
static bool check_no_secret(const char *file, const char *key, const char *url,
	const char *user_key, const char *password_key, struct err *err)
{
	return !strchr(url, '@') ||
		err_set(err, ERR_INVALID,
			"%s: %s holds an @, before which a name or a password would stand in clear: put the name into %s and the password into a file of its own, named by %s; an @ of a mailbox's name is written %%40",
			file, key, user_key, password_key);
}

static bool check_values(const char *file, const struct config *c, struct err *err)
{
	const char *const urls[] = {c->public_url, c->staff_url};

	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct str url = str_of(urls[i]);

		if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
			return err_set(err, ERR_INVALID,
				"%s: \"%s\" must begin with https://", file, urls[i]);
		if (url.n > 0 && url.p[url.n - 1] == '/')
			return err_set(err, ERR_INVALID,
				"%s: \"%s\" must not end with a slash", file, urls[i]);
	}
	if (!check_no_secret(file, "smtp_url", c->smtp_url, "smtp_user",
		    "smtp_password_file", err) ||
		!check_no_secret(file, "bounce_imap_url", c->bounce_imap_url,
			"bounce_imap_user", "bounce_imap_password_file", err))
		return false;
	if (strcmp(c->smtp_tls, "required") != 0 && strcmp(c->smtp_tls, "none") != 0)
		return err_set(err, ERR_INVALID,
			"%s: smtp_tls is \"%s\", must be \"required\" or \"none\"", file,
			c->smtp_tls);
	if (!public_site_proxies_valid(c->trusted_proxy))
		return err_set(err, ERR_INVALID,
			"%s: trusted_proxy is \"%s\", must be addresses in figures such as \"127.0.0.1 ::1\"",
			file, c->trusted_proxy);
	if (*c->bounce_address) {
		struct err why = {0};

		if (!verp_check(c->bounce_address, &why))
			return err_set(err, ERR_INVALID, "%s: bounce_address: %s", file,
				why.text);
	}
	if (*c->smtp_url && !*c->mail_from_address)
		return err_set(err, ERR_INVALID,
			"%s: smtp_url is set, so mail_from_address must be too", file);
	return true;
}

bool config_load(const char *file, struct config *ret, struct err *err)
{
	cfg_opt_t *opts = x_calloc(COUNT_OF(options) + 1, sizeof(*opts));
	struct config config = {0};
	cfg_t *cfg;
	int status;
	bool ok = false;

	for (size_t i = 0; i < COUNT_OF(options); i++) {
		const struct option *o = &options[i];

		if (o->text)
			opts[i] = (cfg_opt_t)CFG_STR(o->name, o->text, CFGF_NONE);
		else
			opts[i] = (cfg_opt_t)CFG_INT(o->name, o->number, CFGF_NONE);
	}
	opts[COUNT_OF(options)] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(opts, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	parse_error = err;
	status = cfg_parse(cfg, file);
	parse_error = NULL;
	if (status == CFG_FILE_ERROR)
		err_set(err, ERR_MISSING,
			"cannot read the configuration \"%s\": name another with -c FILE",
			file);
	else if (status == CFG_SUCCESS)
		ok = take_values(cfg, &config, err) && check_values(file, &config, err);
	cfg_free(cfg);
	free(opts);
	if (ok)
		*ret = config;
	else
		config_release(&config);
	return ok;
}

void config_release(struct config *config)
{
	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (options[i].text) {
			char **field = (char **)(void *)((char *)config +
				options[i].offset);

			free(*field);
			*field = NULL;
		}
}

void config_describe(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		const struct option *o = &options[i];

		buf_printf(out, "# %s\n", o->help);
		if (o->text)
			buf_printf(out, "%s%s = \"%s\"\n\n", o->required ? "" : "# ",
				o->name, o->text);
		else
			buf_printf(out, "# %s = %ld\n\n", o->name, o->number);
	}
}
