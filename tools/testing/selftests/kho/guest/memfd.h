/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memfds that tell whether they came as they were: each page that is written holds its
 * index and its physical address, so that one that was copied is told from one that
 * stayed.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB		1048576UL

static unsigned long page;

/* What a page holds that was written, besides zeros */
struct mark {
	uint64_t index;
	uint64_t pfn;
};

static inline uint64_t page_entry(const void *mem)
{
	static int fd = -1;
	uint64_t entry = 0;

	if (fd < 0)
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &entry, 8, (uintptr_t)mem / page * 8) != 8)
		err(1, "pagemap");
	return entry;
}

static inline uint64_t pfn_of(const void *mem)
{
	return page_entry(mem) & ((1UL << 55) - 1);
}

static inline char *map(int fd, uint64_t bytes)
{
	char *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	return mem;
}

static inline void mark(char *mem, uint64_t index)
{
	struct mark *mark = (struct mark *)(mem + index * page);

	mark->index = index;
	mark->pfn = pfn_of(mark);
}

static inline void mark_all(char *mem, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		mark(mem, i);
}

static inline void check(const char *mem, uint64_t index)
{
	const struct mark *mark = (const struct mark *)(mem + index * page);

	if (mark->index != index)
		errx(1, "page %lu holds %lu", index, mark->index);
	if (mark->pfn != pfn_of(mark))
		errx(1, "page %lu was at %#lx, is at %#lx", index, mark->pfn,
		     pfn_of(mark));
}

static inline void check_all(const char *mem, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		check(mem, i);
}

/* Bytes of all that is preserved */
static inline long preserved(void)
{
	char text[32];
	int fd = open("/sys/kernel/kho/preserved_bytes", O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[len > 0 ? len : 0] = 0;
	return atol(text);
}
