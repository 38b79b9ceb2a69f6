// SPDX-License-Identifier: Apache-2.0
// An edition played from invitation to export: contacts, mails, five questionnaires answered, objections, relances, a
// relay that fails, the closing, the count, the figures. The tests are the steps: each stands on those before.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ANSWERS, fill, fillByKeyboard, goThrough, send, start } from './answers.mjs';
import {
  awaitStatus, barometre, closeBrowser, count, follow, heading, isAlive, mails, makeEdition, newPerson, pathOf, receiptOn, run, secret, shot, sql,
  startCatcher, stopCatcher, until, world,
} from './world.mjs';

const CODE = 'e2e';
const MARK = secret('Marque-Bleue-7301'); // typed by a person: must be nowhere but in a sealed box
const PASSWORD = secret('un mot de passe pour essai');
const REFUSED = 'direction@refuse.example';
const CONTACTS = [
  ['accueil@association.example', 'Souffle et Partage', 'associations', '09', 'association d’usagers'],
  ['objecte@association.example', 'Cœur à Cœur', 'associations', '12', 'association de patients'],
  ['silence@association.example', 'Entraide', 'associations', '31', 'association de patients'],
  ['odette@courriel.example', 'Odette Escande', 'patients', '12', 'aidant'],
  ['bouton@courriel.example', 'Noël Hébrard', 'patients', '81', 'patient partenaire'],
  ['enchemin@courriel.example', 'Élodie Castéra', 'patients', '34', 'patient partenaire'],
  ['equipe1@hopital.example', 'Service de néphrologie', 'equipes', '31', 'public'],
  ['equipe2@hopital.example', 'Service de cardiologie', 'equipes', '46', 'public'],
  ['direction@hopital.example', 'Clinique du Canal', 'etablissements', '32', 'privé'],
  [REFUSED, 'Hôpital de la Garrigue', 'etablissements', '65', 'public'],
  ['ifsi@formation.example', 'Institut du Lac', 'formation', '31', 'IFSI'],
  ['ecole@formation.example', 'École de la Cité', 'formation', '66', 'école'],
];
const OPEN_RESPONDENTS = 11; // with the invited one, twelve teams: more than the threshold of 11
const links = {}, receipts = [], expected = { associations: 0, patients: 0, equipes: 0, etablissements: 0, formation: 0 };

before(() => startCatcher('--refuse', `${REFUSED}=550`));
after(async () => {
  await closeBrowser();
  await stopCatcher();
});

const sentTo = kind => sql(`SELECT count(*) FROM barometre.delivery d JOIN barometre.mailing m ON m.id = d.mailing
  WHERE m.kind = '${kind}' AND d.state = 'sent'`);

/* Every row of the ledger has come to an end, and planned = sent + refused + skipped + unknown. */
function checkLedger(kind, wanted) {
  const [planned, sent, refused, skipped, unknown] = sql(`SELECT count(*), count(*) FILTER (WHERE d.state = 'sent'),
    count(*) FILTER (WHERE d.state = 'refused'), count(*) FILTER (WHERE d.state = 'skipped'),
    count(*) FILTER (WHERE d.state = 'unknown')
    FROM barometre.delivery d JOIN barometre.mailing m ON m.id = d.mailing
    WHERE m.edition = '${CODE}' AND m.kind = '${kind}'`).split('|').map(Number);
  assert.equal(planned, sent + refused + skipped + unknown);
  assert.deepEqual({ planned, sent, refused, skipped, unknown }, wanted);
  const line = barometre('mailing', 'list', CODE).split('\n').find(l => l.startsWith(kind));
  assert.deepEqual(line.trim().split(/\s+/).slice(-4).map(Number), [sent, refused, skipped, unknown]);
}

const finished = kind => until(`the mailing ${kind} is finished`, () =>
  sql(`SELECT state FROM barometre.mailing WHERE edition = '${CODE}' AND kind = '${kind}'`) === 'finished');

async function thanks(page) {
  assert.equal(await heading(page), 'Merci, vos réponses sont enregistrées');
  return receiptOn(page);
}

function inUrn(total) {
  assert.equal(count('urn', `edition = '${CODE}'`), total);
}

