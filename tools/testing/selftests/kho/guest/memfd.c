// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memfds in all the states that they can be in when they are preserved.
 *
 *	memfd keep SESSION CASE...	makes and preserves them, does to them what may and
 *					what may not be done then, says "kept"; on SIGUSR1
 *					writes into holes and says "written"; waits for
 *					SIGTERM
 *	memfd find SESSION CASE...	retrieves them and looks; "found"
 *	memfd again SESSION CASE...	finds them, and then keeps them as before
 *	memfd refused SESSION CASE ERRNO: it is not preserved
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "luo.h"
#include "memfd.h"

#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define FAR		0x4000000000000000UL
/* Where in a file of FAR bytes something is */
#define FAR_MIDDLE	0x10000000000UL

/* As map(), and aligned so that huge pages are possible */
static char *map_huge(int fd, uint64_t bytes)
{
	char *room = mmap(NULL, bytes + 2 * MIB, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = (char *)(((uintptr_t)room + 2 * MIB - 1) & -(2 * MIB));

	if (room == MAP_FAILED ||
	    mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != at)
		err(1, "mmap");
	if (madvise(at, bytes, MADV_HUGEPAGE))
		err(1, "MADV_HUGEPAGE");
	return at;
}

static void check_zero(const char *mem, uint64_t index, uint64_t pages)
{
	const uint64_t *word = (const uint64_t *)(mem + index * page);

	for (uint64_t i = 0; i < pages * page / 8; i++)
		if (word[i])
			errx(1, "page %lu is not zero", index + i * 8 / page);
}

static int new_file(uint64_t bytes)
{
	int fd = memfd_create("memfd", MFD_ALLOW_SEALING);

	if (fd < 0)
		err(1, "memfd_create");
	if (ftruncate(fd, bytes))
		err(1, "ftruncate");
	return fd;
}

static void has(int fd, uint64_t bytes, uint64_t blocks)
{
	struct stat stat;

	if (fstat(fd, &stat))
		err(1, "fstat");
	if ((uint64_t)stat.st_size != bytes)
		errx(1, "size is %lu instead of %lu", stat.st_size, bytes);
	if ((uint64_t)stat.st_blocks * 512 != blocks)
		errx(1, "%lu bytes are taken instead of %lu", stat.st_blocks * 512,
		     blocks);
}

static void denied(const char *what, int ret)
{
	if (!ret || errno != EPERM)
		err(1, "%s gives %d", what, ret);
}

/* A file of which next to nothing is there */

static const off_t far_at[] = { 0, FAR_MIDDLE, FAR - 65536 };

static int far_make(void)
{
	int fd = new_file(FAR);

	for (int i = 0; i < 3; i++)
		if (pwrite(fd, &far_at[i], 8, far_at[i]) != 8)
			err(1, "pwrite");
	return fd;
}

static void far_found(int fd)
{
	off_t word;

	has(fd, FAR, 3 * page);
	for (int i = 0; i < 3; i++)
		if (pread(fd, &word, 8, far_at[i]) != 8 || word != far_at[i])
			errx(1, "at %#lx is %#lx", far_at[i], word);
	if (pread(fd, &word, 8, FAR_MIDDLE * 2) != 8 || word)
		errx(1, "there is something where was nothing");
	has(fd, FAR, 3 * page);
}

/* Writes into holes while the file is preserved, and what fills holes by itself */

#define HOLES		(16 * MIB)
/* In units of 2 MiB: written early; written, by a mapping; read; written late; never */
enum { EARLY, MAPPED, READ, LATE, COLLAPSED, REFUSED, LAST };

static char *holes_mem;

static uint64_t holes_index(int unit)
{
	return unit * 2 * MIB / page + 3;
}

static int holes_make(void)
{
	int fd = new_file(HOLES);

	holes_mem = map_huge(fd, HOLES);
	mark(holes_mem, holes_index(EARLY));
	return fd;
}

static void tell_kernel(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

#define ALL_KBYTES	"67108864"

/* Without memory to promise, the page that was put into the hole is taken out again. */
static void holes_refused(int fd)
{
	long before = preserved();
	ssize_t ret;

	/* All is for administrators, which the others here are */
	tell_kernel("/proc/sys/vm/overcommit_kbytes", ALL_KBYTES);
	tell_kernel("/proc/sys/vm/admin_reserve_kbytes", ALL_KBYTES);
	tell_kernel("/proc/sys/vm/overcommit_memory", "2");
	if (seteuid(1))
		err(1, "seteuid");
	ret = pwrite(fd, "no", 2, REFUSED * 2 * MIB);
	if (seteuid(0))
		err(1, "seteuid");
	tell_kernel("/proc/sys/vm/overcommit_memory", "0");
	if (ret >= 0)
		errx(1, "there was memory");
	if (preserved() != before)
		errx(1, "%ld bytes more are preserved", preserved() - before);
}

static void holes_during(int fd)
{
	struct mark last = { .index = holes_index(LAST) };

	mark(holes_mem, holes_index(MAPPED));
	check_zero(holes_mem, holes_index(READ), 1);
	if (pwrite(fd, &last, sizeof(last), last.index * page) != sizeof(last))
		err(1, "pwrite");
	mark(holes_mem, last.index);
	if (!madvise(holes_mem + COLLAPSED * 2 * MIB, 2 * MIB, MADV_COLLAPSE))
		errx(1, "holes were filled behind our back");
	holes_refused(fd);
}

static void holes_late(void)
{
	mark(holes_mem, holes_index(LATE));
}

static void holes_found(int fd)
{
	struct stat stat;
	char *mem;

	if (fstat(fd, &stat))
		err(1, "fstat");
	if (stat.st_size != HOLES || stat.st_blocks * 512UL >= HOLES)
		errx(1, "%lu blocks of %lu bytes", stat.st_blocks, stat.st_size);
	mem = map(fd, HOLES);
	check(mem, holes_index(EARLY));
	check(mem, holes_index(MAPPED));
	check_zero(mem, holes_index(READ), 1);
	check(mem, holes_index(LATE));
	check_zero(mem, holes_index(COLLAPSED), 1);
	check_zero(mem, REFUSED * 2 * MIB / page, 1);
	check(mem, holes_index(LAST));
}

/* Holes that userfaultfd fills while the file is preserved */

#define FILLED_PAGES	8

static char *filled_mem;
static int filled_uffd;

static int filled_make(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register arg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = new_file(FILLED_PAGES * page);

	filled_mem = map(fd, FILLED_PAGES * page);
	mark(filled_mem, 0);
	arg.range.start = (uintptr_t)filled_mem;
	arg.range.len = FILLED_PAGES * page;
	filled_uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (filled_uffd < 0 || ioctl(filled_uffd, UFFDIO_API, &api) ||
	    ioctl(filled_uffd, UFFDIO_REGISTER, &arg))
		err(1, "userfaultfd");
	return fd;
}

static int filled_copy(uint64_t index, const void *from)
{
	struct uffdio_copy arg = {
		.dst = (uintptr_t)filled_mem + index * page,
		.src = (uintptr_t)from,
		.len = page,
	};

	return ioctl(filled_uffd, UFFDIO_COPY, &arg);
}

static void filled_during(int fd)
{
	void *from = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	struct uffdio_range zero = {
		.start = (uintptr_t)filled_mem + 5 * page, .len = page,
	};
	struct uffdio_zeropage arg = { .range = zero };

	(void)fd;
	memset(from, 'x', page);
	if (filled_copy(3, from) || filled_copy(FILLED_PAGES - 1, from))
		err(1, "UFFDIO_COPY");
	if (!filled_copy(3, from) || errno != EEXIST)
		err(1, "UFFDIO_COPY onto what is there");
	if (ioctl(filled_uffd, UFFDIO_ZEROPAGE, &arg))
		err(1, "UFFDIO_ZEROPAGE");
	mark(filled_mem, 3);
	mark(filled_mem, FILLED_PAGES - 1);
}

static void filled_found(int fd)
{
	char *mem;

	has(fd, FILLED_PAGES * page, 4 * page);
	mem = map(fd, FILLED_PAGES * page);
	check(mem, 0);
	check(mem, 3);
	check(mem, FILLED_PAGES - 1);
	if (mem[3 * page + sizeof(struct mark)] != 'x')
		errx(1, "what was copied is not there");
	check_zero(mem, 5, 1);
}

/* What may not be done to it */

#define DENIED_PAGES	8

static char *denied_mem;

static int denied_make(void)
{
	int fd = new_file(DENIED_PAGES * page);

	denied_mem = map(fd, DENIED_PAGES * page);
	mark_all(denied_mem, DENIED_PAGES);
	return fd;
}

static void denied_during(int fd)
{
	char *end = "past the end";
	uint64_t bytes = DENIED_PAGES * page;

	denied("to grow", ftruncate(fd, bytes + 1));
	denied("to shrink", ftruncate(fd, bytes - 1));
	denied("to allocate", fallocate(fd, 0, bytes, page));
	denied("to punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				     0, page));
	denied("MADV_REMOVE", madvise(denied_mem, page, MADV_REMOVE));
	denied("to append", pwrite(fd, end, 8, bytes) != 8);
	if (ftruncate(fd, bytes))
		err(1, "the size that it has");
	madvise(denied_mem, bytes, MADV_PAGEOUT);
	*(uint64_t *)(denied_mem + 2 * page + 64) = 77;
	if (pwrite(fd, end, 8, 3 * page + 64) != 8)
		err(1, "pwrite");
	if (lseek(fd, 4711, SEEK_SET) != 4711)
		err(1, "lseek");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK))
		err(1, "seal");
}

static void denied_found(int fd)
{
	char *mem = map(fd, DENIED_PAGES * page);

	has(fd, DENIED_PAGES * page, DENIED_PAGES * page);
	check_all(mem, DENIED_PAGES);
	if (*(uint64_t *)(mem + 2 * page + 64) != 77 ||
	    memcmp(mem + 3 * page + 64, "past the", 8))
		errx(1, "what was written last is not there");
	if (lseek(fd, 0, SEEK_CUR) != 4711)
		errx(1, "it is at %ld", lseek(fd, 0, SEEK_CUR));
	if (fcntl(fd, F_GET_SEALS) != F_SEAL_SHRINK)
		errx(1, "its seals are %#x", fcntl(fd, F_GET_SEALS));
	if (ftruncate(fd, (DENIED_PAGES + 1) * page) ||
	    ftruncate(fd, DENIED_PAGES * page))
		err(1, "it cannot grow any more");
}

/* Large folios stay large */

#define THP		(8 * MIB)

/* Bytes of a mapping that huge entries map */
static unsigned long mapped_huge(char *mem)
{
	unsigned long kib = 0, start = 0, from, to, value;
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[256];

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx", &from, &to) == 2)
			start = from;
		if (start == (uintptr_t)mem &&
		    sscanf(line, "ShmemPmdMapped: %lu", &value) == 1)
			kib = value;
	}
	fclose(smaps);
	return kib << 10;
}

