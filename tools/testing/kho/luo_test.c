// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update in user space: sessions, files and FLBs are preserved by the kernel's own
 * code, what that writes is damaged, and read by the kernel's own code.
 *
 * Whatever came, the next kernel reads all of it or nothing; what it does not read it does
 * not touch; what it takes it gives back.
 */
#include <stdio.h>

#include "check.h"
#include "luo_kernel.h"

#include "../../../kernel/liveupdate/kho_chain.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/luo_chain.c"
#include "../../../kernel/liveupdate/luo_ioctl.c"
#include "../../../kernel/liveupdate/luo_gate.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/luo_header.c"
#include "../../../kernel/liveupdate/luo_handler.c"
#include "../../../kernel/liveupdate/luo_core.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/luo_session.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/luo_file.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/luo_flb.c"

/* Blocks of sessions and of files: two of each where a page has 4096 bytes */
#define SESSIONS	(kho_block_capacity(sizeof(struct luo_session_ser)) + 2)
#define FILES		(kho_block_capacity(sizeof(struct luo_file_ser)) + 2)

/* A handler: what it hands over of a file is a page with its number. */

static struct file *sim_files[256];

struct file *fget(int fd)
{
	return get_file(sim_files[fd]);
}

static bool sim_can_preserve(struct liveupdate_file_handler *handler,
			     struct file *file)
{
	return handler && file;
}

/* Pages are few: the first files have one, the others none. */
static int sim_preserve(struct liveupdate_file_op_args *args)
{
	u64 number = (u64)(uintptr_t)args->file->private_data, *page;

	if (number >= 4)
		return 0;
	page = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(page))
		return PTR_ERR(page);
	*page = number;
	args->private_data = page;
	args->serialized_data = virt_to_phys(page);
	return 0;
}

static void sim_unpreserve(struct liveupdate_file_op_args *args)
{
	if (args->private_data)
		kho_unpreserve_free(args->private_data);
}

static int sim_take(u64 phys, u64 *number)
{
	struct folio *folio = kho_restore_folio(phys);

	if (!folio)
		return -ENOENT;
	*number = *(u64 *)folio_address(folio);
	folio_put(folio);
	return 0;
}

static int sim_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file;
	u64 number = 4;
	int err = 0;

	if (args->serialized_data)
		err = sim_take(args->serialized_data, &number);
	if (err)
		return err;
	file = sim_file((void *)(uintptr_t)number);
	if (IS_ERR(file))
		return PTR_ERR(file);
	args->file = file;
	return 0;
}

static void sim_finish(struct liveupdate_file_op_args *args)
{
	u64 number;

	if (!args->retrieve_status)
		sim_take(args->serialized_data, &number);
}

static const struct liveupdate_file_ops sim_file_ops = {
	.can_preserve = sim_can_preserve,
	.preserve = sim_preserve,
	.unpreserve = sim_unpreserve,
	.retrieve = sim_retrieve,
	.finish = sim_finish,
};

static struct liveupdate_file_handler sim_handler = {
	.ops = &sim_file_ops,
	.compatible = "sim",
};

static int flb_preserve(struct liveupdate_flb_op_args *args)
{
	args->data = 0x1234;
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *args)
{
	(void)args;
}

static unsigned int flbs_there;

static int flb_retrieve(struct liveupdate_flb_op_args *args)
{
	flbs_there++;
	return args->data == 0x1234 ? 0 : -EINVAL;
}

static void flb_finish(struct liveupdate_flb_op_args *args)
{
	(void)args;
}

static const struct liveupdate_flb_ops sim_flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

static struct liveupdate_flb sim_flbs[] = {
	{ .ops = &sim_flb_ops, .compatible = "flb-1" },
	{ .ops = &sim_flb_ops, .compatible = "flb-2" },
};

/* The last kernel: what it wrote */

static struct {
	u64 header;
	enum sim_page pages[SIM_PAGES];
	char *memory;
} whole;

static void session_name(char *name, unsigned int nr)
{
	snprintf(name, LUO_NAME_SIZE, "session %u", nr);
}

