-- SPDX-License-Identifier: Apache-2.0
-- release/version: the number of the next release.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: 1: version bigint
SELECT coalesce(max(version), 0) + 1 AS version FROM barometre.release WHERE edition = $1::text
