// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update of memfds, and of all that is an unlinked file in shmem.
 *
 * The folios stay where they are, and nothing is copied. While a file is preserved each
 * folio of it is pinned: what is written to the file or to a mapping up to the kexec is
 * written to what the next kernel gets. Holes stay holes. Where something is written into
 * one, shmem tells of the folio before it enters the file.
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
#include <linux/pagevec.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#include "internal.h"

#define MEMFD_LUO_SEALS		(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | \
				 F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

/* Folios that are pinned in one go */
#define MEMFD_LUO_BATCH		512U

/* Folios between two looks whether somebody else needs the CPU. */
#define MEMFD_LUO_RESCHED	1024

/* Room that a file's array of folios has at first: at least, and at most. */
#define MEMFD_LUO_MIN_ROOM	(PAGE_SIZE / sizeof(struct memfd_luo_folio_ser))
#define MEMFD_LUO_MAX_ROOM	65536UL

/* How long who writes into a hole waits while a kexec is on its way. */
#define MEMFD_LUO_PATIENCE	(HZ / 10)

/*
 * A file that is preserved. The mapping's invalidate_lock is for the folios, and for
 * @frozen.
 */
struct memfd_luo {
	struct shmem_preserved preserved;
	struct memfd_luo_ser *ser;
	/* The vmalloc area that @ser tells of, and how many have room in it */
	struct memfd_luo_folio_ser *folios;
	unsigned long room;
	/* How many there are, and were at first */
	unsigned long nr_folios;
	unsigned long nr_first;
	/* The kexec is on its way, and @ser does not change. */
	bool frozen;
};

static struct folio *memfd_luo_folio(const struct memfd_luo_folio_ser *entry)
{
	return page_folio(pfn_to_page(entry->pfn));
}

/* The array of folios */

static void memfd_luo_free_array(struct memfd_luo *luo)
{
	if (!luo->folios)
		return;
	kho_unpreserve_vmalloc(&luo->ser->folios);
	vfree(luo->folios);
}

static int memfd_luo_make_room(struct memfd_luo *luo, unsigned long room)
{
	struct memfd_luo_folio_ser *folios;
	struct kho_vmalloc desc;
	int err;

	folios = __vmalloc(array_size(room, sizeof(*folios)), GFP_KERNEL | __GFP_NOWARN);
	if (!folios)
		return -ENOMEM;
	err = kho_preserve_vmalloc(folios, &desc);
	if (err) {
		vfree(folios);
		return err;
	}
	memcpy(folios, luo->folios, luo->nr_folios * sizeof(*folios));
	memfd_luo_free_array(luo);
	luo->folios = folios;
	luo->room = room;
	luo->ser->folios = desc;
	return 0;
}

static int memfd_luo_need_room(struct memfd_luo *luo, unsigned long nr)
{
	nr += luo->nr_folios;
	if (likely(nr <= luo->room))
		return 0;
	return memfd_luo_make_room(luo, max3(2 * luo->room, nr, MEMFD_LUO_MIN_ROOM));
}

static struct memfd_luo_folio_ser memfd_luo_entry(struct folio *folio, pgoff_t index)
{
	return (struct memfd_luo_folio_ser) {
		.pfn = folio_pfn(folio),
		.flags = MEMFD_LUO_FOLIO_DIRTY | MEMFD_LUO_FOLIO_UPTODATE,
		.index = index,
	};
}

static void memfd_luo_release(struct folio *folio)
{
	kho_unpreserve_folio(folio);
	unpin_folio(folio);
}

static void memfd_luo_release_all(struct memfd_luo *luo)
{
	unsigned long i;

	for (i = luo->nr_folios; i; i--) {
		if (luo->folios[i - 1].pfn)
			memfd_luo_release(memfd_luo_folio(&luo->folios[i - 1]));
		if (!(i % MEMFD_LUO_RESCHED))
			cond_resched();
	}
	memfd_luo_free_array(luo);
}

/* What is in the file when it is preserved */

