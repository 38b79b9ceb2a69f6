// SPDX-License-Identifier: Apache-2.0
// A page of the public site looked at in every way people meet it: what machines can find of accessibility, and what axe
// does not look at: edges of controls, sizes of targets, width, movement, weight, strictness.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { contrast, pixels } from './png.mjs';
import { complaintsOf, newPerson, pathOf, shot, world } from './world.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'];
export const PAGE_BUDGET = 20 * 1024; // bytes on the wire for the first page with everything it needs

/* Zoom of a browser is a window of half the size; zoom of the text is larger letters in the same window. */
const MODES = {
  light: { width: 1000, colorScheme: 'light', forcedColors: 'none' },
  dark: { width: 1000, colorScheme: 'dark', forcedColors: 'none' },
  forced: { width: 1000, colorScheme: 'dark', forcedColors: 'active' },
  narrow: { width: 320, colorScheme: 'light', forcedColors: 'none' },
  zoom: { width: 500, height: 400, colorScheme: 'light', forcedColors: 'none' },
  'narrow-dark': { width: 320, colorScheme: 'dark', forcedColors: 'none' },
};

/* A page of the staff site in each way people of the team meet it. */
export async function look(person, name) {
  const { page } = person;
  for (const [way, width, colorScheme] of [['wide', 1000, 'light'], ['dark', 1000, 'dark'], ['320', 320, 'light'], ['320-dark', 320, 'dark']]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, media: 'screen' });
    if (way !== '320-dark') await shot(page, `${name}-${way}`);
    await axe(page, `${name}, ${way}`);
    await overflow(page, `${name}, ${way}`);
    if (width === 320) await stacked(page, `${name}, ${way}`);
  }
  // What a sheet of A4 has between its margins.
  await page.setViewportSize({ width: 718, height: 800 });
  await page.emulateMedia({ colorScheme: 'light', media: 'print' });
  await shot(page, `${name}-print`);
  await overflow(page, `${name}, print`);
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1000, height: 800 });
  assert.equal(await page.locator('h1').count(), 1, 'one heading of the first rank');
  assert.deepEqual(person.foreign, [], 'nothing is asked of another place');
}

