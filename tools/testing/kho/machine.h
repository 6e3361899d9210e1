/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine with two nodes, in which one kernel hands over to another.
 *
 * Its RAM is this process's memory, SIM_OFFSET above the physical addresses; only
 * pages that are touched cost anything, so that it may be large. The code of both
 * kernels is the real one: the old kernel's tree and FDT are written by what
 * writes them, the new one's early boot and memblock read them. Beside it runs a
 * plain model, which knows of each page whose it is.
 */
#ifndef _KHO_MACHINE_H
#define _KHO_MACHINE_H

#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/types.h>

#include "../../../kernel/liveupdate/kho_claim.h"
#include "../../../kernel/liveupdate/kho_fdt.h"
#include "../../../kernel/liveupdate/kho_memory.h"
#include "../../../kernel/liveupdate/kho_preserve.h"
#include "../../../kernel/liveupdate/kho_scratch.h"
#include "../../../kernel/liveupdate/kho_state.h"
#include "../../../kernel/liveupdate/kho_subtree.h"

/* The plain machine grows with the pages, to have as many of them */
#define SIM_SCALE(size)	((u64)(size) << (PAGE_SHIFT - 12))
#if PAGE_SHIFT == 12
#define SIM_BASE	0x10000000UL
#elif PAGE_SHIFT == 14
#define SIM_BASE	0x40000000UL
#else
#define SIM_BASE	0x20000000UL
#endif
#define SIM_AT(offset)	(SIM_BASE + SIM_SCALE(offset))

/* Its addresses, and those between them that are no RAM */
#define SIM_END		SIM_AT(0x10000000UL)
#define SIM_HOLE	SIM_AT(0x4000000UL)
#define SIM_HOLE_END	SIM_AT(0x4800000UL)
/* Node 1 begins where node 0 ends */
#define SIM_NODE1	SIM_AT(0x8000000UL)
#define SIM_PAGES	((SIM_END - SIM_BASE) >> PAGE_SHIFT)

/* What is reserved before the first hook, some of it in scratch */
/* RAM that has no mapping in the new kernel */
#define SIM_NOMAP	SIM_AT(0xec00000UL)
#define SIM_NOMAP_SIZE	SIM_SCALE(0x100000UL)
#define SIM_FIRMWARE	SIM_BASE
#define SIM_FIRMWARE_SIZE	SIM_SCALE(0x100000UL)
#define SIM_KERNEL	SIM_AT(0x900000UL)
#define SIM_KERNEL_SIZE	SIM_SCALE(0x200000UL)
#define SIM_INITRD	SIM_AT(0x5100000UL)
#define SIM_INITRD_SIZE	SIM_SCALE(0x80000UL)

/* Two of its scratch areas, of SIM_SCALE(8M) as all are */
#define SIM_SCRATCH_1	SIM_AT(0x5000000UL)
#define SIM_SCRATCH_2	SIM_AT(0x7000000UL)

#define SIM_SCRATCH_AREAS	4
#define SIM_BANKS		8
#define SIM_ZONES		2

/* No machine has an address above this one */
#define SIM_SPAN	SIM_SCALE(1UL << 38)

/**
 * struct layout - what memory a machine has
 * @name: for people
 * @bank: ranges of memory by ascending address; all that is no more is empty
 * @border: node 1 begins here
 * @zone: where a zone begins, in the middle of a node; 0 for none
 * @scratch: what the old kernel has set aside
 * @firmware: where SIM_FIRMWARE_SIZE bytes are reserved
 * @kernel: where the new kernel lies
 * @initrd: where its initrd lies
 * @home: what the old kernel allocates from; everywhere for none
 */
struct layout {
	const char *name;
	struct bank {
		phys_addr_t start;
		phys_addr_t end;
		bool nomap;
	} bank[SIM_BANKS];
	phys_addr_t border;
	phys_addr_t zone[SIM_ZONES];
	struct kho_scratch scratch[SIM_SCRATCH_AREAS];
	phys_addr_t firmware;
	phys_addr_t kernel;
	phys_addr_t initrd;
	struct bank home;
};

/* The machine that there is, and one as plain as can be */
extern const struct layout *sim_layout, sim_plain;
/* Where node 1 lies; the next kernel may be told of other addresses */
extern phys_addr_t sim_border, sim_border_end;

#define sim_scratch	(sim_layout->scratch)

#define sim_for_each_bank(b)						\
	for (const struct bank *(b) = sim_layout->bank;			\
	     (b) < sim_layout->bank + SIM_BANKS && (b)->end; (b)++)

/* All pages of the machine, by their numbers */
#define sim_for_each_page(nr)						\
	sim_for_each_bank(_bank)					\
		for (unsigned long nr = _bank->start >> PAGE_SHIFT;	\
		     nr < _bank->end >> PAGE_SHIFT; nr++)

enum owner {
	NO_RAM,
	FREE,
	FIRMWARE,	/* and the new kernel's image and initrd */
	SCRATCH,
	KEPT,		/* preserved: by producers, for blobs and FDT */
	NODE,		/* of the memory map */
};

