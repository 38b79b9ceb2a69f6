// SPDX-License-Identifier: Apache-2.0
// What a test plays with: the program of E2E_WORLD, its database, its mails, and Chromium.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const world = JSON.parse(readFileSync(process.env.E2E_WORLD, 'utf8'));

/* The address and memory checkers slow the program down; nothing here waits longer than it must. */
const PATIENCE = 90_000;

/* What must be in no log: no_trace.py looks for every line of this file. */
export function secret(text) {
  appendFileSync(join(world.folder, 'secrets.txt'), `${text}\n`);
  return text;
}

/* Asks again until `ask` gives something true. */
export async function until(what, ask, patience = PATIENCE) {
  const limit = Date.now() + patience;
  // A fetch alone does not keep Node from ending: its socket may be one that does not count.
  const hold = setInterval(() => {}, 1000);
  try {
    for (;;) {
      const found = await ask();
      if (found) return found;
      if (Date.now() > limit) assert.fail(`still not, after ${patience / 1000} s: ${what}`);
      await new Promise(done => setTimeout(done, 100));
    }
  } finally {
    clearInterval(hold);
  }
}

/* For before(): Node tells nothing of an error there when the tests stand in suites. */
export async function prepare(work) {
  try {
    await work();
  } catch (error) {
    console.log(`# before the tests: ${error.stack}\n# ${error.stderr ?? ''}`);
    throw error;
  }
}

// ------------------------------------------------------------------------------------ program, database

export function barometre(...words) {
  return run(words, '');
}

export function run(words, input) {
  return execFileSync(world.program, ['-c', world.config, ...words], { input, encoding: 'utf8', stdio: 'pipe' });
}

export function sql(query) {
  return execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', world.database, '-c', query],
    { encoding: 'utf8' }).trim();
}

export function count(table, where = 'true') {
  return Number(sql(`SELECT count(*) FROM barometre.${table} WHERE ${where}`));
}

/* A day of the edition's zone, as its file wants it. */
function day(offset) {
  const at = new Date(Date.now() + offset * 86_400_000);
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(at);
}

export const AUDIENCES = ['associations', 'patients', 'equipes', 'etablissements', 'formation'];

/* The file of an edition that is open today and mails at any hour. */
export function makeEdition(code, title, changes = {}) {
  const file = join(world.folder, `${code}.json`);
  writeFileSync(file, JSON.stringify({
    code, title, zone: 'Europe/Paris', opens: day(-1), closes: day(60),
    thresholds: { minBase: 11, minCell: 5 }, countPartials: true, keys: 'server',
    audiences: AUDIENCES.map(audience => ({
      audience, form: join(world.forms, `${audience}.json`), openLink: true, channels: ['newsletter'],
    })),
    mail: {
      window: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' },
      plan: [
        { kind: 'invitation', on: day(0) }, { kind: 'relance1', on: day(20) },
        { kind: 'relance2', on: day(30) }, { kind: 'relance3', on: day(40) },
      ],
    },
    ...changes,
  }));
  barometre('edition', 'create', file);
}

/* The processes see by themselves that an edition changed. */
export async function awaitStatus(path, status) {
  await until(`${path} answers ${status}`, async () => {
    try {
      const answer = await fetch(world.public + path, { signal: AbortSignal.timeout(5000), headers: { connection: 'close' } });
      await answer.arrayBuffer();
      return answer.status === status;
    } catch {
      return false;
    }
  });
}

/* The program of this world; a test that restarted it left the number of the new one in a file. */
const pidFile = join(world.folder, 'serve.pid');
const pid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : world.pid);

/* Stops the program as a person of the computer room does, and starts it again. `whileDown` may look at what people
 * meet meanwhile. */
export async function restart(whileDown) {
  process.kill(pid(), 'SIGTERM');
  await until('the program has stopped', () => !isAlive());
  await whileDown?.();
  const log = openSync(world.log, 'a');
  const child = spawn(world.program, ['-c', world.config, 'serve'], { stdio: ['ignore', log, log], detached: true });
  child.unref();
  closeSync(log);
  writeFileSync(pidFile, String(child.pid));
  await awaitStatus('/', 200);
}

