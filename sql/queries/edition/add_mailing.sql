-- SPDX-License-Identifier: Apache-2.0
-- edition/add_mailing: one mailing of the plan.
-- role: owner
-- parameters: $1 uuid id, $2 text edition, $3 text kind, $4 timestamptz due, $5 timestamptz not after
-- rows: none
INSERT INTO barometre.mailing (id, edition, kind, due, not_after) VALUES ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz)
