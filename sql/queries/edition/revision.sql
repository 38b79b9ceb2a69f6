-- SPDX-License-Identifier: Apache-2.0
-- edition/revision: a number that grows with every change of an edition; processes poll it and load again.
-- role: any
-- parameters: none
-- rows: 1: revision bigint
SELECT coalesce(sum(revision), 0)::bigint AS revision FROM barometre.edition
