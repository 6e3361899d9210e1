// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memfds that are preserved and retrieved while each allocation fails in turn.
 *
 *	memfd-faults keep SESSION [huge]	leaves many files; says how many failed, "kept N"
 *	memfd-faults find SESSION [huge]	the same when they are retrieved; "found N"
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "luo.h"
#include "memfd.h"

#define FAULT_FILES	48
#define FAULT_PAGES	200

/* Each file has one huge page instead. */
static int huge;
static uint64_t bytes;

/* The Nth allocation from now on fails; 0: none. Returns how many there were yet to be. */
static int fail_nth(int nth)
{
	/* Opening it allocates something. */
	static int fd = -1;
	char text[16] = "";
	int left;

	if (fd < 0)
		fd = open("/proc/self/fail-nth", O_RDWR);
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
		err(1, "fail-nth");
	left = atoi(text);
	snprintf(text, sizeof(text), "%d", nth);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		err(1, "fail-nth");
	return left;
}

static int fault_file(void)
{
	int fd = memfd_create("memfd", huge ? MFD_HUGETLB : 0);
	char *mem;

	if (fd < 0 || ftruncate(fd, bytes))
		err(1, "memfd");
	mem = map(fd, bytes);
	mark_all(mem, FAULT_PAGES / 2);
	munmap(mem, bytes);
	return fd;
}

static void fault_find(int fd)
{
	char *mem = map(fd, bytes);

	check_all(mem, FAULT_PAGES / 2);
	munmap(mem, bytes);
	close(fd);
}

/* Returns whether allocation N failed, and mattered; *END: there were not so many. */
static int fault_preserve(int session, int n, int *end)
{
	int fd = fault_file(), ret, error;
	long before = preserved();

	fail_nth(n);
	ret = luo_preserve(session, fd, n);
	error = errno;
	*end = fail_nth(0);
	if (ret && error != ENOMEM)
		errx(1, "allocation %d: %s", n, strerror(error));
	if (ret && preserved() != before)
		errx(1, "allocation %d leaves %ld bytes", n, preserved() - before);
	if (ret && luo_preserve(session, fd, n))
		err(1, "once more after allocation %d", n);
	close(fd);
	return ret;
}

static int faults_keep(const char *session_name)
{
	int session = luo_create(session_name), failed = 0, end = 0, n;

	if (session < 0)
		err(1, "create");
	for (n = 1; n <= FAULT_FILES; n++)
		failed -= fault_preserve(session, n, &end);
	if (!end)
		errx(1, "there is no end of allocations");
	printf("kept %d\n", failed);
	fflush(stdout);
	pause();
	return 0;
}

static int fault_retrieve(int session, int n, int *end)
{
	int fd, error;

	fail_nth(n);
	fd = luo_retrieve_fd(session, n);
	error = errno;
	*end = fail_nth(0);
	if (fd >= 0) {
		fault_find(fd);
		return 0;
	}
	/* No inode, and no file */
	if (error != ENOMEM && error != ENOSPC && error != ENFILE)
		errx(1, "allocation %d: %s", n, strerror(error));
	return 1;
}

static int faults_find(const char *session_name)
{
	int session = luo_retrieve(session_name), failed = 0, end = 0, n;

	if (session < 0)
		err(1, "retrieve");
	for (n = 1; n <= FAULT_FILES; n++)
		failed += fault_retrieve(session, n, &end);
	if (!end)
		errx(1, "there is no end of allocations");
	if (luo_finish(session))
		err(1, "finish");
	printf("found %d\n", failed);
	return 0;
}

int main(int argc, char **argv)
{
	page = sysconf(_SC_PAGESIZE);
	huge = argc == 4 && !strcmp(argv[3], "huge");
	bytes = huge ? 2 * MIB : FAULT_PAGES * page;
	if (argc >= 3 && !strcmp(argv[1], "keep"))
		return faults_keep(argv[2]);
	if (argc >= 3 && !strcmp(argv[1], "find"))
		return faults_find(argv[2]);
	errx(1, "what?");
}
