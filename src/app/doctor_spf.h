/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_spf.h - may this address send mail of this domain? (RFC 7208; macros are not expanded and give SPF_UNKNOWN.) */
#ifndef BAROMETRE_APP_DOCTOR_SPF_H
#define BAROMETRE_APP_DOCTOR_SPF_H

#include "barometre/base/dns.h"

enum spf_result {
	SPF_NONE, /* the domain says nothing */
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFT_FAIL,
	SPF_NEUTRAL,
	SPF_BROKEN, /* "permerror": two records, a word that is none, more than ten look-ups: receivers ignore it, or refuse */
	SPF_UNKNOWN /* the name server did not answer, or a macro decides */
};
/* `address` in figures; "" gives SPF_UNKNOWN where the answer depends on it. `ret_record`: the record, to be freed, or NULL. */
enum spf_result spf_check(
	struct dns *, const char *domain, const char *address, char **ret_record);

#endif
