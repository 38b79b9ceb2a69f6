/* SPDX-License-Identifier: Apache-2.0 */
/* command_world.h - a folder with a configuration, "form.json" and "keys", for commands as people run them; and what they said. */
#ifndef TESTS_APP_COMMAND_WORLD_H
#define TESTS_APP_COMMAND_WORLD_H

#include <sys/stat.h>

#include "../../src/app/commands.h"
#include "../store/support.h"
#include "../support/temporary.h"

static char *folder; /* what a test writes goes there too */
static char *keys;
static struct config config;
static struct err told; /* what a command said last */

/* The program's own stands in main.c. */
int command_fails(const struct err *err)
{
	told = *err;
	return err_exit_status(err->code);
}

#define says(wanted)                                          \
 do {                                                         \
  if (!strstr(told.text, wanted))                             \
   fail_msg("\"%s\" does not say \"%s\"", told.text, wanted); \
 } while (0)

UNUSED_OK static char *in_folder(const char *name)
{
	return x_printf("%s/%s", folder, name);
}

UNUSED_OK static void write_text(const char *name, const char *text)
{
	SCOPED(free_char) char *path = in_folder(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The words of a command line are not const. */
UNUSED_OK static char *mutable(const char *text)
{
	return (char *)(uintptr_t)text;
}

UNUSED_OK static int command_world_begin(void **state)
{
	static const char form[] =
		"{\"title\":\"Essai\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{\"audience\":\"patients\","
		"\"version\":\"1\",\"minutes\":1,\"boxBytes\":8192,\"audienceLabel\":\"Patients\",\"complete\":[\"choix\"],"
		"\"welcome\":[\"Bonjour\"],\"thanks\":[\"Merci\"]},\"pages\":[{\"name\":\"p\",\"title\":\"Page\",\"elements\":["
		"{\"type\":\"radiogroup\",\"name\":\"choix\",\"title\":\"Choix\",\"isRequired\":true,\"choices\":[{\"value\":\"oui\",\"text\":\"Oui\"},"
		"{\"value\":\"non\",\"text\":\"Non\"}],\"barometre\":{\"role\":\"opinion\",\"short\":\"Choix\"}}]}]}";
	SCOPED(free_char) char *path = NULL, *text = NULL;

	if (world_begin(state) != 0)
		return 1;
	folder = temporary_folder();
	keys = in_folder("keys");
	path = in_folder("barometre.conf");
	assert_int_equal(mkdir(keys, 0700), 0);
	text = x_printf(
		"database = \"%s\"\nowner_role = \"\"\nkey_directory = \"%s\"\npublic_url = \"https://a.example.org\"\n"
		"staff_url = \"https://b.example.org\"\ncontact_address = \"c@example.org\"\n",
		world.conninfo, keys);
	write_text("barometre.conf", text);
	write_text("form.json", form);
	ok(config_load(path, &config, err));
	return 0;
}

UNUSED_OK static int command_world_end(void **state)
{
	config_release(&config);
	assert_true(temporary_remove(folder));
	free(folder);
	free(keys);
	return world_end(state);
}

#endif
