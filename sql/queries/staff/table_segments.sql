-- SPDX-License-Identifier: Apache-2.0
-- staff/table_segments: what the tables of one audience are crossed with in a release, in their order.
-- role: barometre_staff
-- parameters: $1 text edition, $2 bigint version, $3 text audience
-- rows: n: segment text
SELECT segment FROM barometre.release_row
WHERE edition = $1::text AND version = $2::bigint AND audience = $3::text AND segment <> ''
GROUP BY segment ORDER BY min(n)
