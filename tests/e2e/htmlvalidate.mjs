// SPDX-License-Identifier: Apache-2.0
// The rules of html-validate for the pages of both sites: all it recommends, but what is said here, with the reason.
export default {
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // "<!doctype html>" is as right as "<!DOCTYPE html>" (HTML Living Standard, 13.1.1: ASCII case-insensitive).
    'doctype-style': ['error', { style: 'lowercase' }],
    // Everything comes from the site itself, over the connection that brought the page: a hash would prove nothing more.
    'require-sri': ['error', { target: 'crossorigin' }],
    // The boxes of one question have one name, as the buttons of a form have.
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit', 'reset'] }],
    // What is wrong is said before the heading of the page, for those who listen; audit.mjs wants one h1, and no rank skipped.
    'heading-level': ['error', { minInitialRank: 'h2' }],
    // A table that scrolls sideways is a region, for the keyboard, and no section of the page: it has no heading of its own.
    'prefer-native-element': ['error', { exclude: ['region'] }],
    // A matter of search results. Titles of question pages are long because they say the page, the questionnaire and the site.
    'long-title': 'off',
  },
};
