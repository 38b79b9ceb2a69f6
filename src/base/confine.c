/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c - see confine.h. By system call: neither needs a library, and the filter is a list of numbers. */
#include "barometre/base/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "barometre/base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
# define IS_SANITIZED 1
#elif defined(__has_feature)
# if __has_feature(address_sanitizer)
#  define IS_SANITIZED 1
# endif
#endif
#ifndef IS_SANITIZED
# define IS_SANITIZED 0
#endif

/* ---- files ---- */

#define MAX_CLOSED 8

/* struct landlock_ruleset_attr of ABI 6; the headers of the machine that builds may be older than the kernel that runs. */
struct ruleset {
	uint64_t files, ports, scoped;
};
#define ALL_FILE_RIGHTS_1 ((UINT64_C(1) << 13) - 1) /* ABI 1: execute … make_sym */
#define RIGHT_REFER (UINT64_C(1) << 13)             /* ABI 2 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)          /* ABI 3 */
#define RIGHT_BIND_TCP (UINT64_C(1) << 0)           /* ABI 4 */
#define RIGHT_IOCTL_DEV (UINT64_C(1) << 15)         /* ABI 5 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)             /* ABI 6 */

struct closed_list {
	char *paths[MAX_CLOSED]; /* as the kernel knows them; to be freed */
	size_t count;
};

static long landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
		LANDLOCK_CREATE_RULESET_VERSION);
}

static int ruleset_new(long abi)
{
	const struct ruleset r = {
		.files = ALL_FILE_RIGHTS_1 | (abi >= 2 ? RIGHT_REFER : 0) |
			(abi >= 3 ? RIGHT_TRUNCATE : 0) |
			(abi >= 5 ? RIGHT_IOCTL_DEV : 0),
		.ports = abi >= 4 ? RIGHT_BIND_TCP : 0,
		.scoped = abi >= 6 ? SCOPE_SIGNAL : 0,
	};
	size_t size = abi >= 6 ? sizeof(r) : abi >= 4 ? 16 : 8;

	return (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
}

#define RIGHTS_TO_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Files that are there get other names, and lose their first: nothing is written into one, no folder is made. */
#define RIGHTS_TO_MOVE                                                            \
 (RIGHTS_TO_READ | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 RIGHT_REFER)

/* With all that is below. What cannot be opened stays without a right. */
static void allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {0};
	struct stat st;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) {
		rule.parent_fd = fd;
		rule.allowed_access = S_ISDIR(st.st_mode) ? rights
							  : LANDLOCK_ACCESS_FS_READ_FILE;
		(void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
			&rule, 0);
	}
	(void)close(fd);
}

static bool is_closed(const struct closed_list *closed, const char *path)
{
	for (size_t i = 0; i < closed->count; i++)
		if (strcmp(closed->paths[i], path) == 0)
			return true;
	return false;
}

/* `path` without a final slash: "" is the root. */
static bool is_above_closed(const struct closed_list *closed, const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < closed->count; i++)
		if (strncmp(closed->paths[i], path, n) == 0 && closed->paths[i][n] == '/')
			return true;
	return false;
}

static void allow_all_but(
	int ruleset, const char *folder, const struct closed_list *closed)
{
	DIR *dir = opendir(*folder ? folder : "/");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		SCOPED(free_char)
		char *path = x_printf("%s/%s", folder, entry->d_name);
		if (is_closed(closed, path))
			continue;
		if (is_above_closed(closed, path))
			allow_all_but(ruleset, path, closed);
		else
			allow(ruleset, path, RIGHTS_TO_READ);
	}
	if (dir)
		(void)closedir(dir);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What is closed stays so, whatever was to be moved in. */
static void allow_moving(
	int ruleset, const char *const *moving, const struct closed_list *closed)
{
	for (; moving && *moving; moving++) {
		char *path = realpath(*moving, NULL);

		if (path && is_folder(path) && !is_closed(closed, path) &&
			!is_above_closed(closed, path))
			allow(ruleset, path, RIGHTS_TO_MOVE);
		free(path);
	}
}

/* From which ABI on files can be confined as is wanted: none before the second lets a file go from one folder to another. */
static long abi_wanted(const char *const *moving)
{
	return moving && *moving ? 2 : 1;
}

static bool confine_files(const char *const *closed_paths, const char *const *moving)
{
	struct closed_list closed = {.count = 0};
	long abi = landlock_abi();
	int ruleset = abi >= abi_wanted(moving) ? ruleset_new(abi) : -1;
	bool done;

	if (ruleset < 0)
		return false;
	for (; *closed_paths; closed_paths++) {
		char *path = realpath(*closed_paths, NULL);

		must(closed.count < MAX_CLOSED);
		if (path)
			closed.paths[closed.count++] = path;
	}
	allow_all_but(ruleset, "", &closed);
	allow_moving(ruleset, moving, &closed);
	done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	(void)close(ruleset);
	while (closed.count > 0)
		free(closed.paths[--closed.count]);
	return done;
}

