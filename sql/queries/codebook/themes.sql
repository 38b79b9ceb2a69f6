-- SPDX-License-Identifier: Apache-2.0
-- codebook/themes: the themes of a version, in order.
-- role: owner
-- parameters: $1 text book, $2 bigint version
-- rows: n   code, label text
SELECT code, label FROM barometre.codebook_theme WHERE book = $1::text AND version = $2::bigint ORDER BY ordinal
