// SPDX-License-Identifier: GPL-2.0-only
/*
 * A memfd that came, in user space: what tells of it is damaged, and read by the kernel's
 * own code.
 *
 * Whatever came, the file is there or it is not; what was taken is given back when the file
 * is gone; what was not taken is not touched.
 */
#include <stdio.h>

#include "check.h"
#include "luo_kernel.h"

#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>

#include "../../../kernel/liveupdate/kho_claim.h"

#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define MAX_LFS_FILESIZE	0x7fffffffffffffffLL
#define DIV_ROUND_UP_ULL	DIV_ROUND_UP
#define IS_ALIGNED(n, to)	(!((n) % (to)))
#define PAGEVEC_SIZE		31UL
#define VM_NORESERVE		0
#define FMODE_LSEEK		1
#define FMODE_PREAD		2
#define FMODE_PWRITE		4
#ifndef O_LARGEFILE
#define O_LARGEFILE		0
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE	0x10
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC		0x20
#endif
#define cond_resched()		((void)0)

/* A folio is its page, so that what is written to it is written there. */
struct folio {
	u64 index;
};

#define folio_nr_pages(folio)	((void)(folio), 1UL)
#define folio_size(folio)	((void)(folio), PAGE_SIZE)
#define folio_zero_range(folio, at, size) memset((char *)(folio) + (at), 0, size)

struct folio_batch {
	unsigned char nr;
	struct folio *folios[PAGEVEC_SIZE];
};

#define folio_batch_init(fbatch)	((void)((fbatch)->nr = 0))
#define folio_batch_count(fbatch)	((fbatch)->nr)

static void folios_put(struct folio_batch *fbatch)
{
	while (fbatch->nr)
		folio_put(fbatch->folios[--fbatch->nr]);
}

/* The file: there is one at a time. */
#define FILE_PAGES	16

static struct inode {
	unsigned int i_mode;
	unsigned int seals;
	loff_t size;
	struct folio *folios[FILE_PAGES];
} the_inode;

#define file_inode(file)	((struct inode *)(file)->private_data)
#define SHMEM_I(inode)		(inode)
#define i_size_write(inode, n)	((void)((inode)->size = (n)))

static struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	(void)name;
	(void)flags;
	memset(&the_inode, 0, sizeof(the_inode));
	the_inode.i_mode = 0777;
	the_inode.size = size;
	return sim_file(&the_inode);
}

static void close_file(struct file *file)
{
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		if (the_inode.folios[i])
			folio_put(the_inode.folios[i]);
	fput(file);
}

#define fput			close_file

static int memfd_fcntl(struct file *file, unsigned int cmd, unsigned int seals)
{
	(void)cmd;
	file_inode(file)->seals |= seals;
	return 0;
}

static int shmem_add_folios(struct inode *inode, struct folio_batch *fbatch)
{
	for (unsigned int i = 0; i < fbatch->nr; i++) {
		u64 index = fbatch->folios[i]->index;

		if (index < FILE_PAGES && !inode->folios[index]) {
			inode->folios[index] = fbatch->folios[i];
			continue;
		}
		memmove(fbatch->folios, fbatch->folios + i,
			(fbatch->nr - i) * sizeof(*fbatch->folios));
		fbatch->nr -= i;
		return index < FILE_PAGES ? -EEXIST : -ENOSPC;
	}
	fbatch->nr = 0;
	return 0;
}

/* KHO */

unsigned int kho_restore_folios(const phys_addr_t *phys, struct folio **folios,
				unsigned int nr)
{
	unsigned int done = 0;

	while (done < nr && (folios[done] = kho_restore_folio(phys[done])))
		done++;
	return done;
}

static bool claim_area(struct kho_claim *claim, const struct kho_vmalloc *desc)
{
	u32 left = desc->total_pages;
	u64 phys = desc->first, i;

	for (; phys; phys = ((struct kho_vmalloc_chunk *)phys_to_virt(phys))->next) {
		const struct kho_vmalloc_chunk *chunk = phys_to_virt(phys);

		if (kho_claim_run(claim, phys, 1))
			return false;
		for (i = 0; i < KHO_VMALLOC_CHUNK_ENTRIES && chunk->phys[i]; i++)
			if (!left-- || kho_claim_run(claim, chunk->phys[i], 1))
				return false;
	}
	return !left;
}

