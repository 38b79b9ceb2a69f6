-- SPDX-License-Identifier: Apache-2.0
-- staff/bounce_reasons: why people are not written to any more, the most frequent first.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: reason text, n bigint
SELECT reason, n FROM barometre.staff_bounce_reasons($1::text) ORDER BY n DESC, reason