static void preserve_in(unsigned int nr, unsigned int files, unsigned int *fd)
{
	struct liveupdate_session *session;
	char name[LUO_NAME_SIZE];

	session_name(name, nr);
	session = luo_session_new(name);
	if (!CHECK(!IS_ERR(session)))
		return;
	for (unsigned int i = 0; i < files; i++, ++*fd) {
		sim_files[*fd] = sim_file((void *)(uintptr_t)*fd);
		CHECK(!luo_file_preserve(session, i + 10, *fd));
		fput(sim_files[*fd]);
	}
}

static void save(void)
{
	memcpy(whole.pages, sim_pages, sizeof(sim_pages));
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		if (sim_pages[i] == SIM_OURS)
			memcpy(whole.memory + i * PAGE_SIZE,
			       sim_memory + i * PAGE_SIZE, PAGE_SIZE);
	whole.header = sim_subtree;
}

static void write_handover(void)
{
	struct liveupdate_session *session, *next;
	unsigned int fd = 0;

	preserve_in(0, FILES, &fd);
	preserve_in(1, 3, &fd);
	for (unsigned int i = 2; i < SESSIONS; i++)
		preserve_in(i, 0, &fd);
	CHECK(!luo_sessions_freeze());
	luo_header_write(luo_sessions_write(), luo_flbs_write());
	save();
	luo_sessions_unfreeze();
	list_for_each_entry_safe(session, next, &luo_created, list)
		luo_session_drop(session);
	CHECK(sim_count(SIM_FREE) == SIM_PAGES);
	CHECK(!luo_nr_preserved);
}

/* The next kernel: everything is as it was written, until something is damaged */
static void load_handover(void)
{
	for (unsigned int i = 0; i < SIM_PAGES; i++) {
		sim_set_page(i, SIM_OURS);
		memcpy(sim_memory + i * PAGE_SIZE, whole.memory + i * PAGE_SIZE,
		       PAGE_SIZE);
		sim_set_page(i, whole.pages[i] == SIM_FREE ? SIM_FREE : SIM_OURS);
	}
	sim_subtree = whole.header;
}

/* All sessions and files that came are asked for, finished and gone. */
static unsigned int use_session(struct liveupdate_session *session)
{
	struct luo_file *file, *next;
	unsigned int came = 0;

	list_for_each_entry_safe(file, next, &session->files, list) {
		struct file *found;
		int err;

		/* One in three is left to be discarded. */
		if (file->key.token % 3 == 0)
			continue;
		err = luo_file_retrieve(session, file->key.token, &found);
		if (!err)
			fput(found);
		came += !err;
		CHECK(luo_file_retrieve(session, file->key.token, &found) == err);
		if (!err)
			fput(found);
	}
	CHECK(luo_session_open(session->key.name) == session);
	luo_session_close(session);
	return came;
}

static unsigned int use_all(void)
{
	struct liveupdate_session *session, *next;
	unsigned int came = 0;
	void *obj;

	luo_sessions_show(NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(sim_flbs); i++)
		if (!liveupdate_flb_get_incoming(&sim_flbs[i], &obj))
			liveupdate_flb_put_incoming(&sim_flbs[i]);
	list_for_each_entry_safe(session, next, &luo_came, list)
		came += use_session(session);
	CHECK(list_empty(&luo_came));
	luo_flbs_forget();
	return came;
}

/* What came is read, or refused; how many files are there? */
static int boot(unsigned int *files)
{
	int err;

	sim_kexec();
	err = luo_restore();
	if (err) {
		CHECK(list_empty(&luo_came));
		CHECK(!luo_nr_flbs_in);
	}
	*files = use_all();
	CHECK(list_empty(&luo_by_token.list));
	CHECK(list_empty(&luo_by_id.list));
	CHECK(list_empty(&luo_sessions.list));
	CHECK(!sim_handler.nr_files);
	/* Nothing was taken and not given back. */
	CHECK(!sim_count(SIM_OURS) && !sim_count(SIM_CLAIMED));
	return err;
}

static unsigned int all_files(void)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < FILES; i++)
		nr += (i + 10) % 3 != 0;
	/* tokens 10, 11 of the other one */
	return nr + 2;
}

static void test_whole(void)
{
	unsigned int files;

	load_handover();
	flbs_there = 0;
	CHECK(!boot(&files));
	CHECK(files == all_files());
	CHECK(flbs_there == 2);
	/* All of it was taken. */
	CHECK(sim_count(SIM_FREE) == SIM_PAGES);
}

static void test_nothing(void)
{
	unsigned int files;

	load_handover();
	sim_subtree = 0;
	CHECK(!boot(&files));
	CHECK(!files);
}

