// SPDX-License-Identifier: GPL-2.0-only
/*
 * What live update costs, by a clock that counts instructions.
 *
 *	luo-bench keep		preserves; says "NAME NS" of each kind, then "kept"
 *	luo-bench find		retrieves, the same
 *
 * Kinds are small pages in one file and in many, and huge pages.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "luo.h"

#define MIB		1048576UL

static const struct kind {
	const char *name;
	unsigned int files;
	unsigned long bytes;
	int huge;
} kinds[] = {
	{ "pages", 1, 128 * MIB, 0 },
	{ "files", 200, 1 * MIB, 0 },
	{ "folios", 1, 128 * MIB, 1 },
	{ NULL, 0, 0, 0 },
};

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Aligned for huge pages */
static char *map(int fd, unsigned long bytes, int huge)
{
	char *room = mmap(NULL, bytes + 2 * MIB, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = (char *)(((unsigned long)room + 2 * MIB - 1) & -(2 * MIB));

	if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != at)
		err(1, "mmap");
	if (huge && madvise(at, bytes, MADV_HUGEPAGE))
		err(1, "madvise");
	return at;
}

static int make(const struct kind *kind)
{
	int fd = memfd_create("bench", 0);
	char *mem;

	if (fd < 0 || ftruncate(fd, kind->bytes))
		err(1, "memfd");
	mem = map(fd, kind->bytes, kind->huge);
	for (unsigned long at = 0; at < kind->bytes; at += 4096)
		mem[at] = 1;
	munmap(mem, kind->bytes);
	return fd;
}

static void keep(int session, const struct kind *kind, int token)
{
	int fds[256];
	unsigned long long start;

	for (unsigned int i = 0; i < kind->files; i++)
		fds[i] = make(kind);
	start = now();
	for (unsigned int i = 0; i < kind->files; i++)
		if (luo_preserve(session, fds[i], token + i))
			err(1, "preserve %s", kind->name);
	printf("preserve-%s %llu\n", kind->name, now() - start);
}

static void find(int session, const struct kind *kind, int token)
{
	unsigned long long start = now();
	int fds[256];
	char *mem;

	for (unsigned int i = 0; i < kind->files; i++) {
		fds[i] = luo_retrieve_fd(session, token + i);
		if (fds[i] < 0)
			err(1, "retrieve %s", kind->name);
	}
	printf("retrieve-%s %llu\n", kind->name, now() - start);
	if (kind->files > 1)
		return;
	mem = map(fds[0], kind->bytes, kind->huge);
	start = now();
	for (unsigned long at = 0; at < kind->bytes; at += 4096)
		mem[at]++;
	printf("touch-%s %llu\n", kind->name, now() - start);
	if (mem[0] != 2)
		errx(1, "it has changed");
}

int main(int argc, char **argv)
{
	int keeping = argc == 2 && !strcmp(argv[1], "keep");
	int session = keeping ? luo_create("bench") : luo_retrieve("bench");

	if (session < 0)
		err(1, "the session");
	for (unsigned int i = 0; kinds[i].name; i++)
		(keeping ? keep : find)(session, &kinds[i], i * 1000);
	printf("%s\n", keeping ? "kept" : "found");
	fflush(stdout);
	if (keeping)
		pause();
	return 0;
}