/* The area is a copy, of which nobody reads more than there is; its pages are free. */
static void *copy_area(const struct kho_vmalloc *desc)
{
	char *area = malloc(desc->total_pages * PAGE_SIZE);
	u64 phys = desc->first, next, i, nr = 0;

	for (; phys; phys = next) {
		struct kho_vmalloc_chunk *chunk = phys_to_virt(phys);

		for (i = 0; i < KHO_VMALLOC_CHUNK_ENTRIES && chunk->phys[i]; i++) {
			memcpy(area + nr++ * PAGE_SIZE, phys_to_virt(chunk->phys[i]), PAGE_SIZE);
			folio_put(phys_to_virt(chunk->phys[i]));
		}
		next = chunk->next;
		free_page((unsigned long)chunk);
	}
	return area;
}

void *kho_restore_vmalloc(const struct kho_vmalloc *desc)
{
	struct kho_claim claim;

	if (!desc->total_pages || desc->total_pages > SIM_PAGES || desc->order ||
	    desc->flags != KHO_VMALLOC_ALLOC)
		return NULL;
	kho_claim_begin(&claim);
	if (!claim_area(&claim, desc)) {
		kho_claim_cancel(&claim);
		return NULL;
	}
	kho_claim_commit(&claim);
	return copy_area(desc);
}

#define vfree(area)		free((void *)(area))

#include "memfd_came.c"

/* What came: the header, the chunk, the array, pages; and one that is another's */
enum { HEADER = 3, CHUNK = 5, ARRAY = 7, DATA = 9, OTHER = 30 };
#define NR_DATA		5

static u64 phys_of(unsigned int page)
{
	return SIM_BASE + page * PAGE_SIZE;
}

static void come(void)
{
	struct memfd_luo_folio_ser *entries = phys_to_virt(phys_of(ARRAY));
	struct kho_vmalloc_chunk *chunk = phys_to_virt(phys_of(CHUNK));
	struct memfd_luo_ser *ser = phys_to_virt(phys_of(HEADER));

	for (unsigned int i = 0; i < SIM_PAGES; i++) {
		sim_set_page(i, SIM_OURS);
		memset(phys_to_virt(phys_of(i)), i, PAGE_SIZE);
	}
	memset(entries, 0, PAGE_SIZE);
	memset(chunk, 0, PAGE_SIZE);
	*ser = (struct memfd_luo_ser) {
		.pos = 77,
		.size = NR_DATA * PAGE_SIZE,
		.seals = F_SEAL_SHRINK,
		.nr_folios = NR_DATA,
		.folios = { phys_of(CHUNK), 1, KHO_VMALLOC_ALLOC, 0 },
	};
	chunk->phys[0] = phys_of(ARRAY);
	for (unsigned int i = 0; i < NR_DATA; i++)
		entries[i] = (struct memfd_luo_folio_ser) {
			phys_of(DATA + i) >> PAGE_SHIFT, MEMFD_LUO_FOLIO_UPTODATE, i
		};
}

/* As the boot of the next kernel finds it */
static void boot(void)
{
	for (unsigned int i = 0; i < SIM_PAGES; i++) {
		bool came = i == HEADER || i == CHUNK || i == ARRAY || i == OTHER ||
			    (i >= DATA && i < DATA + NR_DATA);

		sim_set_page(i, came ? SIM_PRESERVED : SIM_FREE);
	}
}

/* Returns what the file's handler says; it, or what is left of it, is given up. */
static int take(u64 header, bool retrieve)
{
	struct liveupdate_file_op_args args = { .serialized_data = header };
	int err = 0;

	if (retrieve) {
		err = memfd_luo_retrieve(&args);
		args.retrieve_status = err ?: 1;
		CHECK(!err == !!args.file);
	}
	memfd_luo_finish(&args);
	if (args.file)
		close_file(args.file);
	CHECK(!sim_count(SIM_CLAIMED) && !sim_count(SIM_OURS));
	return err;
}

#ifndef FUZZ
static void test_whole(void)
{
	struct liveupdate_file_op_args args = { .serialized_data = phys_of(HEADER) };

	come();
	boot();
	CHECK(!memfd_luo_retrieve(&args));
	CHECK(the_inode.size == NR_DATA * PAGE_SIZE && the_inode.seals == F_SEAL_SHRINK &&
	      args.file->f_pos == 77);
	for (unsigned int i = 0; i < NR_DATA; i++)
		CHECK(the_inode.folios[i] == phys_to_virt(phys_of(DATA + i)));
	args.retrieve_status = 1;
	memfd_luo_finish(&args);
	close_file(args.file);
	CHECK(sim_count(SIM_PRESERVED) == 1 && !sim_count(SIM_OURS));
}

