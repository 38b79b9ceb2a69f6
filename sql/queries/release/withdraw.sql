-- SPDX-License-Identifier: Apache-2.0
-- release/withdraw: the figures of a published release are served no more.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text login, $4 text why
-- rows: 1, without sense
SELECT barometre.release_withdraw($1::text, $2::bigint, $3::text, $4::text)
