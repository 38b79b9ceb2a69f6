-- SPDX-License-Identifier: Apache-2.0
-- staff/task_add_release: asks the keeper for something about a release; asking again before it is done is the same asking.
-- role: barometre_staff
-- parameters: $1 text kind (publish, withdraw), $2 text edition, $3 bigint version, $4 text reason, $5 text login
-- rows: 0 when it was asked already, else 1: id bigint
INSERT INTO barometre.keeper_task (kind, edition, version, reason, asked_by)
VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text)
ON CONFLICT (kind, edition) WHERE finished_at IS NULL DO NOTHING RETURNING id