/* Where a walk of the page cache is */
struct memfd_luo_walk {
	/* What follows, and the end */
	pgoff_t index;
	pgoff_t end;
	/* Pages of this pageblock may stay where they are. */
	unsigned long block;
	struct folio **batch;
};

static bool memfd_luo_may_stay(struct memfd_luo_walk *walk, struct folio *folio)
{
	unsigned long block = folio_pfn(folio) >> pageblock_order;

	if (block == walk->block)
		return true;
	if (!folio_is_longterm_pinnable(folio))
		return false;
	walk->block = block;
	return true;
}

/* As try_grab_folio(), for a folio that is in use, but for the count of pins. */
static void memfd_luo_pin(struct folio *folio)
{
	if (folio_test_large(folio)) {
		folio_ref_inc(folio);
		atomic_inc(&folio->_pincount);
	} else {
		folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	}
}

/*
 * Pin what follows, up to the first folio that is swapped out, has to be moved, or is of
 * another node. No folio leaves the mapping, or has its references frozen, while the lock
 * is held.
 */
static unsigned int memfd_luo_pin_batch(struct memfd_luo_walk *walk,
					struct address_space *mapping)
{
	XA_STATE(xas, &mapping->i_pages, walk->index);
	struct folio **batch = walk->batch, *folio;
	unsigned int nr = 0;
	int nid = NUMA_NO_NODE;

	xas_lock_irq(&xas);
	xas_for_each(&xas, folio, walk->end - 1) {
		if (nr == MEMFD_LUO_BATCH || xa_is_value(folio) ||
		    !memfd_luo_may_stay(walk, folio))
			break;
		if (unlikely(folio_nid(folio) != nid)) {
			if (nr)
				break;
			nid = folio_nid(folio);
		}
		memfd_luo_pin(folio);
		batch[nr++] = folio;
	}
	xas_unlock_irq(&xas);
	if (!folio)
		walk->index = walk->end;
	else
		walk->index = max(walk->index, xas.xa_index);
	if (nr)
		mod_node_page_state(NODE_DATA(nid), NR_FOLL_PIN_ACQUIRED, nr);
	return nr;
}

/*
 * Bring in or move what follows. Who added it to the file may still be about to take it
 * out, with its lock held: then it is a hole.
 */
static int memfd_luo_pin_far(struct memfd_luo_walk *walk, struct file *file)
{
	loff_t start = (loff_t)walk->index << PAGE_SHIFT;
	loff_t end = min(start + (loff_t)PAGE_SIZE, i_size_read(file_inode(file)));
	struct folio *folio;
	pgoff_t offset;
	long nr;
	int err;

	err = shmem_get_folio(file_inode(file), walk->index, 0, &folio, SGP_NOALLOC);
	if (err == -ENOENT) {
		walk->index++;
		return 0;
	}
	if (err)
		return err;
	folio_unlock(folio);
	folio_put(folio);

	nr = memfd_pin_folios(file, start, end - 1, walk->batch, 1, &offset);
	if (nr <= 0)
		return nr ?: -ENOMEM;
	walk->index = folio_next_index(walk->batch[0]);
	return nr;
}

/* What was allocated and never written to. */
static void memfd_luo_make_uptodate(struct folio *folio)
{
	if (likely(folio_test_uptodate(folio)))
		return;
	folio_lock(folio);
	if (!folio_test_uptodate(folio)) {
		folio_zero_range(folio, 0, folio_size(folio));
		flush_dcache_folio(folio);
		folio_mark_uptodate(folio);
	}
	folio_unlock(folio);
	cond_resched();
}

/* Preserve folios that are pinned. */
static int memfd_luo_list_batch(struct memfd_luo *luo, struct folio **batch,
				unsigned int nr)
{
	int err = memfd_luo_need_room(luo, nr) ?: kho_preserve_folios(batch, nr);
	struct memfd_luo_folio_ser *entry = luo->folios + luo->nr_folios;
	unsigned int i;

	for (i = 0; i < nr && !err; i++) {
		struct folio *folio = batch[i];

		memfd_luo_make_uptodate(folio);
		*entry++ = memfd_luo_entry(folio, folio->index);
	}
	if (err)
		unpin_folios(batch, nr);
	else
		luo->nr_folios += nr;
	return err;
}

