// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: vmalloc areas.
 *
 * The pages of an area are preserved like any other; what is handed over beyond
 * them is their order, in a chain of chunks (<linux/kho/abi/vmalloc.h>). The
 * next kernel claims them and makes an area of its own of them. A description that
 * is damaged, and memory that is short, leave everything there to be claimed.
 */
#include <linux/align.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kasan.h>
#include <linux/kmemleak.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <linux/kho/abi/vmalloc.h>

#include "../../mm/internal.h"
#include "kho_claim.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_state.h"

/* Areas that are no more than pages, mapped for the kernel to read and write. */
#define KHO_VMALLOC_VM_FLAGS	(VM_ALLOC | VM_ALLOW_HUGE_VMAP)

static struct kho_vmalloc_chunk *kho_chunk_at(u64 phys)
{
	return phys ? phys_to_virt(phys) : NULL;
}

static struct page *kho_entry_page(u64 phys)
{
	return pfn_to_page(PHYS_PFN(phys));
}

static unsigned long kho_entry_pages(const struct kho_vmalloc *desc)
{
	return 1UL << desc->order;
}

/* Preserving */

static struct kho_vmalloc_chunk *kho_chunk_alloc(void)
{
	struct page *page = kho_alloc_pages(0);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	err = kho_preserve_run(page_to_pfn(page), 1);
	if (err) {
		__free_page(page);
		return ERR_PTR(err);
	}
	return page_address(page);
}

static void kho_chunk_free(struct kho_vmalloc_chunk *chunk)
{
	kho_unpreserve_run(PHYS_PFN(virt_to_phys(chunk)), 1);
	free_page((unsigned long)chunk);
}

/*
 * Take out the pages and the chunks of a description of our own, complete or
 * not: what was not preserved has no entry.
 */
static void kho_unpreserve_chunks(const struct kho_vmalloc *desc)
{
	struct kho_vmalloc_chunk *chunk = kho_chunk_at(desc->first);
	unsigned int i;

	while (chunk) {
		struct kho_vmalloc_chunk *next = kho_chunk_at(chunk->next);

		for (i = 0; i < KHO_VMALLOC_CHUNK_ENTRIES && chunk->phys[i]; i++)
			kho_unpreserve_run(PHYS_PFN(chunk->phys[i]),
					   kho_entry_pages(desc));
		kho_chunk_free(chunk);
		chunk = next;
		cond_resched();
	}
}

static int kho_preserve_chunk(struct kho_vmalloc_chunk *chunk,
			      const struct kho_vmalloc *desc,
			      struct page **pages, u32 nr_pages)
{
	unsigned int entry = 0;
	u32 i;

	for (i = 0; i < nr_pages; i += kho_entry_pages(desc)) {
		int err = kho_preserve_run(page_to_pfn(pages[i]),
					   kho_entry_pages(desc));

		if (err)
			return err;
		chunk->phys[entry++] = page_to_phys(pages[i]);
	}
	cond_resched();
	return 0;
}

/* Leaves what it did in @desc, also when it fails. */
static int kho_preserve_area(const struct vm_struct *vm,
			     struct kho_vmalloc *desc)
{
	const unsigned long per_chunk =
		KHO_VMALLOC_CHUNK_ENTRIES * kho_entry_pages(desc);
	u64 *link = &desc->first;
	unsigned long done, nr;

	for (done = 0; done < vm->nr_pages; done += nr) {
		struct kho_vmalloc_chunk *chunk = kho_chunk_alloc();
		int err;

		if (IS_ERR(chunk))
			return PTR_ERR(chunk);
		*link = virt_to_phys(chunk);
		link = &chunk->next;
		nr = min(per_chunk, vm->nr_pages - done);
		err = kho_preserve_chunk(chunk, desc, vm->pages + done, nr);
		if (err)
			return err;
	}
	return 0;
}

static int kho_describe_area(struct vm_struct *vm, const void *ptr,
			     struct kho_vmalloc *desc)
{
	unsigned int order;

	if (!vm || kasan_reset_tag(vm->addr) != kasan_reset_tag(ptr))
		return -EINVAL;
	if (!(vm->flags & VM_ALLOC) || (vm->flags & ~KHO_VMALLOC_VM_FLAGS))
		return -EOPNOTSUPP;
	order = vm_area_page_order(vm);
	if (!vm->nr_pages || !IS_ALIGNED(vm->nr_pages, 1UL << order))
		return -EINVAL;

	*desc = (struct kho_vmalloc) {
		.total_pages = vm->nr_pages,
		.flags = KHO_VMALLOC_ALLOC,
		.order = order,
	};
	if (vm->flags & VM_ALLOW_HUGE_VMAP)
		desc->flags |= KHO_VMALLOC_HUGE_VMAP;
	return 0;
}

