// SPDX-License-Identifier: Apache-2.0
// An administrator conducts the mail of an edition from the staff site: sees who has not answered, pauses, resumes, holds everything, makes
// a targeted mailing that leaves by itself, decides of what is uncertain, writes an objection down. Each page is looked at in light, in
// dark and at 320 pixels. The pages have no JavaScript: the checker alone does.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { look as lookAt } from './audit.mjs';
import { awaitStatus, barometre, closeBrowser, complaintsOf, count, follow, heading, mails, makeEdition, newAdministrator, pathOf, prepare, secret, sql, startCatcher, stopCatcher, until, world } from './world.mjs';

const CODE = 'relances';
const PASSWORD = secret('un mot de passe pour les envois');
const OBJECTS = secret('equipe-31-05@hopital.example');
/* Teams in two departments, and a few patients. */
const CONTACTS = [
  ...Array.from({ length: 15 }, (_, i) => [`equipe-31-${String(i).padStart(2, '0')}@hopital.example`, `Équipe ${i}`, 'equipes', '31', 'public']),
  ...Array.from({ length: 12 }, (_, i) => [`equipe-32-${String(i).padStart(2, '0')}@hopital.example`, `Équipe de « ${i} »`, 'equipes', '32', 'privé']),
  ...Array.from({ length: 3 }, (_, i) => [`patient-${i}@courriel.example`, `Patiente ${i}`, 'patients', '09', 'aidant']),
];
let person, page, open, press, read;

const mailing = kind => sql(`SELECT id FROM barometre.mailing WHERE edition = '${CODE}' AND kind = '${kind}' ORDER BY due LIMIT 1`);
const column = (kind, what) => sql(`SELECT ${what} FROM barometre.mailing WHERE id = '${mailing(kind)}'`);
const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(new Date());

before(() => prepare(async () => {
  await startCatcher();
  makeEdition(CODE, 'Baromètre des relances');
  const file = join(world.folder, 'contacts.csv');
  writeFileSync(file, ['email;nom;public;departement;type', ...CONTACTS.map(c => c.join(';'))].join('\r\n') + '\r\n');
  barometre('contacts', 'import', CODE, file);
  barometre('edition', 'open', CODE);
  await awaitStatus('/o/equipes', 200);
  ({ person, page, open, press, read } = await newAdministrator('camille', PASSWORD));
  await until('the invitation has left', () => column('invitation', 'state') === 'finished');
}));

after(async () => {
  await closeBrowser();
  await stopCatcher();
});

const look = name => lookAt(person, name);

test('the plan says how many have not answered, and that the invitation has left', async () => {
  await open(`/mailings?edition=${CODE}`);
  const text = await read();
  assert.match(text, /30\s+n’ont pas encore répondu/);
  assert.match(text, /30 prévus = 30 remis \+ 0 refusé \+ 0 écarté \+ 0 incertain/);
  assert.match(text, /Tous les contacts qui ont reçu l’invitation/);
  await look('mailings-plan');
});

test('a relance is paused, and goes on', async () => {
  await open(`/mailings/${mailing('relance1')}`);
  assert.match(await read(), /Essai à blanc : il irait à 30 sur 30/);
  await look('mailing-dry-run');
  await press('Mettre en pause');
  assert.equal(pathOf(page), `/mailings/${mailing('relance1')}`);
  assert.match(await read(), /L’envoi est en pause/);
  assert.equal(column('relance1', 'paused'), 't');
  await look('mailing-paused');
  await press('Reprendre');
  assert.equal(column('relance1', 'paused'), 'f');
});

test('its people one by one name nobody', async () => {
  await open(`/mailings/${mailing('relance1')}?verdict=send`);
  assert.doesNotMatch(await read(), /@|Équipe \d|Patiente|hopital|privé/);
  await look('mailing-list');
});

test('its date is changed, after a date that is none', async () => {
  await open(`/mailings/${mailing('relance1')}/reschedule`);
  await page.locator('[name="until"]').evaluate(e => { e.type = 'text'; e.value = '31/02/2027'; });
  assert.equal((await press('Changer la date')).status(), 422);
  await look('mailing-reschedule-wrong');
  const day = new Date(Date.now() + 25 * 86_400_000).toISOString().slice(0, 10);
  await page.locator('[name="due"]').fill(day);
  await page.locator('[name="until"]').fill(new Date(Date.now() + 35 * 86_400_000).toISOString().slice(0, 10));
  await press('Changer la date');
  assert.match(await read(), /La nouvelle date est enregistrée/);
  assert.equal(column('relance1', "to_char(due AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI')"), `${day} 00:00`);
});

test('an objection by telephone is written down', async () => {
  await open('/contacts/object');
  await page.locator('[name="adresse"]').fill('equipe-31-05@');
  assert.equal((await press('Ne plus rien lui envoyer')).status(), 422);
  await look('objection-wrong');
  await page.locator('[name="adresse"]').fill(OBJECTS.toUpperCase());
  await press('Ne plus rien lui envoyer');
  await until('the mailer has taken it', () => count('contact', 'objected') === 1);
  await page.reload();
  assert.match(await read(), /faite ; 1 contact/);
  await look('objection');
});

