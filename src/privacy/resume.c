/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/privacy/resume.h"

#include "barometre/base/fold.h"
#include "resume_words.h"

_Static_assert(RESUME_CODE_CHARS == RESUME_WORDS * RESUME_WORD_MAX + RESUME_WORDS - 1,
	"room for the longest words");

struct resume_code resume_code_draw(const struct key *drafts, const struct id16 *slot)
{
	struct id16 hash = hash_keyed16(drafts, STR("code|v1"), slot->b, sizeof(slot->b));
	struct resume_code code;

	/* 256 words: each byte is one, and none is more likely than another. */
	memcpy(code.word, hash.b, sizeof(code.word));
	secret_wipe(&hash, sizeof(hash));
	return code;
}

const char *resume_code_word(const struct resume_code *code, size_t i)
{
	must(i < RESUME_WORDS);
	return resume_words[code->word[i]];
}

void resume_code_write(char out[RESUME_CODE_CHARS + 1], const struct resume_code *code)
{
	for (size_t i = 0; i < RESUME_WORDS; i++) {
		const char *word = resume_code_word(code, i);
		size_t n = strlen(word);

		if (i > 0)
			*out++ = ' ';
		memcpy(out, word, n);
		out += n;
	}
	*out = '\0';
}

/* By its first letters; -1 when no word begins so. */
static int find_word(struct str typed)
{
	size_t low = 0, high = RESUME_WORD_COUNT;

	if (typed.n < RESUME_WORD_KEY)
		return -1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(typed.p, resume_words[middle], RESUME_WORD_KEY);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

bool resume_code_parse(struct str text, struct resume_code *ret)
{
	SCOPED(buf_wipe) struct buf plain = BUF_LIMIT(4 * RESUME_TEXT_MAX);
	struct resume_code code;
	struct str rest, word;
	size_t n = 0;

	if (text.n == 0 || text.n > RESUME_TEXT_MAX)
		return false;
	fold_name(&plain, text);
	if (plain.failed)
		return false;
	rest = buf_str(&plain);
	while (str_cut(&rest, ' ', &word)) {
		int found = find_word(word);

		if (found < 0 || n == RESUME_WORDS)
			return false;
		code.word[n++] = (unsigned char)found;
	}
	if (n != RESUME_WORDS)
		return false;
	*ret = code;
	return true;
}

bool resume_code_stretch(
	struct key *ret, const struct key *drafts, const struct resume_code *code)
{
	char words[RESUME_CODE_CHARS + 1];
	struct id16 salt = hash_keyed16(drafts, STR("resume|v1"), "", 0);
	bool done;

	resume_code_write(words, code);
	done = password_key(ret, str_of(words), &salt);
	secret_wipe(words, sizeof(words));
	secret_wipe(&salt, sizeof(salt));
	return done;
}

struct token resume_token(const struct key *drafts, const struct key *code)
{
	struct id16 hash = hash_keyed16(drafts, STR("open|v1"), code->b, sizeof(code->b));
	struct token token;

	memcpy(token.b, hash.b, sizeof(token.b));
	secret_wipe(&hash, sizeof(hash));
	return token;
}

bool resume_has_code(const struct key *code)
{
	static const struct key none;

	return !secret_equal(code, &none, sizeof(none));
}

struct key resume_draft_key(
	const struct key *drafts, const struct token *token, const struct key *code)
{
	unsigned char message[sizeof(token->b) + sizeof(code->b)];
	struct hash32 hash;
	struct key key;

	if (!resume_has_code(code))
		return token_draft_key(drafts, token);
	memcpy(message, token->b, sizeof(token->b));
	memcpy(message + sizeof(token->b), code->b, sizeof(code->b));
	hash = hash_keyed(drafts, STR("enc|v2"), message, sizeof(message));
	memcpy(key.b, hash.b, sizeof(key.b));
	secret_wipe(message, sizeof(message));
	secret_wipe(&hash, sizeof(hash));
	return key;
}
