-- SPDX-License-Identifier: Apache-2.0
-- migrate/lock: one migration at a time in this database (0x6261726f6d is "barom").
-- role: any
-- parameters: none
-- rows: 1, without sense
SELECT pg_advisory_lock(x'6261726f6d'::bigint)
