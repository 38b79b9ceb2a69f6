/* SPDX-License-Identifier: Apache-2.0 */
/* commands_coding.c - open answers and their coders: coding export, import, assign, carry, status, disagreements, decide, release. */
#include "commands_coding.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalog.h"

static bool good_coder(const char *name, struct err *err)
{
	return coder_name_is_good(str_of(name)) ||
		err_set(err, ERR_INVALID,
			"\"%.60s\" is no name of a coder: small letters, digits and . _ @ -, at most 60",
			name);
}

/* ---- coding export ---- */

static bool export_all(const struct coding_world *world, struct buf *out, struct err *err)
{
	static const char *const columns[] = {"id", "audience", "question", "body"};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!coding_ask(world, &SQL_CODING_VERBATIMS, &rows, err))
		return false;
	buf_puts(out, "verbatim,audience,question,text\r\n");
	coding_write_rows(out, rows, columns, COUNT_OF(columns));
	return true;
}

/* In his own order, and without the audience. */
static bool export_of(const struct coding_world *world, const char *coder, bool all,
	struct buf *out, struct err *err)
{
	static const char *const columns[] = {"verbatim", "question", "body"};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	if (!good_coder(coder, err))
		return false;
	db_text_z(&params, world->edition->code);
	db_text_z(&params, coder);
	db_bool(&params, all);
	if (!db_run(world->db, &SQL_CODING_WAITING, &params, &rows, err))
		return false;
	buf_puts(out, "verbatim,question,text\r\n");
	coding_write_rows(out, rows, columns, COUNT_OF(columns));
	return true;
}

int command_coding_export(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	const char *coder = command_option(line, "--coder");
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};

	if (!coding_world_open(line, &world, &err) ||
		!(coder ? export_of(
				  &world, coder, command_flag(line, "--all"), &out, &err)
			: export_all(&world, &out, &err)) ||
		!coding_print(line, &out, &err))
		return command_fails(&err);
	return EXIT_SUCCESS;
}

/* ---- coding import ---- */

/* coder NULL: a decision. */
static bool run_save(const struct coding_world *world, const char *coder, const char *by,
	const struct coded *c, int64_t *ret_texts, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, world->edition->code);
	if (coder)
		db_text_z(&params, coder);
	db_text_z(&params, by);
	db_text_array(&params, c->ids, c->count);
	db_text_array(&params, c->themes, c->count);
	if (!db_run(world->db, coder ? &SQL_CODING_SAVE : &SQL_CODING_DECIDE, &params,
		    &rows, err))
		return false;
	*ret_texts = db_int(rows, 0, "n");
	return true;
}

static bool expect_tasks(const struct coding_world *world, const char *coder,
	struct coded *c, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	db_text_z(&params, world->edition->code);
	db_text_z(&params, coder);
	if (!db_run(world->db, &SQL_CODING_TASKS, &params, &rows, err))
		return false;
	if (db_count(rows) == 0)
		return err_set(err, ERR_MISSING,
			"coder \"%s\" has no text in edition \"%s\" (barometre coding assign %s --coders %s)",
			coder, world->edition->code, world->edition->code, coder);
	for (size_t i = 0; i < db_count(rows); i++)
		if (!coded_expect(c, db_str(rows, i, "verbatim"), db_str(rows, i, "book"),
			    db_int(rows, i, "version"), err))
			return false;
	return true;
}

