// SPDX-License-Identifier: Apache-2.0
// People who answer: the five questionnaires on their longest and their shortest way, with and without JavaScript; and all
// that happens on the way: Back, reload, another browser, two tabs, an interruption, a restart, a cut. Nothing that was typed
// is ever lost; and at the end the urn is counted, and what it held is what was answered, no more and no less.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fill, fillByKeyboard, focused, goThrough, held, next, press, send, start } from './answers.mjs';
import { asFields, asked, questions, readForm, solve } from './route.mjs';
import {
  AUDIENCES, awaitStatus, barometre, closeBrowser, count, follow, heading, isAlive, makeEdition, newPerson, pathOf, prepare, receiptOn,
  restart, secret, sql, until, world,
} from './world.mjs';

const FULL = Boolean(process.env.E2E_FULL);
const CODE = 'personnes';
const BESIDE = { concurrency: 3 };
const MARK = secret('Marque-Jaune-5518'); // typed on the way: must be nowhere but in sealed boxes
const CONTACTS = Object.fromEntries(AUDIENCES.flatMap(audience =>
  Array.from({ length: 8 }, (_, i) => [`${audience}${i}@personnes.example`, audience])));
const forms = Object.fromEntries(AUDIENCES.map(a => [a, readForm(a)]));
const sent = []; // { audience, answers }: what the count must find
const drafts = () => count('draft', `edition = '${CODE}'`);
const inUrn = () => count('urn', `edition = '${CODE}'`);

before(() => prepare(async () => {
  makeEdition(CODE, 'Baromètre des personnes');
  const file = join(world.folder, 'contacts.csv');
  writeFileSync(file, ['email;nom;public;departement;type', ...Object.entries(CONTACTS).map(([a, p]) => `${a};Essai;${p};31;essai`)].join('\n') + '\n');
  barometre('contacts', 'import', CODE, file);
  barometre('edition', 'open', CODE);
  for (const address of Object.keys(CONTACTS)) secret(address);
  await awaitStatus('/o/equipes', 200);
}));
after(closeBrowser);

const used = {};

/* The personal link of somebody who has not answered yet. */
function newLink(audience) {
  const n = used[audience] ??= 0;
  used[audience]++;
  const link = barometre('link', CODE, `${audience}${n}@personnes.example`).trim();
  secret(link.split('/r/')[1]);
  return link;
}

async function thanks(page) {
  assert.equal(pathOf(page), '/merci', `${page.url()}: ${await heading(page)}`);
  return receiptOn(page);
}

