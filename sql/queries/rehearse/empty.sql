-- SPDX-License-Identifier: Apache-2.0
-- rehearse/empty: is there nothing in this database yet?
-- role: owner
-- parameters: none
-- rows: 1: empty boolean
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'barometre') AS empty
