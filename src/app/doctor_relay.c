/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_relay.c - the relay: reached, trusted, logged in to. */
#include <stdlib.h>

#include "doctor_private.h"
#include "password_file.h"

#define EXPIRES_SOON (14 * USEC_PER_DAY)

static void bad(struct doctor_report *report, const char *rule, char *what, char *remedy)
{
	doctor_add(report, DOCTOR_RELAY, DOCTOR_SEVERE, rule, what, remedy);
}

static void say_failure(
	const struct config *c, const struct smtp_probe *p, struct doctor_report *report)
{
	switch (p->end) {
	case SMTP_PROBE_NO_HOST:
		bad(report, "relay",
			x_printf("Le nom du relais (%s) est inconnu : %s.", c->smtp_url,
				p->words),
			x_strdup(
				"Corrigez smtp_url, ou le service de noms de cette machine (/etc/resolv.conf)."));
		break;
	case SMTP_PROBE_DOWN:
		bad(report, "relay",
			x_printf("Le relais (%s) ne prend pas la connexion : %s.",
				c->smtp_url, p->words),
			x_strdup(
				"Vérifiez que le relais tourne, le port de smtp_url (587 avec STARTTLS, 465 pour smtps) et le pare-feu. "
				"Rien n’est perdu : les envois attendent."));
		break;
	case SMTP_PROBE_SILENT:
		bad(report, "relay",
			x_printf(
				"Le relais (%s) prend la connexion et ne répond pas : %s.",
				c->smtp_url, p->words),
			x_strdup(
				"Souvent un port 465 appelé en smtp:// (écrivez smtps://), un relais surchargé, ou un pare-feu qui retient. "
				"Recommencez dans quelques minutes."));
		break;
	case SMTP_PROBE_NO_TLS:
		bad(report, "relay-tls",
			x_printf(
				"Le relais (%s) n’offre pas TLS (STARTTLS), et smtp_tls l’exige : rien ne part.",
				c->smtp_url),
			x_strdup(
				"Activez TLS sur le relais, ou prenez son port 465 en smtps://. smtp_tls = \"none\" n’est acceptable que vers un "
				"relais de cette machine même."));
		break;
	case SMTP_PROBE_UNTRUSTED:
		bad(report, "relay-certificate",
			x_printf(
				"Le certificat du relais (%s) n’est pas digne de confiance : %s.",
				c->smtp_url, p->words),
			x_strdup(*c->smtp_ca_file
					? "Le nom de smtp_url doit être dans le certificat, et smtp_ca_file doit contenir l’autorité qui l’a signé."
					: "Le nom de smtp_url doit être dans le certificat ; si une autorité privée l’a signé, donnez-la dans smtp_ca_file."));
		break;
	case SMTP_PROBE_BAD_CA_FILE:
		bad(report, "relay-certificate",
			x_printf("smtp_ca_file (%s) ne peut pas servir : %s.",
				c->smtp_ca_file, p->words),
			x_strdup(
				"Donnez un fichier PEM d’autorités, lisible par le compte du service, hors du dossier des clés."));
		break;
	case SMTP_PROBE_LOGIN:
		bad(report, "relay-login",
			x_printf(
				"Le relais refuse le nom « %s » ou son mot de passe (réponse %d).",
				c->smtp_user, p->code),
			x_strdup(
				"Corrigez smtp_user et le fichier de smtp_password_file (une ligne), puis redémarrez le service."));
		break;
	case SMTP_PROBE_FIT:
	case SMTP_PROBE_OTHER:
	default:
		bad(report, "relay",
			x_printf("Le relais (%s) ne convient pas, réponse %d : %s.",
				c->smtp_url, p->code, p->words),
			x_strdup("Montrez ces mots à qui tient le relais."));
		break;
	}
}

