/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory as a picture has it: ranges of addresses, and what is in each piece of one.
 */
#ifndef __KHO_MEMORY_H
#define __KHO_MEMORY_H

#include "handover.h"

struct range {
	uint64_t start;
	uint64_t end;
};

/* A NUMA node, from its first memory to its last */
struct node {
	unsigned int id;
	struct range span;
};

/* What the kernel tells of a piece of memory, see "density" in sysfs-kernel-kho */
struct piece {
	uint64_t start;
	uint64_t preserved;
	uint64_t unclaimed;
};

/**
 * struct memory - this machine's, or a saved one's
 * @nodes: by number
 * @nr_nodes: how many
 * @ram: where there is any
 * @nr_ram: how many
 * @scratch: areas
 * @nr_scratch: how many
 * @pieces: by address
 * @nr_pieces: how many; fewer than two where this kernel does not tell
 * @piece_size: bytes
 * @known: where scratch lies is known, so that there can be a picture
 */
struct memory {
	struct node *nodes;
	size_t nr_nodes;
	struct range *ram;
	size_t nr_ram;
	struct area *scratch;
	size_t nr_scratch;
	struct piece *pieces;
	size_t nr_pieces;
	uint64_t piece_size;
	bool known;
};

/* How many bytes of a range are what */
struct part {
	uint64_t ram;
	uint64_t scratch;
	uint64_t preserved;
	uint64_t unclaimed;
};

void memory_read(struct memory *memory);
struct part memory_part(const struct memory *memory, struct range range);

/* A picture's character for a part, and what these mean */
char picture_char(const struct part *part);
void picture_key(const struct memory *memory);

#endif /* __KHO_MEMORY_H */
