/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_relay.h - how a connection to the relay is made, the same for what sends (smtp.c) and for what only asks (smtp_probe.c). */
#ifndef BAROMETRE_MAIL_SMTP_RELAY_H
#define BAROMETRE_MAIL_SMTP_RELAY_H

#include <curl/curl.h>

#include "barometre/mail/smtp.h"

/* `o->reply_seconds` is set; libcurl copies the strings. */
void smtp_relay_set(CURL *, const struct smtp_options *o);

#endif
