// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU that counts the guest's instructions and notes how many there
 * were whenever it comes to certain addresses:
 *
 *	-plugin count.so,out=FILE,NAME=ADDRESS,...
 *
 * writes a line "NAME INSTRUCTIONS" each time. Unlike the guest's clock this does
 * not run on while the guest sleeps, and needs nothing in the guest.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

#define MARKS_MAX	8

EXPORT int qemu_plugin_version = 1;

static struct mark {
	const char *name;
	uint64_t addr;
} marks[MARKS_MAX];
static int nr_marks;

static uint64_t instructions;
static FILE *out;

static void reached(unsigned int cpu, void *data)
{
	const struct mark *mark = data;

	(void)cpu;
	fprintf(out, "%s %llu\n", mark->name,
		(unsigned long long)instructions);
	fflush(out);
}

/* What is translated once is executed many times; a function starts a block. */
static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	int i;

	(void)id;
	for (i = 0; i < nr_marks; i++)
		if (qemu_plugin_tb_vaddr(tb) == marks[i].addr)
			qemu_plugin_register_vcpu_tb_exec_cb(tb, reached,
							     CB_NO_REGS,
							     &marks[i]);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64,
						 &instructions,
						 qemu_plugin_tb_n_insns(tb));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		char *name = strdup(argv[i]), *value = strchr(name, '=');

		if (!value)
			return -1;
		*value++ = '\0';
		if (!strcmp(name, "out"))
			out = fopen(value, "w");
		else if (nr_marks < MARKS_MAX)
			marks[nr_marks++] = (struct mark){
				name, strtoull(value, NULL, 16) };
	}
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
