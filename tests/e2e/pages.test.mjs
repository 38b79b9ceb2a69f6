// SPDX-License-Identifier: Apache-2.0
// Every page of the staff site: no error of accessibility that a machine can find, in light and dark; no page wider than
// a screen of 320 pixels; no request to another place; nothing on the console. The public site is in audits.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ANSWERS, goThrough, start } from './answers.mjs';
import { axe, overflow } from './audit.mjs';
import { awaitStatus, barometre, closeBrowser, complaintsOf, count, follow, makeEdition, newPerson, pathOf, receiptOn, run, secret, shot, sql, until, world } from './world.mjs';

const PASSWORD = secret('un mot de passe pour les pages');
const PAST = 'passee', NOW = 'ouverte', KEPT = 'gardee';
const PHRASES = ['quatre châteaux verts', 'trois rivières bleues'].map(secret);
let person, page;

before(async () => {
  // One edition counted, for the tables; one open, for the rest.
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
  makeEdition(NOW, 'Baromètre de cette année');
  barometre('edition', 'open', NOW);
  run(['account', 'create', 'dominique', '--role', 'admin'], `${PASSWORD}\n`);
  await awaitStatus('/o/equipes', 200);
  person = await newPerson({ javaScriptEnabled: true });
  page = person.page;
});

after(closeBrowser);

/* Looks at the page that is shown, in each way it can be. */
async function look(name) {
  for (const [way, width, colorScheme] of [['wide', 1000, 'light'], ['dark', 1000, 'dark'], ['320', 320, 'light'], ['320-dark', 320, 'dark']]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    if (way !== '320-dark') await shot(page, `${name}-${way}`);
    await axe(page, `${name}, ${way}`);
    await overflow(page, `${name}, ${way}`);
  }
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await page.locator('h1').count(), 1, 'one heading of the first rank');
  assert.deepEqual(person.foreign, [], 'nothing is asked of another place');
}

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
  ['tables-none', `/tables?edition=${NOW}`], ['audit', '/audit'], ['keys', '/keys'], ['ledger', null],
])
  test(`staff: the page « ${name} »`, async () => {
    await until('the staff site knows both editions', () => sql('SELECT count(*) FROM barometre.edition') === '2');
    const target = path ?? `/mailings/${sql(`SELECT id FROM barometre.mailing WHERE edition = '${NOW}' ORDER BY due LIMIT 1`)}`;
    assert.equal((await page.goto(world.staff + target)).status(), 200);
    await look(`staff-${name}`);
  });

test('staff: figures are published, then withdrawn', async () => {
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
