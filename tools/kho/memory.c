// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

/* No machine has memory beyond this. */
#define END_OF_MEMORY	0x100000000000000ULL

static void add_ram(struct memory *memory, uint64_t start, uint64_t end)
{
	if (start >= end || end > END_OF_MEMORY)
		return;
	memory->ram = xgrow(memory->ram, (memory->nr_ram + 1) * sizeof(*memory->ram));
	memory->ram[memory->nr_ram++] = (struct range){ start, end };
}

/* All addresses in it are 0 for everybody but root. */
static void read_iomem(struct memory *memory)
{
	char *line, *rest;
	struct blob blob;

	if (source_read("/proc/iomem", &blob))
		return;
	for (rest = blob.data; (line = strsep(&rest, "\n"));) {
		unsigned long long start, end;
		char what[16];

		if (sscanf(line, "%llx-%llx : %15[^\n]", &start, &end, what) == 3 &&
		    !strcmp(what, "System RAM") && line[0] != ' ' && end)
			add_ram(memory, start, end + 1);
	}
	free(blob.data);
}

static struct node *get_node(struct memory *memory, unsigned int id)
{
	size_t i;

	for (i = 0; i < memory->nr_nodes; i++)
		if (memory->nodes[i].id == id)
			return &memory->nodes[i];
	memory->nodes = xgrow(memory->nodes,
			      (memory->nr_nodes + 1) * sizeof(*memory->nodes));
	memory->nodes[memory->nr_nodes] = (struct node){ id, { UINT64_MAX, 0 } };
	return &memory->nodes[memory->nr_nodes++];
}

static void add_to_node(struct node *node, uint64_t start, uint64_t end)
{
	node->span.start = MIN(node->span.start, start);
	node->span.end = MAX(node->span.end, end);
}

static void add_zone(struct memory *memory, unsigned int id, uint64_t pfn,
		     uint64_t spanned)
{
	uint64_t page = page_size(), limit = END_OF_MEMORY / page;

	if (spanned && pfn < limit && spanned < limit - pfn)
		add_to_node(get_node(memory, id), pfn * page, (pfn + spanned) * page);
}

/* Each zone tells its "spanned" before its "start_pfn". */
static void read_zoneinfo(struct memory *memory)
{
	unsigned long long spanned = 0, pfn;
	unsigned int id = 0;
	char *line, *rest;
	struct blob blob;

	if (source_read("/proc/zoneinfo", &blob))
		return;
	for (rest = blob.data; (line = strsep(&rest, "\n"));) {
		if (sscanf(line, "Node %u,", &id) == 1)
			spanned = 0;
		else if (sscanf(line, " spanned %llu", &spanned) != 1 &&
			 sscanf(line, " start_pfn: %llu", &pfn) == 1)
			add_zone(memory, id, pfn, spanned);
	}
	free(blob.data);
}

static int by_id(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Where /proc tells nothing of memory, it is what scratch and pieces span. */
static void make_node(struct memory *memory)
{
	struct node *node;
	size_t i;

	if (!memory->nr_scratch && !memory->nr_pieces)
		return;
	node = get_node(memory, 0);
	for (i = 0; i < memory->nr_scratch; i++) {
		const struct area *area = &memory->scratch[i];

		add_to_node(node, area->start, area->start + area->size);
	}
	for (i = 0; i < memory->nr_pieces; i++)
		add_to_node(node, memory->pieces[i].start,
			    memory->pieces[i].start + memory->piece_size);
}

static void read_density(struct memory *memory)
{
	unsigned long long start, preserved, unclaimed, next = 0;
	struct blob blob;
	char *at;
	int len;

	if (kho_read("density", &blob))
		return;
	for (at = blob.data; sscanf(at, "%llx %llx %llx\n%n", &start, &preserved,
				    &unclaimed, &len) == 3; at += len) {
		if (start < next || start >= END_OF_MEMORY)
			break;
		next = start + 1;
		memory->pieces = xgrow(memory->pieces, (memory->nr_pieces + 1) *
				       sizeof(*memory->pieces));
		memory->pieces[memory->nr_pieces++] = (struct piece){
			start, preserved, unclaimed
		};
	}
	free(blob.data);
	if (memory->nr_pieces > 1)
		memory->piece_size = memory->pieces[1].start - memory->pieces[0].start;
}

void memory_read(struct memory *memory)
{
	uint64_t enabled = 1;
	size_t i;

	*memory = (struct memory){};
	kho_number("enabled", &enabled);
	memory->nr_scratch = kho_scratch(&memory->scratch, &memory->known);
	for (i = 0; i < memory->nr_scratch; i++)
		if (memory->scratch[i].start >= END_OF_MEMORY ||
		    memory->scratch[i].size > END_OF_MEMORY)
			memory->known = false;
	memory->known &= enabled;
	if (!memory->known)
		return;
	read_density(memory);
	read_iomem(memory);
	read_zoneinfo(memory);
	if (!memory->nr_nodes)
		make_node(memory);
	qsort(memory->nodes, memory->nr_nodes, sizeof(*memory->nodes), by_id);
	for (i = 0; !memory->nr_ram && i < memory->nr_nodes; i++)
		add_ram(memory, memory->nodes[i].span.start, memory->nodes[i].span.end);
}

static uint64_t overlap(struct range a, uint64_t start, uint64_t end)
{
	start = MAX(a.start, start);
	end = MIN(a.end, end);
	return start < end ? end - start : 0;
}

/* Of what a piece has, the share of a part of it */
static uint64_t share(uint64_t bytes, uint64_t part, uint64_t whole)
{
	return part == whole ? bytes : (double)MIN(bytes, whole) * part / whole;
}

struct part memory_part(const struct memory *memory, struct range range)
{
	struct part part = {};
	size_t i;

	for (i = 0; i < memory->nr_ram; i++)
		part.ram += overlap(range, memory->ram[i].start, memory->ram[i].end);
	for (i = 0; i < memory->nr_scratch; i++)
		part.scratch += overlap(range, memory->scratch[i].start,
					memory->scratch[i].start +
					memory->scratch[i].size);
	for (i = 0; i < memory->nr_pieces; i++) {
		const struct piece *piece = &memory->pieces[i];
		uint64_t common = overlap(range, piece->start,
					  piece->start + memory->piece_size);

		if (!common)
			continue;
		part.preserved += share(piece->preserved, common, memory->piece_size);
		part.unclaimed += share(piece->unclaimed, common, memory->piece_size);
	}
	return part;
}

char picture_char(const struct part *part)
{
	if (part->preserved && part->preserved >= part->ram)
		return '#';
	/* A little is more than nothing, and nearly all is not all. */
	if (part->preserved)
		return '0' + MAX(1, (int)(10.0 * part->preserved / part->ram));
	if (part->unclaimed)
		return 'u';
	if (part->scratch)
		return '=';
	return part->ram ? '.' : ' ';
}

void picture_key(const struct memory *memory)
{
	if (memory->piece_size)
		out_text(". free  = scratch  1-9 tenths preserved  # all  u unclaimed\n");
	else
		out_text(". free  = scratch; this kernel does not tell what is preserved\n");
}
