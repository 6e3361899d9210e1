/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver (KHO): hand memory over to the kernel that is kexec'd into.
 *
 * This header is the contract with everything outside kernel/liveupdate/:
 *
 *  - drivers preserve memory in the running kernel and restore it in the next
 *    one (Documentation/core-api/kho/ is their guide);
 *  - early boot, the memory map and kexec call one function each, declared at
 *    the end of this file, which costs nothing without a handover.
 *
 * Every function has a stub, so that no caller needs an #ifdef.
 */
#ifndef LINUX_KEXEC_HANDOVER_H
#define LINUX_KEXEC_HANDOVER_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

struct kexec_buf;
struct kexec_segment;
struct kimage;
struct resource;

/**
 * struct kho_notifier - who is asked when a handover is on its way
 * @name: for the log
 * @priority: who has a higher one is called earlier by @finalize and @freeze, and
 *	later by @abort and @thaw
 * @finalize: what is preserved is about to be written down. The callee may still
 *	preserve and add subtrees, and may refuse with an errno.
 * @abort: for who agreed to @finalize: it is undone, because of an abort, because
 *	somebody refused, or because a producer took something back
 * @freeze: a kexec is on its way. The callee may change the contents of what it
 *	preserved, but not which memory that is, and may refuse with an errno.
 * @thaw: for who agreed to @freeze: there is no kexec after all
 *
 * Each operation is optional, and called in process context. None may register or
 * unregister a notifier, finalize or abort. A lock that is taken in an operation
 * must not be held around register_kho_notifier() and unregister_kho_notifier().
 */
struct kho_notifier {
	const char *name;
	int priority;
	int (*finalize)(struct kho_notifier *kn);
	void (*abort)(struct kho_notifier *kn);
	int (*freeze)(struct kho_notifier *kn);
	void (*thaw)(struct kho_notifier *kn);
	/* private: */
	struct list_head list;
	bool finalized;
	bool frozen;
};

#ifdef CONFIG_KEXEC_HANDOVER

bool kho_is_enabled(void);
bool is_kho_boot(void);

int kho_preserve_folio(struct folio *folio);
int kho_preserve_folios(struct folio **folios, unsigned int nr);
void kho_unpreserve_folio(struct folio *folio);
int kho_preserve_pages(struct page *page, unsigned long nr_pages);
void kho_unpreserve_pages(struct page *page, unsigned long nr_pages);
void *kho_alloc_preserve(size_t size);
void kho_unpreserve_free(void *mem);
bool kho_reopen(void);

struct folio *kho_restore_folio(phys_addr_t phys);
unsigned int kho_restore_folios(const phys_addr_t *phys, struct folio **folios,
				unsigned int nr);
struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages);
void kho_restore_free(void *mem);

int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation);
void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation);
void *kho_restore_vmalloc(const struct kho_vmalloc *preservation);

int kho_add_subtree(const char *name, void *blob, size_t size);
void kho_remove_subtree(void *blob);
int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size);

int register_kho_notifier(struct kho_notifier *kn);
int unregister_kho_notifier(struct kho_notifier *kn);

/* Hooks of early boot and of the memory map; see kho_early.c for the order. */
void kho_set_handover(phys_addr_t fdt, u64 fdt_size, phys_addr_t scratch,
		      u64 scratch_size);
void kho_spoil_handover(const char *why);
bool kho_handover_noted(void);
void kho_early_init(void);
void *arch_kho_map_segment(phys_addr_t phys, size_t size);
const char *arch_kho_image_release(const void *buf, size_t size);
void kho_early_open(void);
int kho_early_claim(phys_addr_t phys, size_t size);
void kho_memory_init(void);
unsigned long kho_memory_free(void);
bool kho_scratch_overlap(phys_addr_t phys, size_t size);

/* Hooks of kexec; see kho_kexec.c. */
int kho_fill_kimage(struct kimage *image);
int kho_locate_mem_hole(struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg));
int kho_check_kimage(struct kimage *image, int err);
bool kho_is_in_place(const struct kimage *image, phys_addr_t phys, size_t size);
void kho_load_segment(const struct kimage *image,
		      const struct kexec_segment *segment);
