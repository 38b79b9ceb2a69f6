-- SPDX-License-Identifier: Apache-2.0
-- count/unfinished: editions whose count was interrupted after its first transaction.
-- role: barometre_keeper
-- parameters: none
-- rows: n: edition text
SELECT edition FROM barometre.count_record WHERE hash IS NULL ORDER BY edition
