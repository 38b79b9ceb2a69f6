/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - a process gives up, for good, what its duty never needs: so that who takes it over by a hole in it finds
 * neither the key folder nor a way to run, read or trace another program.
 *
 * Files, by Landlock (Linux 5.13): nothing can be written, made, removed or run any more, and what is `closed` cannot be
 * opened; the rest can be read as before. From ABI 4 on no TCP port can be bound, from ABI 6 on no process outside can
 * be sent a signal. What was open stays open: listening sockets, logs.
 * Calls, by seccomp (Linux 4.14): confine.c has the list; each fails with EPERM, and the kernel's own journal says so.
 *
 * Landlock knows no "all but": every folder above a closed one is left without a right of its own and what stands beside
 * the way down gets its own. So such a folder cannot be listed, and what is made in it later, or put in another's place by
 * rename, cannot be read: who has to read such a file again starts a new process (app/duty_mailer.c).
 * Symbolic links are not followed: a link to a closed file opens nothing.
 *
 * Both are lost neither by fork nor by exec, and need no privilege (prctl PR_SET_NO_NEW_PRIVS, which is set). Call it while
 * the process has one thread. With the address sanitizer, whose leak checker traces its own process, ptrace stays.
 * Sources: Linux Documentation/userspace-api/landlock.rst, seccomp_filter.rst; landlock(7), seccomp(2).
 */
#ifndef BAROMETRE_BASE_CONFINE_H
#define BAROMETRE_BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

struct confinement {
	bool files, calls;
};

/* What this kernel, as it is set up, would grant: asks, changes nothing. */
struct confinement confine_offered(void);
/* `closed`: absolute or relative paths, NULL-terminated; one that does not exist is skipped. NULL: files are left as they
 * are, only calls are confined. Returns what was done; never fails otherwise. */
struct confinement confine(const char *const *closed);
/* The same, but that files that are in the folders `moving` (NULL-terminated, or NULL), or below, can get other names in any of these
 * folders, and be removed: from new/ to cur/ of a Maildir. Into none can be written. What is closed, or above it, stays closed all the
 * same. Kernels before Linux 5.19 (Landlock's ABI 1) refuse every move from one folder to another: there nothing is done about files, and
 * `files` is false. */
struct confinement confine_but(const char *const *closed, const char *const *moving);

#endif
