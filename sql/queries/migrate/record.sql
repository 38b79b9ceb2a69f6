-- SPDX-License-Identifier: Apache-2.0
-- migrate/record: one script was applied.
-- role: owner
-- parameters: $1 text name, $2 text checksum
-- rows: none
INSERT INTO barometre.schema_migration (name, checksum) VALUES ($1::text, $2::text)
ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()
