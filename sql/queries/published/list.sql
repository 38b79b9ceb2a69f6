-- SPDX-License-Identifier: Apache-2.0
-- published/list: the earlier editions that were imported, the newest first.
-- role: barometre_keeper, barometre_staff
-- parameters: none
-- rows: edition text, figures bigint, errors bigint (of which known to be wrong or doubtful)
SELECT edition, count(*) AS figures, count(*) FILTER (WHERE known_error <> '') AS errors
FROM barometre.published_figure GROUP BY edition ORDER BY edition DESC
