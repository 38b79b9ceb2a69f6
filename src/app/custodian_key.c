/* SPDX-License-Identifier: Apache-2.0 */
/* custodian_key.c - is this the file of a custodian of the edition, and of the key that its urn is sealed to? */
#include "custodian_key.h"

bool custodian_key_read(struct custody *ret, struct str text,
	const struct edition *edition, struct err *err)
{
	struct custody custody;

	if (!custody_read(&custody, text, err))
		return false;
	if (strcmp(custody.edition, edition->code) != 0)
		return err_set(err, ERR_CONFLICT,
			"ce fichier est celui de l’édition «\u202F%s\u202F», non de «\u202F%s\u202F»",
			custody.edition, edition->code);
	if (!edition->has_count_key ||
		memcmp(&custody.public_key, &edition->count_key,
			sizeof(edition->count_key)) != 0)
		return err_set(err, ERR_CONFLICT,
			"ce fichier n’ouvre plus rien\u202F: la clé de l’édition «\u202F%s\u202F» a été refaite "
			"depuis\u202F; détruisez-le et prenez le plus récent",
			edition->code);
	*ret = custody;
	return true;
}
