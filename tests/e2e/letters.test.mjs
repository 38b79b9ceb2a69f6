// SPDX-License-Identifier: Apache-2.0
// An administrator reads the letters of an edition, writes one of its own with a mistake and without, looks at it as its readers
// will, has it sent to herself, and the mailing that follows says it. The pages have no JavaScript: the checker alone does.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { look as lookAt } from './audit.mjs';
import { awaitStatus, barometre, closeBrowser, complaintsOf, mails, makeEdition, newAdministrator, prepare, secret, sql, startCatcher, stopCatcher, until, world } from './world.mjs';

const CODE = 'lettres';
const PASSWORD = secret('un mot de passe pour les lettres');
const HERSELF = secret('camille.essai@organisme.example');
let person, page, open, press, read;

const letter = kind => `/letters/${kind}?edition=${CODE}`;
const to = address => mails().filter(mail => mail.to.includes(address));

before(() => prepare(async () => {
  await startCatcher();
  makeEdition(CODE, 'Baromètre des lettres');
  const file = join(world.folder, 'contacts.csv');
  writeFileSync(file, 'email;nom;public\r\npatient@courriel.example;Patiente;patients\r\nasso@courriel.example;Association;associations\r\n');
  barometre('contacts', 'import', CODE, file);
  await awaitStatus('/', 200);
  ({ person, page, open, press, read } = await newAdministrator('camille', PASSWORD));
  // The process of the staff site starts again when it sees the new edition.
  await until('the letters of the edition are there', async () => (await page.goto(world.staff + letter('invitation'))).status() === 200);
}));

after(async () => {
  await closeBrowser();
  await stopCatcher();
});

async function look(name) {
  await lookAt(person, name);
  assert.deepEqual(complaintsOf(person), [], 'nothing on the console');
}

test('the list says that every letter is the program’s', async () => {
  await open(`/letters?edition=${CODE}`);
  assert.equal(await page.getByText('texte du programme', { exact: true }).count(), 30);
  await look('letters');
});

test('a letter is shown as its readers see it, formatted and as text', async () => {
  await open(`${letter('invitation')}&audience=associations`);
  const shown = page.frameLocator('iframe');
  assert.match(await shown.locator('body').innerText(), /Nous écrivons à votre association/);
  assert.equal(await shown.locator('.button a').evaluate(a => getComputedStyle(a).backgroundColor), 'rgb(23, 96, 107)', 'its own styles show');
  assert.match(await page.locator('pre').innerText(), /https?:\/\/\S+\/r\/a{26}/);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  if (process.env.E2E_SHOTS) {
    await page.waitForTimeout(1500); // a frame is painted some time after it is seen
    await page.screenshot({ path: join(process.env.E2E_SHOTS, 'letter-frame.png') });
  }
  await look('letter');
});

test('a mistake is named by its line, and the text is kept', async () => {
  await open(letter('invitation'));
  const text = await page.locator('textarea').inputValue();
  await page.locator('textarea').fill(text.replace('{{organisation}} vous invite', '{{organisme}} vous invite').replaceAll('{{stop_link}}', ''));
  assert.equal((await press('Enregistrer')).status(), 422);
  const told = await read();
  assert.match(told, /Ligne 5 : variable inconnue « \{\{organisme\}\} »/);
  assert.match(await page.locator('textarea').inputValue(), /\{\{organisme\}\} vous invite/);
  assert.equal(sql('SELECT count(*) FROM barometre.letter'), '0');
  await look('letter-refused');
  await page.locator('textarea').fill(text.replaceAll('{{stop_link}}', 'rien'));
  assert.equal((await press('Enregistrer')).status(), 422);
  assert.match(await read(), /il manque la ligne d’opposition/);
});

test('a letter of one’s own is looked at, then saved', async () => {
  await open(`${letter('invitation')}&audience=patients`);
  const text = await page.locator('textarea').inputValue();
  await page.locator('textarea').fill(text.replace('Bonjour,', "Bonjour d'ici : tout va bien ?"));
  assert.equal((await press('Voir l’aperçu sans enregistrer')).status(), 200);
  assert.match(await page.frameLocator('iframe').locator('body').innerText(), /Bonjour d’ici\u202f: tout va bien\u202f\?/);
  assert.equal(sql('SELECT count(*) FROM barometre.letter'), '0');
  await press('Enregistrer');
  assert.match(await read(), /La lettre est enregistrée/);
  await look('letter-saved');
  await open(`/letters?edition=${CODE}`);
  assert.match(await read(), /modifié le .* par camille/);
});

test('it comes to oneself, and says that it is a trial', async () => {
  barometre('edition', 'open', CODE);
  await awaitStatus('/o/equipes', 200);
  await until('the site knows that it is open', async () => (await page.goto(`${world.staff}${letter('invitation')}&audience=patients`)).status() === 200);
  await page.locator('[name="address"]').fill('camille@');
  assert.equal((await press('Envoyer l’essai')).status(), 422);
  await look('letter-address');
  await page.locator('[name="address"]').fill(HERSELF);
  await press('Envoyer l’essai');
  await until('the trial has come', () => to(HERSELF).length === 1);
  const [mail] = to(HERSELF);
  assert.match(mail.text, /Ceci est un essai/);
  assert.match(mail.text, /Bonjour d’ici/);
  assert.match(mail.text, /\/r\/a{26}\s/);
  await until('and is told', async () => {
    await page.reload();
    return /remis au relais/.test(await read());
  });
  assert.equal(sql('SELECT count(*) FROM barometre.letter_test WHERE address_box IS NOT NULL'), '0');
  await look('letter-tried');
});

test('the mailing says it, to those whom it is for', async () => {
  await until('the invitation has left', () => to('patient@courriel.example').length === 1 && to('asso@courriel.example').length === 1);
  assert.match(to('patient@courriel.example')[0].text, /Bonjour d’ici/);
  assert.doesNotMatch(to('asso@courriel.example')[0].text, /Bonjour d’ici/);
  assert.match(to('asso@courriel.example')[0].text, /Nous écrivons à votre association/);
});

test('it is given up, and the program’s is back', async () => {
  await open(`${letter('invitation')}&audience=patients`);
  await page.getByText('Retirer ce texte…').click();
  await press('Retirer ce texte');
  assert.match(await read(), /Texte du programme, pas encore modifié/);
  assert.equal(sql('SELECT count(*) FROM barometre.letter'), '0');
});
