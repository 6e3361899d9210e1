// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update of memfds of huge pages.
 *
 * The pages stay where they are. All of them are there while a file is preserved, and
 * pinned, so mappings go on working and what is written is written to what the next kernel
 * gets. There the pool takes them in as pages that are in use. It is smaller by those
 * pages until then: hugepages= counts them.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/cleanup.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/hugetlb.h>
#include <linux/hugetlb_luo.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/hugetlb.h>
#include <linux/liveupdate.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define HUGETLB_LUO_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | \
				 F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

/* Pages that are pinned in one go */
#define HUGETLB_LUO_BATCH	32U

#define HUGETLB_LUO_MAX_COUNTS	((PAGE_SIZE - sizeof(struct hugetlb_kho_pool)) / \
				 sizeof(struct hugetlb_kho_count))

/* A file that is preserved */
struct hugetlb_luo {
	struct hugetlb_luo_ser *ser;
	/* The vmalloc area that @ser tells of; the first @nr are preserved. */
	u64 *pages;
	unsigned long nr;
};

static struct folio *hugetlb_luo_folio(u64 phys)
{
	return page_folio(pfn_to_page(PHYS_PFN(phys)));
}

/* How many pages come, for the next kernel's pool */

static DEFINE_MUTEX(hugetlb_luo_pool_lock);
/* NULL when there are no files. */
static struct hugetlb_kho_pool *hugetlb_luo_pool;
static unsigned long hugetlb_luo_nr_files;

static int hugetlb_luo_pool_get(void)
{
	struct hugetlb_kho_pool *pool;
	int err;

	guard(mutex)(&hugetlb_luo_pool_lock);
	if (hugetlb_luo_nr_files) {
		hugetlb_luo_nr_files++;
		return 0;
	}
	pool = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	pool->version = HUGETLB_KHO_VERSION;
	err = kho_add_subtree(HUGETLB_KHO_SUBTREE, pool, PAGE_SIZE);
	if (err) {
		kho_unpreserve_free(pool);
		return err;
	}
	hugetlb_luo_pool = pool;
	hugetlb_luo_nr_files = 1;
	return 0;
}

static void hugetlb_luo_pool_put(void)
{
	guard(mutex)(&hugetlb_luo_pool_lock);
	if (--hugetlb_luo_nr_files)
		return;
	kho_remove_subtree(hugetlb_luo_pool);
	kho_unpreserve_free(hugetlb_luo_pool);
	hugetlb_luo_pool = NULL;
}

static struct hugetlb_kho_count *hugetlb_luo_find_count(unsigned int order, int nid)
{
	struct hugetlb_kho_pool *pool = hugetlb_luo_pool;
	struct hugetlb_kho_count *count;

	for (count = pool->counts; count < pool->counts + pool->nr; count++)
		if (count->order == order && count->nid == nid)
			return count;
	if (pool->nr == HUGETLB_LUO_MAX_COUNTS)
		return NULL;
	count->order = order;
	count->nid = nid;
	pool->nr++;
	return count;
}

static void hugetlb_luo_count(struct folio *folio, int by)
{
	struct hugetlb_kho_count *count;

	guard(mutex)(&hugetlb_luo_pool_lock);
	count = hugetlb_luo_find_count(folio_order(folio), folio_nid(folio));
	if (count)
		count->count += by;
}

/* What the last kernel said of it. */
static struct hugetlb_kho_pool *hugetlb_luo_came __initdata;

static void __init hugetlb_luo_read_pool(void)
{
	struct hugetlb_kho_pool *pool;
	phys_addr_t phys;
	size_t size;

	if (hugetlb_luo_came || kho_retrieve_subtree(HUGETLB_KHO_SUBTREE, &phys, &size))
		return;
	pool = phys_to_virt(phys);
	if (size == PAGE_SIZE && pool->version == HUGETLB_KHO_VERSION &&
	    pool->nr <= HUGETLB_LUO_MAX_COUNTS)
		hugetlb_luo_came = pool;
}

