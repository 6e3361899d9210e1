/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What count.c uses of version 1 of QEMU's plugin interface. Distributions do
 * not ship its qemu-plugin.h.
 */
#ifndef KHO_BENCH_QEMU_PLUGIN_H
#define KHO_BENCH_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT		__attribute__((visibility("default")))

struct qemu_plugin_tb;

enum { INLINE_ADD_U64 };
enum { CB_NO_REGS };

typedef void (*tb_trans_cb)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*tb_exec_cb)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb,
					      int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  tb_exec_cb cb, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);

#endif