int kho_store_checksum(struct kimage *image);
bool arch_kho_can_check(void);
void kho_free_kimage(struct kimage *image);
int kho_check_kexec_load(unsigned long nr_segments, unsigned long flags);
int kho_kexec_prepare(struct kimage *image);
void kho_kexec_failed(void);

#else /* CONFIG_KEXEC_HANDOVER */

static inline bool kho_is_enabled(void)
{
	return false;
}

static inline bool is_kho_boot(void)
{
	return false;
}

static inline int kho_preserve_folio(struct folio *folio)
{
	return -EOPNOTSUPP;
}

static inline int kho_preserve_folios(struct folio **folios, unsigned int nr)
{
	return -EOPNOTSUPP;
}

static inline void kho_unpreserve_folio(struct folio *folio)
{
}

static inline int kho_preserve_pages(struct page *page, unsigned long nr_pages)
{
	return -EOPNOTSUPP;
}

static inline void kho_unpreserve_pages(struct page *page,
					unsigned long nr_pages)
{
}

static inline void *kho_alloc_preserve(size_t size)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void kho_unpreserve_free(void *mem)
{
}

static inline bool kho_reopen(void)
{
	return false;
}

static inline struct folio *kho_restore_folio(phys_addr_t phys)
{
	return NULL;
}

static inline unsigned int kho_restore_folios(const phys_addr_t *phys,
					      struct folio **folios,
					      unsigned int nr)
{
	return 0;
}

static inline struct page *kho_restore_pages(phys_addr_t phys,
					     unsigned long nr_pages)
{
	return NULL;
}

static inline void kho_restore_free(void *mem)
{
}

static inline int kho_preserve_vmalloc(void *ptr,
				       struct kho_vmalloc *preservation)
{
	return -EOPNOTSUPP;
}

static inline void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
}

static inline void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	return NULL;
}

static inline int kho_add_subtree(const char *name, void *blob, size_t size)
{
	return -EOPNOTSUPP;
}

static inline void kho_remove_subtree(void *blob)
{
}

static inline int kho_retrieve_subtree(const char *name, phys_addr_t *phys,
				       size_t *size)
{
	return -EOPNOTSUPP;
}

static inline int register_kho_notifier(struct kho_notifier *kn)
{
	return -EOPNOTSUPP;
}

static inline int unregister_kho_notifier(struct kho_notifier *kn)
{
	return -EOPNOTSUPP;
}

static inline void kho_set_handover(phys_addr_t fdt, u64 fdt_size,
				    phys_addr_t scratch, u64 scratch_size)
{
}

static inline void kho_spoil_handover(const char *why)
{
}

static inline bool kho_handover_noted(void)
{
	return false;
}

static inline void kho_early_init(void)
{
}

static inline void kho_early_open(void)
{
}

static inline int kho_early_claim(phys_addr_t phys, size_t size)
{
	return -ENOENT;
}

static inline void kho_memory_init(void)
{
}

static inline unsigned long kho_memory_free(void)
{
	return 0;
}

static inline bool kho_scratch_overlap(phys_addr_t phys, size_t size)
{
	return false;
}

static inline int kho_fill_kimage(struct kimage *image)
{
	return 0;
}

static inline int kho_locate_mem_hole(struct kexec_buf *kbuf,
				      int (*func)(struct resource *res, void *arg))
{
	return -EOPNOTSUPP;
}

static inline int kho_check_kimage(struct kimage *image, int err)
{
	return err;
}

static inline bool kho_is_in_place(const struct kimage *image, phys_addr_t phys,
				   size_t size)
{
	return false;
}

static inline void kho_load_segment(const struct kimage *image,
				    const struct kexec_segment *segment)
{
}

static inline int kho_store_checksum(struct kimage *image)
{
	return -EOPNOTSUPP;
}

static inline void kho_free_kimage(struct kimage *image)
{
}

static inline int kho_check_kexec_load(unsigned long nr_segments,
				       unsigned long flags)
{
	return 0;
}

static inline int kho_kexec_prepare(struct kimage *image)
{
	return 0;
}

static inline void kho_kexec_failed(void)
{
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* LINUX_KEXEC_HANDOVER_H */
