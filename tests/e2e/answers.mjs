// SPDX-License-Identifier: Apache-2.0
// What the people of these tests answer, and how they fill a page: by pointing or by keyboard alone.
import assert from 'node:assert/strict';
import { follow, heading, pathOf } from './world.mjs';

/* Name of a field to a value, a list of values (ticks), or a text. Fields that are not named are left alone. */
export const ANSWERS = {
  associations: {
    localite: 'Toulouse', territoire_action: ['d31', 'd09'], qualite_repondant: 'president',
    projet_associatif: 'oui', experience_12_mois: 'oui', 'domaines_intervention.*': 'non',
    'domaines_intervention.patients': 'oui', patients_missions: ['ecoute'], satisfaction: '2',
    freins: ['disponibilite'], intention_12_mois: 'oui',
  },
  patients: {
    age: '67', maladie_chronique: 'oui', maladie_chronique_depuis: '12', benevole_association: 'non',
    experience_12_mois: 'non', reunions_sollicitation: 'non', satisfaction: '1', intention_12_mois: 'indecis',
    souhait_intervenir: 'oui', secteur_geographique: ['d31'], disponibilite: 'ponctuelle',
    indemnisation_souhaitee: ['sans'], contact_souhait: ['resultats'], contact_email: 'une.personne@courriel.example',
  },
  equipes: {
    localite: 'Albi', type_structure: 'ch', experience_12_mois: 'non', freins: ['disponibilite'],
    intention_12_mois: 'oui',
  },
  etablissements: {
    localite: 'Montauban', type_structure: 'ch', projet_etablissement: 'oui', experience_12_mois: 'oui',
    acteurs_engages: ['direction_generale'], personnes_impliquees: ['ru'], domaines_implication: ['soins'],
    satisfaction: '2',
  },
  formation: {
    type_structure: 'ifsi_ifas', qualite_repondant: 'formateur', experience_12_mois: 'non', intention_12_mois: 'oui',
  },
};

/* The answer to a field of this name. "question.*" is for every row of a grid. */
function answerTo(answers, name) {
  return answers[name] ?? answers[name.replace(/\.[^.]*$/, '.*')];
}

/* The fields a person can fill on this page. */
function fields(page) {
  return page.locator('main form').evaluateAll(forms => forms.flatMap(form => [...form.elements]
    .filter(e => e.name && e.type !== 'submit' && e.type !== 'hidden' && e.type !== 'fieldset')
    .map(e => ({ name: e.name, type: e.type, value: e.value, checked: e.checked === true }))));
}

/* By pointing. Checks what is wanted, and unticks nothing. With JavaScript an answer may bring a question onto the
 * page: it is filled too. */
export async function fill(page, answers) {
  const done = new Set();
  for (let rounds = 0; rounds < 8; rounds++) {
    const open = (await fields(page)).filter(f => !done.has(`${f.name}=${f.type === 'radio' || f.type === 'checkbox' ? f.value : ''}`));
    if (open.length === 0) return;
    for (const field of open) {
      const choice = field.type === 'radio' || field.type === 'checkbox';
      done.add(`${field.name}=${choice ? field.value : ''}`);
      const answer = answerTo(answers, field.name);
      if (answer === undefined) continue;
      const [name, wanted] = [field.name, [answer].flat()];
      if (choice) {
        if (wanted.includes(field.value) && !field.checked)
          await page.locator(`input[name="${name}"][value="${field.value}"]`).check();
      } else if (field.type === 'select-one') {
        await page.locator(`select[name="${name}"]`).selectOption(wanted[0]);
      } else if (field.value === '') {
        const input = page.locator(`[name="${name}"]:not([type=radio])`);
        await input.fill(wanted[0]);
        // Going on closes the list of what is proposed, which may be over the next question.
        await input.blur();
      }
    }
  }
}

/* What the fields of the page hold: a text, or the list of what is ticked. */
export async function held(page) {
  const found = {};
  for (const field of await fields(page)) {
    if (field.type === 'radio' || field.type === 'checkbox') {
      if (field.checked) (found[field.name] ??= []).push(field.value);
    } else if (field.value !== '') {
      found[field.name] = field.value.replace(/\r\n/g, '\n');
    }
  }
  return found;
}

