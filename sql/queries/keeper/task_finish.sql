-- SPDX-License-Identifier: Apache-2.0
-- keeper/task_finish: what became of a task.
-- role: barometre_keeper
-- parameters: $1 bigint id, $2 text outcome
-- rows: none
UPDATE barometre.keeper_task SET finished_at = now(), outcome = $2::text WHERE id = $1::bigint AND finished_at IS NULL
