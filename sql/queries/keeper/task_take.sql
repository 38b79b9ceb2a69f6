-- SPDX-License-Identifier: Apache-2.0
-- keeper/task_take: the oldest task that nobody has taken.
-- role: barometre_keeper
-- parameters: none
-- rows: 0..1: id bigint, kind text, edition text, asked_by text, version bigint (0: none), reason text
UPDATE barometre.keeper_task SET taken_at = now()
WHERE id = (SELECT t.id FROM barometre.keeper_task t
	WHERE t.finished_at IS NULL AND t.taken_at IS NULL
	ORDER BY t.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, edition, asked_by, coalesce(version, 0) AS version, reason
