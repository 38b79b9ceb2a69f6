-- SPDX-License-Identifier: Apache-2.0
-- staff/mail_state: whether all mail is held, and why.
-- role: barometre_staff
-- parameters: none
-- rows: 1: held text (restored, asked) or NULL, since bigint (microseconds) or NULL
SELECT held, (extract(epoch FROM held_since) * 1000000)::bigint AS since FROM barometre.mail_state()
