/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test driver for Kexec HandOver: what its files share, and the format in
 * which one generation tells the next what it preserved.
 */
#ifndef _TEST_KHO_H
#define _TEST_KHO_H

#include <linux/build_bug.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/types.h>

struct kho_vmalloc;

#define TEST_KHO_MAGIC		"testkho1"

/*
 * An entry is one preserved block: the physical address, page aligned, with the
 * order of a folio or the number of pages of a run in the bits beneath.
 */
#define TEST_KHO_CHUNK_ENTRIES	(PAGE_SIZE / sizeof(u64) - 2)

struct test_kho_chunk {
	u64 next;	/* physical address of the next chunk, 0 = last */
	u64 count;
	u64 entry[TEST_KHO_CHUNK_ENTRIES];
};

static_assert(sizeof(struct test_kho_chunk) == PAGE_SIZE);

/* What a block is made of. */
enum test_kho_kind {
	TEST_KHO_FOLIOS,
	TEST_KHO_RUNS,
	TEST_KHO_PAGES,
	TEST_KHO_KINDS,
	/* No blocks, and told apart by the blob. */
	TEST_KHO_AREAS = TEST_KHO_KINDS,
};

/* The blob of a subtree; one page. */
struct test_kho_blob {
	char magic[8];
	u64 seed;
	u64 bytes;
	u64 count;
	u64 first;	/* physical address of the first chunk, 0 = none */
	u32 crc;	/* crc32c of all contents, in the order of the entries */
	u32 kind;
	u32 fill;	/* bytes of each page that are filled */
	u32 generation;
};

/* A set of blocks: allocated here, or restored. */
struct test_kho_set {
	struct test_kho_blob *blob;
	struct test_kho_chunk *last;
	u64 preserved;		/* entries, from the start, that are preserved */
	u64 preserve_ns;
	u64 restore_ns;
};

/* How to allocate a set. */
struct test_kho_plan {
	u64 bytes;
	int order;		/* -1: all of them, mixed */
	unsigned int stride;	/* preserve every so many-th block */
	unsigned int fill;
	u64 seed;
	enum test_kho_kind kind;
};

/* test_kho_main.c */
extern char *test_kho_name;
extern char *test_kho_regions;
extern unsigned long test_kho_seed;
extern unsigned long test_kho_at;
extern bool test_kho_movable;
u64 test_kho_bytes(void);

/* test_kho_set.c */
int test_kho_set_create(struct test_kho_set *set,
			const struct test_kho_plan *plan);
int test_kho_set_preserve(struct test_kho_set *set);
int test_kho_set_restore(struct test_kho_set *set, void *blob, size_t size);
void test_kho_set_destroy(struct test_kho_set *set);
/* Free what was restored and not preserved again. */
void test_kho_set_free(struct test_kho_set *set);

/* test_kho_block.c */
struct test_kho_ops {
	u64 (*alloc)(unsigned int order, u64 index, int nid);
	int (*preserve)(u64 entry);
	void (*unpreserve)(u64 entry);
	struct page *(*restore)(u64 entry);
	const char *(*check)(u64 entry);
	void (*free)(u64 entry);
	unsigned long (*pages)(u64 entry);
};

extern const struct test_kho_ops test_kho_ops[TEST_KHO_KINDS];

static inline phys_addr_t test_kho_phys(u64 entry)
{
	return entry & PAGE_MASK;
}

static inline struct page *test_kho_page(u64 entry)
{
	return pfn_to_page(PHYS_PFN(entry));
}

void test_kho_fill(void *addr, u64 seed, phys_addr_t phys, unsigned int fill);
bool test_kho_verify(const void *addr, u64 seed, phys_addr_t phys,
		     unsigned int fill);

/* test_kho_areas.c: vmalloc areas, kind=vmalloc */
int test_kho_areas_create(const struct test_kho_plan *plan,
			  const char *subtree);
bool test_kho_areas_came(const void *blob, size_t size);
int test_kho_areas_restore(void *blob, const char *subtree, bool keep);
bool test_kho_areas_preserved(void);
void test_kho_areas_destroy(void);

/* test_kho_abi.c: what any program could read */
int test_kho_read_file(const char *path, void *buf, size_t size);
int test_kho_write_file(const char *path, const char *text);
int test_kho_find_subtree(const void *fdt, size_t size, const char *name,
			  u64 *data, u64 *blob_size);
const __be32 *test_kho_find_prop(const void *fdt, size_t size, const char *node,
				 const char *prop);
int test_kho_find_root(void *fdt, size_t fdt_size, u64 *root);
int test_kho_count_nodes(u64 *nodes);

/* test_kho_mainline.c: compiled, and never called */
int test_kho_mainline_preserve(struct folio *folio, struct page *page, void *area);
int test_kho_mainline_restore(void);

/* test_kho_damage.c */
int test_kho_damage(const char *name, unsigned long at);

/* test_kho_luo.c */
int test_kho_luo(const char *how);

/* test_kho_fault.c */
void *test_kho_fault_restore(const struct kho_vmalloc *desc);

/* test_kho_orphan.c */
int test_kho_orphan_create(u64 bytes, u64 seed);
int test_kho_orphan_check(void);
void test_kho_orphan_destroy(void);

/* test_kho_actions.c */
int test_kho_action(const char *name, unsigned long arg);
int test_kho_actions(char *list);
void test_kho_undo_actions(void);

#endif /* _TEST_KHO_H */
