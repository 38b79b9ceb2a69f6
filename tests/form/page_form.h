/* SPDX-License-Identifier: Apache-2.0 */
/* page_form.h - a questionnaire of what pages can hold, in two languages, and what tests of pages share. */
#ifndef PAGE_FORM_H
#define PAGE_FORM_H

#include "form_test.h"

#define NN "\u202f"

/* Back quotes stand for quotes. */
#define PAGE_FORM                                                                            \
 "{`title`:{`default`:`Essai`,`en`:`Trial`},`locale`:`fr`,"                                  \
 "`clearInvisibleValues`:`onHiddenContainer`,`barometre`:{`audience`:`essai`,`version`:`1`," \
 "`minutes`:5,`boxBytes`:8192,`audienceLabel`:`Essai`,`complete`:[]},\n"                     \
 "`pages`:[{`name`:`un`,`title`:`Un`,`elements`:[\n"                                         \
 "{`type`:`radiogroup`,`name`:`exp`,`title`:`E`,`isRequired`:true,`choices`:["               \
 "{`value`:`oui`,`text`:{`default`:`Oui, souvent`,`en`:`Yes, often`}},"                      \
 "{`value`:`non`,`text`:`Jamais`}],`showOtherItem`:true,`otherText`:`Autre (précisez)`,"    \
 "`showRefuseItem`:true,`showDontKnowItem`:true},\n"                                         \
 "{`type`:`checkbox`,`name`:`freins`,`title`:`F`,`requiredIf`:`{exp} = 'oui'`,"              \
 "`choices`:[{`value`:`temps`,`text`:`Le temps`},{`value`:`cout`,`text`:`Le coût`,"         \
 "`visibleIf`:`{exp} = 'oui'`},{`value`:`loin`,`text`:`La distance`}],"                      \
 "`showOtherItem`:true,`showNoneItem`:true,"                                                 \
 "`validators`:[{`type`:`answercount`,`maxCount`:2}]},\n"                                    \
 "{`type`:`ranking`,`name`:`ordre`,`title`:`O`,`choices`:[{`value`:`a`,`text`:`Écoute`},"   \
 "{`value`:`b`,`text`:`Temps`},{`value`:`c`,`text`:`Moyens`,"                                \
 "`visibleIf`:`{exp} = 'oui'`}]},\n"                                                         \
 "{`type`:`multipletext`,`name`:`coord`,`title`:`C`,`items`:["                               \
 "{`name`:`nom`,`title`:`Nom`,`isRequired`:true},"                                           \
 "{`name`:`nb`,`title`:`Membres`,`inputType`:`number`,`min`:0,`max`:100000},"                \
 "{`name`:`mail`,`title`:`E-mail`,`inputType`:`email`},"                                     \
 "{`name`:`depuis`,`title`:`Depuis`,`inputType`:`date`}],"                                   \
 "`visibleIf`:`{exp} = 'oui'`,`barometre`:{`role`:`contact`}},\n"                            \
 "{`type`:`matrix`,`name`:`dom`,`title`:`D`,`columns`:[{`value`:`fait`,`text`:`Fait`},"      \
 "{`value`:`prevu`,`text`:`Prévu`}],`rows`:[{`value`:`soins`,`text`:`Soins`},"              \
 "{`value`:`etp`,`text`:`ETP`}]}]},\n"                                                       \
 "{`name`:`deux`,`title`:`Deux`,`elements`:[\n"                                              \
 "{`type`:`text`,`name`:`age`,`title`:`A`,`inputType`:`number`,`validators`:["               \
 "{`type`:`numeric`,`minValue`:10,`maxValue`:2000},"                                         \
 "{`type`:`numeric`,`maxValue`:99,`notificationType`:`warning`,"                             \
 "`text`:{`default`:`Vraiment, pour {exp}\u202f?`,`en`:`Really, for {exp}?`}},"              \
 "{`type`:`expression`,`expression`:`{age} empty or {age} != 50`,"                           \
 "`notificationType`:`info`,`text`:`Un demi-siècle.`}]},\n"                                 \
 "{`type`:`text`,`name`:`fin`,`title`:`F`,`inputType`:`number`,`validators`:["               \
 "{`type`:`expression`,`expression`:`{fin} empty or {fin} >= {age}`}]},\n"                   \
 "{`type`:`expression`,`name`:`double`,`title`:`X`,`expression`:`{age} * 2`},\n"             \
 "{`type`:`expression`,`name`:`veille`,`title`:`V`,`expression`:`today()`},\n"               \
 "{`type`:`text`,`name`:`sigle`,`title`:`S`,`placeholder`:`AB`,"                             \
 "`validators`:[{`type`:`regex`,`regex`:`^[A-Z]+$`},"                                        \
 "{`type`:`text`,`minLength`:2,`allowDigits`:false}],`barometre`:{`role`:`text`}},\n"        \
 "{`type`:`checkbox`,`name`:`trois`,`title`:`T`,`choices`:[`u`,`v`,`w`],"                    \
 "`validators`:[{`type`:`answercount`,`minCount`:2,`notificationType`:`warning`,"            \
 "`text`:`Une seule\u202f?`}]},\n"                                                           \
 "{`type`:`text`,`name`:`jour`,`title`:`J`,`inputType`:`date`},\n"                           \
 "{`type`:`text`,`name`:`mois`,`title`:`M`,`inputType`:`month`},\n"                          \
 "{`type`:`boolean`,`name`:`b`,`title`:`B`},\n"                                              \
 "{`type`:`rating`,`name`:`note`,`title`:`N`},\n"                                            \
 "{`type`:`text`,`name`:`lieu`,`title`:`L`,`barometre`:{`role`:`locality`}},\n"              \
 "{`type`:`comment`,`name`:`avis`,`title`:`V`,`maxLength`:3000,"                             \
 "`barometre`:{`role`:`text`}}]},\n"                                                         \
 "{`name`:`fin_page`,`title`:`Fin`,`elements`:[\n"                                           \
 "{`type`:`matrix`,`name`:`grille`,`title`:`G`,`eachRowRequired`:true,"                      \
 "`columns`:[`x`,`y`],`rows`:[`r1`,`r2`]}]}]}"

static inline struct form *page_form(void)
{
	SCOPED(free_char) char *json = x_strdup(PAGE_FORM);
	for (char *p = json; *p; p++)
		if (*p == '`')
			*p = '"';
	return parse_or_fail(json);
}

/* "a=1&b=x" into fields; no escapes. The names and values lie in the text. */
static inline size_t fields_of(const char *text, struct field *fields, size_t max)
{
	struct str rest = str_of(text), pair;
	size_t n = 0;
	while (str_cut(&rest, '&', &pair)) {
		if (pair.n == 0)
			continue;
		assert_true(n < max);
		struct field *f = &fields[n++];
		f->value = pair;
		assert_true(str_cut(&f->value, '=', &f->name));
	}
	return n;
}

#endif
