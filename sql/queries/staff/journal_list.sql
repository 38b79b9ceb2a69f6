-- SPDX-License-Identifier: Apache-2.0
-- staff/journal_list: the journal, newest first, a page at a time.
-- role: barometre_staff
-- parameters: $1 bigint before (an id, or NULL for the newest), $2 bigint limit
-- rows: n: id bigint, at bigint (microseconds), login text, action text, detail text
SELECT id, (extract(epoch FROM at) * 1000000)::bigint AS at, login, action, detail
FROM barometre.journal WHERE $1::bigint IS NULL OR id < $1::bigint ORDER BY id DESC LIMIT $2::bigint
