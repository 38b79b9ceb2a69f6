-- SPDX-License-Identifier: Apache-2.0
-- privacy/segments: the groups of contacts that are known beforehand, as totals. Those who object are not asked.
-- kind: all (the audience), department, type, both (crossed). small: groups below $2; tiny: below $3.
-- role: owner
-- parameters: $1 text edition, $2 bigint min_base, $3 bigint
-- rows: n: audience, kind text, contacts, groups, small, tiny, people_in_tiny bigint
WITH grouped AS (
	SELECT audience, CASE GROUPING(department, type) WHEN 3 THEN 'all' WHEN 1 THEN 'department' WHEN 2 THEN 'type' ELSE 'both' END AS kind,
		count(*) AS n
	FROM barometre.contact WHERE edition = $1::text AND NOT objected
	GROUP BY GROUPING SETS ((audience), (audience, department), (audience, type), (audience, department, type))
	HAVING (GROUPING(department) = 1 OR department <> '') AND (GROUPING(type) = 1 OR type <> ''))
SELECT audience, kind, sum(n)::bigint AS contacts, count(*) AS groups, count(*) FILTER (WHERE n < $2::bigint) AS small,
	count(*) FILTER (WHERE n < $3::bigint) AS tiny, coalesce(sum(n) FILTER (WHERE n < $3::bigint), 0)::bigint AS people_in_tiny
FROM grouped GROUP BY audience, kind
