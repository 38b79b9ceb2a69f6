-- SPDX-License-Identifier: Apache-2.0
-- coding/coders: who has what to do.
-- role: owner
-- parameters: $1 text edition
-- rows: n   coder text, texts, done, again bigint
SELECT coder, count(*) AS texts, count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'again') AS again
FROM barometre.coding_task WHERE edition = $1::text AND coder <> '*' GROUP BY coder ORDER BY coder