/* What is looked at: the header, the first blocks of each kind, and the last ones */

static unsigned int places(u64 *phys)
{
	struct luo_ser *ser = phys_to_virt(whole.header);
	struct kho_block_header *sessions = phys_to_virt(ser->sessions);
	struct luo_session_ser *entry = (void *)(sessions + 1);
	struct kho_block_header *files = phys_to_virt(entry[0].files);

	phys[0] = whole.header;
	phys[1] = ser->sessions;
	phys[2] = sessions->next;
	phys[3] = entry[0].files;
	phys[4] = files->next;
	phys[5] = entry[1].files;
	phys[6] = ser->flbs;
	return 7;
}

/* Returns the number of values. */
static unsigned int wrong_values(u64 right, u64 *values)
{
	const u64 numbers[] = {
		0, 1, 2, right + 1, right - 1, right * 2, ~0ULL, 1ULL << 63, 1ULL << 46,
		~0ULL << PAGE_SHIFT, 0x2020202020202020ULL, 0x7878787878787878ULL,
		kho_block_capacity(sizeof(struct luo_session_ser)) + 1,
		kho_block_capacity(sizeof(struct luo_file_ser)) + 1,
		SIM_BASE - PAGE_SIZE, SIM_BASE + SIM_PAGES * PAGE_SIZE,
	};
	unsigned int nr = 0;

	for (; nr < ARRAY_SIZE(numbers); nr++)
		values[nr] = numbers[nr];
	/* Any page, whether it is preserved or not, and what it holds */
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		values[nr++] = SIM_BASE + i * PAGE_SIZE;
	return nr;
}

/* Only what differs from one entry to the next: the first two, and the last. */
static bool worth_it(unsigned int offset)
{
	return offset < 16 + 2 * sizeof(struct luo_session_ser) ||
	       offset > PAGE_SIZE - 128;
}

static void damage_word(u64 phys, unsigned int *refused, unsigned int *taken)
{
	unsigned int nr, files;
	u64 values[128], right;

	load_handover();
	right = *(u64 *)phys_to_virt(phys);
	nr = wrong_values(right, values);
	for (unsigned int i = 0; i < nr && !check_failed; i++) {
		load_handover();
		*(u64 *)phys_to_virt(phys) = values[i];
		if (boot(&files))
			++*refused;
		else
			++*taken;
		if (check_failed)
			printf("# %#llx at %#llx, which was %#llx\n", values[i],
			       phys, right);
	}
}

static void test_damage(void)
{
	unsigned int refused = 0, taken = 0, nr;
	u64 phys[8];

	load_handover();
	nr = places(phys);
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int end = i ? PAGE_SIZE : sizeof(struct luo_ser);

		for (unsigned int at = 0; at < end && !check_failed; at += 8)
			if (worth_it(at))
				damage_word(phys[i] + at, &refused, &taken);
	}
	printf("# %u refused, %u taken\n", refused, taken);
	CHECK(refused > 1000 && taken > 1000);
}

/* Each allocation fails in turn: as if nothing had come */
static void test_no_memory(void)
{
	unsigned int nth = 0, files;
	int err;

	do {
		load_handover();
		sim_kexec();
		sim_fail_nth = ++nth;
		err = luo_restore();
		sim_fail_nth = 0;
		CHECK(!err || err == -ENOMEM);
		CHECK(list_empty(&luo_came) == !!err);
		files = use_all();
		CHECK(files == (err ? 0 : all_files()));
		CHECK(!sim_count(SIM_OURS));
	} while (err && !check_failed);
	printf("# %u allocations\n", nth - 1);
	CHECK(nth > SESSIONS + FILES);
}

#ifndef FUZZ
static void test_kinds(void)
{
	struct luo_ser *ser;
	unsigned int files;

	load_handover();
	ser = phys_to_virt(whole.header);
	memcpy(ser->compatible, "luo-v6\0", 8);
	CHECK(boot(&files) == -EPROTONOSUPPORT);

	load_handover();
	ser = phys_to_virt(whole.header);
	CHECK(luo_num == ser->liveupdate_num + 1);
	sim_subtree += 8;
	CHECK(boot(&files) == -EINVAL);

	/* A file of a kind that is not known costs itself alone */
	load_handover();
	ser = phys_to_virt(whole.header);
	ser = phys_to_virt(ser->sessions);
	memcpy(phys_to_virt(((struct luo_session_ser *)((char *)ser + 16))->files + 16),
	       "another", 8);
	CHECK(!boot(&files));
	CHECK(files == all_files() - 1);
}

