-- SPDX-License-Identifier: Apache-2.0
-- coding/disputed: texts on which two coders disagree, decided or not, with book and version.
-- role: owner
-- parameters: $1 text edition
-- rows: n   verbatim uuid, book text, version bigint
SELECT verbatim, book, version FROM barometre.coding_final($1::text) WHERE state IN ('disagree', 'decided')
