-- SPDX-License-Identifier: Apache-2.0
-- published/clear: forget what an earlier edition published, before it is read anew.
-- role: owner
-- parameters: $1 text edition
-- rows: none
DELETE FROM barometre.published_figure WHERE edition = $1::text
