/* SPDX-License-Identifier: Apache-2.0 */
/* title.c - what the questions of lines are called that no form asks (release.h). */
#include "barometre/report/release.h"

const char *figures_title(const char *question)
{
	static const char *const titles[][2] = {
		{"participation", "Participation"},
		{"participation.dispositions", "Devenir des personnes de la liste"},
		{"synthese.S1", "Répondants"},
		{"synthese.S2", "Répondants par moitié de l’Occitanie"},
		{"synthese.S3", "Expérience de partenariat dans les 12 derniers mois"},
		{"synthese.S4", "Intention pour les 12 prochains mois"},
		{"synthese.S5", "Dynamique régionale"},
		{"synthese.S6", "Frein le plus cité"},
		{"synthese.S7", "Levier le plus cité"},
		{"synthese.S8", "Impacts cités"},
		{"synthese.S9", "Besoins cités"},
	};

	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (strcmp(titles[i][0], question) == 0)
			return titles[i][1];
	return NULL;
}

const char *figures_counted(const char *question)
{
	const struct str prefix = STR("nombre.");

	return str_starts(str_of(question), prefix) ? question + prefix.n : NULL;
}
