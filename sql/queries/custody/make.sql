-- SPDX-License-Identifier: Apache-2.0
-- custody/make: the public half of a draft's counting key, and who has a file of the secret half.
-- role: owner
-- parameters: $1 text edition, $2 bytea count key, $3 text[] names, $4 boolean replace a key made before
-- rows: 1, without sense. P0002: no such edition; BR003: not a draft, not in the hands of custodians, fewer than two names, or made before
SELECT barometre.custody_make($1::text, $2::bytea, $3::text[], $4::boolean)