static int memfd_luo_list_some(struct memfd_luo *luo, struct file *file,
			       struct memfd_luo_walk *walk)
{
	int nr;

	if (fatal_signal_pending(current))
		return -EINTR;
	nr = memfd_luo_pin_batch(walk, file->f_mapping);
	if (!nr && walk->index < walk->end)
		nr = memfd_luo_pin_far(walk, file);
	return nr < 0 ? nr : memfd_luo_list_batch(luo, walk->batch, nr);
}

/* Nobody else adds folios to the file meanwhile, or takes some away. */
static int memfd_luo_list_all(struct memfd_luo *luo, struct file *file)
{
	struct memfd_luo_walk walk = {
		.end = DIV_ROUND_UP(luo->ser->size, PAGE_SIZE),
		.block = ULONG_MAX,
	};
	unsigned long there = file->f_mapping->nrpages +
			      READ_ONCE(SHMEM_I(file_inode(file))->swapped);
	int err;

	/* A page that is just swapped in or out may be in none of the two numbers */
	if (!walk.end || xa_empty(&file->f_mapping->i_pages))
		return 0;
	walk.batch = kmalloc_array(MEMFD_LUO_BATCH, sizeof(*walk.batch), GFP_KERNEL);
	if (!walk.batch)
		return -ENOMEM;
	err = memfd_luo_make_room(luo, clamp(there, MEMFD_LUO_MIN_ROOM,
					     MEMFD_LUO_MAX_ROOM));
	while (!err && walk.index < walk.end) {
		err = memfd_luo_list_some(luo, file, &walk);
		cond_resched();
	}
	kfree(walk.batch);
	luo->nr_first = luo->nr_folios;
	return err;
}

/* What comes into the file later */