/**
 * struct shape - what kind of handover the old kernel makes
 * @name: for people
 * @seed: of chance
 * @blocks: how many blocks producers preserve, at most
 * @max_order: of these blocks
 * @subtrees: how many blobs
 * @fdt_pages: of the FDT, a power of two
 * @checksums: as this project writes it, or as mainline does
 * @touching: blocks lie side by side
 * @node_border: preserved blocks meet where the nodes do
 * @no_area: the scratch list has an entry that is no area, as mainline writes it
 * @bitmaps: as kernels that know kho-v1 alone write it
 * @more: preserves what is not left to chance, with machine_preserve()
 */
struct shape {
	const char *name;
	unsigned int seed;
	unsigned int blocks;
	unsigned int max_order;
	unsigned int subtrees;
	unsigned int fdt_pages;
	bool checksums;
	bool touching;
	bool node_border;
	bool no_area;
	bool bitmaps;
	unsigned int on_demand;
	void (*more)(void);
};

/* What the old kernel passes on */
struct passed {
	u64 fdt;
	u64 fdt_size;
	u64 scratch;
	u64 scratch_size;
	/* The setup_data record that says so, and its size; 0 for without one */
	u64 record;
	u64 record_len;
};

/* All that an old kernel left, for many boots; see machine_save() */
struct saved {
	struct passed passed;
	struct kho_radix_node *root;
	unsigned char owner[SIM_PAGES];		/* of the plain machine */
	unsigned int nr_pages;
	struct {
		phys_addr_t phys;
		unsigned char bytes[PAGE_SIZE];
	} page[600];
};

extern struct passed passed;
/* By page; as are all maps from sim_map() */
extern unsigned char *sim_owner;
extern unsigned long sim_crc_bytes;
extern char sim_log[4096];
/* The new kernel is one that was loaded for a crash */
extern bool sim_kdump;
/* kho=demand, or no room for a reserve; set it before kho_memory_init() runs */
extern bool sim_on_demand;
/* Pages that the new kernel gave to its page allocator */
extern unsigned char *sim_buddy;
/* Pages that were marked as kept, one by one */
extern unsigned char *sim_kept;
/* Pages whose struct pages were initialised late, in chunks */
extern unsigned char *sim_inited;
/* Pages that were made CMA */
extern unsigned char *sim_cma;

unsigned int sim_random(unsigned int below);
void *sim_map(size_t size);
void sim_clear(unsigned char *map);
void machine_choose(const struct layout *layout);
void machine_move_border(phys_addr_t border, phys_addr_t end);
void machine_cold(void);
void machine_guard(bool on);
void machine_crowd(bool on);
void machine_fail(unsigned long first, unsigned long count);
unsigned long machine_asked(void);
void machine_record(int cut);
int machine_offline(phys_addr_t start, phys_addr_t size);
void machine_online(phys_addr_t start, phys_addr_t size, bool late);
bool machine_came_later(phys_addr_t phys, unsigned long nr_pages);
void machine_preserve(phys_addr_t base, unsigned int order);
void machine_hand_over(const struct shape *shape);
void machine_kexec(void);
void machine_boot_early(void);
void machine_boot_open(void);
void machine_boot_all(void);

/* For damage: what the old kernel left */
void *machine_fdt(void);
phys_addr_t machine_take(unsigned int order, enum owner owner);
struct kho_radix_node *machine_root(void);
/* The first chunk, where the map is of bitmaps */
extern struct kho_v1_chunk *machine_chunk;
struct kho_radix_leaf *machine_leaf(u64 key, bool create);
void machine_add_key(u64 key);
void machine_sum(void);
void machine_save(struct saved *saved);
void machine_restore(const struct saved *saved);
phys_addr_t machine_block(unsigned int nr, unsigned int *order);
phys_addr_t machine_free_page(void);

static inline unsigned long sim_index(phys_addr_t phys)
{
	return phys >> PAGE_SHIFT;
}

static inline bool sim_is_ram(phys_addr_t phys)
{
	return phys < SIM_SPAN && sim_owner[sim_index(phys)] != NO_RAM;
}

static inline int sim_nid(phys_addr_t phys)
{
	return phys >= sim_border && phys < sim_border_end;
}

/* Zones of a node count from 0 */
static inline unsigned int sim_zone(phys_addr_t phys)
{
	unsigned int zone = 0;

	for (unsigned int i = 0; i < SIM_ZONES; i++)
		zone += sim_layout->zone[i] && phys >= sim_layout->zone[i];
	return zone;
}

/* machine_*.c beside the files that they reset */
void sim_reset_log(void);
void sim_reset_early(void);
extern int (*sim_initcall_kho_give_nodes)(void);
void sim_reset_gaps(void);
void sim_reset_memblock(void);
void sim_reset_memory(void);
void sim_remember(u64 boot_bytes);
bool sim_remembered_whole(void);
phys_addr_t sim_remembered(unsigned int nr, size_t *size);
void sim_reset_scratch(void);
void sim_reset_subtrees(void);
phys_addr_t sim_tables(size_t *size);
unsigned long sim_node_limit(void);
unsigned int sim_nr_subtrees(void);
phys_addr_t sim_subtrees(size_t *size);
extern int (*sim_initcall_kho_scratch_count)(void);
extern int (*sim_param_kho_scratch_setup)(char *arg);
extern int (*sim_param_kho_bootmem_setup)(char *arg);

#endif /* _KHO_MACHINE_H */