static char *thp_mem;

static int thp_make(void)
{
	int fd = new_file(THP);

	thp_mem = map_huge(fd, THP);
	mark_all(thp_mem, THP / page);
	if (mapped_huge(thp_mem) != THP)
		errx(1, "only %lu are huge pages", mapped_huge(thp_mem));
	return fd;
}

static void thp_found(int fd)
{
	char *mem = map_huge(fd, THP);

	has(fd, THP, THP);
	check_all(mem, THP / page);
	if (mapped_huge(mem) != THP)
		errx(1, "only %lu are huge pages any more", mapped_huge(mem));
}

/* Swapped out, and locked */

#define SWAPPED		(4 * MIB)

static int swapped_make(void)
{
	int fd = new_file(SWAPPED);
	char *mem = map(fd, SWAPPED);
	uint64_t out = 0;

	for (uint64_t i = 0; i < SWAPPED / page; i++)
		((struct mark *)(mem + i * page))->index = i;
	if (madvise(mem, SWAPPED, MADV_PAGEOUT))
		err(1, "MADV_PAGEOUT");
	for (uint64_t i = 0; i < SWAPPED / page; i++)
		out += !(page_entry(mem + i * page) >> 63);
	if (out < SWAPPED / page / 2)
		errx(1, "only %lu pages are swapped out", out);
	munmap(mem, SWAPPED);
	return fd;
}

