-- SPDX-License-Identifier: Apache-2.0
-- bounce/object: an objection that staff were told of.
-- role: owner
-- parameters: $1 bytea hash of the address, $2 text login
-- rows: 1: found bigint
SELECT barometre.contact_object($1::bytea, $2::text) AS found
