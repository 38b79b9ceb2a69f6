/* SPDX-License-Identifier: Apache-2.0 */
/* letter_parts.h - a letter's words, before GMime makes a message of them. */
#ifndef BAROMETRE_MAIL_LETTER_PARTS_H
#define BAROMETRE_MAIL_LETTER_PARTS_H

#include "barometre/mail/letter.h"

/* The publics that the program's letters speak to by name. */
#define LETTER_PUBLICS \
 "patients", "associations", "etablissements", "equipes", "formation"

/* Names of the variables a letter may use, NULL after the last; and the ones that a subject may. */
const char *letter_variable(size_t i);
bool letter_variable_in_subject(const char *name);
/* Of well-formed UTF-8: the length of a control character, a line or paragraph separator, or a mark that turns the direction of
 * text, that stands at `text`; else 0. */
size_t letter_control_length(const char *text);

#endif
