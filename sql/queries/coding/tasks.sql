-- SPDX-License-Identifier: Apache-2.0
-- coding/tasks: the texts of one coder, with the book and version of each.
-- role: owner
-- parameters: $1 text edition, $2 text coder
-- rows: n   verbatim uuid, book text, version bigint
SELECT verbatim, book, version FROM barometre.coding_task WHERE edition = $1::text AND coder = $2::text