/* Nobody in particular codes: every text of a question with a book, unless coders have begun. */
static bool expect_all(const struct coding_world *world, struct coded *c, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL, *coders = NULL;

	if (!coding_ask(world, &SQL_CODING_CODERS, &coders, err))
		return false;
	for (size_t i = 0; i < db_count(coders); i++)
		if (db_str(coders, i, "coder").n > 0)
			return err_set(err, ERR_CONFLICT,
				"the texts of edition \"%s\" have coders: say whose file this is (--coder NAME)",
				world->edition->code);
	if (!coding_ask(world, &SQL_CODING_VERBATIMS, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++) {
		const struct question *q = coding_question(world->edition,
			db_str(rows, i, "audience"), db_str(rows, i, "question"));
		int64_t version;

		if (q && q->codebook &&
			!(codebook_of_edition(world->db, world->edition->code,
				  q->codebook, &version, err) &&
				coded_expect(c, db_str(rows, i, "id"),
					str_of(q->codebook), version, err)))
			return false;
	}
	return true;
}

/* What the nameless coder brings becomes his. */
static bool take_all(
	const struct coding_world *world, const struct coded *c, struct err *err)
{
	struct str *books = x_calloc(c->count + 1, sizeof(*books));
	struct db_params params = {0};

	for (size_t i = 0; i < c->count; i++) {
		json_int_t book = json_integer_value(
			json_array_get(json_object_get(c->texts, c->ids[i].p), 0));

		books[i] = str_of(c->books[book].book);
	}
	db_text_z(&params, world->edition->code);
	db_text_array(&params, c->ids, c->count);
	db_text_array(&params, books, c->count);
	free(books);
	return db_run(world->db, &SQL_CODING_TAKE, &params, NULL, err);
}

static bool import_file(const struct coding_world *world, const char *coder,
	const char *file, size_t *ret_themes, int64_t *ret_texts, struct err *err)
{
	SCOPED(coded_release) struct coded c = {.db = world->db};

	if (!(coder ? good_coder(coder, err) && expect_tasks(world, coder, &c, err)
		    : expect_all(world, &c, err)) ||
		!coded_read(&c, file, err) || (!coder && !take_all(world, &c, err)) ||
		!run_save(world, coder ? coder : CODER_NAMELESS,
			coder ? coder : CODING_LOGIN, &c, ret_texts, err))
		return false;
	*ret_themes = c.count;
	return true;
}

static void tell_release(const struct coding_outcome *outcome)
{
	fputs(buf_str(&outcome->left).p, stdout);
	if (outcome->version == 0)
		printf("no release yet: no question has all its texts coded\n");
	else if (outcome->passed)
		printf("release %lld has them; nothing found against it\n",
			(long long)outcome->version);
	else
		printf("release %lld has them, and stays a draft, because it must not leave:\n%s",
			(long long)outcome->version, buf_str(&outcome->account).p);
}

int command_coding_import(const struct command_line *line)
{
	SCOPED(coding_outcome_release) struct coding_outcome outcome = CODING_OUTCOME;
	const char *coder = command_option(line, "--coder");
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	int64_t texts = 0;
	size_t themes = 0;
	bool ok;

	if (!coding_world_open(line, &world, &err) || !db_begin(world.db, &err))
		return command_fails(&err);
	ok = import_file(&world, coder, command_word(line, 1), &themes, &texts, &err) &&
		(coder || coding_release(world.db, world.edition, &outcome, &err));
	if (!db_end(world.db, ok, &err))
		return command_fails(&err);
	printf("%zu theme(s) of %lld text(s) stored\n", themes, (long long)texts);
	if (!coder)
		tell_release(&outcome);
	return EXIT_SUCCESS;
}

/* ---- coding release ---- */

int command_coding_release(const struct command_line *line)
{
	SCOPED(coding_outcome_release) struct coding_outcome outcome = CODING_OUTCOME;
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};

	if (!coding_world_open(line, &world, &err) || !db_begin(world.db, &err) ||
		!db_end(world.db, coding_release(world.db, world.edition, &outcome, &err),
			&err))
		return command_fails(&err);
	if (outcome.version == 0) {
		err_set(&err, ERR_CONFLICT,
			"no release: no question of edition \"%s\" has all its texts coded (barometre coding status %s)",
			world.edition->code, world.edition->code);
		return command_fails(&err);
	}
	tell_release(&outcome);
	return EXIT_SUCCESS;
}

/* ---- coding assign ---- */

#define CODERS_MAX 40

struct questions {
	struct str *audiences, *names, *books;
	size_t count;
};

static void questions_release(struct questions *q)
{
	free(q->audiences);
	free(q->names);
	free(q->books);
}

/* Every question with a book; the edition's version of each is settled on the way. */
static bool find_questions(
	const struct coding_world *world, struct questions *ret, struct err *err)
{
	int64_t version;

	for (size_t a = 0; a < world->edition->audience_count; a++) {
		const struct edition_audience *audience = &world->edition->audiences[a];

		for (size_t i = 0; i < audience->form->question_count; i++) {
			const struct question *q = &audience->form->questions[i];
			size_t n = ret->count + 1;

			if (!q->codebook)
				continue;
			if (!codebook_of_edition(world->db, world->edition->code,
				    q->codebook, &version, err))
				return false;
			ret->audiences = x_realloc(
				ret->audiences, n * sizeof(*ret->audiences));
			ret->names = x_realloc(ret->names, n * sizeof(*ret->names));
			ret->books = x_realloc(ret->books, n * sizeof(*ret->books));
			ret->audiences[ret->count] = str_of(audience->audience);
			ret->names[ret->count] = str_of(q->name);
			ret->books[ret->count++] = str_of(q->codebook);
		}
	}
	return ret->count > 0 ||
		err_set(err, ERR_CONFLICT,
			"edition \"%s\" has no question with a codebook",
			world->edition->code);
}

