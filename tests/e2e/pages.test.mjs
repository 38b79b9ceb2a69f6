// SPDX-License-Identifier: Apache-2.0
// Every page of the staff site: no error of accessibility that a machine can find, in light and dark; no page wider than
// a screen of 320 pixels; no request to another place; nothing on the console. The public site is in audits.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ANSWERS, goThrough, start } from './answers.mjs';
import { look as lookAt } from './audit.mjs';
import { addRelease } from './release.mjs';
import { awaitStatus, barometre, closeBrowser, complaintsOf, count, follow, makeEdition, newPerson, pathOf, receiptOn, run, secret, shot, sql, until, world } from './world.mjs';

const PASSWORD = secret('un mot de passe pour les pages');
const PAST = 'passee', FULL = 'pleine', NOW = 'ouverte', KEPT = 'gardee';
const PHRASES = ['quatre châteaux verts', 'trois rivières bleues'].map(secret);
let person, page;

before(async () => {
  // One edition counted, for what happens to its release; one with many figures, for the tables; one open, for the rest.
  makeEdition(PAST, 'Baromètre passé');
  barometre('edition', 'open', PAST);
  await awaitStatus('/o/equipes', 200);
  const somebody = await newPerson();
  await somebody.page.goto(`${world.public}/o/equipes`);
  await start(somebody.page);
  await goThrough(somebody.page, ANSWERS.equipes);
  await receiptOn(somebody.page);
  await somebody.context.close();
  barometre('edition', 'close', PAST);
  barometre('count', PAST);
  makeEdition(FULL, 'Baromètre aux nombreux tableaux');
  barometre('edition', 'open', FULL);
  barometre('edition', 'close', FULL);
  barometre('count', FULL);
  addRelease(FULL);
  makeEdition(NOW, 'Baromètre de cette année');
  barometre('edition', 'open', NOW);
  run(['account', 'create', 'dominique', '--role', 'admin'], `${PASSWORD}\n`);
  await awaitStatus('/o/equipes', 200);
  person = await newPerson({ javaScriptEnabled: true });
  page = person.page;
});

after(closeBrowser);

const look = name => lookAt(person, name);

// --------------------------------------------------------------------------------------------- staff

test('staff: log-in, and a log-in refused', async () => {
  await page.goto(`${world.staff}/login`);
  await look('staff-login');
  for (const password of ['autre chose', PASSWORD]) {
    await page.locator('[name="login"]').fill('dominique');
    await page.locator('[name="password"]').fill(password);
    await follow(page, () => page.getByRole('button', { name: 'Se connecter' }).click());
    if (password !== PASSWORD) await look('staff-login-refused');
  }
  assert.equal(pathOf(page), '/');
});

for (const [name, path] of [
  ['dashboard', `/?edition=${NOW}`], ['dashboard-counted', `/?edition=${PAST}`], ['mailings', `/mailings?edition=${NOW}`],
  ['editions', '/editions'], ['edition', `/editions/${NOW}`], ['close', `/editions/${NOW}/close`],
  ['record', `/editions/${PAST}/record`], ['tables', `/tables?edition=${PAST}&audience=equipes`],
  ['tables-publish', `/tables/publish?edition=${PAST}&version=1`],
  ['tables-files', `/tables/publish?edition=${FULL}&version=2`],
  ['tables-whole', `/tables?edition=${FULL}&audience=patients`],
  ['tables-profile', `/tables?edition=${FULL}&audience=patients&segment=departement`],
  ['tables-synthesis', `/tables?edition=${FULL}&audience=ensemble`], ['dashboard-published', `/?edition=${FULL}`],
  ['tables-none', `/tables?edition=${NOW}`], ['audit', '/audit'], ['keys-none', '/keys'], ['ledger', null],
])
  test(`staff: the page « ${name} »`, async () => {
    await until('the staff site knows the editions', () => sql('SELECT count(*) FROM barometre.edition') === '3');
    const target = path ?? `/mailings/${sql(`SELECT id FROM barometre.mailing WHERE edition = '${NOW}' ORDER BY due LIMIT 1`)}`;
    assert.equal((await page.goto(world.staff + target)).status(), 200);
    await look(`staff-${name}`);
  });

