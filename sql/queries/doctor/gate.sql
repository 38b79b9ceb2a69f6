-- SPDX-License-Identifier: Apache-2.0
-- doctor/gate: whether all mail is held, and since when.
-- role: owner
-- parameters: none
-- rows: 0..1: held text or NULL, held_since bigint (microseconds) or NULL
SELECT g.held, (extract(epoch FROM g.held_since) * 1000000)::bigint AS held_since FROM barometre.mail_gate g
