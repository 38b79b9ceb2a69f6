-- SPDX-License-Identifier: Apache-2.0
-- migrate/applied: what this database was brought to.
-- role: any
-- parameters: none
-- rows: n: name text, checksum text
SELECT name, checksum FROM barometre.schema_migration ORDER BY name
