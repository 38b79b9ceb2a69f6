/* SPDX-License-Identifier: Apache-2.0 */
/* What a process of a duty can no longer do once it is confined, and what it still can. Each test tries it in a child. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/offered.h"
#include "../support/temporary.h"
#include "barometre/app/duties.h"
#include "barometre/app/keyring.h"
#include "barometre/base/confine.h"
#include "barometre/base/log.h"
#include "barometre/web/server.h"

static char *root, *keys, *key_file, *beside, *link_to_key;

static int begin(void **state)
{
	struct key key = random_key();
	FILE *file;

	(void)state;
	secret_init();
	root = temporary_folder();
	keys = x_printf("%s/keys", root);
	key_file = x_printf("%s/e.campaign", keys);
	beside = x_printf("%s/beside", root);
	link_to_key = x_printf("%s/link", root);
	if (mkdir(keys, 0700) != 0 || symlink(key_file, link_to_key) != 0 ||
		!keyring_put(keys, "e.campaign", &key, NULL) ||
		!keyring_prepare(keys, NULL))
		return -1;
	file = fopen(beside, "w");
	return file && fclose(file) == 0 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	temporary_remove(root);
	free(root);
	free(keys);
	free(key_file);
	free(beside);
	free(link_to_key);
	return 0;
}

/* What a child of its own finds: `find` returns NULL or what is wrong. */
static void in_child(const char *(*find)(const void *arg), const void *arg)
{
	int status, ends[2];
	char said[200] = "";
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		const char *wrong = find(arg);

		if (wrong && write(ends[1], wrong, strlen(wrong)) < 0)
			_exit(2);
		_exit(wrong ? 1 : 0);
	}
	(void)close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(ends[0], said, sizeof(said) - 1) >= 0);
	(void)close(ends[0]);
	if (said[0])
		fail_msg("%s", said);
	assert_int_equal(status, 0);
}

typedef const char *look_fn(void);

static const char *confine_and_look(const void *arg)
{
	look_fn *const *look = arg;
	const struct confinement offered = confine_offered();
	const char *const closed[] = {keys, NULL};
	const struct confinement done = confine(closed);

	return done.files == offered.files && done.calls == offered.calls
		? (*look)()
		: "not confined as offered";
}

/* Looks in a child that confined itself, with the key folder closed. */
static void confined(look_fn *look, bool with_files)
{
	const struct confinement offered = confine_offered();

	if (!offered.calls || (with_files && !offered.files))
		skip();
	in_child(confine_and_look, &look);
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* EACCES is Landlock's word; these tests may run as root, who is refused by no mode. */
static bool is_shut(const char *path, int flags)
{
	errno = 0;
	return !opens(path, flags) && errno == EACCES;
}

static const char *look_for_keys(void)
{
	struct keyring ring;
	struct key key;
	char *around SCOPED(free_char) = x_printf("%s/../keys/e.campaign", keys);
	char *fresh SCOPED(free_char) = x_printf("%s/fresh", keys);

	if (!is_shut(key_file, O_RDONLY))
		return "a key file opens";
	if (!is_shut(around, O_RDONLY) || !is_shut(link_to_key, O_RDONLY))
		return "a key file opens by another way";
	if (!is_shut(keys, O_RDONLY | O_DIRECTORY))
		return "the key folder can be listed";
	if (!is_shut(fresh, O_WRONLY | O_CREAT) || unlink(key_file) == 0)
		return "the key folder can be changed";
	if (keyring_get(keys, "e.campaign", &key, NULL) ||
		keyring_load(keys, &ring, NULL))
		return "the keys can be read again";
	return NULL;
}

static void the_key_folder_is_out_of_reach(void **state)
{
	(void)state;
	assert_true(opens(key_file, O_RDONLY)); /* it is the confinement that shuts it */
	confined(look_for_keys, true);
	assert_true(opens(key_file,
		O_RDONLY)); /* of the child only: the keeper reads it at the count */
}

static const char *look_at_files(void)
{
	char *fresh SCOPED(free_char) = x_printf("%s/fresh", root);
	DIR *dir;

	if (!opens(beside, O_RDONLY) || !opens("/etc/passwd", O_RDONLY))
		return "what is beside cannot be read";
	dir = opendir("/etc");
	if (!dir || closedir(dir) != 0)
		return "a folder cannot be listed";
	if (!is_shut(beside, O_WRONLY) || !is_shut(fresh, O_WRONLY | O_CREAT) ||
		unlink(beside) == 0 || truncate(beside, 0) == 0)
		return "a file can be written or removed";
	return NULL;
}

static void the_rest_is_read_and_not_written(void **state)
{
	(void)state;
	confined(look_at_files, true);
}

static void make_file(const char *folder, const char *name)
{
	char *path SCOPED(free_char) = x_printf("%s/%s/%s", root, folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static bool moves(const char *from, const char *to)
{
	char *source SCOPED(free_char) = x_printf("%s/%s", root, from);
	char *target SCOPED(free_char) = x_printf("%s/%s", root, to);

	return rename(source, target) == 0;
}

static const char *confine_but_two_folders(const void *arg)
{
	char *new SCOPED(free_char) = x_printf("%s/new", root);
	char *cur SCOPED(free_char) = x_printf("%s/cur", root);
	char *made SCOPED(free_char) = x_printf("%s/cur/folder", root);
	char *first SCOPED(free_char) = x_printf("%s/new/1", root);
	char *linked SCOPED(free_char) = x_printf("%s/cur/linked", root);
	const char *const closed[] = {keys, NULL};
	const char *const moving[] = {new, cur, keys, NULL};

	(void)arg;
	if (!confine_but(closed, moving).files)
		return "not confined as offered";
	if (!is_shut(key_file, O_RDONLY) || moves("keys/e.campaign", "cur/key"))
		return "what is closed and to be moved in is open";
	if (!is_shut(first, O_WRONLY) || mkdir(made, 0700) == 0)
		return "a file is written, or a folder made";
	if (moves("new/1", "elsewhere/1") || moves("elsewhere/3", "cur/3"))
		return "a file goes to, or comes from, another folder";
	if (link(first, linked) != 0 || unlink(first) != 0 || !opens(linked, O_RDONLY))
		return "a file gets no second name in the other folder";
	return moves("new/2", "cur/2") ? NULL
				       : "a file does not go from one to the other";
}

static void files_go_from_folder_to_folder_and_nothing_else(void **state)
{
	static const char *const folders[] = {"new", "cur", "elsewhere"};

	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
		    LANDLOCK_CREATE_RULESET_VERSION) < 2)
		skip();
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char *path SCOPED(free_char) = x_printf("%s/%s", root, folders[i]);

		assert_int_equal(mkdir(path, 0700), 0);
	}
	make_file("new", "1");
	make_file("new", "2");
	make_file("elsewhere", "3");
	in_child(confine_but_two_folders, NULL);
}

