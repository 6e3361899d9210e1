// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds user memory: fills it with a pattern, says how much of it lies in KHO's
 * scratch areas, and pins it for long where told to.
 *
 *	hold MIB [pin]
 *
 * Prints "held PAGES in_scratch PAGES", with "pin" a second time after pinning;
 * then waits for SIGTERM, looks whether the pattern is still there, and exits
 * with 0 if it is.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define KHO_OUT "/sys/kernel/debug/kho/out/"
#define MAX_AREAS 64

/* mm/gup_test.h is not among the exported headers */
struct pin_longterm_test {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
};

#define PIN_LONGTERM_TEST_START _IOW('g', 7, struct pin_longterm_test)
#define PIN_LONGTERM_TEST_FLAG_USE_WRITE 1

static uint64_t base[MAX_AREAS], len[MAX_AREAS];
static size_t nr_areas;
static size_t page_size;

static size_t read_numbers(const char *path, uint64_t *to)
{
	FILE *file = fopen(path, "r");
	size_t nr = 0;

	if (!file)
		return 0;
	while (nr < MAX_AREAS && fscanf(file, "%lx", &to[nr]) == 1)
		nr++;
	fclose(file);
	return nr;
}

static void read_areas(void)
{
	nr_areas = read_numbers(KHO_OUT "scratch_phys", base);
	if (read_numbers(KHO_OUT "scratch_len", len) != nr_areas)
		errx(1, "scratch_phys and scratch_len differ in length");
}

static int in_scratch(uint64_t phys)
{
	for (size_t i = 0; i < nr_areas; i++)
		if (phys - base[i] < len[i])
			return 1;
	return 0;
}

/* Bit 63 of a pagemap entry says that the page is there, bits 0-54 where. */
static uint64_t phys_of(int pagemap, const char *page)
{
	uint64_t entry;

	if (pread(pagemap, &entry, 8, (uintptr_t)page / page_size * 8) != 8)
		err(1, "pagemap");
	if (!(entry >> 63))
		errx(1, "a page is gone");
	return (entry & ((1ULL << 55) - 1)) * page_size;
}

static void report(const char *mem, size_t size)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	size_t in = 0;

	if (pagemap < 0)
		err(1, "pagemap");
	for (size_t at = 0; at < size; at += page_size)
		in += in_scratch(phys_of(pagemap, mem + at));
	close(pagemap);
	printf("held %zu in_scratch %zu\n", size / page_size, in);
	fflush(stdout);
}

static void pin(const char *mem, size_t size)
{
	struct pin_longterm_test arg = {
		.addr = (uintptr_t)mem,
		.size = size,
		.flags = PIN_LONGTERM_TEST_FLAG_USE_WRITE,
	};
	int fd = open("/sys/kernel/debug/gup_test", O_RDWR);

	/* The file stays open: closing it lets go of the pages. */
	if (fd < 0 || ioctl(fd, PIN_LONGTERM_TEST_START, &arg))
		err(1, "gup_test");
}

int main(int argc, char **argv)
{
	size_t size = argc > 1 ? strtoull(argv[1], NULL, 0) << 20 : 0;
	sigset_t set;
	char *mem;
	int sig;

	page_size = sysconf(_SC_PAGESIZE);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	read_areas();
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!size || mem == MAP_FAILED)
		err(1, "mmap");
	for (size_t at = 0; at < size; at += 8)
		*(uint64_t *)(mem + at) = at;
	report(mem, size);
	if (argc > 2 && !strcmp(argv[2], "pin")) {
		pin(mem, size);
		report(mem, size);
	}
	sigwait(&set, &sig);
	for (size_t at = 0; at < size; at += 8)
		if (*(uint64_t *)(mem + at) != at)
			errx(1, "page at offset %zu has changed", at);
	return 0;
}
