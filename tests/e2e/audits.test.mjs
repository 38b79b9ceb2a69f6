// SPDX-License-Identifier: Apache-2.0
// Every page of the public site, in every state, in every way people meet it (audit.mjs): in the five questionnaires, in a
// questionnaire of every kind of question (every-type.json), in French and in English. E2E_FULL=1 looks at every page in every
// way; without it, each kind of page in every way, and the pages of the five questionnaires in two.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fill, goThrough, next, press, send, start } from './answers.mjs';
import { PAGE_BUDGET, audit, newAuditor, verdict, weigh } from './audit.mjs';
import { asFields, readForm, solve } from './route.mjs';
import { AUDIENCES, awaitStatus, barometre, closeBrowser, follow, heading, makeEdition, newPerson, pathOf, prepare, receiptOn, secret, world } from './world.mjs';

const FULL = Boolean(process.env.E2E_FULL);
const FEW = FULL ? undefined : ['light', 'narrow-dark'];
const ONE = FULL ? undefined : ['light'], OTHER = FULL ? undefined : ['narrow-dark'];
const HERE = dirname(fileURLToPath(import.meta.url));
const BESIDE = { concurrency: 2 };
const ESSAI = 'essai', NOW = 'ouverte';
const LANGUAGES = ['fr', 'en'];

/* A test with somebody who looks; what was found is told even when the way ends early. */
function looking(name, way) {
  test(name, async () => {
    const person = await newAuditor();
    try {
      await way(person);
    } catch (error) {
      person.found.set(error.message, [person.page.url()]);
    }
    await person.context.close();
    verdict(person);
  });
}

const inLanguage = (path, language) => world.public + path + (language === 'fr' ? '' : `?lang=${language}`);

/* Each page of a questionnaire: empty, refused, filled; then the summary. */
async function lookThrough(person, name, answers, language) {
  const { page } = person;
  const met = new Set();
  for (let pages = 0; pathOf(page) !== '/recapitulatif'; pages++) {
    assert.ok(pages < 80, 'eighty pages and no end');
    const here = `${name}-${pathOf(page).slice(3)}`;
    if (!met.has(here)) {
      met.add(here);
      await audit(person, here, { modes: ONE, language });
      // What is asked and left out.
      if ((await next(page)).status() === 422) await audit(person, `${here}-errors`, { modes: OTHER, language });
      else await page.goBack();
    }
    await fill(page, answers);
    const answer = await next(page);
    assert.equal(answer.status(), 200, `${here}: ${(await page.locator('.summary').allInnerTexts()).join(' ')}`);
  }
  await audit(person, `${name}-summary`, { modes: FEW, language });
}

async function openForm(person, audience, language, name, modes) {
  await person.page.goto(inLanguage(`/o/${audience}`, language));
  if (name) await audit(person, name, { modes, language });
  await start(person.page);
  assert.equal(pathOf(person.page), '/q/1');
}

before(() => prepare(async () => {
  // The form of every kind of question takes the place of a questionnaire in an edition of its own.
  const form = JSON.parse(readFileSync(join(HERE, 'every-type.json'), 'utf8'));
  form.barometre.audience = 'equipes';
  const file = join(world.folder, 'every-type.json');
  writeFileSync(file, JSON.stringify(form));
  makeEdition(ESSAI, 'Baromètre de toutes les questions', { audiences: [{ audience: 'equipes', form: file, openLink: true, channels: [] }] });
  barometre('edition', 'open', ESSAI);
  await awaitStatus('/o/equipes', 200);
}));

after(closeBrowser);

describe('every kind of question', BESIDE, () => {
  for (const language of LANGUAGES)
    looking(`in ${language}: each page empty, refused, filled`, async person => {
      const { page } = person;
      const modes = language === 'fr' ? undefined : OTHER;
      await openForm(person, 'equipes', language);
      for (let pages = 0; pathOf(page) !== '/recapitulatif'; pages++) {
        assert.ok(pages < 40, 'forty pages and no end');
        const here = `every-${language}-${pathOf(page).slice(3)}`;
        await audit(person, here, { modes, language });
        if ((await next(page)).status() === 422) await audit(person, `${here}-errors`, { modes, language });
        else continue;
        await fillAnything(page);
        await audit(person, `${here}-filled`, { modes: language === 'fr' ? ['light', 'dark', 'forced'] : OTHER, language });
        if ((await next(page)).status() === 422) {
          // A warning stops once.
          await audit(person, `${here}-again`, { modes, language });
          await fillAnything(page);
          assert.equal((await next(page)).status(), 200, `${here}: ${(await page.locator('.summary').allInnerTexts()).join(' ')}`);
        }
      }
      await audit(person, `every-${language}-summary`, { modes, language });
    });
});