static bool read_coders(
	const char *text, struct str *coders, size_t *ret, struct err *err)
{
	struct str rest = str_of(text), name;
	size_t n = 0;

	while (str_cut(&rest, ',', &name)) {
		name = str_trim(name);
		if (!coder_name_is_good(name) || n == CODERS_MAX)
			return err_set(err, ERR_INVALID,
				"--coders: names of small letters, digits and . _ @ -, with commas between them, at most %d",
				CODERS_MAX);
		for (size_t i = 0; i < n; i++)
			if (str_eq(coders[i], name))
				return err_set(err, ERR_INVALID,
					"--coders: \"%.*s\" stands twice", (int)name.n,
					name.p);
		coders[n++] = name;
	}
	*ret = n;
	return true;
}

static bool read_double(const char *text, size_t coders, int64_t *ret, struct err *err)
{
	struct str number = str_of(text ? text : "0");
	uint64_t percent;

	if (number.n > 0 && number.p[number.n - 1] == '%')
		number.n--;
	if (!str_parse_u64(number, &percent) || percent > 100)
		return err_set(err, ERR_INVALID,
			"--double is a percentage from 0 to 100: so many texts get a second coder");
	if (percent > 0 && coders < 2)
		return err_set(err, ERR_INVALID,
			"--double needs two coders: --coders anne,bruno");
	*ret = (int64_t)percent;
	return true;
}

static bool assign(const struct coding_world *world, const struct str *coders,
	size_t count, int64_t percent, int64_t *ret, struct err *err)
{
	SCOPED(questions_release) struct questions questions = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};

	if (!find_questions(world, &questions, err))
		return false;
	db_text_z(&params, world->edition->code);
	db_text_array(&params, questions.audiences, questions.count);
	db_text_array(&params, questions.names, questions.count);
	db_text_array(&params, questions.books, questions.count);
	db_text_array(&params, coders, count);
	db_i64(&params, percent);
	db_text_z(&params, CODING_LOGIN);
	if (!db_run(world->db, &SQL_CODING_ASSIGN, &params, &rows, err))
		return false;
	*ret = db_int(rows, 0, "n");
	return true;
}

int command_coding_assign(const struct command_line *line)
{
	const char *names = command_option(line, "--coders");
	struct str coders[CODERS_MAX];
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	int64_t percent = 0, given = 0;
	size_t count = 0;

	if (!names) {
		err_set(&err, ERR_INVALID, "say who codes: --coders anne,bruno");
		return command_fails(&err);
	}
	if (!read_coders(names, coders, &count, &err) ||
		!read_double(command_option(line, "--double"), count, &percent, &err) ||
		!coding_world_open(line, &world, &err) || !db_begin(world.db, &err) ||
		!db_end(world.db, assign(&world, coders, count, percent, &given, &err),
			&err))
		return command_fails(&err);
	printf("%lld text(s) given\n", (long long)given);
	return EXIT_SUCCESS;
}

/* ---- coding carry ---- */

static bool carry(const struct coding_world *world, const char *book, int64_t version,
	int64_t *ret_carried, int64_t *ret_again, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;
	struct db_params params = {0};
	struct err why = {0};

	db_text_z(&params, world->edition->code);
	db_text_z(&params, book);
	db_i64(&params, version);
	db_text_z(&params, CODING_LOGIN);
	if (!db_run(world->db, &SQL_CODING_CARRY, &params, &rows, &why))
		return why.code == ERR_CONFLICT
			? err_set(err, ERR_CONFLICT,
				  "edition \"%s\" codes with this version of \"%s\" already, or with a newer one (barometre codebook list)",
				  world->edition->code, book)
			: err_set(err, why.code, "%s", why.text);
	*ret_carried = db_int(rows, 0, "carried");
	*ret_again = db_int(rows, 0, "again");
	return true;
}

