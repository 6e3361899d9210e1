// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update of memfds, and of all that is an unlinked file in shmem.
 *
 * The folios stay where they are, and nothing is copied. While a file is preserved each
 * of its pages is there, and pinned: what is written to the file or to a mapping up to the
 * kexec is written to what the next kernel gets.
 *
 * Whether a folio is dirty is told by page tables, too. So all are said to be dirty, and
 * the next kernel does not lose one that looks clean.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#define MEMFD_LUO_SEALS		(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | \
				 F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

/* Folios that are pinned in one go */
#define MEMFD_LUO_BATCH		(PAGE_SIZE / sizeof(struct folio *))

/* Folios between two looks whether somebody else needs the CPU. */
#define MEMFD_LUO_RESCHED	1024

/* A file that is preserved */
struct memfd_luo {
	struct memfd_luo_ser *ser;
	/* The vmalloc area that @ser tells of */
	struct memfd_luo_folio_ser *folios;
	unsigned long nr_folios;
};

static struct folio *memfd_luo_folio(const struct memfd_luo_folio_ser *entry)
{
	return page_folio(pfn_to_page(entry->pfn));
}

/* Pinning: all pages of the file are there afterwards, and stay where they are. */

/*
 * Call @fn for each folio of the file up to @end pages, all of which are pinned, as long
 * as that returns true.
 */
static void memfd_luo_each(struct address_space *mapping, pgoff_t end,
			   bool (*fn)(struct folio *folio, void *data), void *data)
{
	XA_STATE(xas, &mapping->i_pages, 0);
	unsigned long nr = 0;
	struct folio *folio;

	if (!end)
		return;
	rcu_read_lock();
	xas_for_each(&xas, folio, end - 1) {
		if (xas_retry(&xas, folio))
			continue;
		if (!fn(folio, data))
			break;
		if (++nr % MEMFD_LUO_RESCHED)
			continue;
		xas_pause(&xas);
		rcu_read_unlock();
		cond_resched();
		rcu_read_lock();
	}
	rcu_read_unlock();
}

static bool memfd_luo_unpin_folio(struct folio *folio, void *data)
{
	unpin_folio(folio);
	return true;
}

static void memfd_luo_unpin(struct file *file, pgoff_t end)
{
	memfd_luo_each(file->f_mapping, end, memfd_luo_unpin_folio, NULL);
}

static int memfd_luo_pin_batch(struct file *file, struct folio **batch,
			       loff_t size, pgoff_t *done)
{
	struct folio *last;
	pgoff_t offset;
	long nr;

	if (fatal_signal_pending(current))
		return -EINTR;
	nr = memfd_pin_folios(file, (loff_t)*done << PAGE_SHIFT, size - 1,
			      batch, MEMFD_LUO_BATCH, &offset);
	if (nr <= 0)
		return nr ?: -ENOMEM;
	last = batch[nr - 1];
	*done = last->index + folio_nr_pages(last);
	return nr;
}

