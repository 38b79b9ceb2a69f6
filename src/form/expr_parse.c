/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive descent over the grammar of expr.h. What SurveyJS would accept with a surprising
 * meaning is refused by name, with the spelling to use instead.
 */
#include <stdlib.h>

#include "expr_node.h"

#define MAX_TEXT 4000
#define MAX_NODES 1000
#define MAX_DEPTH 40

struct parser {
	struct str text;
	size_t at;
	int depth;
	struct expr *expr;
	struct err *err;
};

enum {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_COMPARE,
	LEVEL_ADD,
	LEVEL_MULTIPLY,
	LEVEL_LIST,
	LEVEL_FACTOR
};

/* Longer spellings stand before their beginnings. */
static const struct {
	const char *spelling;
	int level;
	enum node_kind kind;
} operators[] = {
	{"or", LEVEL_OR, NODE_OR},
	{"and", LEVEL_AND, NODE_AND},
	{"==", LEVEL_COMPARE, NODE_EQ},
	{"=", LEVEL_COMPARE, NODE_EQ},
	{"!=", LEVEL_COMPARE, NODE_NE},
	{"<=", LEVEL_COMPARE, NODE_LE},
	{"<", LEVEL_COMPARE, NODE_LT},
	{">=", LEVEL_COMPARE, NODE_GE},
	{">", LEVEL_COMPARE, NODE_GT},
	{"+", LEVEL_ADD, NODE_ADD},
	{"-", LEVEL_ADD, NODE_SUB},
	{"*", LEVEL_MULTIPLY, NODE_MUL},
	{"/", LEVEL_MULTIPLY, NODE_DIV},
	{"%", LEVEL_MULTIPLY, NODE_MOD},
	{"contains", LEVEL_LIST, NODE_CONTAINS},
	{"notcontains", LEVEL_LIST, NODE_NOTCONTAINS},
	{"anyof", LEVEL_LIST, NODE_ANYOF},
	{"allof", LEVEL_LIST, NODE_ALLOF},
	{"noneof", LEVEL_LIST, NODE_NONEOF},
};

static const struct {
	const char *spelling, *remedy;
} refused[] = {
	{"<>", "write !="},
	{"=>", "write >="},
	{"=<", "write <="},
	{"&&", "write and"},
	{"||", "write or"},
	{"*=", "write contains"},
	{"^", "write a product"},
	{"power", "write a product"},
	{"equals", "write ="},
	{"equal", "write ="},
	{"notequal", "write !="},
	{"lessorequal", "write <="},
	{"less", "write <"},
	{"greaterorequal", "write >="},
	{"greater", "write >"},
	{"contain", "write contains"},
	{"notcontain", "write notcontains"},
	{"negate", "write !"},
	{"not", "write !"},
	{"null", "write empty or notempty behind the name"},
	{"undefined", "write empty or notempty behind the name"},
};

const char *const expr_function_names[FN_TODAY + 1] = {"iif", "sum", "min", "max", "avg",
	"count", "round", "trunc", "age", "dateDiff", "year", "today"};

static const struct {
	size_t least, most;
} arity[FN_TODAY + 1] = {{3, 3}, {1, 100}, {1, 100}, {1, 100}, {1, 100}, {1, 100}, {1, 2},
	{1, 2}, {1, 1}, {3, 3}, {1, 1}, {0, 0}};

static uint16_t parse_level(struct parser *p, int level);

static uint16_t fail(struct parser *p, size_t at, const char *message, struct str what)
{
	int column = (int)at + 1;
	if (what.n > 0)
		err_set_line(p->err, ERR_INVALID, column, "column %d: '%.*s': %s", column,
			(int)(what.n > 40 ? 40 : what.n), what.p, message);
	else
		err_set_line(
			p->err, ERR_INVALID, column, "column %d: %s", column, message);
	return NO_NODE;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z');
}

