/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the command line: finds the command in a table, reads the configuration, runs it. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "commands.h"

static const struct command commands[] = {
	{"serve", "", "run the sites, the keeper and the mailer until SIGTERM",
		"Stays in the foreground. SIGHUP restarts the processes without losing a request.",
		0, true, command_serve},
	{"migrate", "", "bring the database to this version",
		"Creates roles, tables and functions, each migration in a transaction of its own. Safe to repeat.",
		0, true, command_migrate},
	{"check-config", "[--describe]",
		"check the configuration file; --describe prints every option", "", 0,
		false, command_check_config},
	{"check-form", "[--strict] [VIEW] FILE… | --diff OLD NEW",
		"check questionnaires before they are published",
		"Every finding is written as file:line:column: error|warning|note: what: remedy.\n"
		"  --strict        warnings count as errors\n"
		"VIEW, printed when there is no error:\n"
		"  --outline       pages, questions, codes and conditions\n"
		"  --graph=dot     the routing as a graph for Graphviz\n"
		"  --graph=svg     the routing as a picture\n"
		"  --codebook      variables and codes as CSV\n"
		"  --diff OLD NEW  what changed and which series break; with --format=json for programs\n"
		"Exit status: 0 right, 1 usage, 2 a form is wrong, 3 a file is missing, "
		"5 --diff found a series that breaks.",
		1, false, command_check_form},
	{"edition create", "FILE.json", "make an edition from its file",
		"Stores the questionnaires by hash, plans the mailings, makes the edition's keys in key_directory.",
		1, true, command_edition_create},
	{"edition check", "CODE [--format json]",
		"what would harm anonymity, before the edition is opened",
		"Looks at the contact list, the questionnaires, the settings of PostgreSQL and those of this program; says each remedy.\n"
		"Exit status: 0 nothing severe, 2 severe findings (edition open would refuse).",
		1, true, command_edition_check},
	{"edition open", "CODE [--despite-findings REASON]", "open an edition to answers",
		"Runs edition check first: severe findings are refused, unless a reason is given, which the journal keeps.\n"
		"With \"keys\": \"custodians\" every custodian must have tested a file (key make, key test). With \"keys\": \"server\" the "
		"counting key is made here and stays on this server: the weaker choice, shown to respondents.",
		1, true, command_edition_open},
	{"edition close", "CODE", "close an edition: no answer is taken any more", "", 1,
		true, command_edition_close},
	{"edition list", "", "the editions and their states", "", 0, true,
		command_edition_list},
	{"key make", "CODE --custodian NAME --custodian NAME … --out FOLDER [--again]",
		"make the counting key of a draft: one file for each custodian",
		"Asks each custodian for a passphrase of at least 12 characters: at a terminal twice, unseen; else one a line from "
		"standard input, in the order of the names. Writes FOLDER/CODE-name.cle.txt for each (a USB stick, best). The server keeps the "
		"public half and the names, nothing else. --again replaces the key of a draft; files made before open nothing any more.\n"
		"A passphrase is taken in Unicode form C, without blanks at its ends and with single ones inside, a curly apostrophe as a straight one.",
		1, true, command_key_make},
	{"key test", "CODE FILE",
		"open a test box with a custodian's file and passphrase; every file must pass before the edition opens",
		"The passphrase is asked for, or read from standard input. Can be repeated at any time before the count.",
		2, true, command_key_test},
	{"key list", "CODE",
		"the custodians of an edition, and when each file was last tested", "", 1,
		true, command_key_list},
	{"count", "CODE [--key FILE] [--waive-invalid]",
		"open the urn of a closed edition, count, destroy the keys, print the record",
		"With custodians: --key FILE is the file of any one of them; its passphrase is asked for, or read from standard input.\n"
		"Stopped at any point nothing is lost or counted twice: run it again. With invalid boxes the keys are kept "
		"until --waive-invalid is given.",
		1, true, command_count},
	{"record", "CODE", "print the record of a counted edition again", "", 1, true,
		command_record},
	{"contacts import", "CODE FILE.csv", "import contacts: all lines or none",
		"UTF-8 or Windows-1252; \";\" or \",\"; columns email, nom, public, departement, type. Errors are listed by line.",
		2, true, command_contacts_import},
	{"link", "CODE EMAIL | CODE --all",
		"print the personal link of a contact, or of all (CSV)",
		"For support on the telephone and for tests. A link lets its holder answer: give it to nobody else.",
		1, true, command_link},
	{"mailing list", "CODE", "the plan of mailings and where each stands", "", 1,
		true, command_mailing_list},
	{"wishes", "CODE", "open the contact wishes with the trustee's key (CSV)",
		"Needs <edition>.trustee in key_directory; prints what people asked to be contacted for.",
		1, true, command_wishes},
	{"export", "CODE [--format csv|json] [--out FILE]",
		"write the newest release of figures", "", 1, true, command_export},
	{"coding export", "CODE", "print the open answers to be coded (CSV)",
		"Columns verbatim, audience, question, text.", 1, true,
		command_coding_export},
	{"coding import", "CODE FILE.csv",
		"store the themes of open answers and publish them in a new release",
		"Columns verbatim, theme; one line a theme; themes are those of the question's codebook. All lines or none.",
		2, true, command_coding_import},
	{"purge", "[--dry-run]", "delete what has been kept long enough, and prove it",
		"Contacts and contact wishes past the dates of their edition, expired sessions, finished tasks, old lines of the journal. "
		"Objections are kept. Rewrites the tables (each is locked meanwhile), also after what the keeper deleted by itself, and counts "
		"again over a new connection; the journal keeps the totals.\n"
		"  --dry-run  only say what is due\n"
		"Exit status 8: something due is still there, or rows that the count should have removed.",
		0, true, command_purge},
	{"account create", "LOGIN --role admin|analyst|coder",
		"make a staff account; the password is read from standard input",
		"At least 12 characters.", 1, true, command_account_create},
	{"account key", "LOGIN", "make an API key for an account and print it once", "",
		1, true, command_account_key},
};