static struct luo_session_ser *first_session(void)
{
	struct luo_ser *ser = phys_to_virt(whole.header);

	load_handover();
	return phys_to_virt(ser->sessions + sizeof(struct kho_block_header));
}

static struct luo_file_ser *first_file(void)
{
	return phys_to_virt(first_session()->files + sizeof(struct kho_block_header));
}

static struct luo_flb_ser *first_flb(void)
{
	struct luo_ser *ser = phys_to_virt(whole.header);

	load_handover();
	return phys_to_virt(ser->flbs + sizeof(struct luo_flb_header_ser));
}

/* What could be taken, and is wrong nevertheless */
static void test_refused(void)
{
	unsigned int files;

	first_session()->count++;
	CHECK(boot(&files) == -EINVAL);
	first_session()->count--;
	CHECK(boot(&files) == -EINVAL);
	memcpy(first_session()[1].name, "session 0", sizeof("session 0"));
	CHECK(boot(&files) == -EEXIST);
	memset(first_session()->name, 'x', LUO_NAME_SIZE);
	CHECK(boot(&files) == -EINVAL);
	first_session()->name[0] = 0;
	CHECK(boot(&files) == -EINVAL);

	first_file()[1].token = 10;
	CHECK(boot(&files) == -EEXIST);
	memset(first_file()->compatible, 'x', LUO_COMPATIBLE_SIZE);
	CHECK(boot(&files) == -EINVAL);
	first_file()->compatible[0] = 0;
	CHECK(boot(&files) == -EINVAL);

	memcpy(first_flb()[1].name, "flb-1", sizeof("flb-1"));
	CHECK(boot(&files) == -EEXIST);
	memset(first_flb()->name, 'x', LUO_COMPATIBLE_SIZE);
	CHECK(boot(&files) == -EINVAL);
	first_flb()->name[0] = 0;
	CHECK(boot(&files) == -EINVAL);
	first_flb()->count = 0;
	CHECK(boot(&files) == -EINVAL);
}

static const struct check checks[] = {
	{ "all of it comes", test_whole },
	{ "nothing came", test_nothing },
	{ "versions and kinds that are not known", test_kinds },
	{ "what is wrong and could be taken", test_refused },
	{ "each allocation fails in turn", test_no_memory },
	{ "each word is wrong in every way", test_damage },
};
#endif

static void setup(void)
{
	sim_memory = aligned_alloc(PAGE_SIZE, SIM_PAGES * PAGE_SIZE);
	whole.memory = calloc(SIM_PAGES, PAGE_SIZE);
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		sim_set_page(i, SIM_FREE);
	luo_enabled = true;
	CHECK(!luo_restore_init());
	CHECK(!liveupdate_register_file_handler(&sim_handler));
	for (unsigned int i = 0; i < ARRAY_SIZE(sim_flbs); i++)
		CHECK(!liveupdate_register_flb(&sim_handler, &sim_flbs[i]));
	write_handover();
}

#ifdef FUZZ
/* Words that are written over: place, offset, value */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int nr, files;
	u64 phys[8], value;
	u16 at;

	if (!sim_memory)
		setup();
	load_handover();
	nr = places(phys);
	for (; size >= 11; size -= 11, data += 11) {
		memcpy(&at, data + 1, sizeof(at));
		memcpy(&value, data + 3, sizeof(value));
		/* Small numbers are pages, every other time. */
		if (data[0] & 0x80)
			value = SIM_BASE + value % SIM_PAGES * PAGE_SIZE;
		at %= PAGE_SIZE - sizeof(value);
		memcpy((char *)phys_to_virt(phys[data[0] % nr]) + at, &value,
		       sizeof(value));
	}
	boot(&files);
	if (check_failed)
		abort();
	return 0;
}
#else
int main(void)
{
	char name[32];
	int ret;

	setup();
	snprintf(name, sizeof(name), "luo, %luK pages", PAGE_SIZE >> 10);
	ret = check_run(name, checks, ARRAY_SIZE(checks));
	free(sim_memory);
	free(whole.memory);
	return ret;
}
#endif