static void test_unwanted(void)
{
	come();
	boot();
	CHECK(!take(phys_of(HEADER), false));
	CHECK(sim_count(SIM_PRESERVED) == 1);
}

static void test_seals(void)
{
	struct memfd_luo_ser *ser = phys_to_virt(phys_of(HEADER));

	for (unsigned int bit = 0; bit < 32; bit++) {
		bool known = MEMFD_LUO_SEALS & BIT(bit);

		come();
		ser->seals = BIT(bit);
		boot();
		CHECK(take(phys_of(HEADER), true) == (known ? 0 : -EOPNOTSUPP));
		CHECK(!known || the_inode.seals == BIT(bit));
		CHECK(the_inode.i_mode == (BIT(bit) == F_SEAL_EXEC ? 0666 : 0777) || !known);
		CHECK(sim_count(SIM_PRESERVED) == 1);
	}
}

/* Each word in each way: numbers, addresses of all pages and their like in entries */
static u64 wrong_word(unsigned int way, u64 right)
{
	static const u64 numbers[] = { 0, 1, ~0ULL, 1ULL << 63, 1ULL << 46, 1ULL << 34 };

	if (way < ARRAY_SIZE(numbers))
		return numbers[way];
	way -= ARRAY_SIZE(numbers);
	switch (way) {
	case 0: return right + 1;
	case 1: return right - 1;
	case 2: return right ^ 1ULL << 32;
	case 3: return right << 8;
	}
	way -= 4;
	if (way < SIM_PAGES)
		return phys_of(way);
	return phys_of(way - SIM_PAGES) >> PAGE_SHIFT;
}

#define WAYS		(10 + 2 * SIM_PAGES)

static void test_damage(void)
{
	static const unsigned int places[] = { HEADER, CHUNK, ARRAY };
	unsigned int taken = 0;

	for (unsigned int p = 0; p < ARRAY_SIZE(places); p++)
		for (unsigned int at = 0; at < 12; at++)
			for (unsigned int way = 0; way < 2 * WAYS; way++) {
				char *where = phys_to_virt(phys_of(places[p]) + at * 4);
				u64 word;

				come();
				memcpy(&word, where, sizeof(word));
				word = wrong_word(way / 2, word);
				memcpy(where, &word, sizeof(word));
				boot();
				taken += !take(phys_of(HEADER), way % 2);
			}
	CHECK(taken);
}

static bool is_preserved(u64 phys)
{
	u64 page = (phys - SIM_BASE) / PAGE_SIZE;

	return PAGE_ALIGNED(phys) && phys >= SIM_BASE && page < SIM_PAGES &&
	       sim_pages[page] == SIM_PRESERVED;
}

static void test_header(void)
{
	for (unsigned int way = 0; way < WAYS; way++) {
		u64 header = wrong_word(way, phys_of(HEADER));
		bool there;
		int err;

		come();
		/* A page of zeros is the header of an empty file. */
		memset(phys_to_virt(phys_of(OTHER)), 0, PAGE_SIZE);
		boot();
		there = is_preserved(header);
		err = take(header, true);
		CHECK(there || err == -ENOENT);
		CHECK(header != phys_of(OTHER) || !err);
	}
}

static const struct check checks[] = {
	{ "all of it comes", test_whole },
	{ "and is free when nobody wants it", test_unwanted },
	{ "seals that are known, and others", test_seals },
	{ "each word is wrong in every way", test_damage },
	{ "the header is not where it is said to be", test_header },
};
#endif

static void setup(void)
{
	sim_memory = aligned_alloc(PAGE_SIZE, SIM_PAGES * PAGE_SIZE);
}

#ifdef FUZZ
/* Words that are written over: place, offset, value */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const unsigned int places[] = { HEADER, CHUNK, ARRAY };
	u64 value;

	if (!sim_memory)
		setup();
	come();
	for (; size >= 10; size -= 10, data += 10) {
		memcpy(&value, data + 2, sizeof(value));
		/* Small numbers are pages, every other time. */
		if (data[0] & 0x80)
			value = phys_of(value % SIM_PAGES);
		if (data[0] & 0x40)
			value >>= PAGE_SHIFT;
		memcpy((char *)phys_to_virt(phys_of(places[data[0] % 3])) + data[1] % 128,
		       &value, sizeof(value));
	}
	boot();
	take(phys_of(HEADER), !(size & 1));
	if (check_failed)
		abort();
	return 0;
}
#else
int main(void)
{
	int ret;

	setup();
	ret = check_run("memfd", checks, ARRAY_SIZE(checks));
	free(sim_memory);
	return ret;
}
#endif