/**
 * kho_preserve_vmalloc() - hand a vmalloc area over to the next kernel
 * @ptr: the start of the area, as vmalloc() and its kin returned it
 * @preservation: where to put what kho_restore_vmalloc() needs in the next
 *	kernel, for instance in the caller's own blob
 *
 * The caller keeps the area for as long as it is preserved; it may be written to
 * until the kexec. The pages are in the same order in the next kernel, at
 * another virtual address. Only areas of memory that the kernel reads and writes
 * can be handed over, of small pages or of huge ones: none that user space may
 * map, that was made executable, or that vmap() or ioremap() made.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when KHO is off, or for an area of another kind; -EBUSY
 * unless the state is open; -EINVAL when @ptr is not the start of an area,
 * or when one of its pages lies in a scratch area; -EEXIST when one of its pages
 * is preserved already; -ENOMEM. After an error nothing is left behind, and
 * @preservation is as it was.
 */
int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)
{
	struct vm_struct *vm;
	struct kho_vmalloc desc;
	int err;

	err = kho_change_begin();
	if (err)
		return err;
	vm = find_vm_area(ptr);
	err = kho_describe_area(vm, ptr, &desc);
	if (!err) {
		err = kho_preserve_area(vm, &desc);
		if (err)
			kho_unpreserve_chunks(&desc);
		else
			*preservation = desc;
	}
	kho_change_end();
	return err;
}
EXPORT_SYMBOL_GPL(kho_preserve_vmalloc);

/**
 * kho_unpreserve_vmalloc() - do not hand an area over after all
 * @preservation: as kho_preserve_vmalloc() left it
 *
 * The area itself stays as it is. While the state is finalized, that ends with
 * it. Once a kexec is on its way the area stays preserved, and nobody may write to
 * it any more.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	if (!kho_return_begin(_RET_IP_))
		return;
	kho_unpreserve_chunks(preservation);
	preservation->first = 0;
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_vmalloc);

/* Restoring: first everything that may fail */

static bool kho_vmalloc_plausible(const struct kho_vmalloc *desc)
{
	return desc->total_pages &&
	       desc->order < BITS_PER_TYPE(desc->total_pages) &&
	       IS_ALIGNED(desc->total_pages, kho_entry_pages(desc)) &&
	       (desc->flags & KHO_VMALLOC_ALLOC) &&
	       !(desc->flags & ~KHO_VMALLOC_FLAGS);
}

static int kho_gather_chunk(struct kho_claim *claim,
			    const struct kho_vmalloc *desc,
			    const struct kho_vmalloc_chunk *chunk, u64 *left)
{
	unsigned int i;

	for (i = 0; i < KHO_VMALLOC_CHUNK_ENTRIES && chunk->phys[i]; i++) {
		int err = kho_claim_run(claim, chunk->phys[i],
					kho_entry_pages(desc));

		if (err)
			return err;
		*left -= kho_entry_pages(desc);
	}
	/* Nothing comes after a chunk that is not full. */
	if (chunk->next && i < KHO_VMALLOC_CHUNK_ENTRIES)
		return -EINVAL;
	cond_resched();
	return 0;
}

/*
 * Afterwards the chain may be read like one of our own: it ends, its entries are
 * as many as the description says, and all differ. A chain that leads back into
 * itself is one with a chunk that was claimed before. What is claimed nobody else
 * frees, so it may be read.
 */
static int kho_gather_area(struct kho_claim *claim,
			   const struct kho_vmalloc *desc)
{
	/* Too many entries take it below zero, and never back. */
	u64 left = desc->total_pages;
	u64 phys = desc->first;
	int err;

	while (phys) {
		const struct kho_vmalloc_chunk *chunk;

		err = kho_claim_run(claim, phys, 1);
		if (err)
			return err;
		chunk = phys_to_virt(phys);
		err = kho_gather_chunk(claim, desc, chunk, &left);
		if (err)
			return err;
		phys = chunk->next;
	}
	return left ? -EINVAL : 0;
}

static struct page **kho_list_pages(const struct kho_vmalloc *desc)
{
	const struct kho_vmalloc_chunk *chunk = kho_chunk_at(desc->first);
	unsigned long nr = kho_entry_pages(desc), entry = 0, i;
	struct page **pages;
	u32 done;

