/* SPDX-License-Identifier: Apache-2.0 */
/* commands_doctor.c - doctor: is everything that mail needs fit? */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/app/doctor.h"
#include "commands.h"

#define MAX_OUTPUT (1u << 20)

static bool check_options(const struct command_line *line, struct err *err)
{
	static const char *const names[] = {
		"--edition", "--dkim", "--relay-address", "--name-server"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (command_flag(line, names[i]) && !command_option(line, names[i]))
			return err_set(err, ERR_INVALID, "%s needs a value", names[i]);
	return true;
}

int command_doctor(const struct command_line *line)
{
	const struct doctor_options options = {
		.config = line->config,
		.edition = command_option(line, "--edition"),
		.dkim_selector = command_option(line, "--dkim"),
		.relay_address = command_option(line, "--relay-address"),
		.name_server = command_option(line, "--name-server"),
	};
	SCOPED(doctor_report_release) struct doctor_report report = {0};
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	struct err err = {0};

	if (!check_options(line, &err) || !doctor_examine(&options, &report, &err))
		return command_fails(&err);
	if (command_flag(line, "--json"))
		doctor_json(&report, &out);
	else
		doctor_write(&report, &out);
	fputs(buf_str(&out).p, stdout);
	return doctor_count(&report, DOCTOR_SEVERE) > 0 ? err_exit_status(ERR_BROKEN)
							: EXIT_SUCCESS;
}
