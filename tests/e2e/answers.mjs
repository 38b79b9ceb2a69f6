// SPDX-License-Identifier: Apache-2.0
// What the people of these tests answer, and how they fill a page: by pointing or by keyboard alone.
import assert from 'node:assert/strict';
import { follow, heading } from './world.mjs';

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
export function answerTo(answers, name) {
  return answers[name] ?? answers[name.replace(/\.[^.]*$/, '.*')];
}

/* The fields a person can fill on this page. */
function fields(page) {
  return page.locator('main form').evaluateAll(forms => forms.flatMap(form => [...form.elements]
    .filter(e => e.name && e.type !== 'submit' && e.type !== 'hidden' && e.type !== 'fieldset')
    .map(e => ({ name: e.name, type: e.type, value: e.value, checked: e.checked === true }))));
}

/* By pointing. Checks what is wanted, and unticks nothing. */
export async function fill(page, answers) {
  for (const field of await fields(page)) {
    const answer = answerTo(answers, field.name);
    if (answer === undefined) continue;
    const [name, wanted] = [field.name, [answer].flat()];
    if (field.type === 'radio' || field.type === 'checkbox') {
      if (wanted.includes(field.value) && !field.checked)
        await page.locator(`input[name="${name}"][value="${field.value}"]`).check();
    } else if (field.type === 'select-one') {
      await page.locator(`select[name="${name}"]`).selectOption(wanted[0]);
    } else if (field.value === '') {
      await page.locator(`[name="${name}"]`).fill(wanted[0]);
    }
  }
}

/* What has the focus, and whether one can see that it has. */
function focused(page) {
  return page.evaluate(() => {
    const e = document.activeElement, target = e.labels?.[0]?.classList.contains('opt') ? e.labels[0] : e;
    const style = getComputedStyle(e), around = getComputedStyle(target);
    const box = e.getBoundingClientRect();
    return {
      tag: e.tagName, name: e.name ?? '', type: e.type ?? '', value: e.value ?? '', checked: e.checked === true,
      seen: style.outlineStyle !== 'none' || around.outlineStyle !== 'none' || style.boxShadow !== 'none',
      inView: box.bottom > 0 && box.top < innerHeight,
    };
  });
}

/* By Tab, Space and Enter alone, down to the button `action`; gives the answer to it. */
export async function fillByKeyboard(page, answers, action = /next|send/) {
  for (let tabs = 0; tabs < 400; tabs++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at.tag === 'BODY') continue;
    assert.ok(at.seen, `the focus on ${at.tag} ${at.name} ${at.value} cannot be seen`);
    assert.ok(at.inView, `the focus on ${at.tag} ${at.name} ${at.value} is out of the window`);
    if (at.tag === 'BUTTON' && action.test(at.value || 'next'))
      return follow(page, () => page.keyboard.press('Enter'));
    const answer = at.name ? answerTo(answers, at.name) : undefined;
    if (answer === undefined) continue;
    if (at.type === 'checkbox') {
      if ([answer].flat().includes(at.value) && !at.checked) await page.keyboard.press('Space');
    } else if (at.type === 'radio') {
      // Tab stops at one radio of a group: the arrows go round the others.
      for (let i = 0; i < 30 && (await focused(page)).value !== answer; i++) await page.keyboard.press('ArrowDown');
      if (!(await focused(page)).checked) await page.keyboard.press('Space');
    } else if (at.value === '' && at.tag !== 'SELECT') {
      await page.keyboard.type([answer].flat()[0]);
    }
  }
  assert.fail('Tab never comes to the button');
}

/* From the page shown to thanks. `onPage(page)` is called before each page is sent. */
export async function goThrough(page, answers, { keyboard = false, stopBeforeSending = false, onPage } = {}) {
  for (let pages = 0; pages < 60; pages++) {
    if (new URL(page.url()).pathname === '/merci') return;
    await onPage?.(page);
    const last = await page.locator('button[value="send"]').count() > 0;
    if (!keyboard) await fill(page, answers);
    if (last && stopBeforeSending) return;
    const answer = keyboard ? await fillByKeyboard(page, answers)
      : await follow(page, () => page.locator(`button[value="${last ? 'send' : 'next'}"]`).click());
    assert.equal(answer.status(), 200, `« ${await heading(page)} » at ${page.url()}: `
      + (await page.locator('.summary').allInnerTexts()).join(' '));
  }
  assert.fail('sixty pages and no end');
}

/* Presses « Commencer » of the start page that is shown. */
export async function start(page, { keyboard = false } = {}) {
  if (keyboard) {
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab');
      if ((await focused(page)).tag === 'BUTTON') break;
    }
    return follow(page, () => page.keyboard.press('Enter'));
  }
  return follow(page, () => page.getByRole('button', { name: 'Commencer' }).click());
}