/* Somebody on the first page of a questionnaire. */
async function comer(where, options = {}) {
  const person = await newPerson(options);
  const answer = await person.page.goto(where.startsWith('http') ? where : `${world.public}/o/${where}`);
  assert.equal(answer.status(), 200);
  if (options.shared) await person.page.locator('input[name="partage"]').check();
  await start(person.page);
  assert.match(pathOf(person.page), /^\/q\//);
  return person;
}

/* The short way of a questionnaire, or another, to its end. */
async function finish(page, audience, changes = {}) {
  const answers = { ...solve(forms[audience], false), ...changes };
  await goThrough(page, asFields(forms[audience], answers));
  sent.push({ audience, answers });
  return thanks(page);
}

// ------------------------------------------------------------------------------- five ways, four times

/* Looks whether a page still holds what was put in, after « Back » and after a reload. */
async function doubt(page) {
  const here = page.url(), before = await held(page);
  const answer = await next(page);
  if (answer.status() !== 200) return;
  await page.goBack();
  // A page with one question more is the same page.
  if (pathOf(page) !== new URL(here).pathname) return;
  for (const what of ['« Back »', 'a reload']) {
    if (what === 'a reload') await page.reload();
    const after = await held(page);
    for (const [name, value] of Object.entries(before))
      // A commune comes back by its whole name.
      if (name !== 'localite' || !after[name]?.startsWith(`${value} (`)) assert.deepEqual(after[name], value, `${name} after ${what}: ${here}`);
  }
}

/* Short of everything, the longest way of one questionnaire is gone with JavaScript and the shortest without, of the next the other
 * way round; those who doubt go all four. */
const goes = (audience, full, javaScriptEnabled) => FULL || audience === 'equipes' || (full === javaScriptEnabled) === (AUDIENCES.indexOf(audience) % 2 === 0);

describe('the five questionnaires', BESIDE, () => {
  for (const audience of AUDIENCES)
    for (const full of [true, false])
      for (const javaScriptEnabled of [true, false].filter(script => goes(audience, full, script)))
        test(`${audience}, the ${full ? 'longest' : 'shortest'} way, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
          const form = forms[audience], answers = solve(form, full), fields = asFields(form, answers);
          const person = await comer(audience, { javaScriptEnabled });
          const { page } = person, met = new Set();
          await goThrough(page, fields, {
            // Those who doubt on each page are slow.
            onFilled: async () => {
              if (pathOf(page) === '/recapitulatif') return;
              if (FULL || audience === 'equipes') {
                await doubt(page);
                // Without JavaScript the page has come back with the questions that its answers brought.
                await fill(page, fields);
              }
              for (const name of (await page.locator('input[name="shown"]').inputValue()).split(' ')) met.add(name);
            },
            stopBeforeSending: true,
          });
          const wanted = asked(form, answers);
          assert.deepEqual([...met].sort(), [...wanted].sort(), 'the questions that were asked');
          await goThrough(page, fields);
          await thanks(page);
          sent.push({ audience, answers });
          assert.deepEqual(person.foreign, []);
          await person.context.close();
        });
});

// ------------------------------------------------------------------------------------ coming and going

describe('interrupted', BESIDE, () => {
  for (const javaScriptEnabled of [true, false]) {
    const way = javaScriptEnabled ? 'with' : 'without';

    test(`${way} JavaScript: by the personal link, on another browser, at the same place`, async () => {
      const link = newLink('associations');
      const one = await comer(link, { javaScriptEnabled });
      await fill(one.page, asFields(forms.associations, solve(forms.associations, false)));
      await one.page.locator('[name="nom_structure"]').fill(MARK);
      await next(one.page);
      assert.equal(pathOf(one.page), '/q/2');
      await one.page.locator('input[name="projet_associatif"][value="en_cours"]').check();
      await press(one.page, 'pause');
      assert.equal(pathOf(one.page), '/pause');
      await one.context.close();
      const two = await comer(link, { javaScriptEnabled });
      assert.equal(pathOf(two.page), '/q/2', 'where one was');
      assert.ok(await two.page.locator('input[name="projet_associatif"][value="en_cours"]').isChecked());
      await press(two.page, 'back');
      assert.equal(await two.page.locator('[name="nom_structure"]').inputValue(), MARK);
      await finish(two.page, 'associations', { projet_associatif: 'en_cours', nom_structure: MARK });
      await two.context.close();
    });

    test(`${way} JavaScript: by a resume code, from an open link, and the code forgives`, async () => {
      const one = await comer('formation', { javaScriptEnabled });
      await one.page.locator('input[name="type_structure"][value="simulation"]').check();
      await press(one.page, 'pause');
      await press(one.page, 'code');
      const code = secret((await one.page.locator('#code-reprise').innerText()).trim());
      assert.equal(code.split(/[\s-]+/).length, 5, code);
      await one.context.close();
      const two = await newPerson({ javaScriptEnabled });
      await two.page.goto(`${world.public}/reprise`);
      await two.page.locator('input[name="code"]').fill(code.toUpperCase().replace(/[\s-]+/g, ', '));
      const answer = await follow(two.page, () => two.page.locator('main form button[type=submit]').first().click());
      assert.equal(answer.status(), 200, await heading(two.page));
      assert.equal(pathOf(two.page), '/q/1');
      assert.ok(await two.page.locator('input[name="type_structure"][value="simulation"]').isChecked());
      await finish(two.page, 'formation', { type_structure: 'simulation' });
      await two.context.close();
    });
  }

  test('a personal link with a code: the link alone does not show the answers', async () => {
    const link = newLink('equipes');
    const one = await comer(link);
    await one.page.locator('[name="localite"]').last().fill('Albi');
    await press(one.page, 'pause');
    await press(one.page, 'code');
    const code = secret((await one.page.locator('#code-reprise').innerText()).trim());
    await one.context.close();
    const two = await newPerson();
    await two.page.goto(link);
    if (await two.page.locator('form[action^="/start"] button[type=submit]').count() > 0) await start(two.page);
    assert.doesNotMatch(await two.page.content(), /Albi/);
    await two.page.locator('input[name="code"]').fill('table table table table table');
    const wrong = await follow(two.page, () => two.page.locator('form:has(input[name="code"]) button[type=submit]').first().click());
    assert.ok(wrong.status() >= 400 && wrong.status() < 500, String(wrong.status()));
    await two.page.locator('input[name="code"]').fill(code);
    await follow(two.page, () => two.page.locator('form:has(input[name="code"]) button[type=submit]').first().click());
    assert.match(pathOf(two.page), /^\/q\//, await heading(two.page));
    assert.match(await two.page.locator('[name="localite"]').last().inputValue(), /^Albi/);
    await finish(two.page, 'equipes');
    await two.context.close();
  });

  test('the cookie has gone in the middle: what was typed is shown, and goes on once the link is open again', async () => {
    const link = newLink('associations');
    const person = await comer(link, { javaScriptEnabled: true });
    const { page } = person;
    await page.locator('[name="nom_structure"]').fill(MARK);
    await page.locator('input[value="d31"]').check();
    await page.locator('[name="localite"]').first().fill('Albi');
    // A save on its way would bring the cookie back.
    await until('all is saved', async () => /Enregistré/.test(await stateText(page)));
    await person.context.clearCookies();
    const answer = await next(page);
    assert.equal(answer.status(), 403);
    assert.match(await page.locator('main').innerText(), new RegExp(MARK));
    const other = await person.context.newPage();
    await other.goto(link);
    await start(other);
    await other.close();
    await follow(page, () => page.getByRole('button', { name: 'Réessayer' }).click());
    assert.equal(pathOf(page), '/q/2');
    await finish(page, 'associations', { nom_structure: MARK, territoire_action: ['d31'] });
    await person.context.close();
  });
});

// The second click of two stops the first journey, which a wait for an address would take for a failure.
async function arrived(page, isThere) {
  await until('the second click arrives', isThere);
  await page.waitForLoadState('load');
}

describe('two at once', BESIDE, () => {
  for (const javaScriptEnabled of [true, false]) {
    const way = javaScriptEnabled ? 'with' : 'without';

    test(`${way} JavaScript: a double click on each button counts once`, async () => {
      const before = await newPerson({ javaScriptEnabled });
      await before.page.goto(`${world.public}/o/formation`);
      await follow(before.page, () => before.page.locator('form[action^="/start"] button').dblclick({ noWaitAfter: true }));
      await arrived(before.page, () => pathOf(before.page) === '/q/1');
      const answers = solve(forms.formation, false), fields = asFields(forms.formation, answers);
      for (let pages = 0; pathOf(before.page) !== '/recapitulatif'; pages++) {
        assert.ok(pages < 20);
        const here = before.page.url();
        await fill(before.page, fields);
        await before.page.locator('button[value="next"]').dblclick({ noWaitAfter: true });
        await arrived(before.page, () => before.page.url() !== here);
      }
      await before.page.locator('form[action^="/envoi"] button').first().dblclick({ noWaitAfter: true });
      await arrived(before.page, () => pathOf(before.page) === '/merci');
      await thanks(before.page);
      sent.push({ audience: 'formation', answers });
      await before.context.close();
    });

    test(`${way} JavaScript: two tabs, each keeps what the other wrote; two answers sent are one`, async () => {
      const person = await comer(newLink('patients'), { javaScriptEnabled });
      const { page } = person, twin = await person.context.newPage();
      const answers = solve(forms.patients, false), fields = asFields(forms.patients, answers);
      await next(page);
      await fill(page, fields);
      await next(page);
      await twin.goto(`${world.public}/q/1`);
      await twin.locator('[name="age"]').fill('67');
      await next(twin);
      await fill(page, fields);
      await next(page);
      await twin.goto(`${world.public}/q/1`);
      assert.equal(await twin.locator('[name="age"]').inputValue(), '67');
      await goThrough(page, fields, { stopBeforeSending: true });
      await twin.goto(`${world.public}/recapitulatif`);
      await Promise.all([send(page), send(twin)]);
      assert.equal(await thanks(page), await thanks(twin));
      sent.push({ audience: 'patients', answers: { ...answers, age: '67' } });
      await person.context.close();
    });
  }
});

describe('changing one’s mind', BESIDE, () => {
  for (const javaScriptEnabled of [true, false]) {
    const way = javaScriptEnabled ? 'with' : 'without';

    test(`${way} JavaScript: what is hidden again is not sent`, async () => {
      const person = await comer('patients', { javaScriptEnabled });
      const { page } = person;
      await next(page);
      await page.locator('input[name="maladie_chronique"][value="oui"]').check();
      if (!javaScriptEnabled) await next(page);
      await page.locator('[name="maladie_chronique_depuis"]').fill('12');
      await page.locator('input[name="maladie_chronique"][value="non"]').check();
      if (javaScriptEnabled) {
        assert.equal(await page.locator('[name="maladie_chronique_depuis"]').count(), 0);
        await page.locator('input[name="maladie_chronique"][value="oui"]').check();
        assert.equal(await page.locator('[name="maladie_chronique_depuis"]').inputValue(), '12', 'what was typed comes back');
        await page.locator('input[name="maladie_chronique"][value="non"]').check();
      }
      await next(page);
      await finish(page, 'patients');
      await person.context.close();
    });

    test(`${way} JavaScript: the summary leads to a page and back, and shows what was changed`, async () => {
      const person = await comer('equipes', { javaScriptEnabled });
      const { page } = person;
      const answers = solve(forms.equipes, false);
      await goThrough(page, asFields(forms.equipes, answers), { stopBeforeSending: true });
      assert.match(await page.locator('main').innerText(), /Albi/);
      await follow(page, () => page.locator('a[href*="#q-localite"]').first().click());
      assert.equal(pathOf(page), '/q/1');
      await page.locator('[name="localite"]').last().fill('Toulouse');
      await next(page);
      assert.equal(pathOf(page), '/recapitulatif');
      const text = await page.locator('main').innerText();
      assert.match(text, /Toulouse/);
      assert.doesNotMatch(text, /Albi/);
      await finish(page, 'equipes', { localite: 'Toulouse' });
      await person.context.close();
    });

    test(`${way} JavaScript: the language is changed in the middle, and back: nothing typed is lost`, async () => {
      const person = await comer('associations', { javaScriptEnabled });
      const { page } = person;
      await page.locator('[name="nom_structure"]').fill(MARK);
      await page.locator('input[value="d31"]').check();
      await press(page, 'lang-en');
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      assert.equal(await page.locator('[name="nom_structure"]').inputValue(), MARK);
      assert.ok(await page.locator('input[value="d31"]').isChecked());
      await page.locator('[name="localite"]').first().fill('Albi');
      await next(page);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      await press(page, 'lang-fr');
      assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
      await finish(page, 'associations', { nom_structure: MARK, territoire_action: ['d31'] });
      await person.context.close();
    });

    test(`${way} JavaScript: an exclusive answer goes alone`, async () => {
      const person = await comer('equipes', { javaScriptEnabled });
      const { page } = person;
      const answers = { ...solve(forms.equipes, false), freins: ['aucun'] };
      await goThrough(page, asFields(forms.equipes, answers), { stopAt: `/q/${questions(forms.equipes).find(q => q.name === 'freins').page}` });
      await page.locator('input[name="freins"][value="disponibilite"]').check();
      await page.locator('input[name="freins"][value="aucun"]').check();
      if (javaScriptEnabled) {
        assert.equal(await page.locator('input[name="freins"][value="disponibilite"]').isChecked(), false);
      } else {
        assert.equal((await next(page)).status(), 422);
        await page.locator('input[name="freins"][value="disponibilite"]').uncheck();
      }
      await goThrough(page, asFields(forms.equipes, answers));
      await thanks(page);
      sent.push({ audience: 'equipes', answers });
      await person.context.close();
    });
  }

  test('a shared device: leaving forgets the person here, and the answers are kept', async () => {
    const link = newLink('etablissements');
    const person = await comer(link, { shared: true, javaScriptEnabled: true });
    const { page, context } = person;
    await page.locator('[name="localite"]').last().fill('Albi');
    await follow(page, () => page.getByRole('button', { name: /Quitter ce poste/ }).click());
    assert.deepEqual((await context.cookies()).filter(c => c.value !== ''), []);
    await page.goBack();
    assert.doesNotMatch(await page.content(), /value="Albi"/);
    assert.equal((await page.goto(`${world.public}/q/1`)).status(), 403);
    await page.goto(link);
    await page.locator('input[name="partage"]').check();
    await start(page);
    assert.match(await page.locator('[name="localite"]').last().inputValue(), /^Albi/);
    await finish(page, 'etablissements');
    assert.deepEqual((await context.cookies()).filter(c => c.value !== ''), [], 'nothing outlives the visit');
    await context.close();
  });

  test('a receipt takes its answer back', async () => {
    const person = await comer('formation');
    await goThrough(person.page, asFields(forms.formation, solve(forms.formation, false)));
    const receipt = await thanks(person.page);
    await person.page.goto(`${world.public}/retrait`);
    await person.page.locator('#code').fill(receipt);
    await follow(person.page, () => person.page.getByRole('button', { name: 'Retirer' }).click());
    assert.equal(await heading(person.page), 'Réponse retirée');
    await person.context.close();
  });
});

// ---------------------------------------------------------------------------------------- the keyboard

describe('by keyboard alone', BESIDE, () => {
  test('with JavaScript: a whole questionnaire; the focus goes in the order of the page', async () => {
    const person = await newPerson({ javaScriptEnabled: true });
    const { page } = person;
    await page.goto(`${world.public}/o/equipes`);
    await start(page, { keyboard: true });
    const answers = { ...solve(forms.equipes, false), freins: ['disponibilite'], intention_12_mois: 'oui' };
    await goThrough(page, asFields(forms.equipes, answers), { keyboard: true });
    await thanks(page);
    sent.push({ audience: 'equipes', answers });
    await person.context.close();
  });

  test('after an error the focus is on the summary; its link leads to the field', async () => {
    const person = await newPerson({ javaScriptEnabled: true });
    const { page } = person;
    await page.goto(`${world.public}/o/formation`);
    await start(page, { keyboard: true });
    assert.equal((await fillByKeyboard(page, {})).status(), 422);
    await until('the focus is on the summary', () => page.evaluate(() => document.activeElement?.closest('#erreurs') !== null));
    await page.keyboard.press('Tab');
    const { href } = await focused(page);
    assert.match(href, /^#q-/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(id => {
      const target = document.getElementById(id), now = document.activeElement;
      return target.contains(now) || target === now || (target.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    }, href.slice(1)), 'Tab goes on from the question');
    await person.context.close();
  });

  test('with JavaScript: a commune is found with the arrows', async () => {
    const person = await comer('equipes', { javaScriptEnabled: true });
    const { page } = person;
    const field = page.getByRole('combobox').first();
    await field.focus();
    await page.keyboard.type(secret('castelnau'));
    await until('there are places to choose from', async () => {
      const all = await page.getByRole('option').allInnerTexts();
      return all.length > 1 && all.every(name => name.startsWith('Castelnau'));
    });
    const wanted = (await page.getByRole('option').nth(1).innerText()).trim();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(pathOf(page), '/q/1', 'Enter chooses, and does not send the page');
    await until('the list is closed', async () => await page.getByRole('option').count() === 0);
    assert.equal((await field.inputValue()).trim(), wanted);
    await page.keyboard.press('Escape');
    await fill(page, asFields(forms.equipes, solve(forms.equipes, false)));
    await next(page);
    assert.equal(pathOf(page), '/q/2');
    await person.context.close();
  });
});

// ------------------------------------------------------------------------------------------- the script

const stateText = page => page.locator('[role=status], [aria-live]').allInnerTexts().then(all => all.join(' '));

// One after the other: drafts are counted.
describe('what is typed is saved by itself, or erased', () => {
  test('a draft is erased: after it is confirmed, nothing is left', async () => {
    const had = drafts(), link = newLink('etablissements');
    const person = await comer(link);
    const { page } = person;
    await page.locator('[name="localite"]').last().fill('Albi');
    await press(page, 'pause');
    await press(page, 'ask-erase');
    assert.equal(pathOf(page), '/pause');
    assert.equal(drafts(), had + 1, 'to be asked erases nothing');
    await press(page, 'erase');
    assert.equal(drafts(), had);
    await page.goto(link);
    await start(page);
    assert.equal(await page.locator('[name="localite"]').last().inputValue(), '');
    await finish(page, 'etablissements');
    await person.context.close();
  });

  test('the tab is closed without a button: the link shows what was typed', async () => {
    const link = newLink('associations');
    const person = await comer(link, { javaScriptEnabled: true });
    await person.page.locator('[name="nom_structure"]').fill(MARK);
    await until('the page says that it is saved', async () => /Enregistré/.test(await stateText(person.page)));
    // More words, and the tab is closed at once.
    await person.page.locator('input[value="d09"]').check();
    await person.page.close({ runBeforeUnload: false });
    const again = await comer(link);
    assert.equal(await again.page.locator('[name="nom_structure"]').inputValue(), MARK);
    await until('the last tick has come too', async () => {
      await again.page.reload();
      return again.page.locator('input[value="d09"]').isChecked();
    }, 10_000);
    await person.context.close();
    await again.context.close();
  });

  test('a late save never undoes what was sent', async () => {
    const person = await comer('formation', { javaScriptEnabled: true });
    const { page } = person;
    const answers = solve(forms.formation, false), late = [];
    await goThrough(page, asFields(forms.formation, answers), { stopAt: `/q/${questions(forms.formation).find(q => q.name === 'contact_souhait').page}` });
    const had = drafts();
    await page.route('**/q/**', (route, request) => {
      if (/action=save|name="action"\r\n\r\nsave/.test(request.postData() ?? '')) late.push(request);
      return route.continue();
    });
    await page.locator('input[name="contact_souhait"][value="non"]').check();
    await until('it was saved once', () => late.length > 0);
    const [save] = late;
    const body = save.postDataBuffer(), headers = await save.allHeaders();
    await goThrough(page, asFields(forms.formation, answers));
    await thanks(page);
    sent.push({ audience: 'formation', answers: { ...answers, contact_souhait: ['non'] } });
    assert.equal(drafts(), had - 1);
    // The same save again, as if it had been on the way all this time: with the cookie it had.
    const answer = await fetch(save.url(), {
      method: 'POST', body, redirect: 'manual', headers: { 'content-type': headers['content-type'], cookie: headers.cookie, origin: world.public },
    });
    assert.ok(answer.status < 500, String(answer.status));
    assert.equal(drafts(), had - 1, 'no draft comes back');
    await person.context.close();
  });

  test('the network is cut: the page says so, keeps all, and saves when it is back', async () => {
    const link = newLink('associations');
    const person = await comer(link, { javaScriptEnabled: true });
    const { page, context } = person;
    await context.setOffline(true);
    await page.locator('[name="nom_structure"]').fill(MARK);
    await until('the page says that the connection is lost', async () => /Connexion perdue/.test(await stateText(page)));
    assert.equal(await page.locator('[name="nom_structure"]').inputValue(), MARK);
    await context.setOffline(false);
    await until('it is saved by itself', async () => /Enregistré/.test(await stateText(page)));
    await page.locator('input[value="d31"]').check();
    await page.locator('[name="localite"]').first().fill('Albi');
    await next(page);
    await finish(page, 'associations', { nom_structure: MARK, territoire_action: ['d31'] });
    await context.close();
  });
});

test('the program is started again in the middle: nobody notices, nothing is lost', async () => {
  const [one, two] = await Promise.all([comer(newLink('associations'), { javaScriptEnabled: true }), comer(newLink('associations'))]);
  for (const { page } of [one, two]) {
    await page.locator('[name="nom_structure"]').fill(MARK);
    await page.locator('input[value="d31"]').check();
  }
  await restart(async () => {
    await one.page.locator('[name="localite"]').first().fill('Albi');
    await until('the page says that the connection is lost', async () => /Connexion perdue/.test(await stateText(one.page)));
  });
  await two.page.locator('[name="localite"]').first().fill('Albi');
  for (const { page, context } of [one, two]) {
    await next(page);
    assert.equal(pathOf(page), '/q/2');
    await finish(page, 'associations', { nom_structure: MARK, territoire_action: ['d31'] });
    await context.close();
  }
});

// -------------------------------------------------------------------------------------------- the count

/* Answers as one text; the order of names, of ticks and of the rows of a grid means nothing. */
const inOrder = entries => JSON.stringify(entries.map(([name, value]) => [name, Array.isArray(value) ? [...value].sort()
  : value !== null && typeof value === 'object' ? Object.entries(value).sort() : value]).sort());

/* What is kept of an answer once it is counted: contact and identity are elsewhere, words apart, places as totals. */
// What the record says was generalised, so that no row stands alone: a band twice as wide, or nothing.
function expectation({ audience, answers }, generalised) {
  const row = {}, words = [], places = [];
  const visible = asked(forms[audience], answers);
  for (const question of questions(forms[audience])) {
    const answer = answers[question.name], { role } = question.barometre;
    if (answer === undefined || !visible.has(question.name)) continue;
    if (role === 'text') words.push(`${question.name} ${answer}`);
    else if (role === 'locality') places.push(question.name);
    else if (role === 'opinion') row[question.name] = question.inputType === 'number' ? Number(answer) : answer;
    else if (role === 'segment' && generalised[question.name] !== 'none') {
      const width = Number(generalised[question.name] ?? 10), low = Math.floor(answer / width) * width;
      row[question.name] = question.inputType === 'number' ? `${low}_${low + width - 1}` : answer;
    }
  }
  return { row: inOrder(Object.entries(row)), words, places };
}

test('the urn is counted: it held what was answered, no more and no less', () => {
  assert.ok(isAlive());
  assert.equal(inUrn(), sent.length);
  barometre('edition', 'close', CODE);
  barometre('count', CODE);
  const record = JSON.parse(sql(`SELECT record FROM barometre.count_record WHERE edition = '${CODE}'`));
  for (const audience of AUDIENCES) {
    const { generalised } = record.audiences.find(a => a.audience === audience);
    const kept = Object.fromEntries(generalised.map(g => [g.question, g.kept]));
    const wanted = sent.filter(s => s.audience === audience).map(s => expectation(s, kept));
    const roles = Object.fromEntries(questions(forms[audience]).map(q => [q.name, q.barometre?.role]));
    const found = JSON.parse(sql(`SELECT coalesce(json_agg(answers), '[]') FROM barometre.response
      WHERE edition = '${CODE}' AND audience = '${audience}' AND completeness = 'complete'`));
    const rows = found.map(row => inOrder(Object.entries(row).filter(([name]) => ['opinion', 'segment'].includes(roles[name]))));
    assert.deepEqual(rows.sort(), wanted.map(w => w.row).sort(), `${audience}: the answers`);
    const words = JSON.parse(sql(`SELECT coalesce(json_agg(question || ' ' || body), '[]') FROM barometre.verbatim
      WHERE edition = '${CODE}' AND audience = '${audience}'`));
    const places = Object.fromEntries(sql(`SELECT question, sum(n) FROM barometre.place_total
      WHERE edition = '${CODE}' AND audience = '${audience}' GROUP BY question`).split('\n').filter(Boolean).map(l => l.split('|')));
    for (const place of new Set(wanted.flatMap(w => w.places)))
      assert.ok(Number(places[place]) >= wanted.filter(w => w.places.includes(place)).length, `${audience}: places of ${place}`);
    for (const word of wanted.flatMap(w => w.words)) {
      const at = words.indexOf(word);
      assert.notEqual(at, -1, `${audience}: « ${word.slice(0, 60)} » is kept`);
      words.splice(at, 1);
    }
  }
});