/* ---- calls ---- */

#if defined(__x86_64__)
# define MACHINE AUDIT_ARCH_X86_64
# define FOREIGN_CALLS 0x40000000u /* x32: the same numbers in other clothes */
#elif defined(__aarch64__)
# define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE
static const unsigned int refused_calls[] = {
	/* another program */
	SYS_execve,
	SYS_execveat,
	/* the memory, the files and the state of another process */
	SYS_kcmp,
	SYS_pidfd_getfd,
# if !IS_SANITIZED
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
# endif
	/* what stands where */
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_move_mount,
	SYS_open_tree,
	SYS_fsopen,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_fspick,
	SYS_mount_setattr,
	SYS_name_to_handle_at,
	SYS_open_by_handle_at,
	SYS_unshare,
	SYS_setns,
	SYS_swapon,
	SYS_swapoff,
	SYS_quotactl,
	/* keys and programs of the kernel */
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_bpf,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_kexec_file_load,
	/* large doors into the kernel that nothing here goes through */
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_userfaultfd,
	SYS_perf_event_open,
	SYS_fanotify_init,
	SYS_personality,
	SYS_vmsplice,
	/* Landlock refuses it from ABI 3 on only; by a descriptor that is open it goes on */
	SYS_truncate,
	/* the machine */
	SYS_reboot,
	SYS_acct,
	SYS_syslog,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_clock_adjtime,
	SYS_adjtimex,
	SYS_vhangup,
# ifdef __x86_64__
	SYS_iopl,
	SYS_ioperm,
	SYS_modify_ldt,
# endif
};

/* clang-format off */
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offsetof(struct seccomp_data, field))
#define UNLESS_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define UNLESS_ABOVE(value, skip) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), 0, (skip))
#define UNLESS_ANY_OF(bits, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, (skip))
#define END(action) BPF_STMT(BPF_RET | BPF_K, (action))
/* clang-format on */
# define REFUSED (SECCOMP_RET_ERRNO | EPERM)
# define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)
# define NEW_NAMESPACES                                                          \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	  CLONE_NEWPID | CLONE_NEWNET)

static bool confine_calls(void)
{
	/* Calls of another machine's numbering are not ours; those we refuse, one after the other; clone for a thread but not
	 * for a namespace. The flags of clone3 are in memory, where a filter cannot look: the C library then takes clone. */
	static const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
		END(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
# ifdef FOREIGN_CALLS
		UNLESS_ABOVE(FOREIGN_CALLS, 1),
		END(SECCOMP_RET_KILL_PROCESS),
# endif
	};
	static const struct sock_filter tail[] = {
		UNLESS_EQUAL(SYS_clone3, 1),
		END(UNKNOWN),
		UNLESS_EQUAL(SYS_clone, 3),
		LOAD(args[0]),
		UNLESS_ANY_OF(NEW_NAMESPACES, 1),
		END(REFUSED),
		END(SECCOMP_RET_ALLOW),
	};
	struct sock_filter
		filter[COUNT_OF(head) + COUNT_OF(tail) + 2 * COUNT_OF(refused_calls)];
	struct sock_fprog program = {.filter = filter};
	size_t n = COUNT_OF(head);

	memcpy(filter, head, sizeof(head));
	for (size_t i = 0; i < COUNT_OF(refused_calls); i++) {
		filter[n++] = (struct sock_filter)UNLESS_EQUAL(refused_calls[i], 1);
		filter[n++] = (struct sock_filter)END(REFUSED);
	}
	memcpy(filter + n, tail, sizeof(tail));
	program.len = (unsigned short)(n + COUNT_OF(tail));
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG,
		       &program) == 0;
}

static bool offers_calls(void)
{
	const uint32_t action = SECCOMP_RET_ERRNO;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}
#else
static bool confine_calls(void)
{
	return false;
}

static bool offers_calls(void)
{
	return false;
}
#endif

struct confinement confine_offered(void)
{
	return (struct confinement){
		.files = landlock_abi() >= 1, .calls = offers_calls()};
}

struct confinement confine_but(const char *const *closed, const char *const *moving)
{
	struct confinement done = {false, false};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return done;
	done.files = closed && confine_files(closed, moving);
	done.calls = confine_calls();
	return done;
}

struct confinement confine(const char *const *closed)
{
	return confine_but(closed, NULL);
}
