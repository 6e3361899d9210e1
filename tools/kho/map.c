// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho map: what lies where, larger than in kho status, or as a drawing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "output.h"

/* A node is at most so many lines of so many characters, and one more */
#define ROW		64
#define ROWS		16

/* The smallest power of two that makes a node fit, and that pieces can tell apart */
static uint64_t cell_size(const struct memory *memory, const struct node *node)
{
	uint64_t size = page_size();

	while (size < memory->piece_size ||
	       (node->span.end - node->span.start) / size >= ROW * ROWS)
		size *= 2;
	return size;
}

static struct part cell_part(const struct memory *memory, const struct node *node,
			     uint64_t start, uint64_t size)
{
	return memory_part(memory, (struct range){
		MAX(start, node->span.start), MIN(start + size, node->span.end),
	});
}

static void tell_cell(uint64_t start, const struct part *part)
{
	if (!part->ram)
		return;
	out_object(NULL);
	out_u64("start", start);
	out_u64("ram", part->ram);
	out_u64("scratch", part->scratch);
	out_u64("preserved", part->preserved);
	out_u64("unclaimed", part->unclaimed);
	out_object_end();
}

static void tell_row(const struct memory *memory, const struct node *node,
		     uint64_t start, uint64_t size)
{
	uint64_t end = MIN(start + ROW * size, node->span.end);

	out_text("%#14llx  ", (unsigned long long)start);
	for (; start < end; start += size) {
		struct part part = cell_part(memory, node, start, size);

		out_text("%c", picture_char(&part));
		tell_cell(start, &part);
	}
	out_text("\n");
}

static void map_node(const struct memory *memory, const struct node *node)
{
	uint64_t size = cell_size(memory, node), start;

	out_object(NULL);
	out_u64("node", node->id);
	out_u64("cell", size);
	out_array("cells");
	out_text("node %u, a character is %s\n", node->id, human(size));
	for (start = node->span.start / size * size; start < node->span.end;
	     start += ROW * size)
		tell_row(memory, node, start, size);
	out_array_end();
	out_object_end();
}

/* The drawing: a square a cell */
#define SQUARE		10
#define LEFT		130
#define TOP		30

static const char *colour(char what)
{
	switch (what) {
	case ' ':
		return NULL;
	case '.':
		return "#e8e8e8";
	case '=':
		return "#8fbcdb";
	case 'u':
		return "#d9a441";
	default:
		return "#8b1a1a";
	}
}

static void draw_cell(FILE *svg, unsigned int x, unsigned int y, uint64_t start,
		      const struct part *part)
{
	char what = picture_char(part);

	if (!colour(what))
		return;
	fprintf(svg, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\"",
		x, y, SQUARE - 1, SQUARE - 1, colour(what));
	if (what >= '1' && what <= '9')
		fprintf(svg, " fill-opacity=\"0.%c\"", what);
	fprintf(svg, "><title>%#llx: %s preserved</title></rect>\n",
		(unsigned long long)start, human(part->preserved));
}

/* Returns where what follows may begin */
static unsigned int draw_node(FILE *svg, const struct memory *memory,
			      const struct node *node, unsigned int y)
{
	uint64_t size = cell_size(memory, node);
	uint64_t first = node->span.start / size * size, start;
	unsigned int column = 0;

	fprintf(svg, "<text x=\"4\" y=\"%u\">node %u, a square is %s</text>\n", y,
		node->id, human(size));
	for (start = first; start < node->span.end; start += size) {
		struct part part = cell_part(memory, node, start, size);

		if (!column) {
			y += SQUARE;
			fprintf(svg, "<text x=\"4\" y=\"%u\">%#llx</text>\n",
				y + SQUARE - 2, (unsigned long long)start);
		}
		draw_cell(svg, LEFT + column * SQUARE, y, start, &part);
		column = (column + 1) % ROW;
	}
	return y + 4 * SQUARE;
}

static void draw_key(FILE *svg, unsigned int y)
{
	static const struct {
		char what;
		const char *text;
	} key[] = {
		{ '.', "free" }, { '=', "scratch" }, { '#', "preserved" },
		{ 'u', "unclaimed" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(key); i++)
		fprintf(svg,
			"<rect x=\"%u\" y=\"%u\" width=\"9\" height=\"9\" fill=\"%s\"/><text x=\"%u\" y=\"%u\">%s</text>\n",
			LEFT + i * 120, y, colour(key[i].what), LEFT + i * 120 + 14,
			y + 8, key[i].text);
}

static void draw(const struct memory *memory, const char *file)
{
	unsigned int height = TOP + memory->nr_nodes * (ROWS + 5) * SQUARE;
	FILE *svg = fopen(file, "we");
	unsigned int y = TOP;
	bool failed;
	size_t i;

	if (!svg)
		die("%s: %s", file, strerror(errno));
	fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" font-family=\"monospace\" font-size=\"10\">\n",
		LEFT + ROW * SQUARE + 10, height);
	for (i = 0; i < memory->nr_nodes; i++)
		y = draw_node(svg, memory, &memory->nodes[i], y);
	draw_key(svg, y - 2 * SQUARE);
	fprintf(svg, "</svg>\n");
	failed = ferror(svg);
	if (fclose(svg) || failed)
		die("%s cannot be written", file);
	out_text("%s is written\n", file);
	out_string("written", file);
}

int do_map(int argc, char **argv)
{
	struct memory memory;
	size_t i;

	if (argc != 1 && (argc != 3 || strcmp(argv[1], "--svg")))
		usage_error(find_object("map"));
	kho_need();
	memory_read(&memory);
	if (!memory.known)
		die("where scratch lies is shown to root alone, and only while KHO is on");
	if (argc == 3) {
		draw(&memory, argv[2]);
		return 0;
	}
	out_array("nodes");
	for (i = 0; i < memory.nr_nodes; i++)
		map_node(&memory, &memory.nodes[i]);
	out_array_end();
	picture_key(&memory);
	return 0;
}
