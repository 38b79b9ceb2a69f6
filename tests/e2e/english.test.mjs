// SPDX-License-Identifier: Apache-2.0
// The public site in English: every page says so, and no French is left on it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fill, next, press, send, start } from './answers.mjs';
import { asFields, readForm, solve } from './route.mjs';
import { AUDIENCES, awaitStatus, barometre, closeBrowser, makeEdition, newPerson, pathOf, prepare, receiptOn, world } from './world.mjs';

const CODE = 'english';
const NAME = 'Barometer of the year'; // an edition is called what its maker calls it

before(() => prepare(async () => {
  makeEdition(CODE, NAME);
  barometre('edition', 'open', CODE);
  await awaitStatus('/o/equipes', 200);
}));
after(closeBrowser);

/* French texts that have a translation, cut where a value stands in them; short ones are words of both languages. */
const words = JSON.parse(readFileSync(join(world.forms, 'languages', 'en.json'), 'utf8'));
const french = [...new Set(['site', 'questionnaires'].flatMap(section => Object.entries(words[section]))
  .filter(([from, to]) => from !== to).flatMap(([from]) => from.split(/\{\{?[A-Za-z_.]+\}?\}/)))].map(t => t.trim()).filter(t => t.length >= 12);
/* Words that are never English. */
const NEVER = /(?<![\p{L}’'-])(vous|votre|vos|nous|avez|êtes|cette|une|dans|pour|avec|sont|réponses?|questionnaire en français|obligatoire|d’une)(?![\p{L}’'-])/iu;

/* All that is read or heard on the page, but what says that it is French. */
const textOf = page => page.evaluate(() => {
  const out = [document.title];
  const isFrench = e => e.closest('[lang]')?.lang !== 'en';
  const walk = node => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        if (!isFrench(node.closest ? node : node.getRootNode().host ?? document.documentElement)) out.push(child.textContent);
      } else if (child.nodeType === Node.ELEMENT_NODE && child.tagName !== 'SCRIPT') {
        if (!isFrench(child))
          for (const a of child.attributes)
            if (['aria-label', 'title', 'placeholder', 'alt'].includes(a.name) || (a.name.startsWith('data-') && !/^data-(q|if|value|kind|turn)$/.test(a.name))) out.push(a.value);
        walk(child);
        if (child.tagName === 'TEMPLATE') {
          // What a script would bring onto the page is in the language of the page too.
          const holder = document.createElement('div');
          holder.append(child.content.cloneNode(true));
          document.body.append(holder);
          walk(holder);
          holder.remove();
        }
      }
    }
  };
  walk(document.body);
  return out.map(t => t.replace(/\s+/g, ' ').trim()).filter(Boolean);
});

async function isEnglish(page) {
  assert.equal(await page.locator('html').getAttribute('lang'), 'en', page.url());
  const left = [];
  for (const text of await textOf(page)) {
    const found = french.find(f => text.includes(f)) ?? NEVER.exec(text)?.[0];
    if (found) left.push(text.slice(0, 120));
    if (text.includes('\u202f') || text.includes('«')) left.push(`French typography: ${text.slice(0, 120)}`);
  }
  assert.deepEqual([...new Set(left)], [], `French is left on ${page.url()}`);
}

for (const path of ['/', '/retrait', '/confidentialite', '/lexique', '/accessibilite', `/stop/${'a'.repeat(26)}`, '/reprise', '/nulle-part',
  `/r/${'b'.repeat(26)}`, '/q/1', '/merci', '/recapitulatif', '/pause'])
  test(`${path.replace(/[ab]{26}/, '…')} is in English, and its links stay so`, async () => {
    const { page, context } = await newPerson();
    await page.goto(`${world.public}${path}?lang=en`);
    await isEnglish(page);
    const links = await page.locator('main a[href^="/"], footer a[href^="/"], header a.mark').evaluateAll(all => all.map(a => a.getAttribute('href')));
    assert.ok(links.length > 0, 'the page has links');
    for (const link of links.filter(l => !l.startsWith('/static')))
      assert.match(link, /[?&]lang=en/, `${path} leads to ${link}`);
    await context.close();
  });

describe('questionnaires', { concurrency: 2 }, () => {
  // That each text of each questionnaire is translated, tests/form/test_languages.py sees without a browser.
  for (const audience of process.env.E2E_FULL ? AUDIENCES : ['patients', 'etablissements'])
    test(`${audience}: every page, its errors, the summary, the pause, thanks`, async () => {
      const { page, context } = await newPerson();
      const form = readForm(audience);
      // What people type is in their own language.
      const answers = Object.fromEntries(Object.entries(asFields(form, solve(form, true)))
        .map(([name, value]) => [name, /^(Texte|Première)/.test(value) ? 'Some words' : value]));
      await page.goto(`${world.public}/o/${audience}?lang=en`);
      await isEnglish(page);
      await start(page);
      for (let pages = 0; pathOf(page) !== '/recapitulatif'; pages++) {
        assert.ok(pages < 60);
        await isEnglish(page);
        if (pages === 0) {
          await press(page, 'pause');
          await isEnglish(page);
          await press(page, 'ask-erase');
          await isEnglish(page);
          await page.goto(`${world.public}/q/1`);
          await isEnglish(page);
        }
        if (!page.url().includes('suite')) {
          if ((await next(page)).status() === 422) await isEnglish(page);
          else await page.goBack();
        }
        await fill(page, answers);
        await next(page);
      }
      await isEnglish(page);
      await send(page);
      await isEnglish(page);
      await receiptOn(page);
      await context.close();
    });
});