/* Returns the number of folios. */
static long memfd_luo_pin(struct file *file, loff_t size)
{
	pgoff_t done = 0, end = DIV_ROUND_UP(size, PAGE_SIZE);
	struct folio **batch __free(kfree) = NULL;
	long total = 0;

	batch = kmalloc_array(MEMFD_LUO_BATCH, sizeof(*batch), GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	while (done < end) {
		int nr = memfd_luo_pin_batch(file, batch, size, &done);

		if (nr < 0) {
			memfd_luo_unpin(file, done);
			return nr;
		}
		total += nr;
		cond_resched();
	}
	return total;
}

/* The array of folios */

static bool memfd_luo_list_folio(struct folio *folio, void *data)
{
	struct memfd_luo *luo = data;
	struct memfd_luo_folio_ser *entry = &luo->folios[luo->nr_folios++];

	entry->pfn = folio_pfn(folio);
	entry->flags = MEMFD_LUO_FOLIO_DIRTY | MEMFD_LUO_FOLIO_UPTODATE;
	entry->index = folio->index;
	return true;
}

/* What was allocated and never written to. */
static void memfd_luo_make_uptodate(struct folio *folio)
{
	if (folio_test_uptodate(folio))
		return;
	folio_lock(folio);
	if (!folio_test_uptodate(folio)) {
		folio_zero_range(folio, 0, folio_size(folio));
		flush_dcache_folio(folio);
		folio_mark_uptodate(folio);
	}
	folio_unlock(folio);
}

static void memfd_luo_unpreserve_folios(struct memfd_luo *luo, unsigned long nr)
{
	while (nr) {
		kho_unpreserve_folio(memfd_luo_folio(&luo->folios[--nr]));
		if (!(nr % MEMFD_LUO_RESCHED))
			cond_resched();
	}
}

static int memfd_luo_preserve_folios(struct memfd_luo *luo)
{
	unsigned long i;

	for (i = 0; i < luo->nr_folios; i++) {
		struct folio *folio = memfd_luo_folio(&luo->folios[i]);
		int err;

		memfd_luo_make_uptodate(folio);
		err = kho_preserve_folio(folio);
		if (err) {
			memfd_luo_unpreserve_folios(luo, i);
			return err;
		}
		if (!(i % MEMFD_LUO_RESCHED))
			cond_resched();
	}
	return 0;
}

/* @nr folios of the file are pinned. */
static int memfd_luo_preserve_array(struct memfd_luo *luo, struct file *file,
				    pgoff_t end, unsigned long nr)
{
	int err;

	luo->folios = vmalloc(array_size(nr, sizeof(*luo->folios)));
	if (!luo->folios)
		return -ENOMEM;
	memfd_luo_each(file->f_mapping, end, memfd_luo_list_folio, luo);
	err = kho_preserve_vmalloc(luo->folios, &luo->ser->folios);
	if (err)
		goto free;
	err = memfd_luo_preserve_folios(luo);
	if (err)
		goto unpreserve;
	luo->ser->nr_folios = nr;
	return 0;
unpreserve:
	kho_unpreserve_vmalloc(&luo->ser->folios);
free:
	vfree(luo->folios);
	return err;
}

/* A hole takes a page like any other: better refused than tried for hours. */
static int memfd_luo_check_size(struct file *file, loff_t size)
{
	unsigned long there = READ_ONCE(file->f_mapping->nrpages);
	u64 pages = DIV_ROUND_UP_ULL(size, PAGE_SIZE);

	if (pages > UINT_MAX)
		return -EFBIG;
	if (pages > there && pages - there > si_mem_available())
		return -ENOMEM;
	return 0;
}

static int memfd_luo_preserve_pages(struct memfd_luo *luo, struct file *file)
{
	loff_t size = i_size_read(file_inode(file));
	pgoff_t end = DIV_ROUND_UP(size, PAGE_SIZE);
	long nr;
	int err;

	luo->ser->size = size;
	if (!size)
		return 0;
	err = memfd_luo_check_size(file, size);
	if (err)
		return err;
	nr = memfd_luo_pin(file, size);
	if (nr < 0)
		return nr;
	err = memfd_luo_preserve_array(luo, file, end, nr);
	if (err)
		memfd_luo_unpin(file, end);
	return err;
}

/* What may change while the file is preserved */
static void memfd_luo_update(struct memfd_luo *luo, struct file *file)
{
	luo->ser->pos = file->f_pos;
	luo->ser->seals = READ_ONCE(SHMEM_I(file_inode(file))->seals);
}

static int memfd_luo_preserve_file(struct memfd_luo *luo, struct file *file)
{
	struct inode *inode = file_inode(file);
	int err;

	luo->ser = kho_alloc_preserve(sizeof(*luo->ser));
	if (IS_ERR(luo->ser))
		return PTR_ERR(luo->ser);
	shmem_set_preserved(inode, true);
	memfd_luo_update(luo, file);
	err = memfd_luo_preserve_pages(luo, file);
	if (!err)
		return 0;
	shmem_set_preserved(inode, false);
	kho_unpreserve_free(luo->ser);
	return err;
}

/* Operations */

static bool memfd_luo_can_preserve(struct liveupdate_file_handler *handler,
				   struct file *file)
{
	return shmem_file(file) && !file_inode(file)->i_nlink;
}

static unsigned long memfd_luo_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

static int memfd_luo_preserve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo *luo;
	int err;

	if (SHMEM_I(file_inode(args->file))->seals & ~MEMFD_LUO_SEALS)
		return -EOPNOTSUPP;
	luo = kzalloc(sizeof(*luo), GFP_KERNEL);
	if (!luo)
		return -ENOMEM;
	err = memfd_luo_preserve_file(luo, args->file);
	if (err) {
		kfree(luo);
		return err;
	}
	args->private_data = luo;
	args->serialized_data = virt_to_phys(luo->ser);
	return 0;
}