/**
 * hugetlb_luo_coming() - how many huge pages come from the last kernel
 * @order: of so many pages of the smallest size
 * @nid: on this node, or on any
 *
 * Context: Boot, once the command line was read.
 * Return: The number of pages; 0 when nobody could ask for them.
 */
unsigned long __init hugetlb_luo_coming(unsigned int order, int nid)
{
	struct hugetlb_kho_pool *pool;
	unsigned long coming = 0;
	unsigned int i;

	if (!liveupdate_enabled())
		return 0;
	hugetlb_luo_read_pool();
	pool = hugetlb_luo_came;
	for (i = 0; pool && i < pool->nr; i++)
		if (pool->counts[i].order == order &&
		    (nid == NUMA_NO_NODE || pool->counts[i].nid == nid))
			coming += pool->counts[i].count;
	return coming;
}

/* Preserving */

static void hugetlb_luo_set_preserved(struct inode *inode, bool preserved)
{
	inode_lock(inode);
	HUGETLBFS_I(inode)->preserved = preserved;
	inode_unlock(inode);
}

/* What is missing is taken from the pool, where it has been reserved, or may be free. */
static int hugetlb_luo_fill(struct file *file, loff_t size)
{
	struct hstate *h = hstate_file(file);
	u64 missing = (size >> huge_page_shift(h)) -
		      (file->f_mapping->nrpages >> huge_page_order(h));

	if (!missing)
		return 0;
	if (missing > h->free_huge_pages + h->nr_overcommit_huge_pages)
		return -ENOMEM;
	return file->f_op->fallocate(file, FALLOC_FL_KEEP_SIZE, 0, size);
}

/* All pages are there, and stay: it was changed meanwhile otherwise. */
static int hugetlb_luo_hold(struct file *file, loff_t size)
{
	struct inode *inode = file_inode(file);

	hugetlb_luo_set_preserved(inode, true);
	if (i_size_read(inode) == size && file->f_mapping->nrpages == size >> PAGE_SHIFT)
		return 0;
	hugetlb_luo_set_preserved(inode, false);
	return -EAGAIN;
}

static int hugetlb_luo_preserve_folio(struct hugetlb_luo *luo, struct folio *folio)
{
	int err = kho_preserve_folio(folio);

	if (err)
		return err;
	luo->pages[luo->nr++] = PFN_PHYS(folio_pfn(folio));
	hugetlb_luo_count(folio, 1);
	return 0;
}

static int hugetlb_luo_preserve_some(struct hugetlb_luo *luo, struct file *file)
{
	struct folio *batch[HUGETLB_LUO_BATCH];
	pgoff_t offset;
	int err = 0;
	long i, nr;

	nr = memfd_pin_folios(file, (loff_t)luo->nr << huge_page_shift(hstate_file(file)),
			      luo->ser->size - 1, batch, HUGETLB_LUO_BATCH, &offset);
	if (nr <= 0) {
		pr_err_ratelimited("huge pages cannot be pinned, as those in CMA: %pe\n",
				   ERR_PTR(nr));
		return nr ?: -ENOMEM;
	}
	for (i = 0; i < nr && !err; i++)
		err = hugetlb_luo_preserve_folio(luo, batch[i]);
	if (err)
		unpin_folios(batch + i - 1, nr - i + 1);
	return err;
}

static void hugetlb_luo_release(struct hugetlb_luo *luo)
{
	while (luo->nr) {
		struct folio *folio = hugetlb_luo_folio(luo->pages[--luo->nr]);

		kho_unpreserve_folio(folio);
		hugetlb_luo_count(folio, -1);
		unpin_folio(folio);
		cond_resched();
	}
}

