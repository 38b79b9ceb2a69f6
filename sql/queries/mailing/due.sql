-- SPDX-License-Identifier: Apache-2.0
-- mailing/due: mailings of open editions to work on now.
-- role: barometre_mailer
-- parameters: $1 timestamptz now
-- rows: n: id uuid, edition text, kind text, state text, due bigint (microseconds), not_after bigint
SELECT m.id, m.edition, m.kind, m.state, (extract(epoch FROM m.due) * 1000000)::bigint AS due, (extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after
FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition
WHERE e.state = 'open' AND m.state IN ('planned', 'sending') AND m.due <= $1::timestamptz ORDER BY m.due, m.id
