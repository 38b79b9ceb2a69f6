-- SPDX-License-Identifier: Apache-2.0
-- bounce/objection_done: applies one; NULL instead of a hash when its box cannot be read.
-- role: barometre_mailer
-- parameters: $1 uuid id, $2 bytea hash of the address or NULL
-- rows: 1: found bigint or NULL
SELECT barometre.objection_request_done($1::uuid, $2::bytea) AS found