const urnBefore = () => Object.values(expected).reduce((a, b) => a + b, 0);

// ------------------------------------------------------------------------------------- invitation

test('an edition is made, contacts are imported, the edition is opened', async () => {
  makeEdition(CODE, 'Baromètre d’essai');
  const file = join(world.folder, 'contacts.csv');
  writeFileSync(file, ['email;nom;public;departement;type', ...CONTACTS.map(c => c.join(';'))].join('\r\n') + '\r\n');
  assert.match(barometre('contacts', 'import', CODE, file), /^12 contact\(s\) ajouté\(s\), 0 déjà connu\(s\)/);
  assert.match(barometre('contacts', 'import', CODE, file), /^0 contact\(s\) ajouté\(s\), 12 déjà connu\(s\)/);
  assert.match(barometre('edition', 'open', CODE), /is open/);
  assert.equal(sql(`SELECT state FROM barometre.edition WHERE code = '${CODE}'`), 'open');
  for (const [address] of CONTACTS) secret(address);
});

test('every contact gets one invitation, under TLS and with the log-in, and the refused one is recorded refused', async () => {
  await finished('invitation');
  const all = mails();
  assert.deepEqual(all.map(m => m.to.join()).sort(), CONTACTS.map(c => c[0]).filter(a => a !== REFUSED).sort());
  for (const mail of all) {
    assert.equal(mail.tls, true);
    assert.equal(mail.user, 'barometre');
    assert.equal(mail.bare_line_feeds, 0);
    assert.match(mail.header('List-Unsubscribe-Post'), /^List-Unsubscribe=One-Click$/);
    assert.ok(mail.stop.startsWith(`${world.public}/stop/`));
    assert.ok(mail.html.includes(mail.link), 'the HTML part has the same link');
    assert.ok(!/<img|<script|url\(/i.test(mail.html), 'the mail loads nothing');
    links[mail.to[0]] = secret(mail.link);
    secret(mail.link.split('/r/')[1]);
    secret(mail.stop.split('/stop/')[1]);
  }
  assert.equal(new Set(Object.values(links)).size, CONTACTS.length - 1, 'each has a link of their own');
  checkLedger('invitation', { planned: 12, sent: 11, refused: 1, skipped: 0, unknown: 0 });
  assert.equal(sql(`SELECT code FROM barometre.delivery WHERE state = 'refused'`), '550');
  await awaitStatus(new URL(links['accueil@association.example']).pathname, 200);
});

// ---------------------------------------------------------------------------------------- answering

// An association, on one screen, with a hesitant hand.
let person, page, receipt;
const linkOf = () => links['accueil@association.example'];

test('a required answer left out: 422, a summary that leads to the field, what was typed still there', async () => {
  person = await newPerson();
  page = person.page;
  assert.equal((await page.goto(linkOf())).status(), 200);
  inUrn(0);
  await start(page);
  assert.equal(pathOf(page), '/q/1');
  await page.locator('[name="nom_structure"]').fill(MARK);
  await page.locator('input[value="president"]').check();
  const answer = await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
  assert.equal(answer.status(), 422);
  assert.match(await page.title(), /^Erreur/);
  assert.equal(await page.locator('.summary[role=alert] li a').count(), 2);
  for (const anchor of await page.locator('.summary li a').evaluateAll(all => all.map(a => a.getAttribute('href'))))
    assert.equal(await page.locator('.question', { has: page.locator(anchor) }).or(page.locator(`${anchor}.question`)).locator('.msg').count(), 1,
      `a message stands beside ${anchor}`);
  assert.equal(await page.locator('[name="nom_structure"]').inputValue(), MARK);
  assert.ok(await page.locator('input[value="president"]').isChecked());
});

test('Back and reload show the answers again', async () => {
  await fill(page, ANSWERS.associations);
  await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
  assert.equal(pathOf(page), '/q/2');
  // Behind the page put right stands the page of the error: an address, which asks for nothing to be sent again.
  await page.goBack();
  assert.equal(await page.locator('.summary').count(), 0);
  assert.ok(await page.locator('input[value="d31"]').isChecked());
  await page.goForward();
  assert.equal(pathOf(page), '/q/2');
  await fill(page, ANSWERS.associations);
  await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
  await page.goBack();
  assert.match(pathOf(page), /^\/q\/2$/);
  const chosen = page.locator('input[name="experience_12_mois"][value="oui"]');
  assert.ok(await chosen.isChecked());
  await page.reload();
  assert.ok(await chosen.isChecked());
  await follow(page, () => page.getByRole('button', { name: 'Précédent' }).click());
  assert.equal(await page.locator('[name="nom_structure"]').inputValue(), MARK);
  assert.ok(await page.locator('input[value="d31"]').isChecked());
  for (let i = 0; i < 2; i++) await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
});

test('the same link in another browser takes up where the person was', async () => {
  const [at, other] = [pathOf(page), await newPerson()];
  await other.page.goto(linkOf());
  await start(other.page);
  assert.equal(pathOf(other.page), at);
  await other.page.goto(`${world.public}/q/1`);
  assert.equal(await other.page.locator('[name="nom_structure"]').inputValue(), MARK);
  await other.context.close();
});

test('« Précédent » goes back a page and keeps what was typed', async () => {
  const here = page.url();
  await fill(page, { 'domaines_intervention.*': 'non' });
  await follow(page, () => page.getByRole('button', { name: 'Précédent' }).click());
  assert.ok(await page.locator('input[name="experience_12_mois"][value="oui"]').isChecked());
  await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
  assert.equal(page.url(), here);
  assert.ok(await page.locator('input[value="non"]').first().isChecked());
});

test('« Envoyer » pressed in two windows at once: one answer, the same receipt', async () => {
  await goThrough(page, ANSWERS.associations, { stopBeforeSending: true });
  const twin = await person.context.newPage();
  assert.equal(pathOf(page), '/recapitulatif');
  assert.match(await page.locator('main').innerText(), new RegExp(MARK), 'the summary shows what will be sent');
  await twin.goto(page.url());
  await Promise.all([page, twin].map(send));
  receipt = await thanks(page);
  assert.equal(await thanks(twin), receipt);
  expected.associations++;
  inUrn(1);
  receipts.push(receipt);
});

test('after sending: reload keeps the receipt, Back leads nowhere else, the link says it is recorded', async () => {
  await page.reload();
  assert.equal(await thanks(page), receipt);
  await page.goBack();
  assert.equal(await thanks(page), receipt);
  await page.goto(linkOf());
  assert.equal(await heading(page), 'Votre réponse est déjà enregistrée');
  inUrn(1);
  assert.equal(count('draft', `edition = '${CODE}'`), 0);
});

test('the receipt finds the answer in the urn', async () => {
  await page.goto(`${world.public}/retrait`);
  await page.locator('#code').fill(receipt);
  const answer = await follow(page, () => page.getByRole('button', { name: 'Vérifier' }).click());
  assert.equal(answer.status(), 200);
  assert.equal(await heading(page), 'Votre réponse est là');
  assert.deepEqual(person.foreign, []);
  await person.context.close();
});

test('a patient at 320 pixels: no page is wider than the screen, and contact wishes are taken', async () => {
  const person = await newPerson({ viewport: { width: 320, height: 640 }, hasTouch: true });
  const { page } = person;
  await page.goto(links['odette@courriel.example']);
  await start(page);
  await goThrough(page, ANSWERS.patients, {
    onPage: async () => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${page.url()} is ${wide} pixels wide`);
      await shot(page, `journey-patients-320-${pathOf(page).slice(3)}`);
    },
  });
  receipts.push(await thanks(page));
  expected.patients++;
  inUrn(urnBefore());
  secret(ANSWERS.patients.contact_email);
  await person.context.close();
});

test('a team by keyboard alone: every field is reached by Tab, the focus is seen', async () => {
  const person = await newPerson();
  const { page } = person;
  await page.goto(links['equipe1@hopital.example']);
  await start(page, { keyboard: true });
  await goThrough(page, ANSWERS.equipes, { keyboard: true });
  receipts.push(await thanks(page));
  expected.equipes++;
  inUrn(urnBefore());
  await person.context.close();
});

test('the summary of errors is reached by keyboard and its link leads to the field', async () => {
  const person = await newPerson();
  const { page } = person;
  await page.goto(`${world.public}/o/formation`);
  await start(page, { keyboard: true });
  const answer = await fillByKeyboard(page, {});
  assert.equal(answer.status(), 422);
  for (let tabs = 0; tabs < 20; tabs++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.closest('.summary') !== null)) break;
  }
  const target = await page.evaluate(() => document.activeElement.hash.slice(1));
  await page.keyboard.press('Enter');
  await until('the address has the anchor', () => page.url().endsWith(`#${target}`));
  // A field has the focus at once; in a question one has to enter.
  if (await page.evaluate(id => document.activeElement.id !== id, target)) await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(id => document.getElementById(id).contains(document.activeElement), target), 'the focus is in the question');
  await person.context.close();
});

for (const [audience, address] of [['etablissements', 'direction@hopital.example'], ['formation', 'ifsi@formation.example']])
  test(`${audience}: answered from the invitation`, async () => {
    const person = await newPerson();
    await person.page.goto(links[address]);
    await start(person.page);
    await goThrough(person.page, ANSWERS[audience]);
    receipts.push(await thanks(person.page));
    expected[audience]++;
    inUrn(urnBefore());
    await person.context.close();
  });

test('eleven teams answer by the open link of the newsletter', async () => {
  for (let i = 0; i < OPEN_RESPONDENTS; i++) {
    const person = await newPerson();
    await person.page.goto(`${world.public}/o/equipes/newsletter`);
    await start(person.page);
    await goThrough(person.page, ANSWERS.equipes);
    receipts.push(await thanks(person.page));
    expected.equipes++;
    await person.context.close();
  }
  inUrn(urnBefore());
  assert.equal(new Set(receipts).size, receipts.length, 'nobody has the receipt of somebody else');
  assert.equal(count('invitation', 'done'), 5);
});

test('somebody stops on the way: their pages are kept, sealed, and they count as not done', async () => {
  const person = await newPerson();
  const { page } = person;
  const drafts = count('draft', `edition = '${CODE}'`);
  await page.goto(links['enchemin@courriel.example']);
  await start(page);
  for (let i = 0; i < 2; i++) {
    await fill(page, ANSWERS.patients);
    await follow(page, () => page.getByRole('button', { name: 'Continuer' }).click());
  }
  assert.equal(count('draft', `edition = '${CODE}'`), drafts + 1);
  assert.equal(count('invitation', 'done'), 5);
  await person.context.close();
});

test('a receipt takes its answer back out of the urn, once', async () => {
  const person = await newPerson();
  const { page } = person;
  await page.goto(`${world.public}/o/formation`);
  await start(page);
  await goThrough(page, ANSWERS.formation);
  const receipt = await thanks(page);
  inUrn(urnBefore() + 1);
  for (const [status, title] of [[200, 'Réponse retirée'], [404, 'Vérifier ou retirer une réponse']]) {
    await page.goto(`${world.public}/retrait`);
    await page.locator('#code').fill(receipt);
    const answer = await follow(page, () => page.getByRole('button', { name: 'Retirer' }).click());
    assert.equal(answer.status(), status);
    assert.equal(await heading(page), title);
  }
  inUrn(urnBefore());
  await person.context.close();
});

// ---------------------------------------------------------------------------- objections, relances

test('one contact objects with one click of a mail program, another by the button', async () => {
  const stop = address => mails().find(m => m.to[0] === address).stop;
  const answer = await fetch(stop('objecte@association.example'), {
    method: 'POST', body: 'List-Unsubscribe=One-Click',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 200);

  const person = await newPerson();
  const { page } = person;
  await page.goto(stop('bouton@courriel.example'));
  assert.equal(count('contact', 'objected'), 1, 'to look at the page changes nothing');
  await follow(page, () => page.getByRole('button', { name: 'Ne plus m’écrire' }).click());
  assert.equal(await heading(page), 'Vous ne recevrez plus de message');
  assert.equal(count('contact', 'objected'), 2);
  await person.context.close();
});

const DONE = ['accueil@association.example', 'odette@courriel.example', 'equipe1@hopital.example',
  'direction@hopital.example', 'ifsi@formation.example'];
const OBJECTED = ['objecte@association.example', 'bouton@courriel.example'];
const REMINDED = CONTACTS.map(c => c[0]).filter(a => ![...DONE, ...OBJECTED, REFUSED].includes(a)).sort();

function checkRelance(before) {
  const fresh = mails().slice(before);
  assert.deepEqual(fresh.map(m => m.to.join()).sort(), REMINDED, 'those who are not done, nobody twice');
  for (const mail of fresh) assert.equal(mail.link, links[mail.to[0]], 'the same link as in the invitation');
}

test('the first relance goes to those who have not answered and have not objected, with the same link', async () => {
  const had = mails().length;
  sql(`UPDATE barometre.mailing SET due = now() WHERE kind = 'relance1' AND edition = '${CODE}'`);
  await finished('relance1');
  checkRelance(had);
  checkLedger('relance1', { planned: REMINDED.length, sent: REMINDED.length, refused: 0, skipped: 0, unknown: 0 });
});

test('a relay that is away: nothing is lost, and once it is back every mail arrives once', async () => {
  const had = mails().length;
  await stopCatcher();
  sql(`UPDATE barometre.mailing SET due = now() WHERE kind = 'relance2' AND edition = '${CODE}'`);
  await until('the ledger has the rows', () => sql(`SELECT count(*) FROM barometre.delivery d
    JOIN barometre.mailing m ON m.id = d.mailing WHERE m.kind = 'relance2'`) === String(REMINDED.length));
  await until('the mailer has met the closed door', () => readFileSync(world.log, 'utf8').includes('event=mail.relay '));
  assert.equal(sentTo('relance2'), '0');
  await startCatcher('--refuse', `${REFUSED}=550`);
  // The mail that met the closed door waits its minutes: they are made to have passed.
  sql(`UPDATE barometre.delivery SET not_before = now() WHERE state = 'planned' AND not_before IS NOT NULL`);
  await finished('relance2');
  checkRelance(had);
  checkLedger('relance2', { planned: REMINDED.length, sent: REMINDED.length, refused: 0, skipped: 0, unknown: 0 });
});

// ------------------------------------------------------------------------------------- the staff site

let staff;

test('an account logs in, a wrong password does not', async () => {
  assert.match(run(['account', 'create', 'camille', '--role', 'admin'], `${PASSWORD}\n`), /made/);
  staff = await newPerson({ viewport: { width: 1200, height: 900 } });
  const { page } = staff;
  await page.goto(`${world.staff}/`);
  assert.equal(pathOf(page), '/login');
  for (const [password, status] of [['un tout autre mot', 403], [PASSWORD, 200]]) {
    await page.locator('[name="login"]').fill('camille');
    await page.locator('[name="password"]').fill(password);
    const answer = await follow(page, () => page.getByRole('button', { name: /connect/i }).click());
    assert.equal(answer.status(), status);
  }
  assert.equal(pathOf(page), '/');
  await shot(page, 'journey-staff-dashboard');
});

/* The rows of the first table whose heading holds `word`, as cells of text. */
const tableOf = (page, word) => page.locator('table').evaluateAll((tables, w) => {
  const table = tables.find(t => [...t.querySelectorAll('thead th')].some(th => th.textContent.includes(w)));
  return table ? [...table.querySelectorAll('tbody tr, tfoot tr')]
    .map(row => [...row.cells].map(cell => cell.textContent.trim())) : [];
}, word);
const number = text => Number(text.replace(/[^0-9-]/g, ''));

test('the dashboard shows what happened: contacts, invitations, answers by both ways, refusals, objections', async () => {
  const { page } = staff;
  const rows = await tableOf(page, 'Contacts');
  const all = rows.at(-1).map(number);
  assert.equal(rows.length, 6);
  // Contacts, invitations remises, réponses par lien personnel, participation, par lien ouvert, refus, oppositions.
  assert.deepEqual([all[1], all[2], all[3], all[5], all[6], all[7]], [12, 11, 5, OPEN_RESPONDENTS + 1, 1, 2]);
  const teams = rows.find(r => /équipe/i.test(r[0])).map(number);
  assert.deepEqual([teams[1], teams[2], teams[3], teams[5]], [2, 2, 1, OPEN_RESPONDENTS]);
  assert.equal((await page.content()).includes(MARK), false);
});

test('the mailings page has the identity of the ledger on each line', async () => {
  const { page } = staff;
  await page.goto(`${world.staff}/mailings`);
  // « 11 prévus = 11 remis + 0 refusé + … »; a mailing that has not begun has no such line.
  const sums = (await page.locator('.sum').allInnerTexts()).map(text => text.slice(text.indexOf('traités.')).split(/[=+]/).map(number));
  assert.equal(await page.locator('.plan li').count(), 4);
  for (const [planned, ...parts] of sums) assert.equal(planned, parts.reduce((a, b) => a + b, 0));
  assert.deepEqual(sums.map(s => s[1]), [11, REMINDED.length, REMINDED.length]);
  await follow(page, () => page.locator('.plan h3 a').first().click());
  assert.equal((await page.content()).includes('@'), false, 'the ledger shows no address');
});

// --------------------------------------------------------------------------------- closing, counting

const stateOf = () => sql(`SELECT state FROM barometre.edition WHERE code = '${CODE}'`);

async function confirm(page, kind, button) {
  await page.goto(`${world.staff}/editions/${CODE}/${kind}`);
  await page.locator('#code').fill('autre');
  assert.equal((await follow(page, () => page.getByRole('button', { name: button }).click())).status(), 422);
  await page.locator('#code').fill(CODE);
  await follow(page, () => page.getByRole('button', { name: button }).click());
}

test('the edition is closed from the staff site: no link takes an answer any more', async () => {
  await confirm(staff.page, 'close', 'Clore l’édition');
  await until('the edition is closed', () => stateOf() === 'closed');
  await awaitStatus(new URL(links['silence@association.example']).pathname, 409);
  inUrn(urnBefore());
  const person = await newPerson();
  await person.page.goto(links['silence@association.example']);
  assert.equal(await heading(person.page), 'L’enquête est close');
  assert.equal((await person.page.goto(`${world.public}/o/equipes`)).status(), 404);
  await person.context.close();
});

test('it is counted: keys, boxes, drafts and invitations are gone, the answers are there without a date', async () => {
  assert.ok(existsSync(join(world.folder, 'keys', `${CODE}.count`)));
  await confirm(staff.page, 'count', 'Dépouiller l’édition');
  await until('the edition is counted', () => ['counted', 'released'].includes(stateOf()));
  await until('the keys are gone', () => !readdirSync(join(world.folder, 'keys'))
    .some(name => [`${CODE}.count`, `${CODE}.campaign`].includes(name)));
  for (const table of ['urn', 'draft', 'invitation', 'delivery']) assert.equal(count(table, `edition = '${CODE}'`), 0, table);
  for (const [audience, n] of Object.entries(expected))
    assert.equal(count('response', `audience = '${audience}' AND completeness = 'complete'`), n, audience);
  assert.ok(isAlive());
});

test('the record of the count is shown, and adds up', async () => {
  const { page } = staff;
  await page.goto(`${world.staff}/editions/${CODE}/record`);
  assert.equal(await heading(page), 'Procès-verbal du dépouillement');
  assert.match(await page.locator('.record').innerText(), /Égalité vérifiée/);
  const all = (await tableOf(page, 'Boîtes')).at(-1).map(number);
  assert.equal(all[1], urnBefore());
  await shot(page, 'journey-staff-record');
  assert.ok(barometre('record', CODE).length > 100);
});

test('the link of somebody who never answered says that it is over', async () => {
  const person = await newPerson();
  await until('the site has forgotten the edition', async () => {
    const answer = await person.page.goto(links['silence@association.example']);
    return answer.status() === 404 || answer.status() === 409;
  });
  assert.match(await person.page.locator('main').innerText(), /l’enquête est (terminée|close)/i);
  await person.context.close();
});

// --------------------------------------------------------------------------------------------- figures

const HEADER = 'edition,audience,question,type,segment,segment_value,segment_label,option,label,base,not_answered,not_concerned,mentions,count,percent,low,high,status';

function parseCsv(text) {
  return text.trim().split(/\r?\n/).map(line => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .map(m => m[1].replace(/^"|"$/g, '').replaceAll('""', '"')).slice(0, HEADER.split(',').length));
}

let csv;

test('what was counted is checked, and nobody’s before an administrator publishes it', async () => {
  const { page, context } = staff;
  const files = `${world.staff}/api/v1/editions/${CODE}/releases/latest/figures?format=csv`;
  assert.equal(stateOf(), 'counted');
  assert.equal(sql(`SELECT state FROM barometre.release WHERE edition = '${CODE}'`), 'checked');
  assert.ok([403, 404].includes((await context.request.get(files)).status()));
  await page.goto(`${world.staff}/tables?edition=${CODE}`);
  assert.match(await page.locator('main').innerText(), /pas encore publiée/);
  await shot(page, 'journey-staff-tables-checked');
  await follow(page, () => page.getByRole('link', { name: 'Publier la diffusion 1' }).click());
  await shot(page, 'journey-staff-tables-publish');
  await follow(page, () => page.getByRole('button', { name: 'Publier' }).click());
  await until('the figures are published', () => stateOf() === 'released');
  assert.equal(count('release_file', `edition = '${CODE}'`), 8);
  assert.equal(count('journal', `action = 'release.publish'`), 1);
});

test('the tables are downloaded in every format, by the session and by a key, and not by anybody', async () => {
  const { page, context } = staff;
  await page.goto(`${world.staff}/tables?edition=${CODE}`);
  await shot(page, 'journey-staff-tables');
  const address = kind => `${world.staff}/api/v1/editions/${CODE}/releases/1/figures?format=${kind}`;
  await page.locator('.files summary').first().click();
  for (const kind of ['csv', 'csv-excel', 'xlsx', 'json', 'json-stat', 'ddi', 'datapackage']) {
    assert.equal(await page.locator(`a[href$="format=${kind}"]`).count(), 1, kind);
    assert.equal((await context.request.get(address(kind))).status(), 200, kind);
  }
  const bySession = await context.request.get(address('csv'));
  assert.match(bySession.headers()['content-type'], /text\/csv/);
  csv = await bySession.text();
  const key = secret(barometre('api-key', 'create', 'camille', '--label', 'essai').match(/bps_[a-z0-9]+/i)[0]);
  const headers = { Authorization: `Bearer ${key}` };
  assert.equal(await (await fetch(address('csv'), { headers })).text(), csv);
  const json = await (await fetch(address('json'), { headers })).json();
  assert.equal(json.rows.length, csv.trim().split('\n').length - 1);
  for (const wrong of [{}, { Authorization: 'Bearer aaaa' }]) assert.equal((await fetch(address('csv'), { headers: wrong })).status, 401);
  assert.equal(barometre('export', CODE), csv);
});

test('the figures: the exact columns; the teams, all of one mind, in number only; every base under eleven withheld', () => {
  const lines = csv.replace(/^\uFEFF/, '').trim().split(/\r?\n/);
  assert.equal(lines[0], HEADER);
  const rows = parseCsv(csv).slice(1).map(cells => Object.fromEntries(HEADER.split(',').map((k, i) => [k, cells[i]])));
  const freins = rows.find(r => r.audience === 'equipes' && r.question === 'freins' && r.option === 'disponibilite');
  // Twelve who gave the same answer: telling it would tell each one's.
  assert.deepEqual([freins.base, freins.count, freins.percent, freins.status], ['', '', '', 'unanimous']);
  const teams = rows.find(r => r.audience === 'equipes' && r.question === 'participation');
  assert.equal(teams.count, '12');
  // A question that nobody was asked has zeroes, which say nothing of anybody.
  const small = rows.filter(r => !['equipes', 'ensemble'].includes(r.audience) && r.question.split('.')[0] !== 'participation' && r.base !== '0');
  assert.ok(small.length > 0);
  for (const row of small) assert.deepEqual([row.base, row.mentions, row.count, row.percent], ['', '', '', ''], JSON.stringify(row));
  assert.ok(small.every(r => r.status !== ''), 'and each says why');
  assert.equal(csv.includes(MARK), false);
});

test('contact wishes open with the trustee’s key, apart from any answer', () => {
  const wishes = barometre('wishes', CODE);
  assert.match(wishes, /patients,"resultats","une\.personne@courriel\.example"/);
  assert.equal(count('response', `answers::text LIKE '%courriel.example%'`), 0);
});