static void say_login(
	const struct config *c, const struct smtp_probe *p, struct doctor_report *report)
{
	if (!*c->smtp_user)
		doctor_add(report, DOCTOR_RELAY, DOCTOR_UNKNOWN, "relay-login",
			x_strdup(
				"Aucun nom n’est donné au relais (smtp_user est vide) ; qu’il accepte nos "
				"courriels sans cela ne se voit qu’à l’envoi."),
			x_strdup(
				"Demandez à qui tient le relais s’il prend le courriel de cette machine sans nom ; sinon donnez smtp_user "
				"et smtp_password_file."));
	else if (p->logged_in)
		doctor_good(report, DOCTOR_RELAY, "relay-login",
			x_printf("Le relais accepte le nom « %s » et son mot de passe.",
				c->smtp_user));
	else
		bad(report, "relay-login",
			x_printf(
				"Le relais ne propose pas de s’identifier (AUTH), or smtp_user est « %s » : le mot de passe n’a pas été essayé.",
				c->smtp_user),
			x_strdup(
				"Prenez le port de dépôt du relais (587 ou 465), ou videz smtp_user si le relais connaît cette machine."));
}

static void say_tls(const struct config *c, const struct smtp_probe *p, usec_t now,
	struct doctor_report *report)
{
	if (!p->secured) {
		doctor_add(report, DOCTOR_RELAY, DOCTOR_WARNING, "relay-tls",
			x_printf(
				"Les courriels et le mot de passe vont au relais en clair (smtp_tls = \"none\")%s.",
				p->starttls ? ", alors qu’il offre TLS" : ""),
			x_strdup(
				"smtp_tls = \"required\", sauf vers un relais de cette machine même."));
		return;
	}
	doctor_good(report, DOCTOR_RELAY, "relay-tls",
		x_printf("TLS, et un certificat vérifié (%s).",
			*c->smtp_ca_file ? c->smtp_ca_file : "autorités du système"));
	if (p->expires > 0 && p->expires < now + EXPIRES_SOON) {
		SCOPED(free_char)
		char *day = clock_french_date(p->expires, "Europe/Paris");

		doctor_add(report, DOCTOR_RELAY, DOCTOR_WARNING, "relay-certificate",
			x_printf("Le certificat du relais expire le %s.", day),
			x_strdup(
				"Qu’il soit renouvelé avant : ensuite plus rien ne part."));
	}
}

static bool read_password(
	const struct config *c, char *out, size_t size, struct doctor_report *report)
{
	struct err err = {0};

	if (!*c->smtp_password_file ||
		password_file_read(
			"smtp_password_file", c->smtp_password_file, out, size, &err))
		return true;
	bad(report, "password-file",
		x_printf("Le mot de passe du relais ne peut pas être lu : %s.", err.text),
		x_strdup(
			"Corrigez smtp_password_file et les droits du fichier, et lancez cette commande sous le compte du service."));
	return false;
}

static void look_at_relay(const struct config *c, const char *password, int seconds,
	struct smtp_probe *ret, struct doctor_report *report)
{
	const struct smtp_options options = {.url = c->smtp_url,
		.user = c->smtp_user,
		.password = password,
		.require_tls = strcmp(c->smtp_tls, "required") == 0,
		.ca_file = c->smtp_ca_file,
		.connections = 1,
		.reply_seconds = seconds};

	smtp_probe_run(&options, ret);
	if (ret->end != SMTP_PROBE_FIT) {
		say_failure(c, ret, report);
		return;
	}
	doctor_good(report, DOCTOR_RELAY, "relay",
		x_printf("Le relais répond : %s%s%s (aucun courriel n’a été envoyé).",
			c->smtp_url, *ret->name ? ", qui se nomme " : "", ret->name));
	say_tls(c, ret, clock_now(), report);
	say_login(c, ret, report);
}

bool doctor_relay(const struct config *c, int seconds, struct smtp_probe *ret,
	struct doctor_report *report)
{
	char password[256] = "";
	bool probed;

	if (!*c->smtp_url) {
		doctor_add(report, DOCTOR_RELAY, DOCTOR_WARNING, "relay",
			x_strdup(
				"Aucun relais n’est configuré : aucun courriel ne part."),
			x_strdup(
				"Donnez smtp_url, mail_from_address et, s’il le faut, smtp_user et smtp_password_file."));
		return false;
	}
	probed = read_password(c, password, sizeof(password), report);
	if (probed)
		look_at_relay(c, password, seconds, ret, report);
	secret_wipe(password, sizeof(password));
	doctor_bounces(c, seconds, report);
	return probed;
}