static void memfd_luo_unpreserve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo *luo = args->private_data;

	if (luo->nr_folios) {
		memfd_luo_unpreserve_folios(luo, luo->nr_folios);
		kho_unpreserve_vmalloc(&luo->ser->folios);
		memfd_luo_unpin(args->file,
				DIV_ROUND_UP(luo->ser->size, PAGE_SIZE));
		vfree(luo->folios);
	}
	shmem_set_preserved(file_inode(args->file), false);
	kho_unpreserve_free(luo->ser);
	kfree(luo);
}

static int memfd_luo_freeze(struct liveupdate_file_op_args *args)
{
	memfd_luo_update(args->private_data, args->file);
	return 0;
}

/* What came */

static int memfd_luo_take_header(struct memfd_luo_ser *ser, u64 phys)
{
	struct folio *folio = kho_restore_folio(phys);

	if (!folio)
		return -ENOENT;
	*ser = *(struct memfd_luo_ser *)folio_address(folio);
	folio_put(folio);
	return 0;
}

/* The array; NULL without an error for a file that has no folios. */
static struct memfd_luo_folio_ser *memfd_luo_take_array(struct memfd_luo_ser *ser)
{
	const struct kho_vmalloc desc = ser->folios;
	struct memfd_luo_folio_ser *folios;

	if (!ser->nr_folios)
		return NULL;
	if (ser->nr_folios > ((u64)desc.total_pages << PAGE_SHIFT) /
			     sizeof(*folios))
		return ERR_PTR(-EINVAL);
	folios = kho_restore_vmalloc(&desc);
	return folios ?: ERR_PTR(-ENOENT);
}

static void memfd_luo_free_folios(const struct memfd_luo_folio_ser *folios,
				  u64 i, u64 nr)
{
	for (; i < nr; i++) {
		struct folio *folio = NULL;

		if (folios[i].pfn)
			folio = kho_restore_folio(PFN_PHYS(folios[i].pfn));
		if (folio)
			folio_put(folio);
		if (!(i % MEMFD_LUO_RESCHED))
			cond_resched();
	}
}

static int memfd_luo_add_folio(struct inode *inode,
			       const struct memfd_luo_folio_ser *entry,
			       const struct memfd_luo_ser *ser)
{
	struct folio *folio;
	int err = -EINVAL;

	if (!entry->pfn)
		return 0;
	folio = kho_restore_folio(PFN_PHYS(entry->pfn));
	if (!folio)
		return -ENOENT;
	if (entry->index < DIV_ROUND_UP_ULL(ser->size, PAGE_SIZE) &&
	    IS_ALIGNED(entry->index, folio_nr_pages(folio))) {
		if (!(entry->flags & MEMFD_LUO_FOLIO_UPTODATE))
			folio_zero_range(folio, 0, folio_size(folio));
		err = shmem_add_folio(inode, folio, entry->index);
	}
	folio_put(folio);
	return err;
}

/* A folio that cannot be taken makes it a file that is not there at all. */
static int memfd_luo_add_folios(struct file *file,
				const struct memfd_luo_folio_ser *folios,
				const struct memfd_luo_ser *ser)
{
	struct inode *inode = file_inode(file);
	u64 i;

	for (i = 0; i < ser->nr_folios; i++) {
		int err = memfd_luo_add_folio(inode, &folios[i], ser);

		if (err) {
			memfd_luo_free_folios(folios, i + 1, ser->nr_folios);
			return err;
		}
		if (!(i % MEMFD_LUO_RESCHED))
			cond_resched();
	}
	return 0;
}

