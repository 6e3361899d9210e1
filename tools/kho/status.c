// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho status: all that there is to know at a glance.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdt.h"
#include "memory.h"
#include "output.h"
#include "session.h"

#define WIDTH		80
/* Of a middle text that is to be in the middle */
#define HALF(text)	((int)strlen(text) / 2)

/* What stands in /sys/kernel/kho/ and is told of by name below */
static const char * const told[] = {
	"active", "density", "dt", "dt_max", "enabled", "generation", "mode",
	"on_demand_bytes", "preserved_bytes", "preserved_orders", "previous_release",
	"refused", "reserved_bytes", "scratch_len", "scratch_phys", "unclaimed_bytes",
};

static void tell_node(const struct memory *memory, const struct node *node)
{
	double step = (double)(node->span.end - node->span.start) / WIDTH;
	char start[24], end[24], middle[64];
	unsigned int i;

	for (i = 0; i < WIDTH; i++) {
		struct part part = memory_part(memory, (struct range){
			node->span.start + (uint64_t)(step * i),
			node->span.start + (uint64_t)(step * (i + 1)),
		});

		out_text("%c", picture_char(&part));
	}
	snprintf(start, sizeof(start), "%#llx", (unsigned long long)node->span.start);
	snprintf(end, sizeof(end), "%#llx", (unsigned long long)node->span.end);
	snprintf(middle, sizeof(middle), "node %u, %s a character", node->id,
		 human(step));
	out_text("\n%-20s%*s%*s\n", start, WIDTH / 4 + HALF(middle), middle,
		 WIDTH / 2 - HALF(middle), end);
}

static void tell_picture(const struct memory *memory)
{
	size_t i;

	if (!memory->known && memory->nr_scratch)
		out_text("(a picture, and the producers, are shown to root)\n\n");
	if (!memory->known)
		return;
	for (i = 0; i < memory->nr_nodes; i++)
		tell_node(memory, &memory->nodes[i]);
	picture_key(memory);
	out_text("\n");
}

static void tell_origin(void)
{
	char *previous = kho_line("previous_release");
	uint64_t generation;

	if (!kho_number("generation", &generation)) {
		out_u64("generation", generation);
		out_text("%-12s %llu", "generation", (unsigned long long)generation);
		if (*previous) {
			out_string("previous_release", previous);
			out_text(", handed over by %s", previous);
		}
		out_text("\n");
	}
	free(previous);
}

static bool tell_state(void)
{
	char *refused = kho_line("refused"), *mode = kho_line("mode");
	uint64_t enabled = 1;
	bool active = kho_is_finalized();

	kho_number("enabled", &enabled);
	out_bool("enabled", enabled);
	out_string("state", !enabled ? "off" : active ? "finalized" : "open");
	out_text("%-12s %s\n", "handover", !enabled ? "off" : active ?
		 "on, finalized" : "on, open");
	if (*mode) {
		out_string("mode", mode);
		out_text("%-12s %s\n", "mode", mode);
	}
	tell_origin();
	if (*refused) {
		out_string("refused", refused);
		out_text("%-12s %s\n", "refused", refused);
	}
	free(refused);
	free(mode);
	return enabled;
}

static void tell_preserved(void)
{
	uint64_t bytes;

	if (kho_number("preserved_bytes", &bytes))
		return;
	out_u64("preserved_bytes", bytes);
	out_u64("preserved_pages", bytes / page_size());
	out_text("%-12s %s, %llu pages\n", "preserved", human(bytes),
		 (unsigned long long)(bytes / page_size()));
}

static void tell_orders(void)
{
	unsigned long long blocks;
	unsigned int order;
	struct blob blob;
	char *at;
	int len;

	if (kho_read("preserved_orders", &blob))
		return;
	out_array("orders");
	for (at = blob.data; sscanf(at, "%u %llu\n%n", &order, &blocks, &len) == 2 &&
	     order < 48; at += len) {
		out_object(NULL);
		out_u64("order", order);
		out_u64("blocks", blocks);
		out_object_end();
		out_text("%-12s %7llu blocks of %s\n", at == blob.data ? "  by order" : "",
			 blocks, human(page_size() << order));
	}
	out_array_end();
	free(blob.data);
}

/* What a blob says of the memory that it is about */
static void tell_regions(const struct blob *blob)
{
	uint64_t start, size;
	int node;

	if (fdt_wrong(blob))
		return;
	fdt_for_each_subnode(node, blob->data, 0) {
		const char *name = fdt_get_name(blob->data, node, NULL);

		if (!fdt_number(blob->data, node, "start", &start) ||
		    !fdt_number(blob->data, node, "size", &size))
			continue;
		out_object(NULL);
		out_string("name", name);
		out_u64("start", start);
		out_u64("size", size);
		out_object_end();
		out_text("%-12s   %s: %s at %#llx\n", "", name, human(size),
			 (unsigned long long)start);
	}
}

/* @blob: where it can be read */
static void tell_producer(const char *name, uint64_t size, const struct blob *blob,
			  const char *label)
{
	uint64_t page = page_size();

	out_object(NULL);
	out_string("name", name);
	out_u64("blob_bytes", size);
	out_u64("blob_pages", size / page + !!(size % page));
	out_text("%-12s %s, described in %s\n", label, name, human(size));
	out_array("regions");
	if (blob)
		tell_regions(blob);
	out_array_end();
	out_object_end();
}

