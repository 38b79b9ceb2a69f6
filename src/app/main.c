/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the command line: finds the command in a table, reads the configuration, runs it. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "commands.h"

#define MAILING_HELP \
 "MAILING is a kind (relance1), a kind and an audience (relance1:patients), or the first characters of an id (mailing list)."

/* So many rows are more than clang-format 14 lays out well at once. */
/* clang-format off */
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
	{"participation", "CODE [--format csv|json]",
		"who took part, and the response rates of each audience, of a counted edition",
		"RR1, RR2, RR5 and RR6 of AAPOR, each with its base; answers by open link apart, in no rate. Exact numbers, for whoever "
		"holds the list: a release says less of who objected.",
		1, true, command_participation},
	{"contacts import", "CODE FILE.csv", "import contacts: all lines or none",
		"UTF-8 or Windows-1252; \";\" or \",\"; columns email, nom, public, departement, type. Errors are listed by line.",
		2, true, command_contacts_import},
	{"contacts object", "", "write down that somebody wants no more mail, for ever",
		"The address is read from standard input, never from the command line. Holds for every edition, and for lists imported later.",
		0, true, command_contacts_object},
	{"bounce", "[--maildir FOLDER | --imap | --stdin [--recipient ADDRESS]]",
		"read the mail that came back: dead addresses are not written to again",
		"Without an option: bounce_maildir and bounce_imap_url of the configuration, 1000 messages of each at most; the timer does that.\n"
		"  --maildir FOLDER      this Maildir: new is moved to cur when what it says is recorded\n"
		"  --imap                the mailbox of bounce_imap_url only\n"
		"  --stdin               one message, as a mail server's pipe gives it\n"
		"  --recipient ADDRESS   the same, with the envelope's recipient\n"
		"Exit status with the last two: 0, or 75 when the mail server has to keep the message and try again.",
		0, true, command_bounce},
	{"link", "CODE EMAIL | CODE --all",
		"print the personal link of a contact, or of all (CSV)",
		"For support on the telephone and for tests. A link lets its holder answer: give it to nobody else.",
		1, true, command_link},
	{"mailing list", "CODE", "the plan of mailings and where each stands",
		"Times are those of the edition's zone. planned = sent + refused + skipped + unknown + what is still to send.\n" MAILING_HELP,
		1, true, command_mailing_list},
	{"mailing show", "CODE MAILING [--list]",
		"one mailing: when, for whom, what became of its rows",
		"  --list  one line a row: six characters of the contact's id, state, reason, time, the relay's code and words; never an address\n" MAILING_HELP,
		2, true, command_mailing_show},
	{"mailing dry-run", "CODE MAILING [--list]",
		"who would get a mailing at this moment, and why the others would not; sends nothing",
		"Exact: it asks what the mailer asks. Counts by audience, department and type.\n"
		"  --list  one line a contact: six characters of the id, audience, department, type, verdict; never an address\n" MAILING_HELP,
		2, true, command_mailing_dry_run},
	{"mailing add", "CODE FILE.json", "plan one mailing more",
		"The file holds one object as in \"mail.plan\" of the edition file, best of kind \"targeted\":\n"
		"  {\"kind\":\"targeted\",\"title\":\"Rappel aux CHU\",\"on\":\"2026-12-01\",\"notAfter\":\"2026-12-11\",\"audience\":\"etablissements\",\n"
		"   \"departments\":[\"31\"],\"types\":[\"CHU\"],\"received\":\"invitation\",\"stopAtPercent\":60,\"letter\":\"lettre.txt\"}\n"
		"kind, and \"on\" or \"after\":{\"kind\":\"relance1\",\"days\":7}, are needed, and the title of a targeted one. \"letter\" is the path of its text; "
		"without it, that of the edition or of the program.",
		2, true, command_mailing_add},
	{"mailing pause", "CODE MAILING",
		"nothing more is taken from a mailing until mailing resume", MAILING_HELP,
		2, true, command_mailing_pause},
	{"mailing resume", "CODE MAILING", "let a paused mailing go on",
		"Nobody is written to twice, and nobody is forgotten.\n" MAILING_HELP, 2,
		true, command_mailing_resume},
	{"mailing cancel", "CODE MAILING",
		"end a mailing that is not finished; there is no way back",
		"What has not left is skipped (cancelled). Delays that count from it keep the day they have.\n" MAILING_HELP,
		2, true, command_mailing_cancel},
	{"mailing now", "CODE MAILING [--yes]", "send a planned mailing now",
		"Its day becomes now; the window of the edition, who gets it and the pace stay. Delays that count from it count from its end.\n"
		"Asks first, unless --yes is given.\n" MAILING_HELP,
		2, true, command_mailing_now},
	{"mailing reschedule", "CODE MAILING --on DATE [--not-after DATE]",
		"another day for a mailing; one that is held, because it was too late, goes on",
		"From the opening of the window on --on, to the end of the window on --not-after. Dates of the edition's zone.\n" MAILING_HELP,
		2, true, command_mailing_reschedule},
	{"mailing decide", "CODE MAILING sent|again|give-up [CONTACT] [--yes]",
		"say what becomes of rows of which nobody knows whether they left",
		"They were on their way when the mailer or the database died. The relay's log tells.\n"
		"  sent     they have left\n"
		"  again    send them again: somebody may get the mail twice; asks first, unless --yes is given\n"
		"  give-up  they are not sent\n"
		"CONTACT is the first characters of a contact's id (mailing show --list); without it, all unknown rows.\n" MAILING_HELP,
		3, true, command_mailing_decide},
	{"mail hold", "", "hold all mail of all editions until mail release", "", 0, true,
		command_mail_hold},
	{"mail release", "[--yes]", "let mail leave again",
		"After a restored backup it asks first, unless --yes is given: what had left since the backup may leave again.",
		0, true, command_mail_release},
	{"mail state", "", "whether all mail is held, since when and why", "", 0, true,
		command_mail_state},
	{"wishes", "CODE", "open the contact wishes with the trustee's key (CSV)",
		"Needs <edition>.trustee in key_directory; prints what people asked to be contacted for.",
		1, true, command_wishes},
	{"release list", "EDITION",
		"the releases of figures of an edition, and their states",
		"draft: made, not checked or refused by the check; checked: may be published; published: its files are made and served; "
		"withdrawn: served no more.",
		1, true, command_release_list},
	{"release show", "EDITION [VERSION]",
		"one release: thresholds, hash, what it does not show and why",
		"Without VERSION, the newest that is no draft.", 1, true,
		command_release_show},
	{"release check", "EDITION [VERSION]",
		"hold a release against itself and all former ones, withdrawn ones too",
		"The count and the coding do it themselves. Without VERSION, the newest. Passed, a draft becomes checked.\n"
		"Exit status: 0 nothing found, 2 it must not leave (the account says why).",
		1, true, command_release_check},
	{"release publish", "EDITION [VERSION]",
		"make all files of a checked release, and serve them",
		"Without VERSION, the newest that is no draft. Repeated, it changes nothing. The journal keeps who published what.",
		1, true, command_release_publish},
	{"release withdraw", "EDITION [VERSION] --reason WORDS",
		"serve the figures of a published release no more",
		"Whoever asks for them is told when and why; the record stays, and later releases are still held against it.",
		1, true, command_release_withdraw},
	{"export", "EDITION [--format NAME] [--release N] [--out FILE]",
		"write a file of a published release",
		"csv (without --format), csv-excel, xlsx, json, json-stat, ddi, datapackage, or manifest: the bytes that were made when it was "
		"published. Without --release, the newest that is out.",
		1, true, command_export},
	{"published import", "FILE.csv",
		"store what an earlier edition published, as it was printed",
		"FILE: forms/published/2023.csv, called after its year; what was imported before of that year is replaced. All lines or none.",
		1, true, command_published_import},
	{"published list", "", "earlier editions that were imported", "", 0, true,
		command_published_list},
	{"published export", "YEAR",
		"print what was imported of an earlier edition (CSV)", "", 1, true,
		command_published_export},
	{"compare", "CODE --with YEAR [--format text|csv]",
		"the newest figures of an edition beside those an earlier one published",
		"A change is told of questions that are the same, and tested; the others are breaks of the series, each with its reason.",
		1, true, command_compare},
	{"weigh",
		"EDITION AUDIENCE QUESTION [OPTION] --by CROSSING --sizes FILE.csv [--finite] [--release N] [--format text|csv]",
		"a published question, weighted so that each group counts as in the list, beside the unweighted one",
		"Out of a published release (without --release, the newest), never out of answers; nothing is stored or published.\n"
		"  --by CROSSING     one that the list knows too: departement, est_ouest, type_structure; one only, because a release has no table of two\n"
		"  --sizes FILE.csv  columns groupe;effectif: how many of each group are on the list. Groups as the release names them (d31+d32), or a\n"
		"                    line a category; one that is merged is added up\n"
		"  --finite          also the interval of the list's size: it takes respondents for a random part of the list, and holds for invited\n"
		"                    people only\n"
		"Every group needs its size and 20 answers; weights stay within 0.3 and 3; the design effect is told. Exit status: 0 weighted, 5 not:\n"
		"the unweighted shares are printed, and why; of a release that is not out, or a question that has no shares of everybody, only why.",
		3, true, command_weigh},
	{"codebook list", "", "the themes of open questions: books and versions", "", 0,
		true, command_codebook_list},
	{"codebook show", "BOOK [VERSION] [--out FILE]",
		"print a codebook (CSV); without VERSION the newest",
		"Columns code, label, from: to be changed, and read again by codebook import.",
		1, true, command_codebook_show},
	{"codebook import", "BOOK FILE.csv [--note WORDS]",
		"make the next version of a codebook, or a new one",
		"One line a theme, in the order in which they are told. from: the themes of the version before that this one holds, apart by spaces; empty: "
		"the same code.\n"
		"A theme that two lines name is split: its texts are read again. Each has to be in some line. A version that is there never changes.",
		2, true, command_codebook_import},
	{"codebook diff", "BOOK [VERSION]",
		"what a version of a codebook changed: new, renamed, merged, split", "",
		1, true, command_codebook_diff},
	{"coding export", "CODE [--coder NAME [--all]] [--out FILE]",
		"print the open answers to be coded (CSV)",
		"Columns verbatim, audience, question, text.\n"
		"  --coder NAME  what this coder has still to read, in an order of his own, without the audience; --all: what he has done too",
		1, true, command_coding_export},
	{"coding import", "CODE FILE.csv [--coder NAME]",
		"store the themes of open answers",
		"Columns verbatim, theme; one line a theme; themes are those of the question's codebook, or aucun_theme or illisible alone. All lines "
		"or none; a text that was coded before is coded anew.\n"
		"  --coder NAME  whose reading it is; without it there are no coders, and a new release has the themes once all texts of a question are coded",
		2, true, command_coding_import},
	{"coding assign", "CODE --coders NAME,NAME… [--double N%]",
		"give the open answers that nobody has yet to coders, by lot",
		"  --double N%  of each question so many texts get a second coder: coding agreement says how well two agree",
		1, true, command_coding_assign},
	{"coding status", "CODE", "where the coding stands: by question, by coder", "", 1,
		true, command_coding_status},
	{"coding agreement", "CODE",
		"do two coders say the same? Cohen's kappa by theme, Krippendorff's alpha",
		"By question and pair of coders, over the texts that both have done.", 1,
		true, command_coding_agreement},
	{"coding disagreements", "CODE [--out FILE]",
		"print the texts on which two coders disagree (CSV)",
		"Columns verbatim, question, text, first, second, decision.", 1, true,
		command_coding_disagreements},
	{"coding decide", "CODE FILE.csv --by NAME",
		"say which themes stand where two coders disagree",
		"Columns verbatim, theme, as coding import. When one of the two codes the text anew, the decision is void.",
		2, true, command_coding_decide},
	{"coding carry", "CODE BOOK", "go on with the newest version of a codebook",
		"Themes that were renamed or merged are carried over; texts with one that was split are to be read again.",
		2, true, command_coding_carry},
	{"coding release", "CODE",
		"a new release with the themes that stand, checked against all former ones",
		"Of questions all of whose texts have their themes: both coders agree, or somebody has decided. The others stay as they were.",
		1, true, command_coding_release},
	{"verbatim review", "CODE [--all] [--out FILE]",
		"print the open answers that wait for a moderator (CSV)",
		"Columns verbatim, audience, question, text, found, state, redacted, reason. found: e-mail addresses, telephone numbers, names behind a "
		"title, communes and hospitals: an aid, that does not see everything.\n"
		"  --all  those that were moderated too",
		1, true, command_verbatim_review},
	{"verbatim import", "CODE FILE.csv --by NAME",
		"store what a moderator decided: the file of verbatim review, filled in",
		"state: publishable, redacted (redacted holds what is shown instead), withheld (with a reason), waiting. All lines or none; the text as "
		"it was written stays.",
		2, true, command_verbatim_import},
	{"verbatim export", "CODE [--out FILE]",
		"print the open answers that may leave (CSV)",
		"Columns audience, question, text: moderated ones, of questions that have 11 of them or the edition's threshold, in an order that says "
		"nothing and is always the same; no id.",
		1, true, command_verbatim_export},
	{"doctor",
		"[--edition CODE] [--json] [--dkim NAME] [--relay-address ADDRESS] [--name-server ADDRESS]",
		"say whether this installation is fit to send mail",
		"Looks at the disk, the keys, the database and the clock, the relay (connection, TLS, login; no mail is sent), what the name servers "
		"say of the sender (SPF, DKIM, DMARC, MX, PTR), the windows and the plan; says each remedy.\n"
		"  --dkim NAME              the key the relay signs with (s= of a DKIM-Signature)\n"
		"  --relay-address ADDRESS  from where mail reaches the world, when that is not the relay itself\n"
		"  --name-server ADDRESS    ask this name server rather than the machine's\n"
		"  --json                   for programs\n"
		"What cannot be looked at is \"inconnu\", which is no failure. Exit status: 0 fit, 8 something severe.",
		0, true, command_doctor},
	{"rehearse",
		"CODE [--answers N%] [--days N] [--out FOLDER] [--seed N] [--database CONNINFO]",
		"play a whole edition in compressed time, and say what each day would send",
		"On a copy of the edition in a database of its own, to made-up addresses and a relay inside this program that sends nothing: the "
		"edition's database is only read. Prints each day with its mailings, audiences, numbers and hours, and who is left out and why.\n"
		"  --answers N%         of those invited who have not answered, so many do each week: reminders shrink\n"
		"  --seed N             another draw of who they are (1)\n"
		"  --days N             only the first N days\n"
		"  --out FOLDER         one mail of each mailing and audience, as .eml\n"
		"  --database CONNINFO  play in this empty database, where the owner may make none (ALTER ROLE … CREATEDB)\n"
		"Exit status: 0 every mailing would end in time, 5 one would not.",
		1, true, command_rehearse},
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
	{"api-key create",
		"LOGIN --label TEXT [--scope SCOPE …] [--edition CODE] [--days N]",
		"make a key of an account for the API, and print it once",
		"SCOPE: figures:read (published figures), the only one and the default. --edition: of this edition alone.\n"
		"--days: 365, at most 730. Only the hash of the key is kept: one that is lost is revoked, and another made.",
		1, true, command_api_key_create},
	{"api-key list", "[LOGIN]",
		"the keys for the API: whose, what for, until when, last used on which day",
		"", 0, true, command_api_key_list},
	{"api-key revoke", "ID", "end a key for the API, within seconds",
		"ID: as api-key list prints it.", 1, true, command_api_key_revoke},
};
/* clang-format on */

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
			return command->run == command_bounce
				? command_bounce_fails(&line, &err)
				: command_fails(&err);
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
