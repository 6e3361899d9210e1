/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live update: how sessions of files are described to the next kernel.
 */
#ifndef _LINUX_KHO_ABI_LUO_H
#define _LINUX_KHO_ABI_LUO_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/kho/abi/block.h>

#include <asm/page.h>

/**
 * DOC: Live update ABI
 *
 * The subtree "LUO" is one struct luo_ser of 32 bytes. It is there when there is at
 * least one session, and only then.
 *
 * Sessions are a block chain (Documentation/core-api/kho/abi.rst) of struct
 * luo_session_ser in the order of their creation; the files of each are a chain of
 * struct luo_file_ser in the order in which they were preserved. A chain without
 * entries has address 0 in place of a first block, and no block of a chain is empty.
 * Names of sessions are unique, and so are the tokens in each of them.
 *
 * Data that lives as long as some file needs it (FLB) is described in one page: struct
 * luo_flb_header_ser, and behind it at most LUO_FLB_MAX of struct luo_flb_ser.
 *
 * The subtree's blob, the blocks and the FLB page are preserved as folios, and the
 * reader frees them as such. What the u64 "data" of a file or of an FLB means is the
 * business of the handler with its compatible string, which has its own version.
 *
 * Strings in fixed arrays are not trusted to be terminated, nor is anything else.
 *
 * **What is a break.** Any change. It takes another string in place of "luo-v5".
 */

#define LUO_SUBTREE_NAME	"LUO"
#define LUO_COMPATIBLE		"luo-v5"

#define LUO_COMPATIBLE_SIZE	48
#define LUO_NAME_SIZE		64

/* The most FLBs that are handed over: as many as a page of 4K holds */
#define LUO_FLB_MAX		63

/**
 * struct luo_ser - the blob of the subtree
 * @compatible: LUO_COMPATIBLE
 * @liveupdate_num: live updates since the cold boot, the one that brings this included
 * @sessions: physical address of the first block of sessions, 0 = none
 * @flbs: physical address of the FLB page, 0 = none
 */
struct luo_ser {
	char compatible[8];
	u64 liveupdate_num;
	u64 sessions;
	u64 flbs;
} __packed;

static_assert(sizeof(struct luo_ser) == 32);
static_assert(offsetof(struct luo_ser, compatible) == 0);
static_assert(offsetof(struct luo_ser, liveupdate_num) == 8);
static_assert(offsetof(struct luo_ser, sessions) == 16);
static_assert(offsetof(struct luo_ser, flbs) == 24);
static_assert(sizeof(LUO_COMPATIBLE) <= offsetof(struct luo_ser, liveupdate_num));

/**
 * struct luo_session_ser - a session
 * @name: its name, not empty
 * @files: physical address of the first block of its files, 0 = none
 * @count: number of its files, the sum over the chain
 */
struct luo_session_ser {
	char name[LUO_NAME_SIZE];
	u64 files;
	u64 count;
} __packed;

static_assert(sizeof(struct luo_session_ser) == 80);
static_assert(offsetof(struct luo_session_ser, name) == 0);
static_assert(offsetof(struct luo_session_ser, files) == 64);
static_assert(offsetof(struct luo_session_ser, count) == 72);

/**
 * struct luo_file_ser - a file
 * @compatible: of the handler that preserved it
 * @data: what that handler left
 * @token: what user space calls it
 */
struct luo_file_ser {
	char compatible[LUO_COMPATIBLE_SIZE];
	u64 data;
	u64 token;
} __packed;

static_assert(sizeof(struct luo_file_ser) == 64);
static_assert(offsetof(struct luo_file_ser, compatible) == 0);
static_assert(offsetof(struct luo_file_ser, data) == 48);
static_assert(offsetof(struct luo_file_ser, token) == 56);

/**
 * struct luo_flb_header_ser - the start of the FLB page
 * @pages: 1
 * @count: number of entries that follow, at most LUO_FLB_MAX
 */
struct luo_flb_header_ser {
	u64 pages;
	u64 count;
} __packed;

static_assert(sizeof(struct luo_flb_header_ser) == 16);
static_assert(offsetof(struct luo_flb_header_ser, pages) == 0);
static_assert(offsetof(struct luo_flb_header_ser, count) == 8);

/**
 * struct luo_flb_ser - an FLB
 * @name: its compatible string
 * @data: what its preserve left
 * @count: number of files in all sessions whose handlers need it
 */
struct luo_flb_ser {
	char name[LUO_COMPATIBLE_SIZE];
	u64 data;
	u64 count;
} __packed;

static_assert(sizeof(struct luo_flb_ser) == 64);
static_assert(offsetof(struct luo_flb_ser, name) == 0);
static_assert(offsetof(struct luo_flb_ser, data) == 48);
static_assert(offsetof(struct luo_flb_ser, count) == 56);

static_assert(sizeof(struct luo_flb_header_ser) +
	      LUO_FLB_MAX * sizeof(struct luo_flb_ser) <= PAGE_SIZE);

#endif /* _LINUX_KHO_ABI_LUO_H */