static int hugetlb_luo_preserve_pages(struct hugetlb_luo *luo, struct file *file)
{
	unsigned long nr = luo->ser->size >> huge_page_shift(hstate_file(file));
	int err;

	luo->pages = __vmalloc(array_size(nr, sizeof(*luo->pages)),
			       GFP_KERNEL | __GFP_NOWARN);
	if (!luo->pages)
		return -ENOMEM;
	err = kho_preserve_vmalloc(luo->pages, &luo->ser->pages);
	if (err)
		goto free;
	while (!err && luo->nr < nr)
		err = fatal_signal_pending(current) ? -EINTR :
						      hugetlb_luo_preserve_some(luo, file);
	luo->ser->nr_pages = nr;
	if (!err)
		return 0;
	hugetlb_luo_release(luo);
	kho_unpreserve_vmalloc(&luo->ser->pages);
free:
	vfree(luo->pages);
	return err;
}

/* What may change while the file is preserved */
static void hugetlb_luo_update(struct hugetlb_luo *luo, struct file *file)
{
	luo->ser->pos = file->f_pos;
	luo->ser->seals = READ_ONCE(HUGETLBFS_I(file_inode(file))->seals);
}

static int hugetlb_luo_preserve_file(struct hugetlb_luo *luo, struct file *file)
{
	loff_t size = i_size_read(file_inode(file));
	int err;

	luo->ser->size = size;
	luo->ser->order = huge_page_order(hstate_file(file));
	hugetlb_luo_update(luo, file);
	err = hugetlb_luo_fill(file, size) ?: hugetlb_luo_hold(file, size);
	if (err || !size)
		return err;
	err = hugetlb_luo_preserve_pages(luo, file);
	if (err)
		hugetlb_luo_set_preserved(file_inode(file), false);
	return err;
}

static int hugetlb_luo_begin(struct hugetlb_luo *luo, struct file *file)
{
	int err = hugetlb_luo_pool_get();

	if (err)
		return err;
	luo->ser = kho_alloc_preserve(sizeof(*luo->ser));
	err = PTR_ERR_OR_ZERO(luo->ser);
	if (err)
		goto put_pool;
	err = hugetlb_luo_preserve_file(luo, file);
	if (!err)
		return 0;
	kho_unpreserve_free(luo->ser);
put_pool:
	hugetlb_luo_pool_put();
	return err;
}

/* Operations */

static bool hugetlb_luo_can_preserve(struct liveupdate_file_handler *handler,
				     struct file *file)
{
	return is_file_hugepages(file) && !file_inode(file)->i_nlink;
}

static unsigned long hugetlb_luo_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

static int hugetlb_luo_preserve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_luo *luo;
	int err;

	if (HUGETLBFS_I(file_inode(args->file))->seals & ~HUGETLB_LUO_SEALS)
		return -EOPNOTSUPP;
	luo = kzalloc(sizeof(*luo), GFP_KERNEL);
	if (!luo)
		return -ENOMEM;
	err = hugetlb_luo_begin(luo, args->file);
	if (err) {
		kfree(luo);
		return err;
	}
	args->private_data = luo;
	args->serialized_data = virt_to_phys(luo->ser);
	return 0;
}

static void hugetlb_luo_unpreserve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_luo *luo = args->private_data;

	if (luo->pages) {
		hugetlb_luo_release(luo);
		kho_unpreserve_vmalloc(&luo->ser->pages);
		vfree(luo->pages);
	}
	hugetlb_luo_set_preserved(file_inode(args->file), false);
	kho_unpreserve_free(luo->ser);
	hugetlb_luo_pool_put();
	kfree(luo);
}

static int hugetlb_luo_freeze(struct liveupdate_file_op_args *args)
{
	hugetlb_luo_update(args->private_data, args->file);
	return 0;
}

/* What came */

/* The array; NULL without an error for a file that has none. */
static u64 *hugetlb_luo_take_array(struct hugetlb_luo_ser *ser)
{
	const struct kho_vmalloc desc = ser->pages;

	if (!ser->nr_pages)
		return NULL;
	if (ser->order > KHO_KEY_MAX_ORDER ||
	    ser->nr_pages > ((u64)desc.total_pages << PAGE_SHIFT) / sizeof(u64))
		return ERR_PTR(-EINVAL);
	return kho_restore_vmalloc(&desc) ?: ERR_PTR(-ENOMEM);
}

