/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's basic types and macros, for code compiled in user space */

#ifndef _KHO_SIM_TYPES_H
#define _KHO_SIM_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef u64 phys_addr_t;

#define U64_MAX			((u64)~0ULL)

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define __init
#define __releases(x)
#define noinline		__attribute__((noinline))
#define __noreturn		__attribute__((noreturn))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define min(a, b)		({ __auto_type _a = (a); __auto_type _b = (b); \
				   _a < _b ? _a : _b; })
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define PTR_ALIGN_DOWN(p, a)	((typeof(p))((uintptr_t)(p) & ~((a) - 1UL)))

#define EXPORT_SYMBOL_GPL(sym)	extern int sim_exported_##sym

#endif /* _KHO_SIM_TYPES_H */
