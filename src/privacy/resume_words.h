/* SPDX-License-Identifier: Apache-2.0 */
/* resume_words.h - the list behind resume.h. Private to src/privacy. */
#ifndef BAROMETRE_PRIVACY_RESUME_WORDS_H
#define BAROMETRE_PRIVACY_RESUME_WORDS_H

#define RESUME_WORD_COUNT 256 /* a word says a byte */
#define RESUME_WORD_MAX 8
#define RESUME_WORD_KEY 4 /* the letters that tell a word from all others */

extern const char resume_words[RESUME_WORD_COUNT][RESUME_WORD_MAX + 1];

#endif