/* As memfd_luo_open() */
static u64 *hugetlb_luo_open(struct liveupdate_file_op_args *args,
			     struct hugetlb_luo_ser *ser)
{
	struct folio *header = args->private_data;
	u64 *pages;

	if (!header)
		header = kho_restore_folio(args->serialized_data);
	if (!header)
		return ERR_PTR(-ENOENT);
	*ser = *(struct hugetlb_luo_ser *)folio_address(header);
	pages = hugetlb_luo_take_array(ser);
	if (IS_ERR(pages)) {
		args->private_data = header;
		return pages;
	}
	args->private_data = NULL;
	folio_put(header);
	return pages;
}

/* The pool; NULL where there are no pages of this size. */
static struct hstate *hugetlb_luo_hstate(const struct hugetlb_luo_ser *ser)
{
	return ser->order > KHO_KEY_MAX_ORDER ? NULL :
						size_to_hstate(PAGE_SIZE << ser->order);
}

/* For a kernel that has no pages of this size */
static void hugetlb_luo_free_pages(u64 phys, unsigned int order)
{
	struct page *page = kho_restore_pages(phys, 1UL << order);
	unsigned long i;

	for (i = 0; page && i < 1UL << order; i++)
		__free_page(page + i);
}

/* A page that came, in use by the caller. */
static struct folio *hugetlb_luo_take(struct hstate *h, u64 phys)
{
	struct folio *folio = kho_restore_folio(phys);

	if (!folio)
		return ERR_PTR(-ENOENT);
	if (folio_order(folio) != huge_page_order(h)) {
		/* One that the page allocator cannot take stays out of use. */
		if (folio_order(folio) <= MAX_PAGE_ORDER)
			folio_put(folio);
		return ERR_PTR(-EINVAL);
	}
	hugetlb_adopt_folio(h, folio);
	return folio;
}

/* The pool gets them, as far as it is too small; the others are free. */
static void hugetlb_luo_discard(struct hstate *h, const struct hugetlb_luo_ser *ser,
				const u64 *pages, u64 i)
{
	for (; i < ser->nr_pages; i++) {
		struct folio *folio;

		cond_resched();
		if (!h) {
			hugetlb_luo_free_pages(pages[i], ser->order);
			continue;
		}
		folio = hugetlb_luo_take(h, pages[i]);
		if (!IS_ERR(folio))
			folio_put(folio);
	}
}

static int hugetlb_luo_add(struct file *file, u64 phys, u64 idx)
{
	struct folio *folio = hugetlb_luo_take(hstate_file(file), phys);
	int err;

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	err = hugetlb_add_adopted(file_inode(file), folio, idx);
	folio_put(folio);
	return err;
}

/* A page that cannot be taken makes it a file that is not there at all. */
static int hugetlb_luo_add_all(struct file *file, const struct hugetlb_luo_ser *ser,
			       const u64 *pages)
{
	u64 i;

	for (i = 0; i < ser->nr_pages; i++) {
		int err = hugetlb_luo_add(file, pages[i], i);

		if (err) {
			hugetlb_luo_discard(hstate_file(file), ser, pages, i + 1);
			return err;
		}
		cond_resched();
	}
	return 0;
}

static int hugetlb_luo_check(struct hstate *h, const struct hugetlb_luo_ser *ser)
{
	if (ser->seals & ~HUGETLB_LUO_SEALS)
		return -EOPNOTSUPP;
	if (ser->size > MAX_LFS_FILESIZE || ser->pos > MAX_LFS_FILESIZE ||
	    !IS_ALIGNED(ser->size, huge_page_size(h)) ||
	    ser->size >> huge_page_shift(h) != ser->nr_pages)
		return -EINVAL;
	return 0;
}