/* Something right in each field that is asked for, whatever it is. */
async function fillAnything(page) {
  const VALUES = { number: '20', date: '2020-05-14', month: '2020-05', email: 'une.personne@courriel.example', tel: '0561000000' };
  for (let round = 0; round < 4; round++) {
    const done = await page.evaluate(values => {
      const names = new Map();
      for (const e of document.querySelector('main form').elements)
        if (e.name && !['hidden', 'submit', 'fieldset'].includes(e.type)) names.set(e.name, [...(names.get(e.name) ?? []), e]);
      let places = 1, changed = 0;
      for (const group of names.values()) {
        const [e] = group;
        if (group.some(f => f.type === 'radio' || f.type === 'checkbox')) {
          if (!group.some(f => f.checked)) { group[0].click(); changed++; }
        } else if (e.tagName === 'SELECT') {
          if (e.value === '') { e.value = [...e.options].filter(o => o.value)[Math.min(places++, e.options.length - 1) - 1].value; e.dispatchEvent(new Event('change', { bubbles: true })); changed++; }
        } else if (e.value === '' && !e.name.endsWith('.hors')) {
          e.value = e.id.endsWith('-texte') ? 'Toulouse' : values[e.type] ?? (e.inputMode === 'decimal' || e.inputMode === 'numeric' ? values.number : 'Un texte d’essai');
          e.dispatchEvent(new Event('input', { bubbles: true }));
          changed++;
        }
      }
      return changed === 0;
    }, VALUES);
    if (done) break;
  }
  // The questions that answers bring move what is below them, as they must.
  await page.evaluate(() => { window.__shifts = []; });
}

test('the edition of every kind of question is closed, the true one is opened', async () => {
  barometre('edition', 'close', ESSAI);
  await awaitStatus('/o/equipes', 404);
  const person = await newAuditor();
  for (const language of LANGUAGES) {
    await person.page.goto(inLanguage('/', language));
    await audit(person, `home-closed-${language}`, { modes: FEW, language });
  }
  await person.context.close();
  verdict(person);
  makeEdition(NOW, 'Baromètre de cette année');
  barometre('edition', 'open', NOW);
  await awaitStatus('/o/equipes', 200);
});

describe('pages without a questionnaire', BESIDE, () => {
  for (const [name, path, status] of [
    ['home', '/', 200], ['withdraw', '/retrait', 200], ['privacy', '/confidentialite', 200], ['lexicon', '/lexique', 200],
    ['accessibility', '/accessibilite', 200], ['stop', `/stop/${'a'.repeat(26)}`, 200], ['resume', '/reprise', 200],
    ['unknown-page', '/nulle-part', 404], ['unknown-link', `/r/${'b'.repeat(26)}`, 404], ['no-visit', '/q/1', 403],
    ['no-receipt', '/merci', 403],
  ])
    for (const language of LANGUAGES)
      looking(`« ${name} » in ${language}`, async person => {
        assert.equal((await person.page.goto(inLanguage(path, language))).status(), status);
        await audit(person, `${name}-${language}`, { modes: status !== 200 ? ONE : language === 'fr' ? undefined : OTHER, language });
      });

  looking('a receipt that is not whole, a code that opens nothing', async person => {
    const { page } = person;
    await page.goto(`${world.public}/retrait`);
    await page.locator('#code').fill('AB');
    assert.equal((await follow(page, () => page.getByRole('button', { name: 'Vérifier' }).click())).status(), 422);
    await audit(person, 'withdraw-error');
    await page.goto(`${world.public}/reprise`);
    await page.locator('#code').fill('ceci nest pas un code');
    assert.ok((await follow(page, () => page.locator('main form button[type=submit]').first().click())).status() >= 400);
    await audit(person, 'resume-error');
  });
});