test('a targeted mailing that is too narrow is refused, another is shown, made, and waits while all mail is held', async () => {
  await open('/mailings/hold');
  await look('hold');
  await press('Retenir tous les courriels');
  await look('mailings-held');
  await open(`/mailings/new?edition=${CODE}`);
  await look('mailing-new');
  await page.locator('[name="titre"]').fill('Rappel aux équipes de Haute-Garonne');
  await page.locator('[name="due"]').fill(today());
  await page.locator('[name="departement"][value="09"]').check();
  assert.equal((await press('Voir à qui il irait')).status(), 422);
  await look('mailing-new-wrong');
  await page.locator('[name="departement"][value="09"]').uncheck();
  await page.locator('[name="departement"][value="31"]').check();
  await page.locator('[name="public"]').selectOption('equipes');
  await press('Voir à qui il irait');
  assert.match(await read(), /Cet envoi irait à 14 sur 30/);
  assert.equal(count('mailing', "kind = 'targeted'"), 0);
  await look('mailing-new-shown');
  await press('Prévoir cet envoi');
  assert.equal(await heading(page), 'Rappel aux équipes de Haute-Garonne prévu');
  await look('mailing-targeted');
});

test('mail is let go with a word, and the targeted mailing leaves to its people alone', async () => {
  await open('/mailings/release');
  await page.locator('[name="mot"]').fill('oui');
  assert.equal((await press('Laisser repartir les courriels')).status(), 422);
  await look('release-wrong');
  assert.equal(mails().length, 30, 'nothing has left while mail was held');
  await page.locator('[name="mot"]').fill('repartir');
  await press('Laisser repartir les courriels');
  assert.match(await read(), /Les courriels repartent/);
  await until('the targeted mailing has left', () => column('targeted', 'state') === 'finished');
  const late = mails().slice(30).flatMap(m => m.to).sort();
  const wanted = CONTACTS.filter(c => c[3] === '31' && c[0] !== OBJECTS).map(c => c[0]).sort();
  assert.deepEqual(late, wanted);
  await open(`/mailings/${mailing('targeted')}`);
  assert.match(await read(), /14 prévus = 14 remis \+ 0 refusé/);
  await look('mailing-ledger');
  await open(`/mailings/${mailing('targeted')}?state=refused`);
  await look('mailing-ledger-empty');
});

test('what is uncertain waits for a person', async () => {
  sql(`UPDATE barometre.delivery SET state = 'unknown', done_at = NULL WHERE (mailing, contact) IN
    (SELECT mailing, contact FROM barometre.delivery WHERE mailing = '${mailing('targeted')}' ORDER BY contact LIMIT 2)`);
  await open(`/?edition=${CODE}`);
  assert.match(await read(), /2 messages incertains/);
  await open(`/mailings/${mailing('targeted')}?state=unknown`);
  await look('mailing-unknown');
  await follow(page, () => page.getByRole('link', { name: 'décider…' }).first().click());
  await look('decide-one');
  assert.equal((await press('Enregistrer la décision')).status(), 422);
  await look('decide-wrong');
  await page.locator('[value="again"]').check();
  await press('Enregistrer la décision');
  await until('it was sent again', () => mails().length === 45);
  await open(`/mailings/${mailing('targeted')}/decide`);
  await page.locator('[value="give_up"]').check();
  await press('Enregistrer la décision');
  assert.equal(count('delivery', "state = 'unknown'"), 0);
  assert.equal(count('delivery', "reason = 'given_up'"), 1);
});

test('a mailing is sent now, another is cancelled', async () => {
  await open(`/mailings/${mailing('relance3')}/cancel`);
  await look('cancel');
  await press('Annuler l’envoi');
  assert.equal(column('relance3', 'state'), 'cancelled');
  await look('mailing-cancelled');
  await open(`/mailings/${mailing('relance1')}/now`);
  await look('send-now');
  const before = mails().length;
  await press('Envoyer maintenant');
  await until('the relance has left', () => column('relance1', 'state') === 'finished');
  assert.equal(mails().length, before + 29, 'to all but who objects');
});

test('the contacts are numbers, and an error of an address is lifted', async () => {
  sql(`UPDATE barometre.contact SET bounced = CASE WHEN department = '31' THEN '550 5.1.1' ELSE '5.2.2' END WHERE (edition, id) IN
    (SELECT edition, id FROM barometre.contact WHERE edition = '${CODE}' AND NOT objected ORDER BY id LIMIT 6)`);
  await open(`/contacts?edition=${CODE}`);
  const text = await read();
  assert.match(text, /adresse inconnue \(5\.1\.1\)|boîte pleine \(5\.2\.2\)/);
  assert.doesNotMatch(text, /@/);
  await page.locator('summary').click();
  await look('contacts');
  await follow(page, () => page.getByRole('link', { name: /^Lever/ }).first().click());
  await look('lift');
  await press('Lever l’erreur');
  assert.equal(count('contact', 'bounced IS NOT NULL'), 5);
  await open(`/?edition=${CODE}`);
  assert.match(await read(), /5 adresses sont en erreur/);
  await look('dashboard-attention');
});

test('the journal tells it all in words, and nobody’s address', async () => {
  await open('/audit');
  const text = await read();
  for (const words of ['envoi mis en pause', 'envoi repris', 'envoi prévu', 'envoi annulé', 'tous les courriels retenus', 'opposition enregistrée', 'erreur d’adresse levée'])
    assert.ok(text.includes(words), words);
  assert.doesNotMatch(text, /@|mailing\.|delivery\./);
  await look('journal');
});

test('nothing was written on the console by any of these pages', () => {
  assert.deepEqual(complaintsOf(person), []);
});
