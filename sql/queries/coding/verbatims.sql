-- SPDX-License-Identifier: Apache-2.0
-- coding/verbatims: the open answers of a counted edition, in random-id order.
-- role: owner   $1 text edition
-- rows: n   id uuid, audience text, question text, body text
SELECT id, audience, question, body FROM barometre.verbatim WHERE edition = $1 ORDER BY audience, question, id
