-- SPDX-License-Identifier: Apache-2.0
-- rehearse/open: the copy is played as an open edition; a draft has no key to be counted with, and the copy is never counted.
-- role: owner
-- parameters: $1 text edition
-- rows: none
UPDATE barometre.edition SET state = 'open', count_key = coalesce(count_key, decode(repeat('01', 32), 'hex')) WHERE code = $1::text