/* Something has to be preserved though that is over: undo that, or wait. */
static int memfd_luo_reopen(struct memfd_luo *luo)
{
	if (!READ_ONCE(luo->frozen) && kho_reopen())
		return 0;
	schedule_timeout_killable(MEMFD_LUO_PATIENCE);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* Preserve a folio that is about to be pinned. */
static int memfd_luo_list(struct memfd_luo *luo, struct folio *folio, pgoff_t index)
{
	int err = memfd_luo_need_room(luo, 1) ?: kho_preserve_folio(folio);

	if (!err)
		luo->folios[luo->nr_folios++] = memfd_luo_entry(folio, index);
	return err;
}

static int memfd_luo_add(struct shmem_preserved *preserved, struct folio *folio,
			 pgoff_t index)
{
	struct memfd_luo *luo = container_of(preserved, struct memfd_luo, preserved);
	int err;

	/* Allocated just before the file was preserved: let it be done again. */
	if (!folio_is_longterm_pinnable(folio))
		return -EEXIST;
	while ((err = memfd_luo_list(luo, folio, index)) == -EBUSY) {
		err = memfd_luo_reopen(luo);
		if (err)
			return err;
	}
	return err ?: try_grab_folio(folio, 1, FOLL_PIN);
}

/* The entry is none from now on: the array may be what the next kernel gets already. */
static void memfd_luo_drop(struct shmem_preserved *preserved, struct folio *folio)
{
	struct memfd_luo *luo = container_of(preserved, struct memfd_luo, preserved);
	unsigned long i = luo->nr_folios;

	/* Nearly always it was added only now. */
	while (i && luo->folios[i - 1].pfn != folio_pfn(folio))
		i--;
	if (!i)
		return;
	luo->folios[i - 1].pfn = 0;
	if (i == luo->nr_folios)
		luo->nr_folios--;
	luo->nr_first = min(luo->nr_first, luo->nr_folios);
	memfd_luo_release(folio);
}

/* What may change while the file is preserved */
static void memfd_luo_update(struct memfd_luo *luo, struct file *file)
{
	unsigned long i;

	luo->ser->pos = file->f_pos;
	luo->ser->seals = READ_ONCE(SHMEM_I(file_inode(file))->seals);
	luo->ser->nr_folios = luo->nr_folios;
	/* Was what should be in it written to it in time? */
	for (i = luo->nr_first; i < luo->nr_folios; i++) {
		struct memfd_luo_folio_ser *entry = &luo->folios[i];

		if (!entry->pfn)
			continue;
		/* Also what was not at an earlier freeze */
		if (folio_test_uptodate(memfd_luo_folio(entry)))
			entry->flags |= MEMFD_LUO_FOLIO_UPTODATE;
		else
			entry->flags &= ~MEMFD_LUO_FOLIO_UPTODATE;
	}
}

static void memfd_luo_set_preserved(struct file *file, struct shmem_preserved *preserved)
{
	struct inode *inode = file_inode(file);

	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	shmem_set_preserved(inode, preserved);
	inode_unlock(inode);
}

static void memfd_luo_end(struct memfd_luo *luo, struct file *file)
{
	memfd_luo_set_preserved(file, NULL);
	filemap_invalidate_unlock(file->f_mapping);
	memfd_luo_release_all(luo);
	kho_unpreserve_free(luo->ser);
	kfree(luo);
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
	struct inode *inode = file_inode(args->file);
	struct memfd_luo *luo;
	int err;

	if (SHMEM_I(inode)->seals & ~MEMFD_LUO_SEALS)
		return -EOPNOTSUPP;
	luo = kzalloc(sizeof(*luo), GFP_KERNEL);
	if (!luo)
		return -ENOMEM;
	luo->preserved.add = memfd_luo_add;
	luo->preserved.drop = memfd_luo_drop;
	luo->ser = kho_alloc_preserve(sizeof(*luo->ser));
	if (IS_ERR(luo->ser)) {
		err = PTR_ERR(luo->ser);
		kfree(luo);
		return err;
	}
	memfd_luo_set_preserved(args->file, &luo->preserved);
	luo->ser->size = i_size_read(inode);
	err = memfd_luo_list_all(luo, args->file);
	memfd_luo_update(luo, args->file);
	filemap_invalidate_unlock(inode->i_mapping);
	if (err) {
		memfd_luo_end(luo, args->file);
		return err;
	}
	args->private_data = luo;
	args->serialized_data = virt_to_phys(luo->ser);
	return 0;
}

static void memfd_luo_unpreserve(struct liveupdate_file_op_args *args)
{
	memfd_luo_end(args->private_data, args->file);
}

static int memfd_luo_freeze(struct liveupdate_file_op_args *args)
{
	struct memfd_luo *luo = args->private_data;

	filemap_invalidate_lock(args->file->f_mapping);
	WRITE_ONCE(luo->frozen, true);
	memfd_luo_update(luo, args->file);
	filemap_invalidate_unlock(args->file->f_mapping);
	return 0;
}

/* Who waits has the lock. */
static void memfd_luo_unfreeze(struct liveupdate_file_op_args *args)
{
	struct memfd_luo *luo = args->private_data;

	WRITE_ONCE(luo->frozen, false);
}

/* What came */

/* The array; NULL without an error for a file that has none. */
static struct memfd_luo_folio_ser *memfd_luo_take_array(struct memfd_luo_ser *ser)
{
	const struct kho_vmalloc desc = ser->folios;
	struct memfd_luo_folio_ser *folios;

	if (!ser->nr_folios && !desc.first)
		return NULL;
	if (ser->nr_folios > ((u64)desc.total_pages << PAGE_SHIFT) /
			     sizeof(*folios))
		return ERR_PTR(-EINVAL);
	folios = kho_restore_vmalloc(&desc);
	return folios ?: ERR_PTR(-ENOMEM);
}

/*
 * What is told of the file, and the array, which the caller frees. Without that the header
 * stays the file's, so that finishing it is another chance.
 */
static struct memfd_luo_folio_ser *memfd_luo_open(struct liveupdate_file_op_args *args,
						  struct memfd_luo_ser *ser)
{
	struct folio *header = args->private_data;
	struct memfd_luo_folio_ser *folios;

	if (!header)
		header = kho_restore_folio(args->serialized_data);
	if (!header)
		return ERR_PTR(-ENOENT);
	*ser = *(struct memfd_luo_ser *)folio_address(header);
	folios = memfd_luo_take_array(ser);
	if (IS_ERR(folios)) {
		args->private_data = header;
		return folios;
	}
	args->private_data = NULL;
	folio_put(header);
	return folios;
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

/* Where a folio goes, which is nobody else's. */
static int memfd_luo_place(struct folio *folio, const struct memfd_luo_folio_ser *entry,
			   u64 end)
{
	if (entry->index >= end || !IS_ALIGNED(entry->index, folio_nr_pages(folio)))
		return -EINVAL;
	folio->index = entry->index;
	if (unlikely(!(entry->flags & MEMFD_LUO_FOLIO_UPTODATE)))
		folio_zero_range(folio, 0, folio_size(folio));
	return 0;
}

/* Take the first folios of what follows into the batch. */
static int memfd_luo_take(const struct memfd_luo_folio_ser *entries, u64 nr, u64 end,
			  struct folio_batch *fbatch)
{
	phys_addr_t phys[PAGEVEC_SIZE];
	unsigned int i, got, wanted = 0;
	int err = 0;

	while (wanted < min(nr, PAGEVEC_SIZE) && entries[wanted].pfn) {
		phys[wanted] = PFN_PHYS(entries[wanted].pfn);
		wanted++;
	}
	got = kho_restore_folios(phys, fbatch->folios, wanted);
	fbatch->nr = got;
	for (i = 0; i < got && !err; i++)
		err = memfd_luo_place(fbatch->folios[i], &entries[i], end);
	return got < wanted ? -ENOENT : err;
}

/* Take a batch of folios, from the @i'th on, which is what follows then. */
static int memfd_luo_add_batch(struct inode *inode,
			       const struct memfd_luo_folio_ser *folios,
			       const struct memfd_luo_ser *ser, u64 *i)
{
	struct folio_batch fbatch;
	int err;

	if (!folios[*i].pfn) {
		++*i;
		return 0;
	}
	folio_batch_init(&fbatch);
	err = memfd_luo_take(folios + *i, ser->nr_folios - *i,
			     DIV_ROUND_UP_ULL(ser->size, PAGE_SIZE), &fbatch);
	*i += folio_batch_count(&fbatch);
	if (!err)
		err = shmem_add_folios(inode, &fbatch);
	folios_put(&fbatch);
	return err;
}

/* A folio that cannot be taken makes it a file that is not there at all. */
static int memfd_luo_add_folios(struct file *file,
				const struct memfd_luo_folio_ser *folios,
				const struct memfd_luo_ser *ser)
{
	u64 i = 0;

	while (i < ser->nr_folios) {
		int err = memfd_luo_add_batch(file_inode(file), folios, ser, &i);

		if (err) {
			memfd_luo_free_folios(folios, i, ser->nr_folios);
			return err;
		}
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

	folios = memfd_luo_open(args, &ser);
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

	/* Once there was an array, retrieving left nothing behind. */
	if (args->retrieve_status && !args->private_data)
		return;
	folios = memfd_luo_open(args, &ser);
	if (!IS_ERR_OR_NULL(folios))
		memfd_luo_free_folios(folios, 0, ser.nr_folios);
	if (!IS_ERR(folios))
		vfree(folios);
	else if (args->private_data)
		folio_put(args->private_data);
}

static const struct liveupdate_file_ops memfd_luo_ops = {
	.can_preserve = memfd_luo_can_preserve,
	.get_id = memfd_luo_get_id,
	.preserve = memfd_luo_preserve,
	.unpreserve = memfd_luo_unpreserve,
	.freeze = memfd_luo_freeze,
	.unfreeze = memfd_luo_unfreeze,
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