/* Without debugfs they are known from the tree, once that is written. */
static void tell_producers_of_tree(void)
{
	const char *label = "producers";
	struct blob fdt;
	uint64_t size;
	int node;

	if (kho_fdt(OUT, &fdt))
		return;
	if (fdt_wrong(&fdt))
		goto free;
	fdt_for_each_subnode(node, fdt.data, 0) {
		if (!fdt_number(fdt.data, node, "blob-size", &size))
			continue;
		tell_producer(fdt_get_name(fdt.data, node, NULL), size, NULL, label);
		label = "";
	}
free:
	free(fdt.data);
}

static void tell_producers(void)
{
	char **names = kho_blob_names(OUT);
	size_t i;

	out_array("producers");
	for (i = 0; names[i]; i++) {
		struct blob blob;

		if (kho_blob(OUT, names[i], &blob))
			continue;
		tell_producer(names[i], blob.len, &blob, i ? "" : "producers");
		free(blob.data);
	}
	if (!i)
		tell_producers_of_tree();
	out_array_end();
}

static void tell_scratch(const struct memory *memory)
{
	uint64_t sum = 0, on_demand;
	size_t i;

	out_array("scratch");
	for (i = 0; i < memory->nr_scratch; i++) {
		const struct area *area = &memory->scratch[i];

		sum += area->size;
		out_object(NULL);
		if (memory->known)
			out_u64("start", area->start);
		out_u64("size", area->size);
		out_object_end();
		out_text("%-12s %s", i ? "" : "scratch", human(area->size));
		if (memory->known)
			out_text(" at %#llx", (unsigned long long)area->start);
		out_text("\n");
	}
	out_array_end();
	kho_number("reserved_bytes", &sum);
	out_u64("scratch_bytes", sum);
	out_text("%-12s %s in all\n", memory->nr_scratch ? "" : "scratch", human(sum));
	if (kho_number("on_demand_bytes", &on_demand))
		return;
	out_u64("on_demand_bytes", on_demand);
	out_text("%-12s %s beside it, for what is loaded\n", "on demand", human(on_demand));
}

static void tell_unclaimed(void)
{
	uint64_t bytes;

	if (kho_number("unclaimed_bytes", &bytes))
		return;
	out_u64("unclaimed_bytes", bytes);
	out_text("%-12s %s\n", "unclaimed", human(bytes));
}

static bool is_told(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(told); i++)
		if (!strcmp(told[i], name))
			return true;
	return false;
}

/* A kernel may have more files than were known when this was written. */
static void tell_other_files(void)
{
	char **names = source_list(KHO_SYSFS);
	size_t i;

	out_object("other");
	for (i = 0; names[i]; i++) {
		char *line = is_told(names[i]) ? NULL : kho_line(names[i]);

		if (line && *line) {
			out_string(names[i], line);
			out_text("%-12s %s\n", names[i], line);
		}
		free(line);
	}
	out_object_end();
}

static void tell_sessions(void)
{
	struct session *sessions;
	int nr = sessions_read(&sessions);
	unsigned int created = sessions_count(sessions, nr, "created");
	unsigned int retrieved = sessions_count(sessions, nr, "retrieved");

	if (nr < 0)
		return;
	out_object("sessions");
	out_u64("created", created);
	out_u64("came", nr - created);
	out_u64("retrieved", retrieved);
	out_object_end();
	out_text("%-12s %u go, %u came, %u of these are retrieved\n", "sessions", created,
		 nr - created, retrieved);
}

/* What would stop a handover now, or lose something by it */

static unsigned int nr_against;

static void against(const char *text)
{
	out_string(NULL, text);
	out_text("%s%s\n", nr_against++ ? "             " : "\nin the way   ", text);
}

static void tell_against(bool enabled)
{
	char *lockdown = source_line("/sys/kernel/security/lockdown");
	uint64_t number;

	nr_against = 0;
	out_array("in_the_way");
	if (!enabled)
		against("KHO is off in this kernel; boot with kho=on");
	if (!source_number("/sys/kernel/kexec_loaded", &number) && !number)
		against("no image is loaded");
	if (!source_number("/proc/sys/kernel/kexec_load_disabled", &number) && number)
		against("no image can be loaded (kernel.kexec_load_disabled)");
	if (!kho_number("unclaimed_bytes", &number) && number)
		against("what came and is unclaimed would be left behind");
	if (strchr(lockdown, '[') && !strstr(lockdown, "[none]"))
		against("lockdown: an image has to be signed");
	out_array_end();
	if (!nr_against)
		out_text("\nNothing that is known here is in the way of a handover.\n");
	free(lockdown);
}

int do_status(int argc, char **argv)
{
	struct memory memory;
	bool enabled;

	if (argc != 1)
		usage_error(find_object(argv[0]));
	kho_need();
	memory_read(&memory);
	tell_picture(&memory);
	enabled = tell_state();
	if (enabled) {
		tell_preserved();
		tell_orders();
		tell_producers();
		tell_scratch(&memory);
		tell_unclaimed();
	}
	tell_other_files();
	tell_sessions();
	tell_against(enabled);
	return 0;
}
