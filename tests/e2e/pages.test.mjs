// SPDX-License-Identifier: Apache-2.0
// Every page as people meet it: no error of accessibility that a machine can find, in light and dark; no page wider than
// a screen of 320 pixels; no request to another place; nothing on the console. With JavaScript allowed, as most have it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ANSWERS, fill, goThrough, start } from './answers.mjs';
import {
  awaitStatus, barometre, closeBrowser, follow, heading, makeEdition, newPerson, run, secret, shot, sql, until, world,
} from './world.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PASSWORD = secret('un mot de passe pour les pages');
const PAST = 'passee', NOW = 'ouverte';
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
  secret(await somebody.page.locator('#receipt').innerText());
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

/* In the words of axe, with the places. */
function told(violations) {
  return violations.map(v => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4).map(n => `${n.target.join(' ')}  ${n.html.slice(0, 150)}`).join('\n    ')}`).join('\n');
}

async function axe(where) {
  // By the driver, which the Content-Security-Policy of the page does not concern.
  await page.evaluate(AXE);
  const found = await page.evaluate(tags => window.axe.run(document, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
  }), TAGS);
  assert.ok(found.passes.length > 5, 'axe has looked at something');
  assert.equal(told(found.violations), '', where);
}

/* Looks at the page that is shown, in each way it can be. */
async function look(name) {
  for (const [way, width, colorScheme] of [['wide', 1000, 'light'], ['dark', 1000, 'dark'], ['320', 320, 'light'], ['320-dark', 320, 'dark']]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    if (way !== '320-dark') await shot(page, `${name}-${way}`);
    await axe(`${name}, ${way}`);
    if (width === 320) {
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth,
        [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
          && !e.closest('.scroll, svg')).map(e => e.outerHTML.slice(0, 80)).slice(0, 3).join(' ')]);
      assert.ok(wide[0] <= 320, `${name} is ${wide[0]} pixels wide: ${wide[1]}`);
    }
  }
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await page.locator('h1').count(), 1, 'one heading of the first rank');
  assert.deepEqual(person.foreign, [], 'nothing is asked of another place');
}

const next = () => follow(page, () => page.locator('button[value="next"]').click());

for (const [name, path, status] of [
  ['home', '/', 200], ['start', '/o/associations', 200], ['withdraw', '/retrait', 200], ['privacy', '/confidentialite', 200],
  ['lexicon', '/lexique', 200], ['accessibility', '/accessibilite', 200], ['stop', `/stop/${'a'.repeat(26)}`, 200],
  ['unknown-page', '/nulle-part', 404], ['unknown-link', `/r/${'b'.repeat(26)}`, 404], ['no-visit', '/q/1', 403],
])
  test(`the page « ${name} »`, async () => {
    assert.equal((await page.goto(world.public + path)).status(), status);
    await look(name);
  });

test('a receipt that is not whole', async () => {
  await page.goto(`${world.public}/retrait`);
  await page.locator('#code').fill('AB');
  assert.equal((await follow(page, () => page.getByRole('button', { name: 'Vérifier' }).click())).status(), 422);
  await look('withdraw-error');
});

test('the pages of a questionnaire: profile, its errors, a commune to choose, choices, a question more, a grid', async () => {
  await page.goto(`${world.public}/o/associations`);
  await start(page);
  await look('question-profile');
  assert.equal((await next()).status(), 422);
  await look('question-errors');
  await page.locator('[name="localite"]').last().fill('Saint-Martin');
  await page.locator('input[value="d31"]').check();
  assert.equal((await next()).status(), 422);
  assert.ok(await page.getByRole('group', { name: 'Communes possibles' }).locator('input').count() > 1);
  await look('question-communes');
  await page.getByRole('group', { name: 'Communes possibles' }).locator('input').first().check();
  assert.equal((await next()).status(), 200, 'the commune that was chosen is taken');
  assert.equal(new URL(page.url()).pathname, '/q/2');
  await page.locator('input[name="projet_associatif"][value="oui"]').check();
  await page.locator('input[name="experience_12_mois"][value="oui"]').check();
  await next();
  assert.equal(new URL(page.url()).search, '?suite');
  await look('question-one-more');
  await next();
  await look('question-grid');
  assert.equal((await next()).status(), 422);
  await look('question-grid-errors');
  await fill(page, { 'domaines_intervention.*': 'non' });
  await next();
  await look('question-scale');
});

test('thanks, and the link that has served', async () => {
  await fill(page, ANSWERS.associations);
  await goThrough(page, ANSWERS.associations);
  assert.equal(await heading(page), 'Merci, vos réponses sont enregistrées');
  secret(await page.locator('#receipt').innerText());
  await look('thanks');
});

test('the last page, with the wish to be contacted', async () => {
  await page.context().clearCookies();
  await page.goto(`${world.public}/o/equipes`);
  await start(page);
  await goThrough(page, { ...ANSWERS.equipes, contact_souhait: ['resultats'] }, { stopBeforeSending: true });
  await look('question-contact');
});

for (const audience of ['patients', 'equipes', 'etablissements', 'formation'])
  test(`every page of the questionnaire « ${audience} »`, async () => {
    await page.context().clearCookies();
    await page.goto(`${world.public}/o/${audience}`);
    await start(page);
    await goThrough(page, { ...ANSWERS[audience], experience_12_mois: 'oui', 'domaines_intervention.*': 'oui' }, {
      stopBeforeSending: true,
      onPage: async () => {
        await axe(`${audience} ${page.url()}`);
        await page.setViewportSize({ width: 320, height: 640 });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, `${page.url()} is too wide`);
        await page.setViewportSize({ width: 1000, height: 800 });
        // Whatever is required and not in ANSWERS gets its first choice.
        for (const group of await page.locator('fieldset:has(> legend .need):not(.grid)').all())
          if (await group.locator('input:checked').count() === 0 && await group.locator('input[type=radio], input[type=checkbox]').count() > 0)
            await group.locator('input[type=radio], input[type=checkbox]').first().check();
      },
    });
  });

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
  assert.equal(new URL(page.url()).pathname, '/');
});

for (const [name, path] of [
  ['dashboard', `/?edition=${NOW}`], ['dashboard-counted', `/?edition=${PAST}`], ['mailings', `/mailings?edition=${NOW}`],
  ['editions', '/editions'], ['edition', `/editions/${NOW}`], ['close', `/editions/${NOW}/close`],
  ['record', `/editions/${PAST}/record`], ['tables', `/tables?edition=${PAST}&audience=equipes`],
  ['tables-none', `/tables?edition=${NOW}`], ['audit', '/audit'], ['ledger', null],
])
  test(`staff: the page « ${name} »`, async () => {
    await until('the staff site knows both editions', () => sql('SELECT count(*) FROM barometre.edition') === '2');
    const target = path ?? `/mailings/${sql(`SELECT id FROM barometre.mailing WHERE edition = '${NOW}' ORDER BY due LIMIT 1`)}`;
    assert.equal((await page.goto(world.staff + target)).status(), 200);
    await look(`staff-${name}`);
  });

test('nothing was written on the console by any of these pages', () => {
  // The browser itself notes each answer that is an error: those were asked for.
  const asked = /Failed to load resource: the server responded with a status of 4\d\d/;
  assert.deepEqual([...new Set(person.complaints)].filter(text => !asked.test(text)), []);
});