/* Where they have come back to is known only now. */
static void swapped_during(int fd)
{
	char *mem = map(fd, SWAPPED);

	for (uint64_t i = 0; i < SWAPPED / page; i++) {
		if (((struct mark *)(mem + i * page))->index != i)
			errx(1, "page %lu has come back as another one", i);
		mark(mem, i);
	}
	madvise(mem, SWAPPED, MADV_PAGEOUT);
	check_all(mem, SWAPPED / page);
	munmap(mem, SWAPPED);
}

static void swapped_found(int fd)
{
	has(fd, SWAPPED, SWAPPED);
	check_all(map(fd, SWAPPED), SWAPPED / page);
}

#define LOCKED		(1 * MIB)

static int locked_make(void)
{
	int fd = new_file(LOCKED);
	char *mem = map(fd, LOCKED);

	if (mlock(mem, LOCKED))
		err(1, "mlock");
	mark_all(mem, LOCKED / page);
	return fd;
}

static void locked_found(int fd)
{
	has(fd, LOCKED, LOCKED);
	check_all(map(fd, LOCKED), LOCKED / page);
}

/* Huge pages of the pool: so many of the size that is asked for */

#define POOL_PAGES	4

static uint64_t pool_page;
static char *pool_mem;

static int pool_file(unsigned int shift)
{
	int fd = memfd_create("pool", MFD_ALLOW_SEALING | MFD_HUGETLB |
				      shift << MFD_HUGE_SHIFT);

	pool_page = 1UL << shift;
	if (fd < 0)
		err(1, "memfd_create");
	return fd;
}

