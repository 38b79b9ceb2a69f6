/* SPDX-License-Identifier: Apache-2.0 */
/* answer_form.h - one questionnaire with every kind of question, for tests and fuzzers. */
#ifndef ANSWER_FORM_H
#define ANSWER_FORM_H

#include "barometre/form/answer.h"

#define HEAD                                                                                         \
 "{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{" \
 "\"audience\":\"essai\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,"                         \
 "\"audienceLabel\":\"Essai\",\"complete\":[]},\n"
/* 2026-11-22T09:00:00Z */
#define TODAY ((usec_t)1795338000 * USEC_PER_SEC)

#define ANSWER_FORM                                                                                      \
 HEAD "\"pages\":[{\"name\":\"un\",\"title\":\"Un\",\"elements\":[\n"                                    \
      "{\"type\":\"text\",\"name\":\"age\",\"title\":\"A\",\"inputType\":\"number\",\"min\":18,"         \
      "\"max\":110},\n"                                                                                  \
      "{\"type\":\"text\",\"name\":\"lieu\",\"title\":\"L\",\"barometre\":{\"role\":\"locality\"}},\n"   \
      "{\"type\":\"radiogroup\",\"name\":\"exp\",\"title\":\"E\",\"isRequired\":true,"                   \
      "\"choices\":[\"oui\",\"non\"],\"showOtherItem\":true,\"otherText\":\"Autre (précisez)\"},\n"     \
      "{\"type\":\"checkbox\",\"name\":\"freins\",\"title\":\"F\",\"isRequired\":true,"                  \
      "\"visibleIf\":\"{exp} = 'oui'\",\"choices\":[\"temps\",\"cout\",{\"value\":\"aucun\","            \
      "\"text\":\"Aucun frein\"}],\"showOtherItem\":true,"                                               \
      "\"barometre\":{\"exclusive\":[\"aucun\"]}},\n"                                                    \
      "{\"type\":\"matrix\",\"name\":\"dom\",\"title\":\"D\",\"isRequired\":true,"                       \
      "\"eachRowRequired\":true,\"columns\":[\"oui\",\"non\"],\"rows\":[\"soins\",\"etp\"]},\n"          \
      "{\"type\":\"html\",\"name\":\"note_html\",\"html\":\"<p>x</p>\"}]},\n"                            \
      "{\"name\":\"deux\",\"title\":\"Deux\",\"visibleIf\":\"{dom.etp} = 'oui'\",\"elements\":[\n"       \
      "{\"type\":\"rating\",\"name\":\"note\",\"title\":\"N\"},\n"                                       \
      "{\"type\":\"boolean\",\"name\":\"b\",\"title\":\"B\"},\n"                                         \
      "{\"type\":\"text\",\"name\":\"jour\",\"title\":\"J\",\"inputType\":\"date\"},\n"                  \
      "{\"type\":\"text\",\"name\":\"mois\",\"title\":\"M\",\"inputType\":\"month\"},\n"                 \
      "{\"type\":\"comment\",\"name\":\"avis\",\"title\":\"V\",\"barometre\":{\"role\":\"text\"}}]},\n"  \
      "{\"name\":\"trois\",\"title\":\"Trois\",\"elements\":[\n"                                         \
      "{\"type\":\"text\",\"name\":\"nom\",\"title\":\"N\",\"barometre\":{\"role\":\"identifying\"}},\n" \
      "{\"type\":\"radiogroup\",\"name\":\"contact\",\"title\":\"C\",\"choices\":[\"oui\",\"non\"],"     \
      "\"barometre\":{\"role\":\"contact\"}},\n"                                                         \
      "{\"type\":\"text\",\"name\":\"mail\",\"title\":\"M\",\"inputType\":\"email\","                    \
      "\"visibleIf\":\"{contact} = 'oui'\",\"barometre\":{\"role\":\"contact\"}},\n"                     \
      "{\"type\":\"text\",\"name\":\"tel\",\"title\":\"T\",\"inputType\":\"tel\","                       \
      "\"barometre\":{\"role\":\"contact\"}}]}],\n"                                                      \
      "\"calculatedValues\":[{\"name\":\"jeune\",\"expression\":\"{age} < 30\","                         \
      "\"includeIntoResult\":true},{\"name\":\"double\",\"expression\":\"iif({jeune}, 1, {age} * 2)\","  \
      "\"includeIntoResult\":true}]}"