int command_coding_carry(const struct command_line *line)
{
	const char *name = command_word(line, 1);
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	SCOPED(codebook_release) struct codebook newest = {0};
	int64_t carried = 0, again = 0;

	if (!coding_world_open(line, &world, &err) ||
		!codebook_load(world.db, name, 0, &newest, &err) ||
		!db_begin(world.db, &err) ||
		!db_end(world.db,
			carry(&world, name, newest.version, &carried, &again, &err),
			&err))
		return command_fails(&err);
	printf("%s is coded with version %lld of %s: %lld text(s) carried over, %lld to be read again\n",
		world.edition->code, (long long)newest.version, name, (long long)carried,
		(long long)again);
	return EXIT_SUCCESS;
}

/* ---- coding status ---- */

int command_coding_status(const struct command_line *line)
{
	static const char *const columns[] = {
		"texts", "given", "double", "open", "disagree", "decided", "final"};
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL, *coders = NULL;

	if (!coding_world_open(line, &world, &err) ||
		!coding_ask(&world, &SQL_CODING_STATE, &rows, &err) ||
		!coding_ask(&world, &SQL_CODING_CODERS, &coders, &err))
		return command_fails(&err);
	printf("%-16s %-24s %7s %7s %7s %7s %9s %8s %7s\n", "audience", "question",
		"texts", "given", "double", "open", "disagree", "decided", "final");
	for (size_t i = 0; i < db_count(rows); i++) {
		const struct question *q = coding_question(world.edition,
			db_str(rows, i, "audience"), db_str(rows, i, "question"));

		if (!q || !q->codebook)
			continue;
		printf("%-16s %-24s", db_str(rows, i, "audience").p,
			db_str(rows, i, "question").p);
		for (size_t c = 0; c < COUNT_OF(columns); c++)
			printf(" %*lld",
				c == 4           ? 9
					: c == 5 ? 8
						 : 7,
				(long long)db_int(rows, i, columns[c]));
		putchar('\n');
	}
	for (size_t i = 0; i < db_count(coders); i++)
		printf("coder %-20s %7lld texts, %lld done, %lld to be read again\n",
			db_str(coders, i, "coder").n ? db_str(coders, i, "coder").p
						     : "(no name)",
			(long long)db_int(coders, i, "texts"),
			(long long)db_int(coders, i, "done"),
			(long long)db_int(coders, i, "again"));
	return EXIT_SUCCESS;
}

/* ---- coding disagreements, decide ---- */

int command_coding_disagreements(const struct command_line *line)
{
	static const char *const columns[] = {
		"verbatim", "question", "body", "first", "second", "decision"};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(CODING_OUTPUT_MAX);
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!coding_world_open(line, &world, &err) ||
		!coding_ask(&world, &SQL_CODING_DISAGREEMENTS, &rows, &err))
		return command_fails(&err);
	buf_puts(&out, "verbatim,question,text,first,second,decision\r\n");
	coding_write_rows(&out, rows, columns, COUNT_OF(columns));
	return coding_print(line, &out, &err) ? EXIT_SUCCESS : command_fails(&err);
}

static bool decide(const struct coding_world *world, const char *by, const char *file,
	int64_t *ret, struct err *err)
{
	SCOPED(coded_release) struct coded c = {.db = world->db};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!coding_ask(world, &SQL_CODING_DISPUTED, &rows, err))
		return false;
	for (size_t i = 0; i < db_count(rows); i++)
		if (!coded_expect(&c, db_str(rows, i, "verbatim"),
			    db_str(rows, i, "book"), db_int(rows, i, "version"), err))
			return false;
	return coded_read(&c, file, err) && run_save(world, NULL, by, &c, ret, err);
}

int command_coding_decide(const struct command_line *line)
{
	const char *by = command_option(line, "--by");
	struct err err = {0};
	SCOPED(coding_world_close) struct coding_world world = {0};
	int64_t texts = 0;

	if (!by) {
		err_set(&err, ERR_INVALID, "say who decides: --by NAME");
		return command_fails(&err);
	}
	if (!good_coder(by, &err) || !coding_world_open(line, &world, &err) ||
		!db_begin(world.db, &err) ||
		!db_end(world.db, decide(&world, by, command_word(line, 1), &texts, &err),
			&err))
		return command_fails(&err);
	printf("%lld text(s) decided\n", (long long)texts);
	return EXIT_SUCCESS;
}