export function isAlive() {
  try {
    process.kill(pid(), 0);
    return true;
  } catch {
    return false;
  }
}

// ------------------------------------------------------------------------------------------------ mail

let catcher = null;
const catcherFolder = join(world.folder, 'catcher');

export async function startCatcher(...options) {
  const ready = join(world.folder, 'catcher.ready');
  rmSync(ready, { force: true });
  catcher = spawn('/usr/bin/python3', [world.catcher, catcherFolder, '--smtp-port', String(world.smtpPort),
    '--http-port', String(world.mailPagePort), '--ready-file', ready, '--user', 'barometre',
    '--password-file', join(world.folder, 'smtp-password'), ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(world.folder, 'catcher.pid'), String(catcher.pid));
  await until('the relay listens', () => existsSync(ready));
}

export async function stopCatcher() {
  if (!catcher) return;
  const gone = new Promise(done => catcher.once('exit', done));
  catcher.kill('SIGTERM');
  await gone;
  catcher = null;
  rmSync(join(world.folder, 'catcher.pid'), { force: true });
}

/* The text of a body part of this type, decoded. */
function part(raw, type) {
  const at = raw.search(new RegExp(`^content-type:\\s*${type}`, 'im'));
  assert.notEqual(at, -1, `the mail has no ${type} part`);
  const headersEnd = raw.indexOf('\r\n\r\n', at);
  const headers = raw.slice(raw.lastIndexOf('\r\n--', at), headersEnd);
  const end = raw.indexOf('\r\n--', headersEnd);
  const body = raw.slice(headersEnd + 4, end < 0 ? undefined : end);
  if (/^content-transfer-encoding:\s*base64/im.test(headers)) return Buffer.from(body, 'base64').toString('utf8');
  if (/^content-transfer-encoding:\s*quoted-printable/im.test(headers)) {
    const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }
  return Buffer.from(body, 'latin1').toString('utf8');
}

/* Every mail the relay took, oldest first. */
export function mails() {
  const folder = join(catcherFolder, 'mail');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(name => name.endsWith('.json')).sort().map(name => {
    const envelope = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const raw = readFileSync(join(folder, name.replace('.json', '.eml')), 'latin1');
    const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
    const header = key => new RegExp(`^${key}:\\s*(.*)$`, 'im').exec(head)?.[1].trim();
    return {
      ...envelope, header, text: part(raw, 'text/plain'), html: part(raw, 'text/html'),
      get link() {
        const found = new Set(this.text.match(new RegExp(`${world.public}/r/[a-z2-7]{26}`, 'g')) ?? []);
        assert.equal(found.size, 1, 'the text of the mail has one link');
        return [...found][0];
      },
      get stop() {
        return /<([^>]+)>/.exec(header('List-Unsubscribe') ?? '')?.[1];
      },
    };
  });
}

// --------------------------------------------------------------------------------------------- browser

let browser = null; // a promise: tests that run beside each other share one

function openBrowser() {
  browser ??= chromium.launch({
    executablePath: process.env.E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-first-run', '--disable-quic', '--disable-dev-shm-usage'],
  });
  return browser;
}

export async function closeBrowser() {
  // A page that was left in the middle may never be whole.
  await Promise.race([Promise.all(keeping), new Promise(done => setTimeout(done, 3000))]);
  await (await browser)?.close();
  browser = null;
}

/* A person at a device. JavaScript is off unless asked for. `person.foreign` and `person.complaints` grow with
 * requests to another place, and with errors and warnings on the console. */
export async function newPerson(options = {}) {
  const context = await (await openBrowser()).newContext({
    locale: 'fr-FR', javaScriptEnabled: false, viewport: { width: 1000, height: 800 }, reducedMotion: 'reduce', ...options,
  });
  context.setDefaultTimeout(PATIENCE / 3);
  const person = { context, foreign: [], complaints: [] };
  context.on('request', request => {
    if (!request.url().startsWith(world.public) && !request.url().startsWith(world.staff)) person.foreign.push(request.url());
  });
  context.on('console', line => {
    if (['error', 'warning'].includes(line.type())) person.complaints.push(line.text());
  });
  context.on('response', keep);
  person.page = await context.newPage();
  return person;
}

// ------------------------------------------------------------------------------------------ kept pages

const kept = new Set();
const keeping = new Set();
const pageFolder = join(world.folder, 'html');

/* Each distinct page of both sites that anybody meets is kept as the server wrote it, for the checkers of HTML
 * (markup.mjs). Distinct: other tags or attributes, not only another answer in a field. */
function keep(answer) {
  if (![world.public, world.staff].some(site => answer.url().startsWith(site)) || !/^text\/html/.test(answer.headers()['content-type'] ?? '')) return;
  if (!answer.request().isNavigationRequest() || [301, 302, 303].includes(answer.status())) return;
  const path = new URL(answer.url()).pathname;
  // A page that was left before it was whole has nothing to keep.
  const work = answer.text().then(text => keepPage(path, text), () => {}).finally(() => keeping.delete(work));
  keeping.add(work);
}

function keepPage(path, text) {
  const skeleton = text.replace(/ (value|href|action)="[^"]*"| (checked|selected)(?=[ >])/g, '').replace(/>[^<]+</g, '><');
  const hash = createHash('sha256').update(skeleton).digest('hex').slice(0, 12);
  if (kept.has(hash)) return;
  kept.add(hash);
  mkdirSync(pageFolder, { recursive: true });
  // The token of a link is no name for a file.
  const name = path.replace(/^\/(r|stop)\/.*/, '/$1').replace(/[0-9a-f-]{36}/, 'id').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'home';
  writeFileSync(join(pageFolder, `${name}-${hash}.html`), text);
}

/* Does something that leads to another page, and gives the answer to it (after redirections). The old page is still
 * there when the answer comes: the new one has to have taken its place. */
export async function follow(page, act) {
  const [answer] = await Promise.all([
    page.waitForResponse(r => r.request().isNavigationRequest() && ![301, 302, 303].includes(r.status())),
    page.waitForEvent('framenavigated', frame => frame === page.mainFrame()),
    act(),
  ]);
  await page.waitForLoadState('load');
  return answer;
}

export const heading = page => page.locator('h1').first().innerText();
export const pathOf = page => new URL(page.url()).pathname;

/* What was complained of on the console so far; the browser itself notes each answer that is an error, and those were asked
 * for. */
export const complaintsOf = person => [...new Set(person.complaints.splice(0))]
  .filter(text => !/Failed to load resource: the server responded with a status of 4\d\d/.test(text));

/* The receipt that is shown with thanks. */
export const receiptOn = async page => secret((await page.locator('#receipt').innerText()).trim());

// ------------------------------------------------------------------------------------------ staff site

/* An administrator who has an account and is logged in, and what she does at her page. */
export async function newAdministrator(login, password) {
  run(['account', 'create', login, '--role', 'admin'], `${password}\n`);
  const person = await newPerson({ javaScriptEnabled: true });
  const { page } = person;
  const press = name => follow(page, () => page.getByRole('button', { name, exact: true }).click());
  await page.goto(`${world.staff}/login`);
  await page.locator('[name="login"]').fill(login);
  await page.locator('[name="password"]').fill(password);
  await press('Se connecter');
  return {
    person, page, press,
    open: async path => assert.equal((await page.goto(world.staff + path)).status(), 200, path),
    read: () => page.locator('main').innerText().then(text => text.replace(/[\u00a0\u202f]/g, ' ')),
  };
}

/* Screenshots are for people to look at; they are taken when there is somewhere to put them. */
export async function shot(page, name) {
  if (!process.env.E2E_SHOTS) return;
  mkdirSync(process.env.E2E_SHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.E2E_SHOTS, `${name}.png`), fullPage: true });
}
