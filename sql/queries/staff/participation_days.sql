-- SPDX-License-Identifier: Apache-2.0
-- staff/participation_days: answers by day (UTC) and way in. channel: '' personal link, '-' open link without channel.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: audience text, channel text, open boolean, day text (ISO date), n bigint
SELECT audience, channel, channel <> '' AS open, day::text AS day, sum(n)::bigint AS n
FROM barometre.participation_day WHERE edition = $1::text
GROUP BY audience, channel, participation_day.day ORDER BY participation_day.day, audience, channel
