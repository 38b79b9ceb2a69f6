-- SPDX-License-Identifier: Apache-2.0
-- migrate/exists: was this database ever migrated?
-- role: any
-- parameters: none
-- rows: 1: found boolean
SELECT to_regclass('barometre.schema_migration') IS NOT NULL AS found
