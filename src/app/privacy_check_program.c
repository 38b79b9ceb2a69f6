/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_check_program.c - what the configuration of this program, and the thresholds of the edition, would give away. */
#include <arpa/inet.h>
#include <sys/stat.h>

#include "barometre/app/keyring.h"
#include "privacy_check_private.h"

#define USUAL_BASE 11
#define USUAL_CELL 5

/* "scheme://host[:port][/…]", "host:port", "[::1]:port", "::1". */
static struct str host_of(struct str url)
{
	const char *slashes = strstr(url.p, "://");
	struct str rest, host = {0};

	if (slashes) {
		url.n -= (size_t)(slashes + 3 - url.p);
		url.p = slashes + 3;
	}
	rest = url;
	if (str_cut(&rest, '/', &host))
		url = host;
	rest = url;
	if (str_starts(url, STR("["))) {
		rest.p++;
		rest.n--;
		return str_cut(&rest, ']', &host) ? host : url;
	}
	/* More colons than one: an address of IPv6 without a port. */
	if (!str_cut(&rest, ':', &host) || (rest.n > 0 && memchr(rest.p, ':', rest.n)))
		return url;
	return host;
}

/* This machine itself (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3, RFC 6761 section 6.3). */
static bool is_loopback(struct str url)
{
	struct str host = host_of(url);
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address;

	if (str_eq_nocase(host, STR("localhost")) || str_eq_z(host, "::1"))
		return true;
	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	return inet_pton(AF_INET, text, &address) == 1 &&
		ntohl(address.s_addr) >> 24 == 127;
}

static void check_url(const char *url, const char *key, const char *harm,
	struct privacy_findings *found)
{
	if (str_starts(str_of(url), STR("https://")) || is_loopback(str_of(url)))
		return;
	privacy_add(found, PRIVACY_SEVERE, "no-https",
		x_printf("%s vaut « %s » : %s", key, url, harm),
		x_printf(
			"Mettez le site derrière un serveur mandataire TLS (deploy/proxy) et %s = \"https://…\".",
			key));
}

static void check_listen(
	const char *listen, const char *key, struct privacy_findings *found)
{
	if (is_loopback(str_of(listen)) || listen[0] == '/')
		return;
	privacy_add(found, PRIVACY_WARNING, "open-port",
		x_printf(
			"%s vaut « %s » : le site répond sans TLS à qui atteint cette adresse sans passer par le serveur "
			"mandataire.",
			key, listen),
		x_printf("%s = \"127.0.0.1:8080\", ou un pare-feu devant ce port.", key));
}

static void check_mail(const struct config *config, struct privacy_findings *found)
{
	if (*config->smtp_url && strcmp(config->smtp_tls, "none") == 0 &&
		!is_loopback(str_of(config->smtp_url)))
		privacy_add(found, PRIVACY_WARNING, "smtp-clear",
			x_strdup(
				"smtp_tls vaut « none » avec un relais sur une autre machine : les adresses et les liens personnels "
				"y voyagent en clair."),
			x_strdup(
				"smtp_tls = \"required\" (et smtp_ca_file si le relais a sa propre autorité)."));
}

static void check_keys(const char *folder, struct privacy_findings *found)
{
	struct stat info;

	if (stat(folder, &info) != 0)
		privacy_add(found, PRIVACY_NOTE, "key-folder-unseen",
			x_printf(
				"Non vérifié : le dossier des clés « %s » ne se laisse pas examiner.",
				folder),
			x_strdup("Lancez la commande avec le compte du service."));
	else if (info.st_mode & S_IRWXO)
		privacy_add(found, PRIVACY_SEVERE, "key-folder-open",
			x_printf(
				"Le dossier des clés « %s » est ouvert à tous les comptes de la machine.",
				folder),
			x_printf("chmod 700 '%s'", folder));
	else if (info.st_mode & S_IRWXG)
		privacy_add(found, PRIVACY_WARNING, "key-folder-group",
			x_printf("Le dossier des clés « %s » est ouvert à un groupe.",
				folder),
			x_printf("chmod 700 '%s'", folder));
}

/* Without passwords of their own (login.h) it is the system's account that PostgreSQL believes, and that is one for all. */
static void check_logins(const char *folder, struct privacy_findings *found)
{
	static const char *const who[] = {"web", "staff", "keeper", "mailer"};

	for (size_t i = 0; i < COUNT_OF(who); i++) {
		SCOPED(free_char) char *name = x_printf("%s.database", who[i]);

		if (keyring_has(folder, name))
			continue;
		privacy_add(found, PRIVACY_WARNING, "shared-login",
			x_strdup(
				"Les processus n’ont pas chacun leur mot de passe pour PostgreSQL : qui prendrait la main sur l’un d’eux "
				"pourrait se faire passer pour un autre."),
			x_printf(
				"sudo deploy/database-passwords '%s' | sudo -u postgres psql, puis scram-sha-256 dans pg_hba.conf.",
				folder));
		return;
	}
}

static void check_thresholds(
	const struct edition *edition, struct privacy_findings *found)
{
	if (edition->thresholds.min_base < USUAL_BASE)
		privacy_add(found, PRIVACY_WARNING, "low-base",
			x_printf(
				"Le seuil minBase est de %lld : un chiffre pourrait porter sur moins de %d personnes, alors que "
				"l’usage de la statistique publique est de %d.",
				(long long)edition->thresholds.min_base, USUAL_BASE,
				USUAL_BASE),
			x_printf(
				"\"minBase\": %d dans le fichier de l’édition, avant de la créer.",
				USUAL_BASE));
	if (edition->thresholds.min_cell < USUAL_CELL)
		privacy_add(found, PRIVACY_WARNING, "low-cell",
			x_printf(
				"Le seuil minCell est de %lld : une case sensible pourrait montrer moins de %d personnes.",
				(long long)edition->thresholds.min_cell, USUAL_CELL),
			x_printf(
				"\"minCell\": %d dans le fichier de l’édition, avant de la créer.",
				USUAL_CELL));
}

static void check_custody(const struct edition *edition, struct privacy_findings *found)
{
	if (!edition->custodians)
		privacy_add(found, PRIVACY_NOTE, "server-key",
			x_strdup(
				"La clé du dépouillement sera gardée par ce serveur : c’est le choix le plus faible, et les répondants en sont "
				"prévenus dès la première page."),
			x_strdup(
				"Pour la confier à deux personnes ou plus : \"keys\": \"custodians\" dans le fichier de l’édition, avant de "
				"la créer."));
}

void privacy_check_program(const struct config *config, const struct edition *edition,
	struct privacy_findings *found)
{
	check_url(config->public_url, "public_url",
		"les réponses et les liens personnels voyageraient en clair.", found);
	check_url(config->staff_url, "staff_url",
		"les mots de passe de l’équipe et la clé du dépouillement voyageraient en clair.",
		found);
	check_listen(config->public_listen, "public_listen", found);
	check_listen(config->staff_listen, "staff_listen", found);
	check_mail(config, found);
	check_keys(config->key_directory, found);
	check_logins(config->key_directory, found);
	check_thresholds(edition, found);
	check_custody(edition, found);
}