static int memfd_luo_check(const struct memfd_luo_ser *ser)
{
	if (ser->seals & ~MEMFD_LUO_SEALS || ser->flags)
		return -EOPNOTSUPP;
	if (ser->size > MAX_LFS_FILESIZE || ser->pos > MAX_LFS_FILESIZE)
		return -EINVAL;
	return 0;
}

static int memfd_luo_seal(struct file *file, unsigned int seals)
{
	struct inode *inode = file_inode(file);

	/*
	 * Where F_SEAL_EXEC is set on a file that can be executed, it seals writing, too. A
	 * file that could be executed has those seals already.
	 */
	if (seals & F_SEAL_EXEC)
		inode->i_mode &= ~0111;
	SHMEM_I(inode)->seals = 0;
	return seals ? memfd_fcntl(file, F_ADD_SEALS, seals) : 0;
}

/* As memfd_create() does, and sealed as long as there is nothing in it to wait for. */
static struct file *memfd_luo_new_file(const struct memfd_luo_ser *ser)
{
	struct file *file = shmem_file_setup("memfd:liveupdate", 0, VM_NORESERVE);
	int err;

	if (IS_ERR(file))
		return file;
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	file->f_flags |= O_LARGEFILE;
	err = memfd_luo_seal(file, ser->seals);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	i_size_write(file_inode(file), ser->size);
	file->f_pos = ser->pos;
	return file;
}

static struct file *memfd_luo_make_file(const struct memfd_luo_ser *ser,
					const struct memfd_luo_folio_ser *folios)
{
	struct file *file;
	int err;

	err = memfd_luo_check(ser);
	file = err ? ERR_PTR(err) : memfd_luo_new_file(ser);
	if (IS_ERR(file)) {
		memfd_luo_free_folios(folios, 0, ser->nr_folios);
		return file;
	}
	err = memfd_luo_add_folios(file, folios, ser);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

static int memfd_luo_retrieve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_folio_ser *folios;
	struct memfd_luo_ser ser;
	struct file *file;
	int err;

	err = memfd_luo_take_header(&ser, args->serialized_data);
	if (err)
		return err;
	folios = memfd_luo_take_array(&ser);
	if (IS_ERR(folios))
		return PTR_ERR(folios);
	file = memfd_luo_make_file(&ser, folios);
	vfree(folios);
	if (IS_ERR(file))
		return PTR_ERR(file);
	args->file = file;
	return 0;
}

static void memfd_luo_finish(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_folio_ser *folios;
	struct memfd_luo_ser ser;

	/* Retrieving left nothing behind, whether it succeeded or failed. */
	if (args->retrieve_status)
		return;
	if (memfd_luo_take_header(&ser, args->serialized_data))
		return;
	folios = memfd_luo_take_array(&ser);
	if (IS_ERR_OR_NULL(folios))
		return;
	memfd_luo_free_folios(folios, 0, ser.nr_folios);
	vfree(folios);
}

static const struct liveupdate_file_ops memfd_luo_ops = {
	.can_preserve = memfd_luo_can_preserve,
	.get_id = memfd_luo_get_id,
	.preserve = memfd_luo_preserve,
	.unpreserve = memfd_luo_unpreserve,
	.freeze = memfd_luo_freeze,
	.retrieve = memfd_luo_retrieve,
	.finish = memfd_luo_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler memfd_luo_handler = {
	.ops = &memfd_luo_ops,
	.compatible = MEMFD_LUO_COMPATIBLE,
};

static int __init memfd_luo_init(void)
{
	int err = liveupdate_register_file_handler(&memfd_luo_handler);

	if (err && err != -EOPNOTSUPP)
		pr_err("memfds cannot be preserved: %pe\n", ERR_PTR(err));
	return 0;
}
fs_initcall(memfd_luo_init);
