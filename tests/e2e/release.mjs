// SPDX-License-Identifier: Apache-2.0
// A release of invented figures, with what real ones have: long labels, small bases, merged groups, figures that are withheld,
// statistics, crossings, the synthesis. It has no files.
import { sql } from './world.mjs';

const line = (question, type, option, label, count, base, more = {}) => ({
  audience: 'patients', question, type, segment: '', segment_value: '', segment_label: '', option, label, base,
  not_answered: 4, not_concerned: 6, mentions: base, count, percent: count === null ? null : Math.round(100 * count / base),
  value: null, status: '', ...more,
});

const GROUPS = [
  ['d09+d11+d32+d48', 'Ariège / Aude / Gers / Lozère', 14], ['d12+d66+d81', 'Aveyron / Pyrénées-Orientales / Tarn', 27], ['d30', 'Gard', 31],
  ['d31', 'Haute-Garonne', 1260], ['d34', 'Hérault', 45], ['d46+d65+d82+ailleurs', 'Lot / Hautes-Pyrénées / Tarn-et-Garonne / Hors Occitanie', 12],
];
const AUDIENCES = [['associations', 'Associations de patients et d’usagers', 80], ['patients', 'Patients et usagers partenaires', 1389],
  ['etablissements', 'Établissements de santé', 66]];
const LONG = 'Manque de visibilité des équipes sur la valeur ajoutée de ce partenariat, et représentations professionnelles des soignants';

function lines() {
  const all = [
    line('participation', 'total', 'respondents', 'Répondants', 1389, 1389, { percent: null }),
    line('age', 'number', 'mean', 'Moyenne', null, 1389, { value: 61.25 }),
    line('age', 'number', 'q1', 'Premier quartile', null, 1389, { status: 'small_cells' }),
    line('age', 'number', '50_59', '50 à 59', 700, 1389), line('age', 'number', '60_69', '60 à 69', 600, 1389),
    line('age', 'number', '80_89', '80 à 89', null, 1389, { status: 'small_cells' }),
    line('age', 'number', 'gathered', 'Autres modalités regroupées', 89, 1389, { status: 'gathered' }),
    line('freins', 'multiple', 'visibilite', LONG, 20, 28, { mentions: 41 }), line('freins', 'multiple', 'temps', 'Manque de temps', 21, 28, { mentions: 41 }),
    line('freins', 'multiple', 'other', 'Autre (précisez)', null, 28, { mentions: 41, status: 'at_most_5' }),
    line('localite', 'locality', 'gathered', '', null, null, { not_answered: null, not_concerned: null, mentions: null, status: 'small_cells' }),
    line('participation.dispositions', 'disposition', 'contacts', 'Personnes dans la liste', 12345, null,
      { not_answered: null, not_concerned: null, mentions: null, percent: null }),
    line('participation.rr1', 'rate', 'rr1', 'Taux de réponse RR1 (AAPOR)', null, 12345, { value: 11.25, not_answered: null, not_concerned: null }),
  ];
  for (const question of ['mandat_ru', 'benevole_association'])
    all.push(line(question, 'single', 'oui', 'Oui', 500, 1389), line(question, 'single', 'non', 'Non', 889, 1389));
  for (const [value, label, base] of GROUPS) {
    const of = { segment: 'departement', segment_value: value, segment_label: label };
    all.push(line('freins', 'multiple', 'visibilite', LONG, Math.floor(base / 3), base, of),
      ...(value === 'd30' ? [] : [line('freins', 'multiple', 'temps', 'Manque de temps', Math.floor(base / 2), base, of)]),
      line('freins', 'multiple', 'other', 'Autre (précisez)', null, base, { ...of, status: 'small_cells' }));
  }
  for (const [value, label, base] of AUDIENCES) {
    const of = { audience: 'ensemble', segment: 'public', segment_value: value, segment_label: label };
    all.push(line('synthese.S2', 'synthesis', 'est', 'Occitanie Est', Math.floor(base / 3), base, of));
    if (value !== 'associations') all.push(line('synthese.S2', 'synthesis', 'ouest', 'Occitanie Ouest', Math.floor(base / 2), base, of));
  }
  return all;
}

const NOTES = [
  ['patients', '', '', 'parameters', 'Seuils appliqués\u202f: au moins 11 personnes par tableau et par groupe.'],
  ['patients', 'age', '', 'cells_gathered', '«\u202fÂge\u202f»\u202f: 8 réponses de peu de personnes sont données ensemble.'],
  ['patients', '', 'departement', 'groups_merged', 'Groupes réunis de «\u202fDépartement\u202f»\u202f: «\u202fAriège / Aude / Gers / Lozère\u202f».'],
  ['patients', 'freins', 'departement', 'options_withheld', '«\u202fFreins\u202f»\u202f: réponses non données\u202f: 1.'],
];

/* As release 2 of an edition that is counted, published. */
export function addRelease(edition) {
  const rows = lines().map((l, n) => ({ ...l, n: n + 1, edition, version: 2 }));
  const notes = NOTES.map(([audience, question, segment, code, body], n) => ({ audience, question, segment, code, body, n: n + 1, edition, version: 2 }));
  const from = (table, list) => `INSERT INTO barometre.${table} SELECT * FROM jsonb_populate_recordset(NULL::barometre.${table}, $json$${JSON.stringify(list)}$json$);`;
  sql(`INSERT INTO barometre.release (edition, version, min_base, min_cell, reason, created_on, row_count, hash, kind, parameters, state, published_on, published_by)
    SELECT edition, 2, min_base, min_cell, 'codage', created_on, ${rows.length}, repeat('5c', 32), 'coding', parameters, 'published', created_on, 'dominique'
    FROM barometre.release WHERE edition = '${edition}' AND version = 1;
    ${from('release_row', rows)} ${from('release_note', notes)}
    UPDATE barometre.edition SET state = 'released' WHERE code = '${edition}'`);
}