/* What has the focus, and whether one can see that it has. */
export function focused(page) {
  return page.evaluate(() => {
    const e = document.activeElement, target = e.labels?.[0]?.classList.contains('opt') ? e.labels[0] : e;
    const style = getComputedStyle(e), around = getComputedStyle(target);
    const box = e.getBoundingClientRect();
    return {
      tag: e.tagName, name: e.name ?? '', type: e.type ?? '', value: e.value ?? '', checked: e.checked === true,
      text: e.textContent.trim(), href: e.getAttribute('href') ?? '',
      seen: style.outlineStyle !== 'none' || around.outlineStyle !== 'none' || style.boxShadow !== 'none',
      inView: box.bottom > 0 && box.top < innerHeight,
      order: [...document.querySelectorAll('*')].indexOf(e),
    };
  });
}

/* By Tab, arrows, Space and Enter alone, down to the button `isWanted` knows; gives the answer to it. */
export async function fillByKeyboard(page, answers, isWanted = at => /next|send/.test(at.value)) {
  const done = new Set();
  for (let tabs = 0, before = -1; tabs < 400; tabs++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at.tag === 'BODY') {
      before = -1;
      continue;
    }
    const where = `${at.tag} ${at.name} ${at.value}`;
    assert.ok(at.seen, `the focus on ${where} cannot be seen`);
    assert.ok(at.inView, `the focus on ${where} is out of the window`);
    assert.ok(at.order > before, `the focus goes back to ${where}: its order is not that of the page`);
    before = at.order;
    if (at.tag === 'BUTTON' && isWanted(at)) return follow(page, () => page.keyboard.press('Enter'));
    const answer = at.name ? answerTo(answers, at.name) : undefined;
    if (answer === undefined || at.tag === 'BUTTON') continue;
    if (at.type === 'checkbox') {
      if ([answer].flat().includes(at.value) && !at.checked) await page.keyboard.press('Space');
    } else if (at.type === 'radio') {
      if (done.has(at.name)) continue;
      // Tab stops at one radio of a group: the arrows go round the others.
      for (let i = 0; i < 30 && (await focused(page)).value !== answer; i++) await page.keyboard.press('ArrowDown');
      if (!(await focused(page)).checked) await page.keyboard.press('Space');
      before = (await focused(page)).order;
      done.add(at.name);
    } else if (at.value === '' && at.tag !== 'SELECT') {
      await page.keyboard.type([answer].flat()[0]);
    }
  }
  assert.fail('Tab never comes to the button');
}

const isSend = at => at.text.startsWith('Envoyer') || at.text.startsWith('Send');

/* From the page shown to thanks, through the summary. `onPage(page)` is called on each page before it is filled, and
 * `onFilled(page)` before it is sent. */
export async function goThrough(page, answers, { keyboard = false, stopBeforeSending = false, stopAt, onPage, onFilled } = {}) {
  for (let pages = 0; pages < 80; pages++) {
    const path = pathOf(page);
    if (path === '/merci' || path === stopAt) return;
    await onPage?.(page);
    if (path === '/recapitulatif') {
      await onFilled?.(page);
      if (stopBeforeSending) return;
      const answer = keyboard ? await fillByKeyboard(page, {}, isSend) : await send(page);
      assert.equal(answer.status(), 200, `after sending: ${await heading(page)}`);
      continue;
    }
    if (!keyboard) {
      await fill(page, answers);
      await onFilled?.(page);
    }
    const answer = keyboard ? await fillByKeyboard(page, answers) : await next(page);
    assert.equal(answer.status(), 200, `« ${await heading(page)} » at ${page.url()}: `
      + (await page.locator('.summary').allInnerTexts()).join(' '));
  }
  assert.fail('eighty pages and no end');
}

export const press = (page, action) => follow(page, () => page.locator(`button[name="action"][value="${action}"]`).first().click());
export const next = page => press(page, 'next');

/* Presses « Envoyer mes réponses » of the summary. */
export function send(page) {
  return follow(page, () => page.locator('form[action^="/envoi"] button[type=submit]').first().click());
}

/* Presses « Commencer » of the start page that is shown. */
export async function start(page, { keyboard = false } = {}) {
  if (keyboard) return fillByKeyboard(page, {}, at => ['Commencer', 'Reprendre'].includes(at.text));
  return follow(page, () => page.locator('form[action^="/start"] button[type=submit]').first().click());
}
