/* SPDX-License-Identifier: Apache-2.0 */
/* form_errors.h - that what is said wrong in a form leads to its field, and the field to what is wrong, for whoever hears the page. */
#ifndef TESTS_WEB_FORM_ERRORS_H
#define TESTS_WEB_FORM_ERRORS_H

#include "staff_world.h"

/* From `at` on: the value of the attribute that begins there, "href=\"#"; p moves behind it. To be freed; NULL at the end. */
UNUSED_OK static char *next_value(const char **p, const char *end, const char *attribute)
{
	const char *found = memmem(*p, (size_t)(end - *p), attribute, strlen(attribute));

	if (!found)
		return NULL;
	found += strlen(attribute);
	*p = found + strcspn(found, "\"");
	return x_strndup(found, (size_t)(*p - found));
}

/* The tag that `inside` stands in; of a radio button its fieldset's, which is what is described. To be freed. */
UNUSED_OK static char *tag_of(const char *body, const char *inside, bool *ret_radio)
{
	const char *begin = inside;

	while (begin > body && *begin != '<')
		begin--;
	*ret_radio = strncmp(begin, "<input type=\"radio\"", 19) == 0;
	while (*ret_radio && begin > body && strncmp(begin, "<fieldset", 9) != 0)
		begin--;
	return x_strndup(begin, strcspn(begin, ">"));
}

UNUSED_OK static void leads_to_field(
	const struct reply *r, const char *field, const char *text)
{
	SCOPED(free_char) char *id = x_printf(" id=\"%s\"", field);
	const char *at = strstr(r->body, id);
	bool radio = false, told = false;

	if (!at)
		fail_msg("nothing is #%s", field);
	SCOPED(free_char) char *tag = tag_of(r->body, at, &radio);
	const char *p = tag;
	SCOPED(free_char)
	char *ids = next_value(&p, tag + strlen(tag), "aria-describedby=\"");
	if (!ids)
		fail_msg("#%s is described by nothing: %s>", field, tag);
	if (!radio && !strstr(tag, "aria-invalid=\"true\""))
		fail_msg("#%s is not said to be wrong: %s>", field, tag);
	struct str rest = str_of(ids), one = {0};
	while (str_cut(&rest, ' ', &one)) {
		SCOPED(free_char)
		char *message = x_printf(" id=\"%.*s\">%s</p>", (int)one.n, one.p, text);

		told = told || strstr(r->body, message) != NULL;
	}
	if (!told)
		fail_msg("#%s is not described by \"%s\"", field, text);
}

/* Each line of the summary before the form is a link to a field with the same words. Gives how many. */
UNUSED_OK static int errors_lead_to_their_fields(const struct reply *r)
{
	const char *p = strstr(
		r->body, "<div class=\"summary\" id=\"erreurs\" role=\"alert\"");
	const char *end = p ? strstr(p, "</ul>") : NULL;
	char *field = NULL;
	int count = 0;

	assert_non_null(end);
	while ((field = next_value(&p, end, "<li><a href=\"#")) != NULL) {
		SCOPED(free_char)
		char *text = x_strndup(p + 2, strcspn(p + 2, "<"));

		leads_to_field(r, field, text);
		free(field);
		count++;
	}
	return count;
}

#endif
