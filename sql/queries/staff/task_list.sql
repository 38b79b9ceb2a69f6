-- SPDX-License-Identifier: Apache-2.0
-- staff/task_list: what the keeper was asked for an edition, newest first.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: id bigint, kind text, asked_by text, asked_at bigint (microseconds), finished_at bigint or NULL, outcome text or NULL
SELECT id, kind, asked_by, (extract(epoch FROM asked_at) * 1000000)::bigint AS asked_at,
	(extract(epoch FROM finished_at) * 1000000)::bigint AS finished_at, outcome
FROM barometre.keeper_task WHERE edition = $1::text ORDER BY id DESC
