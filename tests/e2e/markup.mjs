// SPDX-License-Identifier: Apache-2.0
// markup.mjs FOLDER… - the pages kept by the other tests (world.mjs), before two checkers of HTML: html-validate, with
// the rules of htmlvalidate.mjs, and the Nu HTML checker of the W3C, as one process. Their warnings count as errors.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import rules from './htmlvalidate.mjs';

const pages = process.env.E2E_PAGES.split(':').filter(existsSync)
  .flatMap(folder => readdirSync(folder).map(name => join(folder, name)));

/* Warnings of the Nu HTML checker that are no fault here: two questions of a page of the questionnaire may have the same
 * words (« Depuis combien d’années ? »), and so have their lines in the summary. */
const FINE = /^Duplicate “dt” name|^The first occurrence of “dt” name/;

/* The same complaint of many pages is told once, with one place. */
function told(complaints) {
  const groups = new Map();
  for (const { text, place } of complaints) groups.set(text, [...(groups.get(text) ?? []), place]);
  return [...groups].map(([text, places]) => `${text}\n    ${places.length} times, first ${places[0]}`).join('\n');
}

test('pages were kept', () => assert.ok(pages.length > 5, `${pages.length} pages`));

test(`html-validate finds nothing in ${pages.length} pages`, async () => {
  const checker = new HtmlValidate(new StaticConfigLoader(rules));
  const complaints = [];
  for (const page of pages) {
    const report = await checker.validateFile(page);
    for (const result of report.results)
      for (const m of result.messages)
        complaints.push({ text: `${m.ruleId}: ${m.message}`, place: `${page}:${m.line}:${m.column} ${m.selector ?? ''}` });
  }
  assert.equal(told(complaints), '');
});

test(`the Nu HTML checker finds nothing in ${pages.length} pages`, () => {
  const jar = join(dirname(createRequire(import.meta.url).resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');
  const done = spawnSync('java', ['-Xss1m', '-jar', jar, '--format', 'json', '--exit-zero-always', ...pages],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, done.stderr);
  const complaints = JSON.parse(done.stderr.trim().split('\n').at(-1)).messages.filter(m => !FINE.test(m.message)).map(m => ({
    text: `${m.subType ?? m.type}: ${m.message}  ${(m.extract ?? '').replace(/\s+/g, ' ')}`, place: `${m.url}:${m.lastLine}`,
  }));
  assert.equal(told(complaints), '');
});