static char peek(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static void skip_space(struct parser *p)
{
	while (p->at < p->text.n && strchr(" \t\r\n", p->text.p[p->at]))
		p->at++;
}

static struct str word_here(const struct parser *p)
{
	size_t end = p->at;
	while (end < p->text.n && is_word(p->text.p[end]))
		end++;
	return (struct str){p->text.p + p->at, end - p->at};
}

/* Does `spelling` stand here? A word must end where the spelling ends. */
static bool stands_here(const struct parser *p, const char *spelling)
{
	struct str s = str_of(spelling);
	if (is_word(spelling[0]))
		return str_eq_nocase(word_here(p), s);
	return str_starts((struct str){p->text.p + p->at, p->text.n - p->at}, s);
}

static uint16_t add_node(struct parser *p, enum node_kind kind, size_t at)
{
	struct expr *e = p->expr;
	if (e->count >= MAX_NODES)
		return fail(p, at, "the expression is too long: split it", STR(""));
	if (e->count == e->capacity) {
		e->capacity = e->capacity ? e->capacity * 2 : 16;
		e->nodes = x_realloc(e->nodes, e->capacity * sizeof(*e->nodes));
	}
	e->nodes[e->count] = (struct node){
		.kind = kind, .first = NO_NODE, .next = NO_NODE, .column = (int)at + 1};
	return (uint16_t)e->count++;
}

static bool refuse_spelling(struct parser *p)
{
	skip_space(p);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (stands_here(p, refused[i].spelling)) {
			fail(p, p->at, refused[i].remedy, str_of(refused[i].spelling));
			return true;
		}
	return false;
}

static uint16_t parse_name(struct parser *p)
{
	size_t at = p->at++;
	size_t start = p->at, dot = 0;
	while (p->at < p->text.n && p->text.p[p->at] != '}') {
		char c = p->text.p[p->at];
		bool lower = is_digit(c) || c == '_' || (c >= 'a' && c <= 'z');
		if (c == '.' && dot == 0 && p->at > start)
			dot = p->at;
		else if (!lower)
			return fail(p, p->at,
				"a name in braces has lower-case letters, digits and _ only, "
				"and a row behind one dot",
				(struct str){&p->text.p[p->at], (c & 0x80) ? 0 : 1});
		p->at++;
	}
	if (p->at == p->text.n)
		return fail(p, at, "this brace is never closed: add }", STR(""));
	size_t end = p->at++;
	if (end == start || dot + 1 == end)
		return fail(p, at, "a name is missing between the braces", STR(""));
	uint16_t node = add_node(p, NODE_NAME, at);
	if (node == NO_NODE)
		return NO_NODE;
	struct node *n = &p->expr->nodes[node];
	n->text = (struct str){p->expr->text + start, (dot ? dot : end) - start};
	n->row = dot ? (struct str){p->expr->text + dot + 1, end - dot - 1} : STR("");
	return node;
}

static uint16_t parse_text(struct parser *p)
{
	size_t at = p->at;
	char quote = p->text.p[p->at++];
	char *out = p->expr->text + p->at;
	size_t n = 0;
	while (p->at < p->text.n && p->text.p[p->at] != quote) {
		char c = p->text.p[p->at];
		if (c == '\\' && p->at + 1 < p->text.n &&
			strchr("'\"", p->text.p[p->at + 1]))
			c = p->text.p[++p->at];
		else if (c == '\'' || c == '"')
			return fail(p, p->at,
				"put a backslash before a quote inside a text", STR(""));
		out[n++] = c;
		p->at++;
	}
	if (p->at == p->text.n)
		return fail(p, at, "this text is never closed: add the quote", STR(""));
	p->at++;
	uint16_t node = add_node(p, NODE_TEXT, at);
	if (node != NO_NODE)
		p->expr->nodes[node].text = (struct str){out, n};
	return node;
}

static uint16_t parse_number(struct parser *p)
{
	size_t at = p->at, dots = 0;
	if (peek(p) == '-')
		p->at++;
	size_t digits = p->at;
	while (is_digit(peek(p)) || (peek(p) == '.' && dots == 0)) {
		dots += peek(p) == '.';
		p->at++;
	}
	struct str text = {p->text.p + at, p->at - at};
	if (p->at - digits > 1 && p->text.p[digits] == '0' &&
		p->text.p[digits + 1] != '.')
		return fail(p, at, "write the number without a leading zero", text);
	double value = 0;
	if (p->text.p[p->at - 1] == '.' || is_word(peek(p)) || text.n > 20 ||
		!str_parse_decimal(text, &value))
		return fail(p, at, "write a number as 12 or 12.5", text);
	uint16_t node = add_node(p, NODE_NUMBER, at);
	if (node == NO_NODE)
		return NO_NODE;
	p->expr->nodes[node].number = value;
	p->expr->nodes[node].text = (struct str){p->expr->text + at, text.n};
	return node;
}

/* Comma-separated children of `parent` up to `close`; the opening sign is behind us. */
static bool parse_children(
	struct parser *p, uint16_t parent, char close, size_t *ret_count)
{
	uint16_t last = NO_NODE;
	size_t count = 0;
	skip_space(p);
	if (peek(p) == close) {
		p->at++;
		*ret_count = 0;
		return true;
	}
	for (;;) {
		uint16_t child = parse_level(p, LEVEL_OR);
		if (child == NO_NODE)
			return false;
		if (last == NO_NODE)
			p->expr->nodes[parent].first = child;
		else
			p->expr->nodes[last].next = child;
		last = child;
		count++;
		skip_space(p);
		char c = peek(p);
		if (c == ',' || c == close)
			p->at++;
		if (c == close)
			break;
		if (c != ',') {
			fail(p, p->at,
				close == ']' ? "a comma or the closing ] is missing"
					     : "a comma or the closing ) is missing",
				STR(""));
			return false;
		}
	}
	*ret_count = count;
	return true;
}

static uint16_t parse_list(struct parser *p)
{
	size_t at = p->at++, count = 0;
	uint16_t node = add_node(p, NODE_LIST, at);
	if (node == NO_NODE || !parse_children(p, node, ']', &count))
		return NO_NODE;
	if (count == 0)
		return fail(p, at,
			"an empty list is true of everything in SurveyJS: name the codes",
			STR(""));
	for (uint16_t i = p->expr->nodes[node].first; i != NO_NODE;
		i = p->expr->nodes[i].next) {
		enum node_kind kind = p->expr->nodes[i].kind;
		if (kind != NODE_TEXT && kind != NODE_NUMBER)
			return fail(p, (size_t)p->expr->nodes[i].column - 1,
				"a list holds codes in quotes only", STR(""));
	}
	return node;
}

static uint16_t parse_call(struct parser *p, struct str name)
{
	size_t at = p->at, count = 0;
	size_t function = 0;
	while (function < COUNT_OF(expr_function_names) &&
		!str_eq_z(name, expr_function_names[function]))
		function++;
	if (function == COUNT_OF(expr_function_names))
		return fail(p, at,
			"no such function: iif sum min max avg count round trunc age dateDiff year today",
			name);
	p->at += name.n + 1;
	uint16_t node = add_node(p, NODE_CALL, at);
	if (node == NO_NODE || !parse_children(p, node, ')', &count))
		return NO_NODE;
	p->expr->nodes[node].function = (enum expr_function)function;
	if (count < arity[function].least || count > arity[function].most)
		return fail(p, at, "this function wants another number of values", name);
	return node;
}

static uint16_t parse_word(struct parser *p)
{
	struct str word = word_here(p);
	if (word.n == 0) {
		if (p->at >= p->text.n)
			return fail(p, p->at, "a value is missing at the end", STR(""));
		/* Only ASCII is shown: a cut character would not be UTF-8. */
		bool ascii = (unsigned char)peek(p) < 0x80;
		return fail(p, p->at, "a value was expected here",
			(struct str){p->text.p + p->at, ascii ? 1 : 0});
	}
	if (str_eq_nocase(word, STR("true")) || str_eq_nocase(word, STR("false"))) {
		uint16_t node = add_node(p, NODE_BOOL, p->at);
		if (node != NO_NODE)
			p->expr->nodes[node].truth = word.n == 4;
		p->at += word.n;
		return node;
	}
	if (p->at + word.n < p->text.n && p->text.p[p->at + word.n] == '(')
		return parse_call(p, word);
	if (refuse_spelling(p))
		return NO_NODE;
	return fail(p, p->at, "a bare word: put a code in quotes, a question in braces",
		word);
}

static uint16_t parse_atom(struct parser *p)
{
	char c = peek(p);
	bool negative = c == '-' && p->at + 1 < p->text.n &&
		is_digit(p->text.p[p->at + 1]);
	if (c == '{')
		return parse_name(p);
	if (c == '\'' || c == '"')
		return parse_text(p);
	if (c == '[')
		return parse_list(p);
	if (is_digit(c) || negative)
		return parse_number(p);
	return parse_word(p);
}

/* Wraps `child` into a node of one child. */
static uint16_t wrap(struct parser *p, enum node_kind kind, uint16_t child, size_t at)
{
	if (child == NO_NODE)
		return NO_NODE;
	uint16_t node = add_node(p, kind, at);
	if (node != NO_NODE)
		p->expr->nodes[node].first = child;
	return node;
}

static uint16_t parse_group(struct parser *p)
{
	size_t at = p->at++;
	uint16_t node = parse_level(p, LEVEL_OR);
	if (node == NO_NODE)
		return NO_NODE;
	skip_space(p);
	if (peek(p) != ')')
		return fail(p, at, "this parenthesis is never closed: add )", STR(""));
	p->at++;
	return node;
}

static uint16_t parse_factor_here(struct parser *p)
{
	skip_space(p);
	size_t at = p->at;
	if (peek(p) == '(')
		return parse_group(p);
	if (peek(p) == '!') {
		p->at++;
		return wrap(p, NODE_NOT, parse_level(p, LEVEL_FACTOR), at);
	}
	uint16_t node = parse_atom(p);
	if (node == NO_NODE)
		return NO_NODE;
	skip_space(p);
	bool empty = stands_here(p, "empty");
	if (!empty && !stands_here(p, "notempty"))
		return node;
	if (p->expr->nodes[node].kind != NODE_NAME)
		return fail(p, p->at, "only a question can be asked whether it is empty",
			STR(""));
	size_t word = p->at;
	p->at += empty ? 5 : 8;
	return wrap(p, empty ? NODE_EMPTY : NODE_NOTEMPTY, node, word);
}

static uint16_t parse_factor(struct parser *p)
{
	if (p->depth >= MAX_DEPTH)
		return fail(p, p->at, "too many parentheses inside each other", STR(""));
	p->depth++;
	uint16_t node = parse_factor_here(p);
	p->depth--;
	return node;
}

static bool match_operator(struct parser *p, int level, enum node_kind *ret_kind)
{
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (operators[i].level == level &&
			stands_here(p, operators[i].spelling)) {
			*ret_kind = operators[i].kind;
			p->at += strlen(operators[i].spelling);
			return true;
		}
	return false;
}

static uint16_t parse_level(struct parser *p, int level)
{
	if (level == LEVEL_FACTOR)
		return parse_factor(p);
	uint16_t left = parse_level(p, level + 1);
	for (bool first = true; left != NO_NODE; first = false) {
		if (refuse_spelling(p))
			return NO_NODE;
		size_t at = p->at;
		enum node_kind kind;
		if (!match_operator(p, level, &kind))
			return left;
		if (level == LEVEL_COMPARE && !first)
			return fail(p, at,
				"comparisons do not chain: join two of them by and",
				STR(""));
		uint16_t right = parse_level(p, level + 1);
		if (right == NO_NODE)
			return NO_NODE;
		uint16_t node = wrap(p, kind, left, at);
		if (node == NO_NODE)
			return NO_NODE;
		p->expr->nodes[left].next = right;
		left = node;
	}
	return NO_NODE;
}

struct expr *expr_parse(struct str text, struct err *err)
{
	struct expr *expr = x_calloc(1, sizeof(*expr));
	struct parser p = {.text = text, .expr = expr, .err = err};
	uint16_t root = NO_NODE;
	expr->text = x_strndup(text.p, text.n);
	expr->source = x_strndup(text.p, text.n);
	if (text.n > MAX_TEXT) {
		fail(&p, 0, "the expression is longer than 4000 bytes: split it",
			STR(""));
	} else if (memchr(text.p, '\0', text.n) || !str_is_utf8(text)) {
		fail(&p, 0, "the expression is not UTF-8 text", STR(""));
	} else {
		root = parse_level(&p, LEVEL_OR);
		skip_space(&p);
		if (root != NO_NODE && p.at < text.n) {
			bool ascii = (unsigned char)peek(&p) < 0x80;
			struct str word = word_here(&p);
			root = fail(&p, p.at, "an operator was expected here",
				word.n > 0 ? word
					   : (struct str){text.p + p.at, ascii ? 1 : 0});
		}
	}
	if (root == NO_NODE) {
		expr_free(expr);
		return NULL;
	}
	expr->root = root;
	return expr;
}

void expr_free(struct expr *e)
{
	if (!e)
		return;
	free(e->nodes);
	free(e->text);
	free(e->source);
	free(e);
}

const char *expr_source(const struct expr *e)
{
	return e->source;
}