test('staff: figures are published, then withdrawn', async () => {
  await page.goto(`${world.staff}/?edition=${PAST}`);
  await follow(page, () => page.getByRole('link', { name: 'Relire, puis publier' }).click());
  assert.equal(pathOf(page), '/tables');
  barometre('release', 'publish', PAST);
  await page.goto(`${world.staff}/tables?edition=${PAST}&audience=equipes`);
  for (const part of await page.locator('summary').all()) await part.click();
  await look('staff-tables-published');
  await follow(page, () => page.getByRole('link', { name: 'Retirer la diffusion 1' }).click());
  await look('staff-tables-withdraw');
  await page.locator('#reason').fill('Une erreur de codage.');
  await follow(page, () => page.getByRole('button', { name: 'Retirer' }).click());
  await until('the keeper has withdrawn it', () => sql(`SELECT state FROM barometre.release WHERE edition = '${PAST}'`) === 'withdrawn');
  await page.goto(`${world.staff}/tables?edition=${PAST}`);
  assert.match(await page.locator('main').innerText(), /Une erreur de codage/);
  await look('staff-tables-withdrawn');
});

test('staff: a key is made, shown once, revoked, or is over', async () => {
  const make = async label => {
    await page.goto(`${world.staff}/keys`);
    await page.locator('#label').fill(label);
    await follow(page, () => page.getByRole('button', { name: 'Créer la clé' }).click());
  };
  await make(' ');
  await look('staff-keys-refused');
  assert.equal(await page.locator('[role=alert]').count(), 1);
  await make('Un rapport au long nom, à refaire chaque mois, sur mon poste');
  // The whole key is in sight on a phone.
  await page.setViewportSize({ width: 320, height: 800 });
  secret(await page.locator('#cle').inputValue());
  assert.deepEqual(await page.locator('#cle').evaluate(e => [e.scrollWidth > e.clientWidth, e.scrollHeight > e.clientHeight]), [false, false]);
  await look('staff-key-made');
  await make('Ce qui est passé');
  secret(await page.locator('#cle').inputValue());
  sql("UPDATE barometre.api_key SET created_at = now() - interval '40 days', expires_at = now() - interval '2 days' WHERE label = 'Ce qui est passé'");
  await page.goto(`${world.staff}/keys`);
  assert.match(await page.locator('table').innerText(), /expirée/);
  await follow(page, () => page.getByRole('link', { name: /^Révoquer/ }).click());
  await look('staff-key-revoke');
  await follow(page, () => page.getByRole('button', { name: 'Révoquer la clé' }).click());
  assert.match(await page.locator('table').innerText(), /révoquée/);
  await look('staff-keys');
});

/* The whole ceremony, up to the count with what one of two custodians brings to the staff site. */
test('staff: counting an edition whose key is with custodians', async () => {
  const folder = join(world.folder, 'depositaires');
  const files = ['anne-martin', 'luc-petit'].map(name => join(folder, `${KEPT}-${name}.cle.txt`));
  makeEdition(KEPT, 'Baromètre gardé', { keys: 'custodians' });
  run(['key', 'make', KEPT, '--custodian', 'Anne Martin', '--custodian', 'Luc Petit', '--out', folder], PHRASES.map(p => `${p}\n`).join(''));
  files.forEach((file, i) => run(['key', 'test', KEPT, file], `${PHRASES[i]}\n`));
  barometre('edition', 'open', KEPT);
  barometre('edition', 'close', KEPT);
  const ask = async (file, phrase) => {
    await page.goto(`${world.staff}/editions/${KEPT}/count`);
    await page.locator('[name="code"]').fill(KEPT);
    await page.locator('[name="cle"]').fill(readFileSync(file, 'utf8'));
    await page.locator('[name="phrase"]').fill(phrase);
    await follow(page, () => page.getByRole('button', { name: 'Dépouiller l’édition' }).click());
    assert.equal(pathOf(page), `/editions/${KEPT}`);
    await until('the keeper has answered', () => count('keeper_task', `edition = '${KEPT}' AND finished_at IS NULL`) === 0);
    await page.reload();
  };
  await page.goto(`${world.staff}/editions/${KEPT}/count`);
  await look('staff-count-custodians');
  await ask(files[1], PHRASES[0]);
  assert.match(await page.locator('.tasks').innerText(), /n’a pas abouti[\s\S]*phrase/);
  await look('staff-count-refused');
  await ask(files[1], PHRASES[1]);
  assert.match(await page.locator('.tasks').innerText(), /fait/);
  assert.equal(sql(`SELECT state FROM barometre.edition WHERE code = '${KEPT}'`), 'counted');
  await page.goto(`${world.staff}/editions/${KEPT}/record`);
  assert.match(await page.locator('main').innerText(), /Luc Petit/);
  await look('staff-record-custodians');
});

test('nothing was written on the console by any of these pages', () => {
  assert.deepEqual(complaintsOf(person), []);
});
