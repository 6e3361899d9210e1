/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine with two nodes, in which one kernel hands over to another.
 *
 * Its RAM is this process's memory at the same addresses. The code of both
 * kernels is the real one: the old kernel's tree and FDT are written by what
 * writes them, the new one's early boot and memblock read them. Beside it runs a
 * plain model, which knows of each page whose it is.
 */
#ifndef _KHO_MACHINE_H
#define _KHO_MACHINE_H

#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/types.h>

#include "../../../kernel/liveupdate/kho_internal.h"
#include "../../../kernel/liveupdate/kho_validate.h"

/* All addresses, and those between them that are no RAM */
#define SIM_BASE	0x10000000UL
#define SIM_END		0x20000000UL
#define SIM_HOLE	0x14000000UL
#define SIM_HOLE_END	0x14800000UL
/* Node 1 begins where node 0 ends */
#define SIM_NODE1	0x18000000UL
/* and in the new kernel here, up to there; with 0 there is no node 1 */
extern phys_addr_t sim_node1, sim_node1_end;
#define SIM_PAGES	((SIM_END - SIM_BASE) >> PAGE_SHIFT)

/* What is reserved before the first hook, some of it in scratch */
#define SIM_FIRMWARE	0x10000000UL
#define SIM_FIRMWARE_SIZE	0x100000UL

/* RAM that has no mapping in the new kernel */
#define SIM_NOMAP	0x1ec00000UL
#define SIM_NOMAP_SIZE	0x100000UL
#define SIM_KERNEL	0x10900000UL
#define SIM_KERNEL_SIZE	0x200000UL
#define SIM_INITRD	0x15100000UL
#define SIM_INITRD_SIZE	0x80000UL

#define SIM_SCRATCH_AREAS	4
extern const struct kho_scratch sim_scratch[SIM_SCRATCH_AREAS];

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
	unsigned char owner[SIM_PAGES];
	unsigned int nr_pages;
	struct {
		phys_addr_t phys;
		unsigned char bytes[PAGE_SIZE];
	} page[600];
};

extern struct passed passed;
extern unsigned char sim_owner[SIM_PAGES];
extern unsigned long sim_crc_bytes;
extern char sim_log[4096];
/* The new kernel is one that was loaded for a crash */
extern bool sim_kdump;
/* Pages that the new kernel gave to its page allocator */
extern unsigned char sim_buddy[SIM_PAGES];
/* Pages that were marked as kept, one by one */
extern unsigned char sim_kept[SIM_PAGES];
extern unsigned long sim_cma_pages;

unsigned int sim_random(unsigned int below);
void machine_cold(void);
void machine_guard(bool on);
void machine_crowd(bool on);
void machine_fail(unsigned long first, unsigned long count);
unsigned long machine_asked(void);
void machine_record(int cut);
int machine_offline(phys_addr_t start, phys_addr_t size);
void machine_online(phys_addr_t start, phys_addr_t size, bool late);
bool machine_came_later(phys_addr_t phys, unsigned long nr_pages);
void machine_hand_over(const struct shape *shape);
void machine_kexec(void);
void machine_boot_early(void);
void machine_boot_open(void);
void machine_boot_all(void);

/* For damage: what the old kernel left */
void *machine_fdt(void);
phys_addr_t machine_take(unsigned int order, enum owner owner);
struct kho_radix_node *machine_root(void);
struct kho_radix_leaf *machine_leaf(u64 key, bool create);
void machine_add_key(u64 key);
void machine_sum(void);
void machine_save(struct saved *saved);
void machine_restore(const struct saved *saved);
phys_addr_t machine_block(unsigned int nr, unsigned int *order);
phys_addr_t machine_free_page(void);

static inline unsigned long sim_index(phys_addr_t phys)
{
	return (phys - SIM_BASE) >> PAGE_SHIFT;
}

static inline bool sim_is_ram(phys_addr_t phys)
{
	return phys >= SIM_BASE && phys < SIM_END &&
	       sim_owner[sim_index(phys)] != NO_RAM;
}

/* machine_*.c beside the files that they reset */
void sim_reset_early(void);
extern int (*sim_initcall_kho_give_nodes)(void);
void sim_reset_gaps(void);
void sim_reset_memblock(void);
void sim_reset_scratch(void);
void sim_reset_subtrees(void);
unsigned long sim_node_limit(void);
unsigned int sim_nr_subtrees(void);
phys_addr_t sim_subtrees(size_t *size);
extern int (*sim_param_kho_scratch_setup)(char *arg);

#endif /* _KHO_MACHINE_H */