/* The first and the last of the small pages in each huge one, and those around its middle */
static void pool_each(char *mem, uint64_t pages, void (*what)(char *mem, uint64_t index))
{
	uint64_t small = pool_page / page;

	for (uint64_t i = 0; i < pages; i++) {
		what(mem, i * small);
		what(mem, i * small + small / 2 - 1);
		what(mem, i * small + small / 2);
		what(mem, (i + 1) * small - 1);
	}
}

static void pool_check(char *mem, uint64_t index)
{
	check(mem, index);
}

/* The last two pages are reserved by the mapping, and not there. */
static int pool_make(unsigned int shift, uint64_t pages)
{
	int fd = pool_file(shift);

	if (ftruncate(fd, pages << shift))
		err(1, "ftruncate");
	pool_mem = map(fd, pages << shift);
	pool_each(pool_mem, pages > 2 ? pages - 2 : pages, mark);
	if (lseek(fd, 4711, SEEK_SET) != 4711 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW))
		err(1, "the file's state");
	return fd;
}

static void pool_during(int fd, uint64_t pages)
{
	uint64_t bytes = pages * pool_page;

	denied("to grow", ftruncate(fd, bytes + pool_page));
	denied("to shrink", ftruncate(fd, bytes - pool_page));
	denied("to punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				     0, pool_page));
	denied("to allocate", fallocate(fd, 0, bytes, pool_page));
	/* The last page was missing when the file was preserved. */
	pool_each(pool_mem, pages, mark);
}

static void pool_found(int fd, uint64_t pages)
{
	uint64_t bytes = pages * pool_page;
	char *mem;

	has(fd, bytes, bytes);
	if (lseek(fd, 0, SEEK_CUR) != 4711 || fcntl(fd, F_GET_SEALS) != F_SEAL_GROW)
		errx(1, "at %ld, with seals %#x", lseek(fd, 0, SEEK_CUR),
		     fcntl(fd, F_GET_SEALS));
	mem = map(fd, bytes);
	pool_each(mem, pages, pool_check);
	munmap(mem, bytes);
}

static int huge_make(void)
{
	return pool_make(21, POOL_PAGES);
}

static void huge_during(int fd)
{
	pool_during(fd, POOL_PAGES);
}

static void huge_found(int fd)
{
	pool_page = 1UL << 21;
	pool_found(fd, POOL_PAGES);
}

static int gigantic_make(void)
{
	return pool_make(30, 1);
}

static void gigantic_during(int fd)
{
	pool_during(fd, 1);
}

static void gigantic_found(int fd)
{
	pool_page = 1UL << 30;
	pool_found(fd, 1);
}

/* More than the pool has */
static int too_huge_make(void)
{
	int fd = pool_file(21);

	if (ftruncate(fd, FAR))
		err(1, "ftruncate");
	return fd;
}

/* Much, of pages of all kinds */

static uint64_t large = 1024 * MIB;

static int large_fill(int fd)
{
	if (ftruncate(fd, large))
		err(1, "ftruncate");
	mark_all(map(fd, large), large / page);
	return fd;
}

static int large_make(void)
{
	return large_fill(new_file(0));
}

static int large_thp_make(void)
{
	int fd = new_file(large);

	mark_all(map_huge(fd, large), large / page);
	return fd;
}

static int large_huge_make(void)
{
	return large_fill(pool_file(21));
}

static int large_gigantic_make(void)
{
	return large_fill(pool_file(30));
}

static void large_found(int fd)
{
	has(fd, large, large);
	check_all(map(fd, large), large / page);
}

static void large_thp_found(int fd)
{
	char *mem = map_huge(fd, large);

	has(fd, large, large);
	check_all(mem, large / page);
	if (mapped_huge(mem) < large * 9 / 10)
		errx(1, "only %lu are huge pages any more", mapped_huge(mem));
}

/* With memory tags (MTE), which do not come along */

#ifdef __aarch64__
#include <sys/prctl.h>

#ifndef PROT_MTE
#define PROT_MTE	0x20
#endif
#define TAG_SHIFT	56
#define TAG_GRANULE	16UL
#define TAGGED_PAGES	64

static char *map_tagged(int fd)
{
	char *mem = mmap(NULL, TAGGED_PAGES * page, PROT_READ | PROT_WRITE | PROT_MTE,
			 MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED)
		err(1, "mmap with tags");
	return mem;
}

static unsigned int tag_of(const char *mem)
{
	asm volatile(".arch armv8.5-a+memtag\n\tldg %0, [%0]" : "+r"(mem) : : "memory");
	return (uintptr_t)mem >> TAG_SHIFT & 15;
}

static void set_tag(const char *mem, uint64_t tag)
{
	uintptr_t tagged = (uintptr_t)mem | tag << TAG_SHIFT;

	asm volatile(".arch armv8.5-a+memtag\n\tstg %0, [%0]" : : "r"(tagged) : "memory");
}

static uint64_t page_tag(uint64_t index)
{
	return 1 + index % 15;
}

/*
 * Each page gets a tag, for all of it: QEMU 7.2 has one for the whole page, or nearly so.
 * None has one before, as memory begins.
 */
static void tag_all(int fd)
{
	const char *mem = map_tagged(fd), *end = mem + TAGGED_PAGES * page, *at;

	for (at = mem; at < end; at += TAG_GRANULE)
		if (tag_of(at))
			errx(1, "%#lx has tag %u already", at - mem, tag_of(at));
	for (at = mem; at < end; at += TAG_GRANULE)
		set_tag(at, page_tag((at - mem) / page));
	for (at = mem; at < end; at += TAG_GRANULE)
		if (tag_of(at) != page_tag((at - mem) / page))
			errx(1, "%#lx has tag %u", at - mem, tag_of(at));
}

static int tagged_make(void)
{
	int fd = new_file(TAGGED_PAGES * page);

	/* Accesses without tags are no faults */
	if (prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0))
		err(1, "PR_SET_TAGGED_ADDR_CTRL");
	mark_all(map(fd, TAGGED_PAGES * page), TAGGED_PAGES);
	tag_all(fd);
	return fd;
}

