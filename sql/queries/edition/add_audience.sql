-- SPDX-License-Identifier: Apache-2.0
-- edition/add_audience: one audience of an edition.
-- role: owner
-- parameters: $1 text edition, $2 text audience, $3 text form hash, $4 boolean open link, $5 text[] channels, $6 bigint ordinal
-- rows: none
INSERT INTO barometre.edition_audience (edition, audience, form, open_link, channels, ordinal)
VALUES ($1::text, $2::text, $3::text, $4::boolean, $5::text[], $6::bigint)