/* The types and rules that ANSWER_FORM has not, on two pages. */
#define WHOLE_FORM                                                                                       \
 HEAD "\"pages\":[{\"name\":\"un\",\"title\":\"Un\",\"elements\":["                                      \
      "{\"type\":\"text\",\"name\":\"x\",\"title\":\"X\",\"inputType\":\"number\",\"validators\":["      \
      "{\"type\":\"numeric\",\"minValue\":3,\"notificationType\":\"warning\",\"text\":\"Peu\"},"         \
      "{\"type\":\"numeric\",\"maxValue\":50},{\"type\":\"expression\",\"expression\":\"{x} != 7\"}]},"  \
      "{\"type\":\"multipletext\",\"name\":\"m\",\"title\":\"M\",\"requiredIf\":\"{x} > 9\",\"items\":[" \
      "{\"name\":\"n\",\"inputType\":\"number\",\"min\":0,\"max\":9,\"isRequired\":true},"               \
      "{\"name\":\"t\",\"maxLength\":9},{\"name\":\"j\",\"inputType\":\"date\"}],"                       \
      "\"barometre\":{\"role\":\"text\"}},"                                                              \
      "{\"type\":\"ranking\",\"name\":\"r\",\"title\":\"R\",\"choices\":[\"a\",\"b\",{\"value\":\"c\","  \
      "\"visibleIf\":\"{x} > 5\"}]},"                                                                    \
      "{\"type\":\"panel\",\"name\":\"w\",\"title\":\"W\",\"visibleIf\":\"{double} > 4\",\"elements\":[" \
      "{\"type\":\"checkbox\",\"name\":\"k\",\"title\":\"K\",\"choices\":[\"a\",{\"value\":\"b\","       \
      "\"visibleIf\":\"{m.n} empty\"}],\"showNoneItem\":true,\"showRefuseItem\":true,"                   \
      "\"showDontKnowItem\":true,\"showOtherItem\":true,\"validators\":[{\"type\":\"answercount\","      \
      "\"maxCount\":2}]},"                                                                               \
      "{\"type\":\"expression\",\"name\":\"e\",\"title\":\"E\",\"expression\":\"{double} + {m.n}\","     \
      "\"visibleIf\":\"{k} notempty\"}]}]},"                                                             \
      "{\"name\":\"deux\",\"title\":\"De {x}\",\"elements\":["                                           \
      "{\"type\":\"dropdown\",\"name\":\"d\",\"title\":\"D {m.t} {k} {r} {e}\",\"requiredIf\":"          \
      "\"{e} > 6\",\"choices\":[\"a\",{\"value\":\"b\",\"visibleIf\":\"{k} contains 'a'\"}],"            \
      "\"showDontKnowItem\":true},"                                                                      \
      "{\"type\":\"comment\",\"name\":\"z\",\"title\":\"Z\",\"barometre\":{\"role\":\"text\"},"          \
      "\"validators\":[{\"type\":\"text\",\"minLength\":2,\"allowDigits\":false},{\"type\":\"regex\","   \
      "\"regex\":\"^[a-z]+$\",\"caseInsensitive\":true,\"notificationType\":\"info\","                   \
      "\"text\":\"{x}\"}]}]}],"                                                                          \
      "\"calculatedValues\":[{\"name\":\"double\",\"expression\":\"{x} * 2\","                           \
      "\"includeIntoResult\":true}]}"

#endif
