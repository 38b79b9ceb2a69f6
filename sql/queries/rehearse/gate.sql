-- SPDX-License-Identifier: Apache-2.0
-- rehearse/gate: the copy's gate, open, and as far as the claims that were copied.
-- role: owner
-- parameters: none
-- rows: 1: mark uuid, sequence bigint
UPDATE barometre.mail_gate g SET held = NULL, held_since = NULL,
	sequence = greatest(g.sequence, (SELECT coalesce(max(d.claim), 0) FROM barometre.delivery d))
RETURNING g.mark, g.sequence
