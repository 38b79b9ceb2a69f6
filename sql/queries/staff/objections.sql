-- SPDX-License-Identifier: Apache-2.0
-- staff/objections: the latest that were written down; how many contacts each concerned, never who.
-- role: barometre_staff
-- parameters: none
-- rows: n: state text (waiting, done, unreadable), found bigint or NULL, asked_by text, asked_at bigint (microseconds)
SELECT state, found, asked_by, (extract(epoch FROM asked_at) * 1000000)::bigint AS asked_at FROM barometre.objection_requests(10)
