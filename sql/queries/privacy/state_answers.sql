-- SPDX-License-Identifier: Apache-2.0
-- privacy/state_answers: what there is beside the answers and how much of it is due (functions/retention.sql).
-- role: owner, barometre_keeper
-- parameters: none
-- rows: n: kind, edition text, until text (YYYY-MM-DD or ''), total, due, held, leftover bigint
SELECT kind, edition, coalesce(to_char(until, 'YYYY-MM-DD'), '') AS until, total, due, held, leftover FROM barometre.retention_answers()