static int hugetlb_luo_seal(struct file *file, unsigned int seals)
{
	struct inode *inode = file_inode(file);

	/* As memfd_luo_seal() */
	if (seals & F_SEAL_EXEC)
		inode->i_mode &= ~0111;
	HUGETLBFS_I(inode)->seals = 0;
	return seals ? memfd_fcntl(file, F_ADD_SEALS, seals) : 0;
}

/* As memfd_create() does, and sealed as long as there is nothing in it to wait for. */
static struct file *hugetlb_luo_new_file(struct hstate *h, const struct hugetlb_luo_ser *ser)
{
	struct file *file;
	int err;

	file = hugetlb_file_setup("memfd:liveupdate", 0, VM_NORESERVE,
				  HUGETLB_ANONHUGE_INODE, huge_page_shift(h));
	if (IS_ERR(file))
		return file;
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	file->f_flags |= O_LARGEFILE;
	err = hugetlb_luo_seal(file, ser->seals);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	i_size_write(file_inode(file), ser->size);
	file->f_pos = ser->pos;
	return file;
}

static struct file *hugetlb_luo_make_file(const struct hugetlb_luo_ser *ser,
					  const u64 *pages)
{
	struct hstate *h = hugetlb_luo_hstate(ser);
	struct file *file;
	int err;

	err = h ? hugetlb_luo_check(h, ser) : -EOPNOTSUPP;
	file = err ? ERR_PTR(err) : hugetlb_luo_new_file(h, ser);
	if (IS_ERR(file)) {
		hugetlb_luo_discard(h, ser, pages, 0);
		return file;
	}
	err = hugetlb_luo_add_all(file, ser, pages);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

static int hugetlb_luo_retrieve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_luo_ser ser;
	struct file *file;
	u64 *pages;

	pages = hugetlb_luo_open(args, &ser);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	file = hugetlb_luo_make_file(&ser, pages);
	vfree(pages);
	if (IS_ERR(file))
		return PTR_ERR(file);
	args->file = file;
	return 0;
}

static void hugetlb_luo_finish(struct liveupdate_file_op_args *args)
{
	struct hugetlb_luo_ser ser;
	u64 *pages;

	/* Once there was an array, retrieving left nothing behind. */
	if (args->retrieve_status && !args->private_data)
		return;
	pages = hugetlb_luo_open(args, &ser);
	if (!IS_ERR_OR_NULL(pages))
		hugetlb_luo_discard(hugetlb_luo_hstate(&ser), &ser, pages, 0);
	if (!IS_ERR(pages))
		vfree(pages);
	else if (args->private_data)
		folio_put(args->private_data);
}

static const struct liveupdate_file_ops hugetlb_luo_ops = {
	.can_preserve = hugetlb_luo_can_preserve,
	.get_id = hugetlb_luo_get_id,
	.preserve = hugetlb_luo_preserve,
	.unpreserve = hugetlb_luo_unpreserve,
	.freeze = hugetlb_luo_freeze,
	.retrieve = hugetlb_luo_retrieve,
	.finish = hugetlb_luo_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler hugetlb_luo_handler = {
	.ops = &hugetlb_luo_ops,
	.compatible = HUGETLB_LUO_COMPATIBLE,
};

static int __init hugetlb_luo_init(void)
{
	phys_addr_t phys;
	size_t size;
	int err;

	/* The pool has been filled. */
	if (!kho_retrieve_subtree(HUGETLB_KHO_SUBTREE, &phys, &size))
		kho_restore_free(phys_to_virt(phys));
	err = liveupdate_register_file_handler(&hugetlb_luo_handler);
	if (err && err != -EOPNOTSUPP)
		pr_err("memfds of huge pages cannot be preserved: %pe\n", ERR_PTR(err));
	return 0;
}
fs_initcall(hugetlb_luo_init);
