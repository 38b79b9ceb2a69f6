-- SPDX-License-Identifier: Apache-2.0
-- staff/delivery_decide: what becomes of rows that nobody knows of whether they left.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 uuid contact (NULL: all of them), $3 text decision (sent, again, give_up), $4 text login
-- rows: 1: n bigint, of rows
SELECT barometre.delivery_decide($1::uuid, $2::uuid, $3::text, $4::text) AS n