int command_fails(const struct err *err)
{
	fprintf(stderr, "barometre: %s\n", err->text);
	return err_exit_status(err->code);
}

static void print_usage(FILE *out)
{
	fprintf(out, "usage: barometre [-c FILE] COMMAND …\n\n");
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-16s %-40s %s\n", commands[i].name,
			commands[i].arguments, commands[i].summary);
	fprintf(out,
		"\n  -c, --config FILE   configuration (default $BAROMETRE_CONFIG, then /etc/barometre/barometre.conf)\n"
		"  -h, --help          this, or the help of a command: barometre COMMAND --help\n"
		"  -V, --version       version\n\n"
		"exit status: 0 done, 1 usage, 2 invalid input, 3 missing, 4 denied, 5 state conflict, 6 limit, 7 busy, "
		"8 broken environment\n");
}

static void print_help(const struct command *command)
{
	printf("usage: barometre [-c FILE] %s %s\n\n%s.\n", command->name,
		command->arguments, command->summary);
	if (*command->details)
		printf("%s\n", command->details);
}

/* Matches one or two words; *ret_used tells how many. */
static const struct command *find_command(char **words, int count, int *ret_used)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		struct str rest = str_of(commands[i].name), word;
		int used = 0;

		while (used < count && str_cut(&rest, ' ', &word) &&
			str_eq_z(word, words[used]))
			used++;
		if (used > 0 && rest.n == 0 &&
			str_of(commands[i].name).n ==
				strlen(words[0]) +
					(used == 2 ? 1 + strlen(words[1]) : 0)) {
			*ret_used = used;
			return &commands[i];
		}
	}
	return NULL;
}

static bool wants_help(char **words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
			return true;
	return false;
}

static int run_command(
	const struct command *command, const char *config_file, char **words, int count)
{
	struct config config = {0};
	struct command_line line = {NULL, words, count};
	struct err err = {0};
	int status;

	if (!command_word(&line, command->min_words - 1) && command->min_words > 0) {
		fprintf(stderr, "barometre: %s needs %s; see barometre %s --help\n",
			command->name, command->arguments, command->name);
		return EXIT_FAILURE;
	}
	secret_init();
	secret_forbid_dumps();
	if (command->needs_config ||
		(strcmp(command->name, "check-config") == 0 &&
			!command_flag(&line, "--describe"))) {
		if (!config_load(config_file, &config, &err))
			return command_fails(&err);
		line.config = &config;
	}
	status = command->run(&line);
	config_release(&config);
	return status;
}

int main(int argc, char **argv)
{
	const char *from_environment = getenv("BAROMETRE_CONFIG");
	const char *config = from_environment ? from_environment
					      : "/etc/barometre/barometre.conf";
	const struct command *command;
	int at = 1, used;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	while (at < argc && argv[at][0] == '-') {
		if ((strcmp(argv[at], "-c") == 0 || strcmp(argv[at], "--config") == 0) &&
			at + 1 < argc) {
			config = argv[at + 1];
			at += 2;
		} else if (strcmp(argv[at], "-V") == 0 ||
			strcmp(argv[at], "--version") == 0) {
			printf("barometre " BAROMETRE_VERSION "\n");
			return EXIT_SUCCESS;
		} else if (strcmp(argv[at], "-h") == 0 ||
			strcmp(argv[at], "--help") == 0) {
			print_usage(stdout);
			return EXIT_SUCCESS;
		} else {
			print_usage(stderr);
			return EXIT_FAILURE;
		}
	}
	command = at < argc ? find_command(argv + at, argc - at, &used) : NULL;
	if (!command) {
		print_usage(stderr);
		return EXIT_FAILURE;
	}
	if (wants_help(argv + at + used, argc - at - used)) {
		print_help(command);
		return EXIT_SUCCESS;
	}
	return run_command(command, config, argv + at + used, argc - at - used);
}
