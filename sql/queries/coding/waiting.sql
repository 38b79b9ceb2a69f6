-- SPDX-License-Identifier: Apache-2.0
-- coding/waiting: what a coder has to read, in his own order.
-- role: owner
-- parameters: $1 text edition, $2 text coder, $3 boolean what he has done too
-- rows: n   verbatim uuid, question, body, book text, version bigint, state text
SELECT verbatim, question, body, book, version, state FROM barometre.coding_waiting($1::text, $2::text, $3::boolean)