static void tagged_found(int fd)
{
	const char *mem = map(fd, TAGGED_PAGES * page);

	has(fd, TAGGED_PAGES * page, TAGGED_PAGES * page);
	check_all(mem, TAGGED_PAGES);
	tag_all(fd);
	check_all(mem, TAGGED_PAGES);
}
#endif

static void nothing(int fd)
{
	(void)fd;
}

static const struct memfd_case {
	const char *name;
	int (*make)(void);
	void (*during)(int fd);
	void (*late)(void);
	void (*found)(int fd);
} cases[] = {
	{ "far", far_make, nothing, NULL, far_found },
	{ "holes", holes_make, holes_during, holes_late, holes_found },
	{ "filled", filled_make, filled_during, NULL, filled_found },
	{ "denied", denied_make, denied_during, NULL, denied_found },
	{ "thp", thp_make, nothing, NULL, thp_found },
	{ "swapped", swapped_make, swapped_during, NULL, swapped_found },
	{ "locked", locked_make, nothing, NULL, locked_found },
	{ "large", large_make, nothing, NULL, large_found },
	{ "large-thp", large_thp_make, nothing, NULL, large_thp_found },
	{ "large-huge", large_huge_make, nothing, NULL, large_found },
	{ "large-gigantic", large_gigantic_make, nothing, NULL, large_found },
	{ "huge", huge_make, huge_during, NULL, huge_found },
	{ "gigantic", gigantic_make, gigantic_during, NULL, gigantic_found },
	{ "too-huge", too_huge_make, nothing, NULL, nothing },
#ifdef __aarch64__
	{ "tagged", tagged_make, nothing, NULL, tagged_found },
#endif
	{ NULL, NULL, NULL, NULL, NULL },
};