static const char *look_for_programs(void)
{
	char *const words[] = {NULL};
	char *const nothing[] = {NULL};

	errno = 0;
	if (execve("/bin/true", words, nothing) != -1 || errno != EPERM)
		return "execve is not refused";
	if (syscall(SYS_execveat, AT_FDCWD, "/bin/true", words, nothing, 0) != -1 ||
		errno != EPERM)
		return "execveat is not refused";
	return NULL;
}

static void no_program_can_be_run(void **state)
{
	(void)state;
	confined(look_for_programs, false);
}

#if !defined(__SANITIZE_ADDRESS__)
static const char *look_into_others(void)
{
	char here[8], there[8];
	struct iovec mine = {here, sizeof(here)}, theirs = {there, sizeof(there)};

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != -1 || errno != EPERM)
		return "ptrace is not refused";
	if (process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) != -1 || errno != EPERM)
		return "process_vm_readv is not refused";
	if (process_vm_writev(getpid(), &mine, 1, &theirs, 1, 0) != -1 || errno != EPERM)
		return "process_vm_writev is not refused";
	return NULL;
}

static void no_process_can_be_read_or_traced(void **state)
{
	(void)state;
	confined(look_into_others, false);
}
#endif

static const char *look_for_ways_out(void)
{
	static const long calls[] = {SYS_setns, SYS_bpf, SYS_keyctl, SYS_perf_event_open,
		SYS_open_by_handle_at, SYS_personality, SYS_userfaultfd,
		SYS_io_uring_setup, SYS_kexec_load, SYS_chroot, SYS_pivot_root,
		SYS_umount2, SYS_add_key, SYS_finit_module, SYS_syslog, SYS_truncate};

	if (unshare(CLONE_NEWUSER) != -1 || errno != EPERM)
		return "unshare is not refused";
	if (mount("none", "/mnt", "tmpfs", 0, NULL) != -1 || errno != EPERM)
		return "mount is not refused";
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (syscall(calls[i], -1L, 0L, 0L, 0L, 0L) != -1 || errno != EPERM)
			return "a call is not refused";
	if (syscall(SYS_clone, (unsigned long)(CLONE_NEWUSER | SIGCHLD), 0L, 0L, 0L,
		    0L) != -1 ||
		errno != EPERM)
		return "clone makes a namespace";
	return NULL;
}

static void no_way_leads_out(void **state)
{
	(void)state;
	confined(look_for_ways_out, false);
}

static void *add_one(void *arg)
{
	int *number = arg;

	(*number)++;
	return NULL;
}

/* A password is stretched in a thread, the relay's name is looked up in one. */
static const char *look_at_threads(void)
{
	pthread_t thread;
	int number = 0;

	if (pthread_create(&thread, NULL, add_one, &number) != 0 ||
		pthread_join(thread, NULL) != 0 || number != 1)
		return "no thread can be made";
	return NULL;
}

static void a_thread_can_be_made(void **state)
{
	(void)state;
	confined(look_at_threads, false);
}

static const char *look_for_neighbours(void)
{
	return kill(getppid(), 0) == -1 && errno == EPERM
		? NULL
		: "a process outside can be sent a signal";
}

static void no_signal_leaves(void **state)
{
	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
		    LANDLOCK_CREATE_RULESET_VERSION) < 6)
		skip();
	confined(look_for_neighbours, true);
}