/* In the words of axe, with the places. */
export function told(violations) {
  return violations.map(v => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4)
    .map(n => `${n.target.join(' ')}  ${n.html.slice(0, 150)}`).join('\n    ')}`).join('\n');
}

export async function axe(page, where, without = []) {
  // By the driver, which the Content-Security-Policy of the page does not concern.
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE);
  const found = await page.evaluate(([tags, rules]) => window.axe.run(document, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], rules: Object.fromEntries(rules.map(r => [r, { enabled: false }])),
  }), [TAGS, without]);
  assert.ok(found.passes.length > 5, 'axe has looked at something');
  assert.equal(told(found.violations), '', where);
}

export async function overflow(page, where) {
  const [wide, inner, who] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth,
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
      && !e.closest('.scroll, svg')).map(e => e.outerHTML.slice(0, 80)).slice(0, 3).join(' ')]);
  assert.ok(wide <= inner, `${where} is ${wide} pixels wide: ${who}`);
}

/* A table whose rows are cards on a phone is whole there: nothing of it is cut or has to be scrolled to. */
async function stacked(page, where) {
  const cut = await page.evaluate(() => [...document.querySelectorAll('.scroll:has(> .stack)')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.trim().slice(0, 80)));
  assert.deepEqual(cut, [], `${where}: a table of cards is cut`);
}

/* Everything one presses or fills, with its box in the page. An option is its label; a link inside a sentence is as high
 * as its line (WCAG 2.2, 2.5.8, "Inline"). */
const controls = page => page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .map(e => {
    const clear = colour => colour === 'transparent' || /, 0\)$/.test(colour);
    const label = e.closest('label.opt'), target = label ?? e;
    const box = target.getBoundingClientRect(), own = e.getBoundingClientRect(), style = getComputedStyle(e);
    const text = (e.parentElement?.textContent.trim().length ?? 0) - e.textContent.trim().length;
    return {
      what: `${e.tagName.toLowerCase()} ${e.name || e.id || e.textContent.trim().slice(0, 40)} ${e.type === 'radio' || e.type === 'checkbox' ? e.value : ''}`.trim(),
      tag: e.tagName, option: label !== null, inline: e.tagName === 'A' && style.display === 'inline' && text > 0,
      // A button that looks like a link is a text, which axe looks at.
      disabled: e.disabled === true, edged: ['INPUT', 'SELECT', 'TEXTAREA'].includes(e.tagName)
        || (e.tagName === 'BUTTON' && !(clear(style.backgroundColor) && (style.borderLeftWidth === '0px' || clear(style.borderLeftColor)))),
      seen: box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && box.right > 0,
      width: box.width, height: box.height,
      left: own.left + scrollX, middle: own.top + scrollY + own.height / 2,
    };
  }).filter(c => c.seen));

async function targets(page, where) {
  const small = [];
  for (const c of await controls(page)) {
    const wanted = c.option || ['INPUT', 'SELECT', 'TEXTAREA', 'BUTTON'].includes(c.tag) ? 44 : 24;
    // Half a pixel is the rounding of the browser.
    if (!c.inline && (c.height < wanted - 0.5 || c.width < wanted - 0.5))
      small.push(`${c.what}: ${c.width.toFixed(0)} × ${c.height.toFixed(0)}, ${wanted} wanted`);
  }
  assert.equal(small.join('\n'), '', `${where}: small targets`);
}

/* WCAG 2.2, 1.4.11, from the pixels as they are drawn: on the left edge of each control, some pixel differs from what is
 * outside by 3:1. */
async function edges(page, image, where) {
  const faint = [];
  for (const c of await controls(page)) {
    if (!c.edged || c.disabled) continue;
    const y = Math.floor(c.middle), x = Math.round(c.left);
    if (y >= image.height || x < 4 || x + 4 >= image.width) continue;
    const outside = image.at(x - 4, y);
    const best = Math.max(...[-1, 0, 1, 2, 3].map(dx => contrast(image.at(x + dx, y), outside)));
    if (best < 3) faint.push(`${c.what}: ${best.toFixed(2)}`);
  }
  assert.equal(faint.join('\n'), '', `${where}: edges of controls under 3:1`);
}

/* WCAG 2.2, 1.4.3, from the pixels: the darkest and the lightest of the box of each text differ by 4.5:1. */
async function legible(page, image, where) {
  const texts = await page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim() !== '') && e.checkVisibility?.() !== false)
    .map(e => {
      const box = e.getBoundingClientRect();
      return { what: e.outerHTML.slice(0, 80), left: box.left + scrollX, top: box.top + scrollY, width: box.width, height: box.height };
    }).filter(t => t.left >= 0 && t.top >= 0 && t.width > 4 && t.height > 4));
  const faint = [];
  for (const t of texts) {
    const colours = new Map();
    for (let y = Math.ceil(t.top); y < Math.min(t.top + Math.min(t.height, 40), image.height); y++)
      for (let x = Math.ceil(t.left); x < Math.min(t.left + Math.min(t.width, 200), image.width); x++) {
        const colour = image.at(x, y);
        colours.set(colour.join(), colour);
      }
    const all = [...colours.values()], sum = c => c[0] + c[1] + c[2];
    if (all.length === 0) continue;
    const [dark, light] = [all.reduce((a, b) => (sum(b) < sum(a) ? b : a)), all.reduce((a, b) => (sum(b) > sum(a) ? b : a))];
    if (contrast(dark, light) < 4.5) faint.push(`${t.what}: ${contrast(dark, light).toFixed(2)}`);
  }
  assert.equal(faint.join('\n'), '', `${where}: text under 4.5:1`);
}

/* What does not depend on the way one looks. */
async function structure(page, where, language) {
  const seen = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    return {
      h1: document.querySelectorAll('h1').length,
      levels: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(h => h.offsetParent !== null).map(h => Number(h.tagName[1])),
      lang: document.documentElement.lang,
      otherLanguages: [...document.querySelectorAll('.langs a, .langs button')].filter(e => !e.lang || (e.tagName === 'A' && !e.hreflang)).length,
      inline: all.filter(e => e.tagName === 'STYLE' || (e.tagName === 'SCRIPT' && !e.src) || [...e.attributes].some(a => a.name.startsWith('on')))
        .map(e => e.outerHTML.slice(0, 80)),
      tabindex: all.filter(e => e.tabIndex > 0).length,
      // Each message of an error is of a field, and each field in error says so.
      loose: [...document.querySelectorAll('.msg')].filter(m => !document.querySelector(`[aria-describedby~="${m.id}"]`)).map(m => m.id),
      broken: [...document.querySelectorAll('[aria-describedby], [aria-labelledby], [aria-controls]')].flatMap(e =>
        ['aria-describedby', 'aria-labelledby', 'aria-controls'].flatMap(a => (e.getAttribute(a) ?? '').split(/\s+/).filter(Boolean)))
        .filter(id => !document.getElementById(id)),
      summaryLinks: [...document.querySelectorAll('#erreurs a')].filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash),
      policy: window.__policy ?? [], shifts: window.__shifts ?? [],
    };
  });
  const wrong = [];
  const nothing = (list, what) => list.length > 0 && wrong.push(`${what}: ${list.join(' | ')}`);
  if (seen.h1 !== 1) wrong.push(`${seen.h1} headings of the first rank`);
  nothing(seen.levels.filter((level, i) => i > 0 && level > seen.levels[i - 1] + 1), 'headings that skip a rank');
  if (seen.lang !== language) wrong.push(`the language is ${seen.lang}, not ${language}`);
  if (seen.otherLanguages > 0) wrong.push('a link to another language does not say which');
  if (seen.tabindex > 0) wrong.push('an order of the focus that is not that of the page');
  nothing(seen.inline, 'inline scripts and styles');
  nothing(seen.loose, 'messages that no field is described by');
  nothing(seen.broken, 'relations to what is not there');
  nothing(seen.summaryLinks, 'links of the summary that lead nowhere');
  nothing(seen.policy, 'against the Content-Security-Policy');
  nothing(seen.shifts, 'what moves while the page is loaded');
  assert.equal(wrong.join('\n'), '', where);
}

/* A person whose pages tell of movements and of what the policy forbids. */
export async function newAuditor(options = {}) {
  const person = await newPerson({ javaScriptEnabled: true, ...options });
  person.found = new Map();
  await person.context.addInitScript(() => {
    window.__shifts = [];
    window.__policy = [];
    new PerformanceObserver(list => {
      for (const entry of list.getEntries())
        // Under a hundredth is let pass: on a busy machine the end of a page comes in a packet of its own, and moves what is
        // drawn. A good page has 0.1 at most, in all (https://web.dev/articles/cls).
        if (!entry.hadRecentInput && entry.value >= 0.01)
          window.__shifts.push(`${entry.value.toFixed(4)} ${(entry.sources ?? []).map(s => s.node?.outerHTML?.slice(0, 80)).join(' | ')}`);
    }).observe({ type: 'layout-shift', buffered: true });
    document.addEventListener('securitypolicyviolation', e => window.__policy.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  return person;
}

/* A complaint is noted, so that one look finds all there is; verdict() fails. */
async function note(person, check) {
  try {
    await check();
  } catch (error) {
    if (error.code !== 'ERR_ASSERTION') throw error;
    const [where, ...rest] = error.message.split('\n'), what = rest.join('\n').trim() || where;
    person.found.set(what, [...(person.found.get(what) ?? []), where]);
  }
}

/* Fails when anything was found by audit(), each thing once, with the places. */
export function verdict(person) {
  const all = [...person.found].map(([what, places]) => `${what}\n  in ${places.length}: ${places.slice(0, 3).join('; ')}`);
  assert.equal(all.length, 0, `\n${all.join('\n\n')}`);
}

/* Looks at the page that is shown, in each of these ways; verdict() says what was found. */
export async function audit(person, name, { modes = Object.keys(MODES), language = 'fr' } = {}) {
  const { page } = person, look = check => note(person, check);
  await look(() => structure(page, name, language));
  for (const mode of modes) {
    const { width, height = 800, ...media } = MODES[mode], where = `${name}, ${mode} (${pathOf(page)})`;
    await page.setViewportSize({ width, height });
    await page.emulateMedia(media);
    await shot(page, `${name}-${mode}`);
    // With forced colours axe reads those of the author for the backgrounds: the pixels are looked at instead.
    await look(() => axe(page, where, media.forcedColors === 'active' ? ['color-contrast'] : []));
    await look(() => overflow(page, where));
    await look(() => targets(page, where));
    if (width !== 1000) continue;
    const image = pixels(await page.screenshot({ fullPage: true, scale: 'css' }));
    await look(() => edges(page, image, where));
    if (media.forcedColors === 'active') await look(() => legible(page, image, where));
  }
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.emulateMedia(MODES.light);
  await look(() => largeLetters(page, name));
  if (process.env.E2E_SHOTS) {
    await page.emulateMedia({ media: 'print' });
    await shot(page, `${name}-print`);
    await page.emulateMedia({ media: 'screen' });
  }
  await look(() => assert.equal(person.foreign.splice(0).join(' '), '', `${name}: asked of another place`));
  await look(() => assert.equal(complaintsOf(person).join('\n'), '', `${name}: on the console`));
}

/* Letters of twice the size: nothing is wider than the window, no text is cut. */
async function largeLetters(page, name) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('html { font-size: 225% !important }');
    document.adoptedStyleSheets = [sheet];
  });
  await overflow(page, `${name}, large letters`);
  const cut = await page.evaluate(() => [...document.querySelectorAll('main *, footer *')].filter(e => {
    const style = getComputedStyle(e);
    return ['hidden', 'clip'].includes(style.overflowY) && e.clientHeight > 4 && e.scrollHeight > e.clientHeight + 1 && e.textContent.trim() !== '';
  }).map(e => e.outerHTML.slice(0, 80)));
  assert.equal(cut.join('\n'), '', `${name}, large letters: text that is cut`);
  // What moved because of all this is no fault of the page.
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
    window.__shifts = [];
  });
}

/* The bytes that cross the wire for this page in a browser that has never been here, with what it asks for, and the icon
 * which a browser without a window does not fetch. */
export async function weigh(path, storageState) {
  const person = await newPerson({ javaScriptEnabled: true, storageState });
  const session = await person.context.newCDPSession(person.page);
  await session.send('Network.enable');
  const parts = new Map(), urls = new Map();
  session.on('Network.requestWillBeSent', e => urls.set(e.requestId, e.request.url));
  session.on('Network.loadingFinished', e => parts.set(urls.get(e.requestId).replace(world.public, ''), e.encodedDataLength));
  await person.page.goto(world.public + path);
  await person.page.waitForLoadState('networkidle');
  const icon = await person.page.locator('link[rel~=icon]').getAttribute('href');
  await person.context.close();
  if (![...parts.keys()].includes(icon)) parts.set(icon, await onTheWire(icon));
  return { parts: Object.fromEntries(parts), total: [...parts.values()].reduce((a, b) => a + b, 0), foreign: person.foreign };
}

function onTheWire(path) {
  return new Promise((done, failed) => {
    http.get(world.public + path, { headers: { 'Accept-Encoding': 'br, gzip' } }, answer => {
      answer.resume();
      answer.on('end', () => done(answer.socket.bytesRead));
    }).on('error', failed);
  });
}