/* A case, which may be NAME=BYTES */
static const struct memfd_case *the_case(const char *name, uint64_t *token)
{
	size_t len = strcspn(name, "=");

	if (name[len])
		large = strtoull(name + len + 1, NULL, 0) * MIB;
	for (*token = 0; cases[*token].name; (*token)++)
		if (!strncmp(cases[*token].name, name, len) && !cases[*token].name[len])
			return &cases[*token];
	errx(1, "what is %s?", name);
}

static void say(const char *word)
{
	printf("%s\n", word);
	fflush(stdout);
}

static void preserve(int session, const char *name, int fd)
{
	uint64_t token;
	const struct memfd_case *the = the_case(name, &token);

	if (luo_preserve(session, fd, token))
		err(1, "%s is not preserved", name);
	the->during(fd);
}

static int wait_and_write(char **names)
{
	uint64_t token;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say("kept");
	while (!sigwait(&set, &sig) && sig == SIGUSR1) {
		for (char **name = names; *name; name++)
			if (the_case(*name, &token)->late)
				the_case(*name, &token)->late();
		say("written");
	}
	return 0;
}

static int keep(const char *session_name, char **names)
{
	int session = luo_create(session_name);
	uint64_t token;

	if (session < 0)
		err(1, "create");
	for (char **name = names; *name; name++)
		preserve(session, *name, the_case(*name, &token)->make());
	return wait_and_write(names);
}

static int retrieve(int session, const char *name)
{
	uint64_t token;
	const struct memfd_case *the = the_case(name, &token);
	int fd = luo_retrieve_fd(session, token);

	if (fd < 0)
		err(1, "%s is not retrieved", name);
	the->found(fd);
	return fd;
}

static int find(const char *session_name, char **names)
{
	int session = luo_retrieve(session_name);

	if (session < 0)
		err(1, "retrieve");
	for (; *names; names++)
		close(retrieve(session, *names));
	if (luo_finish(session))
		err(1, "finish");
	say("found");
	return 0;
}

/* What is not named is discarded. */
static int keep_again(const char *session_name, char **names)
{
	int session = luo_retrieve(session_name), fds[64], n = 0;

	if (session < 0)
		err(1, "retrieve");
	for (char **name = names; *name; name++)
		fds[n++] = retrieve(session, *name);
	if (luo_finish(session))
		err(1, "finish");
	session = luo_create(session_name);
	if (session < 0)
		err(1, "create");
	for (n = 0; names[n]; n++) {
		uint64_t token;

		the_case(names[n], &token);
		if (luo_preserve(session, fds[n], token))
			err(1, "%s is not preserved again", names[n]);
	}
	return wait_and_write(names);
}

static int keep_refused(const char *session_name, const char *name, int error)
{
	int session = luo_create(session_name), fd;
	uint64_t token;

	if (session < 0)
		err(1, "create");
	fd = the_case(name, &token)->make();
	if (!luo_preserve(session, fd, token) || errno != error)
		err(1, "%s is not refused with %d", name, error);
	say("refused");
	return 0;
}

int main(int argc, char **argv)
{
	page = sysconf(_SC_PAGESIZE);
	if (argc < 3)
		errx(1, "what?");
	if (!strcmp(argv[1], "keep"))
		return keep(argv[2], argv + 3);
	if (!strcmp(argv[1], "find"))
		return find(argv[2], argv + 3);
	if (!strcmp(argv[1], "again"))
		return keep_again(argv[2], argv + 3);
	if (argc == 5 && !strcmp(argv[1], "refused"))
		return keep_refused(argv[2], argv[3], atoi(argv[4]));
	errx(1, "what is %s?", argv[1]);
}
