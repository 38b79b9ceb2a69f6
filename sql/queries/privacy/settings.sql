-- SPDX-License-Identifier: Apache-2.0
-- privacy/settings: settings of the server as this session has them. One that may not be seen has no row.
-- role: owner
-- parameters: $1 text[] names
-- rows: 0 to n: name, setting, source text
SELECT name, setting, source FROM pg_catalog.pg_settings WHERE name = ANY ($1::text[])
