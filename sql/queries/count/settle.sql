-- SPDX-License-Identifier: Apache-2.0
-- count/settle: the second transaction of the count, once: participation and ledger to totals, invitations and drafts gone.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: 1, without sense. P0002: no such edition; BR003: not counted
SELECT barometre.count_settle($1::text)
