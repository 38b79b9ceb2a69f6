/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_bounces.c - the address that bounces come back to, and where they are read. */
#include <errno.h>
#include <unistd.h>

#include "barometre/mail/bounce_box.h"
#include "barometre/mail/verp.h"
#include "doctor_private.h"
#include "password_file.h"

static void warn(struct doctor_report *report, char *what, char *remedy)
{
	doctor_add(report, DOCTOR_RELAY, DOCTOR_WARNING, "bounce-box", what, remedy);
}

static void look_at_maildir(const struct config *c, struct doctor_report *report)
{
	SCOPED(free_char) char *fresh = x_printf("%s/new", c->bounce_maildir);

	if (access(fresh, R_OK | W_OK | X_OK) != 0)
		warn(report,
			x_printf("Les retours ne peuvent pas être lus dans « %s » : %s.",
				fresh, strerror(errno)),
			x_strdup(
				"Corrigez bounce_maildir, et donnez au compte du service le droit de lire et d’écrire dans ce dossier."));
	else
		doctor_good(report, DOCTOR_RELAY, "bounce-box",
			x_printf("Les retours peuvent être lus dans « %s ».",
				c->bounce_maildir));
}

/* Why the mailbox does not open, and what to do. */
static const struct {
	enum bounce_imap_end end;
	const char *what, *remedy;
} ills[] = {
	{BOUNCE_IMAP_URL, "bounce_imap_url ne désigne pas une boîte",
		"Écrivez-la ainsi : \"imaps://hôte/INBOX\", ou \"imap://hôte/INBOX\" avec STARTTLS."},
	{BOUNCE_IMAP_NO_HOST, "le nom du serveur est inconnu",
		"Corrigez bounce_imap_url, ou le service de noms de cette machine (/etc/resolv.conf)."},
	{BOUNCE_IMAP_AWAY, "le serveur ne répond pas",
		"Vérifiez que le serveur IMAP tourne, le port de bounce_imap_url (993 en imaps, 143 en imap avec STARTTLS) et le pare-feu."},
	{BOUNCE_IMAP_NO_TLS, "le serveur n’offre pas TLS (STARTTLS), qui est exigé",
		"Activez TLS sur le serveur IMAP, ou prenez son port 993 en imaps://."},
	{BOUNCE_IMAP_UNTRUSTED, "le certificat du serveur n’est pas digne de confiance",
		"Le nom de bounce_imap_url doit être dans le certificat ; si une autorité privée l’a signé, donnez-la dans bounce_imap_ca_file."},
	{BOUNCE_IMAP_CA_FILE, "bounce_imap_ca_file ne peut pas servir",
		"Donnez un fichier PEM d’autorités, lisible par le compte du service, hors du dossier des clés."},
	{BOUNCE_IMAP_LOGIN, "le serveur refuse le nom ou le mot de passe",
		"Corrigez bounce_imap_user et le fichier de bounce_imap_password_file (une ligne)."},
	{BOUNCE_IMAP_MAILBOX, "le serveur accepte le nom, mais n’ouvre pas cette boîte",
		"Corrigez la fin de bounce_imap_url : le nom de la boîte tel que le serveur le connaît, INBOX le plus souvent, et les droits de bounce_imap_user sur elle."},
};

static void say_imap(const struct config *c, const struct bounce_imap_probe *p,
	struct doctor_report *report)
{
	SCOPED(free_char) char *count = NULL;

	for (size_t i = 0; i < COUNT_OF(ills); i++)
		if (ills[i].end == p->end) {
			warn(report,
				x_printf(
					"La boîte des retours (%s) ne s’ouvre pas : %s (%s).",
					c->bounce_imap_url, ills[i].what, p->words),
				x_strdup(ills[i].remedy));
			return;
		}
	count = p->messages >= 0 ? x_printf(", messages : %lld", (long long)p->messages)
				 : x_strdup("");
	doctor_good(report, DOCTOR_RELAY, "bounce-box",
		x_printf(
			"La boîte des retours (%s) s’ouvre : certificat vérifié, nom et mot de passe acceptés%s (rien n’y a été changé).",
			c->bounce_imap_url, count));
}

static void look_at_imap(
	const struct config *c, int seconds, struct doctor_report *report)
{
	char password[256] = "";
	const struct bounce_imap options = {.url = c->bounce_imap_url,
		.user = c->bounce_imap_user,
		.password = password,
		.ca_file = c->bounce_imap_ca_file};
	struct bounce_imap_probe probe = {.end = BOUNCE_IMAP_AWAY};
	struct err err = {0};

	if (!password_file_read("bounce_imap_password_file", c->bounce_imap_password_file,
		    password, sizeof(password), &err)) {
		warn(report,
			x_printf(
				"Le mot de passe de la boîte des retours ne peut pas être lu : %s.",
				err.text),
			x_strdup(
				"Corrigez bounce_imap_password_file et les droits du fichier, et lancez cette commande sous le compte du service."));
		return;
	}
	bounce_probe_imap(&options, seconds, &probe);
	secret_wipe(password, sizeof(password));
	say_imap(c, &probe, report);
}

static void look_at_boxes(
	const struct config *c, int seconds, struct doctor_report *report)
{
	if (*c->bounce_maildir)
		look_at_maildir(c, report);
	if (*c->bounce_imap_url)
		look_at_imap(c, seconds, report);
	if (!*c->bounce_maildir && !*c->bounce_imap_url)
		doctor_add(report, DOCTOR_RELAY, DOCTOR_UNKNOWN, "bounce-box",
			x_strdup(
				"Ni bounce_maildir ni bounce_imap_url : les retours ne sont lus que si le serveur de courriel les donne à barometre bounce."),
			x_strdup(
				"Configurez l’une des deux boîtes, ou le tuyau du serveur de courriel (barometre bounce --help)."));
}

void doctor_bounces(const struct config *c, int seconds, struct doctor_report *report)
{
	struct err err = {0};

	if (!*c->bounce_address)
		doctor_add(report, DOCTOR_RELAY, DOCTOR_WARNING, "bounce-address",
			x_strdup(
				"Aucune adresse de retour (bounce_address) : les refus tardifs arrivent chez l’expéditeur et ne sont pas lus."),
			x_strdup(
				"Donnez à bounce_address une boîte dont le relais suit les adresses « boîte+… », et lisez-la avec barometre bounce."));
	else if (!verp_check(c->bounce_address, &err))
		doctor_add(report, DOCTOR_RELAY, DOCTOR_SEVERE, "bounce-address",
			x_printf(
				"L’adresse de retour (bounce_address) ne convient pas : %s.",
				err.text),
			x_printf("Sa partie avant l’arobase a au plus %d caractères.",
				VERP_LOCAL_MAX));
	else
		doctor_good(report, DOCTOR_RELAY, "bounce-address",
			x_strdup(
				"L’adresse de retour convient : chaque envoi a la sienne."));
	if (*c->bounce_address)
		look_at_boxes(c, seconds, report);
}