/* A path that is not there yet, or any more, closes nothing and spoils nothing. */
static const char *confine_without_closed(const void *arg)
{
	char *gone SCOPED(free_char) = x_printf("%s/gone", root);
	const char *const closed[] = {gone, NULL};
	const struct confinement done = confine(closed);

	(void)arg;
	if (done.files != confine_offered().files)
		return "files are not confined as offered";
	return opens(key_file, O_RDONLY) ? NULL : "more than what was named is closed";
}

static void a_closed_path_that_is_missing_is_skipped(void **state)
{
	(void)state;
	if (!confine_offered().files)
		skip();
	in_child(confine_without_closed, NULL);
}

static const char *forbid_and_look(const void *arg)
{
	struct rlimit limit;

	(void)arg;
	secret_forbid_dumps();
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0)
		return "a core may be written";
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? NULL : "it may be traced";
}

static void no_core_and_no_tracer(void **state)
{
	(void)state;
	in_child(forbid_and_look, NULL);
}

/* ---- the processes of the duties, from their first line on ---- */

/* There is no database: the sites say that they are down, the keeper tries again. */
static struct config bare_config(void)
{
	return (struct config){
		.database = x_strdup("host=/nonexistent dbname=none"),
		.key_directory = x_strdup(keys),
		.public_url = x_strdup("http://127.0.0.1"),
		.staff_url = x_strdup("http://127.0.0.1"),
		.organisation = x_strdup("O"),
		.contact_address = x_strdup("c@example.org"),
		.smtp_password_file = x_strdup(beside),
		.trusted_proxy = x_strdup(""),
		.max_connections = 16,
	};
}

static void stop_when_ready(void *arg, const char *line)
{
	(void)arg;
	if (strstr(line, "duty.ready"))
		raise(SIGTERM);
}

static bool is_listening(int fd)
{
	int on = 0;
	socklen_t size = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on;
}

static int listening_sockets(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += is_listening(fd);
	return count;
}

/* After the duty was told to stop its process is still what it was made into. */
static const char *look_after(enum duty duty)
{
	const struct confinement offered = confine_offered();
	char *const words[] = {NULL};
	struct key key;

	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return "it may leave a core";
	if (offered.calls && (execve("/bin/true", words, words) != -1 || errno != EPERM))
		return "it can run a program";
	if (duty == DUTY_KEEPER)
		return !keyring_get(keys, "e.campaign", &key, NULL)
			? "the keeper cannot read the key folder"
			: listening_sockets() != 0 ? "the keeper has a listening socket"
						   : NULL;
	if (listening_sockets() != 1)
		return "it holds a socket of another duty";
	if (offered.files && (!is_shut(key_file, O_RDONLY) || !is_shut(beside, O_RDONLY)))
		return "it can read the key folder, or the password of the relay";
	return NULL;
}

static const char *run_and_look(const void *arg)
{
	const enum duty duty = *(const enum duty *)arg;
	struct config config = bare_config();
	struct err err = {0};
	const struct duty_sockets sockets = {server_listen("127.0.0.1:0", &err),
		server_listen("127.0.0.1:0", &err), -1, -1};
	sigset_t stop;
	int status;

	if (sockets.public_listener < 0 || sockets.staff_listener < 0)
		return "no socket to listen on";
	if (duty == DUTY_KEEPER) { /* it asks for its signals, and takes one that waits */
		sigemptyset(&stop);
		sigaddset(&stop, SIGTERM);
		sigprocmask(SIG_BLOCK, &stop, NULL);
		raise(SIGTERM);
	}
	log_capture(stop_when_ready, NULL);
	status = duty_run(&config, duty, &sockets);
	config_release(&config);
	return status == 0 ? look_after(duty) : "the duty failed";
}

static void a_duty_confines_itself(enum duty duty)
{
	in_child(run_and_look, &duty);
}

static void the_web_process_is_confined(void **state)
{
	(void)state;
	a_duty_confines_itself(DUTY_WEB);
}

static void the_staff_process_is_confined(void **state)
{
	(void)state;
	a_duty_confines_itself(DUTY_STAFF);
}

static void the_keeper_reads_keys_and_listens_to_nobody(void **state)
{
	(void)state;
	a_duty_confines_itself(DUTY_KEEPER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_folder_is_out_of_reach),
		cmocka_unit_test(the_rest_is_read_and_not_written),
		cmocka_unit_test(files_go_from_folder_to_folder_and_nothing_else),
		cmocka_unit_test(no_program_can_be_run),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(no_process_can_be_read_or_traced),
#endif
		cmocka_unit_test(no_way_leads_out),
		cmocka_unit_test(a_thread_can_be_made),
		cmocka_unit_test(no_signal_leaves),
		cmocka_unit_test(a_closed_path_that_is_missing_is_skipped),
		cmocka_unit_test(no_core_and_no_tracer),
		cmocka_unit_test(the_web_process_is_confined),
		cmocka_unit_test(the_staff_process_is_confined),
		cmocka_unit_test(the_keeper_reads_keys_and_listens_to_nobody),
	};
	say_what_is_not_offered();
	return cmocka_run_group_tests(tests, begin, end);
}