describe('the five questionnaires', BESIDE, () => {
  for (const audience of AUDIENCES)
    for (const language of FULL ? LANGUAGES : ['fr'])
      looking(`${audience} in ${language}: each page of its longest way, empty and refused; the summary; thanks`, async person => {
        const { page } = person;
        const form = readForm(audience);
        await openForm(person, audience, language, `start-${audience}-${language}`, audience === 'equipes' ? undefined : ONE);
        await lookThrough(person, `${audience}-${language}`, asFields(form, solve(form, true)), language);
        assert.equal((await send(page)).status(), 200);
        await receiptOn(page);
        await audit(person, `thanks-${audience}-${language}`, { modes: audience === 'equipes' ? undefined : ONE, language });
      });
});

describe('on the way', BESIDE, () => {
  looking('on a shared device: a pause, a code, coming back with it, erasing', async person => {
    const { page } = person;
    await page.goto(`${world.public}/o/patients`);
    await page.locator('input[name="partage"]').check();
    await start(page);
    await audit(person, 'question-shared', { modes: FEW });
    await press(page, 'pause');
    assert.equal(pathOf(page), '/pause');
    await audit(person, 'pause');
    await press(page, 'code');
    const code = secret((await page.locator('#code-reprise').innerText()).trim());
    await audit(person, 'pause-code');
    await person.context.clearCookies();
    await page.goto(`${world.public}/reprise`);
    await page.locator('#code').fill(code);
    await follow(page, () => page.locator('main form button[type=submit]').first().click());
    assert.equal(pathOf(page), '/q/1');
    await audit(person, 'question-resumed', { modes: FEW });
    await page.goto(`${world.public}/pause`);
    await press(page, 'ask-erase');
    await audit(person, 'pause-erase');
    await press(page, 'erase');
    await audit(person, 'erased');
  });

  looking('without a script: the same pages, with a question more', async person => {
    const { page } = person;
    // The file is empty, and not refused: nothing is said on the console.
    await person.context.route(/\/static\/(questionnaire|conditions)/, route => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto(`${world.public}/o/associations`);
    await start(page);
    await page.locator('[name="localite"]').last().fill('Saint-Martin');
    await page.locator('input[value="d31"]').check();
    assert.equal((await next(page)).status(), 422);
    await audit(person, 'question-communes');
    await page.getByRole('group', { name: 'Communes possibles' }).locator('input').first().check();
    assert.equal((await next(page)).status(), 200, 'the commune that was chosen is taken');
    await page.locator('input[name="projet_associatif"][value="oui"]').check();
    await page.locator('input[name="experience_12_mois"][value="oui"]').check();
    await next(page);
    assert.equal(new URL(page.url()).search, '?suite');
    await audit(person, 'question-one-more');
  });

  looking('the link that has served, and the closed one', async person => {
    const file = join(world.folder, 'contacts.csv');
    writeFileSync(file, 'email;nom;public;departement;type\nune@audit.example;Une;formation;31;essai\n');
    barometre('contacts', 'import', NOW, file);
    const link = barometre('link', NOW, 'une@audit.example').trim();
    secret(link.split('/r/')[1]);
    const { page } = person;
    await page.goto(link);
    await audit(person, 'start-personal', { modes: FEW });
    await start(page);
    const form = readForm('formation');
    await goThrough(page, asFields(form, solve(form, false)));
    await receiptOn(page);
    await page.goto(link);
    assert.equal(await heading(page), 'Votre réponse est déjà enregistrée');
    await audit(person, 'link-served');
  });
});

describe('weight of the first page with everything it needs', () => {
  for (const audience of AUDIENCES)
    test(audience, async t => {
      const first = await weigh(`/o/${audience}`);
      const person = await newPerson();
      await person.page.goto(`${world.public}/o/${audience}`);
      await start(person.page);
      const question = await weigh('/q/1', await person.context.storageState());
      await person.context.close();
      for (const [name, { total, parts, foreign }] of [['the start', first], ['the first questions', question]]) {
        t.diagnostic(`${name}: ${total} bytes: ${JSON.stringify(parts)}`);
        assert.ok(total <= PAGE_BUDGET, `${name} of ${audience}: ${total} bytes of ${PAGE_BUDGET}: ${JSON.stringify(parts)}`);
        assert.deepEqual(foreign, []);
      }
    });
});

test('the policy of a home, a start, a long page and a missing one allows nothing inline', async () => {
  for (const path of ['/', '/o/equipes', '/lexique', '/nulle-part']) {
    const policy = (await fetch(world.public + path)).headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
  }
});