	pages = kvmalloc_array(desc->total_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (done = 0; done < desc->total_pages; done += nr) {
		struct page *page;

		if (entry == KHO_VMALLOC_CHUNK_ENTRIES) {
			chunk = kho_chunk_at(chunk->next);
			entry = 0;
			cond_resched();
		}
		page = kho_entry_page(chunk->phys[entry++]);
		for (i = 0; i < nr; i++)
			pages[done + i] = page + i;
	}
	return pages;
}

/*
 * The largest order in which to map: entries may be larger than any page that a
 * kernel maps vmalloc areas by, or come from one that has huge pages to one that
 * has none.
 */
static unsigned int kho_map_order(const struct kho_vmalloc *desc)
{
	if (!IS_ENABLED(CONFIG_HAVE_ARCH_HUGE_VMALLOC) ||
	    !(desc->flags & KHO_VMALLOC_HUGE_VMAP))
		return 0;
	return min_t(unsigned int, desc->order, PMD_SHIFT - PAGE_SHIFT);
}

/* An area that nobody can see yet, and that is not the owner of its pages. */
static struct vm_struct *kho_map_area(const struct kho_vmalloc *desc,
				      struct page **pages, const void *caller)
{
	unsigned int order = kho_map_order(desc), shift = PAGE_SHIFT + order;
	unsigned long size = (unsigned long)desc->total_pages << PAGE_SHIFT;
	unsigned long flags = VM_ALLOC | VM_UNINITIALIZED;
	pgprot_t prot = PAGE_KERNEL;
	struct vm_struct *area;
	unsigned long addr;

	if (desc->flags & KHO_VMALLOC_HUGE_VMAP)
		flags |= VM_ALLOW_HUGE_VMAP;
	area = __get_vm_area_node(size, 1UL << shift, shift, flags,
				  VMALLOC_START, VMALLOC_END, NUMA_NO_NODE,
				  GFP_KERNEL, caller);
	if (!area)
		return NULL;

	set_vm_area_page_order(area, order);
	addr = (unsigned long)area->addr;
	if (kasan_hw_tags_enabled())
		prot = arch_vmap_pgprot_tagged(prot);
	if (vmap_pages_range(addr, addr + size, prot, pages, shift)) {
		free_vm_area(area);
		return NULL;
	}
	return area;
}

/* And then what cannot: the pages are kept. */

static void kho_free_chunks(const struct kho_vmalloc *desc)
{
	struct kho_vmalloc_chunk *chunk = kho_chunk_at(desc->first);

	while (chunk) {
		struct kho_vmalloc_chunk *next = kho_chunk_at(chunk->next);

		free_page((unsigned long)chunk);
		chunk = next;
		cond_resched();
	}
}

/* As __vmalloc_node_range() ends, but that the memory has contents. */
static void *kho_own_area(struct vm_struct *area, struct page **pages,
			  const struct kho_vmalloc *desc)
{
	unsigned long size = get_vm_area_size(area);

	area->pages = pages;
	area->nr_pages = desc->total_pages;
	atomic_long_add(area->nr_pages, &nr_vmalloc_pages);
	area->addr = kasan_unpoison_vmalloc(area->addr, size,
					    KASAN_VMALLOC_PROT_NORMAL |
					    KASAN_VMALLOC_VM_ALLOC);
	clear_vm_uninitialized_flag(area);
	kmemleak_vmalloc(area, size, GFP_KERNEL);
	return area->addr;
}

/* Makes an area of what is in the claim, which ends if that works. */
static void *kho_make_area(struct kho_claim *claim,
			   const struct kho_vmalloc *desc, const void *caller)
{
	struct page **pages = kho_list_pages(desc);
	struct vm_struct *area;

	if (!pages)
		return NULL;
	area = kho_map_area(desc, pages, caller);
	if (!area) {
		kvfree(pages);
		return NULL;
	}
	kho_claim_commit(claim);
	kho_free_chunks(desc);
	return kho_own_area(area, pages, desc);
}

/**
 * kho_restore_vmalloc() - take a vmalloc area back
 * @preservation: what kho_preserve_vmalloc() left, as it came
 *
 * The area has the contents that it had, and ends in vfree() like any other.
 * Nothing that came is trusted: an area whose description is damaged, or whose
 * pages are not all there, is refused.
 *
 * Context: Process context, may sleep.
 * Return: The area; NULL when it was not preserved, was taken back before, is
 * refused, or memory is short. Nothing changed then, and where it was for want of
 * memory the call may be made again.
 */
void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	const struct kho_vmalloc desc = *preservation;
	struct kho_claim claim;
	void *ptr = NULL;

	if (!kho_vmalloc_plausible(&desc))
		return NULL;
	kho_claim_begin(&claim);
	if (!kho_gather_area(&claim, &desc))
		ptr = kho_make_area(&claim, &desc, __builtin_return_address(0));
	if (!ptr)
		kho_claim_cancel(&claim);
	return ptr;
}
EXPORT_SYMBOL_GPL(kho_restore_vmalloc);
