-- SPDX-License-Identifier: Apache-2.0
-- migrate/unlock: lets the next one in.
-- role: any
-- parameters: none
-- rows: 1, without sense
SELECT pg_advisory_unlock(x'6261726f6d'::bigint)
