// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a handover: switched on or off, finalized, aborted, committed, and
 * taken back by producers, with each step that can fail failing in its turn. Every
 * test is a process of its own, as the state begins with a boot and there is one
 * boot in a life.
 */

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state_kernel.h"
#include "../../../kernel/liveupdate/kho_state.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/kho_finalize.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/kho_metadata.c"
#include "../../../kernel/liveupdate/kho_memory.h"
#include "check.h"

/* What a process ends with that came to the end of its test, and found nothing */
#define PASSED		42
/* The step that was to fail is not among those that there are */
#define NO_SUCH_STEP	43

#define FDT_PAGES	(KHO_DT_MAX / PAGE_SIZE)

bool sim_locked(void)
{
	if (pthread_mutex_trylock(&kho_lock.m))
		return true;
	pthread_mutex_unlock(&kho_lock.m);
	return false;
}

static const struct kho_kexec_metadata *sent(void)
{
	return sim.added.blob;
}

static bool logged(const char *text)
{
	return strstr(sim.log, text);
}

/* May something be preserved? */
static int change(void)
{
	int err = kho_change_begin();

	CHECK(kho_changes.readers == !err);
	if (!err)
		kho_change_end();
	return err;
}

/* A producer takes something back, and does as if it were preserved no more */
static bool give_back(void)
{
	bool taken = kho_return_begin((unsigned long)give_back);

	CHECK(kho_changes.readers == taken);
	if (taken)
		kho_change_end();
	return taken;
}

/* Run @fn in a process of its own; what it leaves locked is a mistake, too */
static int apart(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* Who waits for a lock that he holds */
		alarm(5);
		fn();
		CHECK(!kho_changes.readers && !kho_changes.writer);
		CHECK(!sim_locked());
		exit(check_failed ? EXIT_FAILURE : PASSED);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Four who are asked: 3 is 2's equal and comes later; 4 wants to know of nothing */
static struct listener {
	struct kho_notifier kn;
	char name;
	int finalize_err, freeze_err;
	/* Takes something back when it is frozen, when it is thawed */
	bool gives_back, gives_back_late;
} listeners[4];

/* finalize f, abort a, freeze z, thaw t; and who */
static char heard[64];

static struct listener *hear(struct kho_notifier *kn, char what)
{
	struct listener *l = container_of(kn, struct listener, kn);
	size_t nr = strlen(heard);

	/* One step after the other, and producers may do what the state allows */
	CHECK(sim_locked() && !kho_changes.writer);
	if (CHECK(nr + 2 < sizeof(heard))) {
		heard[nr] = what;
		heard[nr + 1] = l->name;
	}
	return l;
}

static int hear_finalize(struct kho_notifier *kn)
{
	CHECK(!change());
	return hear(kn, 'f')->finalize_err;
}

static void hear_abort(struct kho_notifier *kn)
{
	CHECK(!change());
	hear(kn, 'a');
}

static int hear_freeze(struct kho_notifier *kn)
{
	struct listener *l = hear(kn, 'z');

	CHECK(change() == (kho_finalized() ? -EBUSY : 0));
	if (l->gives_back)
		CHECK(give_back());
	return l->freeze_err;
}

static void hear_thaw(struct kho_notifier *kn)
{
	if (hear(kn, 't')->gives_back_late)
		CHECK(give_back());
}

static bool was_heard(const char *calls)
{
	bool same = !strcmp(heard, calls);

	if (!same)
		printf("# heard '%s' instead of '%s'\n", heard, calls);
	memset(heard, 0, sizeof(heard));
	return same;
}

/* Which steps led to an FDT since the last time */
static bool took(const char *steps)
{
	bool same = !strcmp(sim.steps, steps);

	memset(sim.steps, 0, sizeof(sim.steps));
	return same;
}

/* Up to the first moment that a producer could preserve something in */
static void boot(void)
{
	CHECK(!sim_param_kho_setup.fn("on"));
	CHECK(change() == -EBUSY && !give_back());
	CHECK(kho_finalize() == -EBUSY && kho_abort() == -EBUSY);
	CHECK(kho_commit(NULL) == -EBUSY && !kho_out_fdt_phys());
	CHECK(!kho_init());
	CHECK(!change() && give_back());
	CHECK(!sim_printed('e') && !sim_printed('w'));
	sim.fdt_size = 512;
}

static void listen(void)
{
	static const int priorities[] = { -1, 10, 10, 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(listeners); i++) {
		struct listener *l = &listeners[i];

		*l = (struct listener) {
			.kn.name = "somebody",
			.kn.priority = priorities[i],
			/* Nobody clears what is told to be private */
			.kn.finalized = true,
			.kn.frozen = true,
			.name = '1' + i,
		};
		if (i != 3) {
			l->kn.finalize = hear_finalize;
			l->kn.abort = hear_abort;
			l->kn.freeze = hear_freeze;
			l->kn.thaw = hear_thaw;
		}
		CHECK(!register_kho_notifier(&l->kn));
	}
	/* None of them was asked yet */
	kho_call_abort();
	kho_call_thaw();
	CHECK(was_heard(""));
}

static bool is_open(void)
{
	return kho_state == KHO_OPEN && !change() && !kho_finalized() &&
	       kho_read_out_fdt(NULL, 0, 1) == -ENODATA;
}

/* Read in two pieces, of which the second is cut short by the end */
static bool reads_fdt(void)
{
	static char fdt[KHO_DT_MAX];
	ssize_t half = sim.fdt_size / 2, rest = sim.fdt_size - half;

	return kho_read_out_fdt(fdt, 0, half) == half &&
	       kho_read_out_fdt(fdt + half, half, sizeof(fdt) - half) == rest &&
	       !memcmp(fdt, kho_fdt, sim.fdt_size) &&
	       !kho_read_out_fdt(fdt, sim.fdt_size, 1) &&
	       kho_read_out_fdt(fdt, -1, 1) == -EINVAL;
}

static bool has_fdt(void)
{
	return change() == -EBUSY && kho_finalized() && reads_fdt() &&
	       kho_out_fdt_phys() == virt_to_phys(kho_fdt);
}

static bool is_final(void)
{
	return kho_state == KHO_FINALIZED && has_fdt();
}

static bool is_committed(void)
{
	return kho_state == KHO_COMMITTED && has_fdt();
}

/* The map's root, the FDT and the metadata */
static bool nothing_leaked(void)
{
	return sim.pages == 1 + FDT_PAGES + 1 && sim.own == FDT_PAGES + 1 &&
	       sim_preserved(kho_fdt);
}

static void check_off(void)
{
	struct kho_notifier kn = { .name = "nobody" };

	CHECK(!kho_is_enabled() && kho_state == KHO_OFF);
	CHECK(change() == -EOPNOTSUPP && !give_back());
	CHECK(kho_finalize() == -EOPNOTSUPP);
	CHECK(kho_abort() == -EOPNOTSUPP);
	CHECK(kho_commit(NULL) == -EOPNOTSUPP);
	kho_kexec_failed();
	CHECK(register_kho_notifier(&kn) == -EOPNOTSUPP);
	CHECK(unregister_kho_notifier(&kn) == -EOPNOTSUPP);
	CHECK(!kho_finalized() && !kho_out_fdt_phys());
	CHECK(!sim_do_work() && took(""));
	CHECK(!sim.pages && !sim.own && !kho_out_tree.root && !sim.added.name);
}

static void test_off(void)
{
	CHECK(!kho_is_enabled());
	CHECK(!kho_init());
	check_off();
	CHECK(!sim_param_kho_setup.fn("off"));
	CHECK(!kho_init());
	check_off();
	CHECK(!sim.log[0]);
}

static void test_disable(void)
{
	CHECK(!sim_param_kho_setup.fn("on") && kho_is_enabled());
	kho_disable("it rains");
	CHECK(!strcmp(sim.log, "eKHO: it rains; KHO is off\n"));
	CHECK(!kho_init());
	check_off();
	CHECK(!sim_param_kho_setup.fn("on") && kho_is_enabled());
	kho_disable(NULL);
	CHECK(sim_printed('e') == 1);
	check_off();
}

static void test_on(void)
{
	boot();
	CHECK(kho_is_enabled() && is_open() && nothing_leaked());
	/* The next kernel gets all of it, also what is behind the FDT */
	CHECK(!*(char *)kho_fdt && !memcmp(kho_fdt, kho_fdt + 1, KHO_DT_MAX - 1));
	CHECK(!sim.restored.count && took("") && !sim_do_work());
}

static void test_parameter(void)
{
	static const struct {
		char *arg;
		bool on, wrong;
	} args[] = {
		{ "1", true, false }, { "0", false, false }, { "on", true, false },
		{ "off", false, false }, { "y", true, false }, { "", true, true },
		{ "n", false, false }, { "yes", true, false }, { "2", true, true },
		{ NULL, true, true }, { "no", false, false },
		{ "garbage", false, true }, { "o", false, true },
		{ "onn", false, true }, { "Y", false, true }, { "true", false, true },
		{ NULL, false, true }, { "on", true, false },
	};
	unsigned int warnings = 0;

	CHECK(!strcmp(sim_param_kho_setup.name, "kho"));
	for (unsigned int i = 0; i < ARRAY_SIZE(args); i++) {
		CHECK(!sim_param_kho_setup.fn(args[i].arg));
		CHECK(kho_is_enabled() == args[i].on);
		warnings += args[i].wrong;
		CHECK(sim_printed('w') == warnings && !sim_printed('e'));
	}
	CHECK(kho_has_reserve() && !sim_param_kho_setup.fn("demand"));
	CHECK(kho_is_enabled() && !kho_has_reserve());
	CHECK(!sim_param_kho_setup.fn("off") && !kho_is_enabled() && !kho_has_reserve());
	CHECK(!sim_param_kho_setup.fn("demand") && !sim_param_kho_setup.fn("on"));
	CHECK(kho_has_reserve());
	kho_drop_reserve();
	CHECK(kho_is_enabled() && !kho_has_reserve());
	CHECK(!sim_param_kho_setup.fn("on"));
	CHECK(logged("wKHO: kho=garbage is none of on, off and demand; ignored\n"));
	CHECK(logged("wKHO: kho= is none of on, off and demand; ignored\n"));
}

/* Memory that the last kernel left for this one, and nobody counts as ours yet */
static void *came(unsigned int order)
{
	void *mem = page_address(kho_alloc_pages(order));

	sim.pages = 0;
	return mem;
}

static void hand_over(void)
{
	kho_in.valid = true;
	kho_in.fdt_phys = virt_to_phys(came(1));
}

static unsigned int failing_step;

static void init_fails(void)
{
	sim.fail_at = failing_step;
	CHECK(!sim_param_kho_setup.fn("on"));
	if (!kho_init())
		exit(NO_SUCH_STEP);
	CHECK(!sim.fail_at);
	CHECK(!strcmp(sim.log,
		      "eKHO: there is no memory for the handover to come; KHO is off\n"));
	check_off();
	CHECK(!kho_fdt);
}

static void init_fails_after_handover(void)
{
	hand_over();
	init_fails();
	CHECK(sim.restored.count == 1 && !kho_in.valid);
}

static unsigned int steps_that_fail(void (*fn)(void))
{
	int ended;

	for (failing_step = 1; ; failing_step++) {
		ended = apart(fn);
		if (ended == NO_SUCH_STEP)
			return failing_step - 1;
		if (!CHECK(ended == PASSED))
			return 0;
	}
}

static void test_init_fails(void)
{
	/* The tree; the FDT; the metadata; its subtree */
	CHECK(steps_that_fail(init_fails) == 4);
	CHECK(steps_that_fail(init_fails_after_handover) == 4);
}

static const struct metadata_case {
	const char *what;
	bool absent;
	int size;
	struct kho_kexec_metadata data;
	u32 count, next_count;
	const char *release;
	bool inside;
} metadata_cases[] = {
	{ "good", false, 0, { 1, "6.12.1", 7 }, 7, 8, "6.12.1", false },
	{ "absent", true, 0, { }, 1, 2, "", false },
	{ "another version", false, 0, { 2, "7.9", 7 }, 1, 2, "", false },
	{ "no version", false, 0, { 0, "7.9", 7 }, 1, 2, "", false },
	{ "too short", false, -1, { 1, "6.12.1", 7 }, 1, 2, "", false },
	{ "longer", false, 4, { 1, "6.12.1", 7 }, 7, 8, "6.12.1", false },
	{ "count of zero", false, 0, { 1, "6.12.1", 0 }, 1, 2, "6.12.1", false },
	{ "count before its end", false, 0, { 1, "6.12.1", ~1U }, ~1U, ~0U, "6.12.1", false },
	{ "count at its end", false, 0, { 1, "6.12.1", ~0U }, ~0U, ~0U, "6.12.1", false },
	{ "no name", false, 0, { 1, "", 2 }, 2, 3, "", false },
	{ "in a larger block", false, 0, { 1, "6.12.1", 7 }, 7, 8, "6.12.1", true },
	{ "no end", false, 0,
	  { 1, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX", 3 },
	  3, 4, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  false },
};

static const struct metadata_case *metadata;

static void metadata_comes(void)
{
	hand_over();
	if (!metadata->absent) {
		sim.came = came(0);
		sim.came_size = sizeof(metadata->data) + metadata->size;
		memcpy(sim.came, &metadata->data, sizeof(metadata->data));
		/* Given back, if all is well, and if it is nobody else's */
		sim.pages = !metadata->inside;
		sim.came_inside = metadata->inside;
	}
	boot();
	CHECK(sim.restored.count == 1 && sim.restored.phys == kho_in.fdt_phys);
	CHECK(nothing_leaked());

	CHECK(kho_in.kexec_count == metadata->count);
	CHECK(!strcmp(kho_in.previous_release, metadata->release));
	CHECK(logged("handed over by ") == !metadata->absent);
	CHECK(logged("by a kernel that does not say which\n") ==
	      (!metadata->absent && !metadata->release[0]));
	CHECK(sent()->kexec_count == metadata->next_count);
}

static void test_metadata_in(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(metadata_cases); i++) {
		metadata = &metadata_cases[i];
		if (!CHECK(apart(metadata_comes) == PASSED))
			printf("# %s\n", metadata->what);
	}
}

static void test_metadata_out(void)
{
	static const struct kho_kexec_metadata expected = {
		1, "6.12.0-sim", 1,
	};

	boot();
	CHECK(!strcmp(sim.added.name, "kexec-metadata"));
	CHECK(sim.added.size == sizeof(expected));
	CHECK(!memcmp(sent(), &expected, sizeof(expected)));
	CHECK(sim_preserved(sent()));
}

static void test_finalize(void)
{
	boot();
	listen();
	sim.theirs = 3;
	CHECK(!kho_finalize() && is_final() && was_heard("f2f3f1"));
	CHECK(took("pahgw") && !sim.reports);
	CHECK(logged("iKHO: finalized, 12288 bytes preserved\n"));

	CHECK(!kho_finalize() && is_final() && was_heard("") && took(""));
	CHECK(!kho_abort() && is_open() && was_heard("a1a3a2"));
	CHECK(logged("iKHO: aborted\n"));
	sim.log[0] = '\0';
	CHECK(!kho_abort() && is_open() && was_heard("") && !sim.log[0]);
	CHECK(!kho_finalize() && is_final() && was_heard("f2f3f1"));
	CHECK(!sim_printed('e') && nothing_leaked() && !sim_do_work());
}

static void test_veto(void)
{
	char line[64];

	boot();
	listen();
	snprintf(line, sizeof(line), "eKHO: somebody refuses the handover: %p",
		 ERR_PTR(-EAGAIN));
	listeners[2].finalize_err = -EAGAIN;
	CHECK(kho_finalize() == -EAGAIN && is_open() && was_heard("f2f3a2"));
	CHECK(sim_printed('e') == 1 && logged(line));
	CHECK(kho_commit(NULL) == -EAGAIN && is_open() && was_heard("f2f3a2"));

	/* The first has nobody before it; the last is the one that is not told */
	listeners[1].finalize_err = -EPERM;
	CHECK(kho_finalize() == -EPERM && is_open() && was_heard("f2"));
	listeners[1].finalize_err = 0;
	listeners[2].finalize_err = 0;
	listeners[0].finalize_err = -EIO;
	CHECK(kho_finalize() == -EIO && is_open() && was_heard("f2f3f1a3a2"));
	CHECK(took("") && !sim.reports);
	listeners[0].finalize_err = 0;
	CHECK(!kho_finalize() && is_final() && was_heard("f2f3f1"));
}

static void check_finalize_fails(int err, const char *steps)
{
	sim.log[0] = '\0';
	CHECK(kho_finalize() == err);
	CHECK(is_open() && was_heard("f2f3f1a1a3a2") && took(steps));
	CHECK(sim_printed('e') == 1 && logged("eKHO: cannot be finalized: "));
	CHECK(kho_commit(NULL) == err);
	CHECK(is_open() && was_heard("f2f3f1a1a3a2") && took(steps));
	CHECK(!sim.reports);
}

static void test_finalize_fails(void)
{
	boot();
	listen();
	sim.write_err = -EFBIG;
	check_finalize_fails(-EFBIG, "pahgw");
	sim.gaps_err = -ENOSPC;
	check_finalize_fails(-ENOSPC, "pahg");
	sim.poison_err = -EHWPOISON;
	check_finalize_fails(-EHWPOISON, "pah");
	sim.audit_err = -EUCLEAN;
	check_finalize_fails(-EUCLEAN, "pa");
	sim.audit_err = 0;
	sim.poison_err = 0;
	sim.gaps_err = 0;
	sim.write_err = 0;
	CHECK(!kho_finalize() && is_final() && nothing_leaked());
}

static void test_version(void)
{
	boot();
	sim.version = KHO_VERSION_1;
	sim.bitmaps_err = -ENOMEM;
	CHECK(kho_finalize() == -ENOMEM && is_open() && took("pahgb"));
	sim.bitmaps_err = 0;
	CHECK(!kho_finalize() && took("pahgbw") && sim.lists == 1);
	CHECK(!kho_abort() && !kho_finalize() && took("pahgbw") && sim.lists == 1);
	/* Another image was loaded since: it is written anew, though nobody was frozen */
	sim.version = KHO_VERSION_3;
	CHECK(!kho_commit(NULL) && is_committed() && took("w") && !sim.lists);
	kho_kexec_failed();

	CHECK(!kho_finalize() && took("pahgw"));
	sim.version = KHO_VERSION_1;
	sim.bitmaps_err = -EOPNOTSUPP;
	CHECK(kho_commit(NULL) == -EOPNOTSUPP && kho_state == KHO_FINALIZED && took("b"));
	CHECK(!reads_fdt());
	sim.bitmaps_err = 0;
	CHECK(!kho_commit(NULL) && is_committed() && took("bw") && sim.lists == 1);
	kho_kexec_failed();
}

/* Of what no reader of an older version may see */
static void test_version_too_old(void)
{
	boot();
	sim.sessions = true;
	for (sim.version = KHO_VERSION_1; sim.version < KHO_VERSION_4; sim.version += 2) {
		CHECK(kho_finalize() == -EOPNOTSUPP && is_open());
		CHECK(logged("the next kernel does not read live update's sessions"));
	}
	sim.version = KHO_VERSION_4;
	CHECK(!kho_finalize() && is_final());
	sim.version = KHO_VERSION_3;
	/* What was not written whole is written again, whatever the version */
	CHECK(kho_commit(NULL) == -EOPNOTSUPP && kho_commit(NULL) == -EOPNOTSUPP);
	sim.sessions = false;
	took("pahgwww");
	CHECK(!kho_commit(NULL) && took("w"));
}

static void test_notifiers(void)
{
	struct kho_notifier late = { .name = "late" };

	boot();
	listen();
	for (unsigned int i = 0; i < ARRAY_SIZE(listeners); i++)
		CHECK(register_kho_notifier(&listeners[i].kn) == -EEXIST);
	CHECK(unregister_kho_notifier(&late) == -ENOENT);
	CHECK(!unregister_kho_notifier(&listeners[1].kn));
	CHECK(unregister_kho_notifier(&listeners[1].kn) == -ENOENT);
	CHECK(!kho_finalize() && was_heard("f3f1"));
	/* Also while nothing may change; but who was not asked is no part of it */
	CHECK(!unregister_kho_notifier(&listeners[0].kn));
	CHECK(register_kho_notifier(&listeners[0].kn) == -EBUSY);
	CHECK(!kho_abort() && was_heard("a3"));
	CHECK(!register_kho_notifier(&listeners[1].kn));
	CHECK(!register_kho_notifier(&listeners[0].kn));
	CHECK(!register_kho_notifier(&late));
	/* Of equals, who came first */
	CHECK(!kho_finalize() && was_heard("f3f2f1"));
	CHECK(!kho_abort() && was_heard("a1a2a3"));
}

static void test_commit(void)
{
	struct kho_scratch areas[KHO_SCRATCH_MAX] = {};

	boot();
	listen();
	CHECK(!kho_finalize() && was_heard("f2f3f1") && took("pahgw"));
	CHECK(!kho_commit(NULL) && is_committed() && was_heard("z2z3z1"));
	/* Once more, as what was frozen may have changed */
	CHECK(took("w") && sim.reports == 1);
	CHECK(kho_abort() == -EBUSY && kho_finalize() == -EBUSY);
	CHECK(kho_commit(NULL) == -EBUSY);
	CHECK(!give_back() && !sim_do_work() && !sim_printed('n'));
	CHECK(is_committed() && was_heard("") && took("") && sim.reports == 1);

	CHECK(!sim_printed('e'));
	kho_kexec_failed();
	CHECK(is_open() && was_heard("t1t3t2a1a3a2") && sim_printed('e') == 1);
	kho_kexec_failed();
	CHECK(is_open() && was_heard("") && sim_printed('e') == 1);
	CHECK(give_back() && !sim_do_work());

	/* The areas of its image */
	memcpy(areas, kho_scratch, kho_scratch_cnt * sizeof(*areas));
	areas[kho_scratch_cnt].size = 5;
	CHECK(!kho_finalize() && took("pahgw") && was_heard("f2f3f1"));
	sim.on_demand = 5;
	CHECK(!kho_commit(areas) && took("w"));
	kho_kexec_failed();
	sim.on_demand = 0;
	CHECK(was_heard("z2z3z1t1t3t2a1a3a2"));
	/* Whoever is thawed may give back at once */
	CHECK(!kho_commit(NULL) && is_committed() && was_heard("f2f3f1z2z3z1"));
	listeners[1].gives_back_late = true;
	kho_kexec_failed();
	CHECK(is_open() && was_heard("t1t3t2a1a3a2") && sim_do_work() && is_open());
	CHECK(was_heard("") && took("pahgww") && sim.reports == 3);

	/* Not by hand */
	CHECK(!kho_commit(NULL) && is_committed() && was_heard("f2f3f1z2z3z1"));
	CHECK(took("pahgww") && sim.reports == 4 && nothing_leaked());
}

/* Where nobody is frozen, what was written is written again for a reason alone */
static void test_commit_as_it_is(void)
{
	struct kho_scratch areas[KHO_SCRATCH_MAX] = {};

	boot();
	memcpy(areas, kho_scratch, kho_scratch_cnt * sizeof(*areas));
	CHECK(!kho_finalize() && took("pahgw"));
	CHECK(!kho_commit(areas) && is_committed() && took(""));
	kho_kexec_failed();
	areas[kho_scratch_cnt].size = 7;
	CHECK(!kho_finalize() && took("pahgw"));
	sim.on_demand = 7;
	sim.write_err = -ENOSPC;
	CHECK(kho_commit(areas) == -ENOSPC);
}

static void test_kexec_failed_early(void)
{
	boot();
	listen();
	kho_kexec_failed();
	CHECK(is_open() && was_heard(""));
	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	kho_kexec_failed();
	CHECK(is_final() && was_heard("") && !sim_printed('e'));
}

static void test_freeze_refused(void)
{
	boot();
	listen();
	listeners[0].freeze_err = -EIO;
	CHECK(kho_commit(NULL) == -EIO && is_open());
	CHECK(was_heard("f2f3f1z2z3z1t3t2a1a3a2") && took("pahgw"));
	CHECK(sim_printed('e') == 1 &&
	      logged("eKHO: somebody refuses the kexec: "));

	CHECK(!kho_finalize() && was_heard("f2f3f1") && took("pahgw"));
	CHECK(kho_commit(NULL) == -EIO && is_final() && was_heard("z2z3z1t3t2"));
	listeners[1].freeze_err = -EPERM;
	CHECK(kho_commit(NULL) == -EPERM && is_final() && was_heard("z2"));
	CHECK(took("") && !sim.reports);
	listeners[0].freeze_err = 0;
	listeners[1].freeze_err = 0;
	CHECK(!kho_commit(NULL) && is_committed() && was_heard("z2z3z1"));
}

static void test_commit_nothing(void)
{
	boot();
	listen();
	sim.theirs = 1;
	CHECK(kho_commit_nothing() == -EBUSY && is_open());
	sim.theirs = 0;
	CHECK(!kho_commit_nothing() && kho_state == KHO_COMMITTED);
	CHECK(change() == -EBUSY && !give_back());
	CHECK(was_heard("") && took(""));
	kho_kexec_failed();
	CHECK(is_open() && was_heard(""));
}

static void test_seal_fails(void)
{
	boot();
	listen();
	CHECK(!kho_finalize() && was_heard("f2f3f1") && took("pahgw"));
	sim.write_err = -EUCLEAN;
	CHECK(kho_commit(NULL) == -EUCLEAN && kho_state == KHO_FINALIZED);
	CHECK(was_heard("z2z3z1t1t3t2") && took("w") && !sim.reports);
	sim.write_err = 0;
	CHECK(!kho_commit(NULL) && is_committed() && was_heard("z2z3z1"));
}

static void check_revoked(void)
{
	char line[64];

	sim.log[0] = '\0';
	CHECK(give_back());
	snprintf(line, sizeof(line), "nKHO: %p", (void *)give_back);
	CHECK(sim_printed('n') == 1 && logged(line));
	/* Open at once, but its operations may need locks that the producer holds */
	CHECK(kho_state == KHO_OPEN && !kho_finalized() && !change());
	CHECK(was_heard(""));
	CHECK(give_back() && sim_printed('n') == 1);
}

static void test_revoke(void)
{
	boot();
	listen();
	CHECK(!kho_finalize() && is_final() && was_heard("f2f3f1"));
	check_revoked();
	CHECK(sim_do_work() && is_open() && was_heard("a1a3a2"));
	CHECK(!sim_do_work());

	/* Who goes on before the work was done */
	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	check_revoked();
	CHECK(!kho_finalize() && is_final() && was_heard("a1a3a2f2f3f1"));
	CHECK(sim_do_work() && is_final() && was_heard(""));
	check_revoked();
	CHECK(!kho_abort() && is_open() && was_heard("a1a3a2"));
	CHECK(sim_do_work() && is_open() && was_heard(""));
	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	CHECK(kho_reopen() && is_open() && sim_do_work() && was_heard("a1a3a2"));
	CHECK(kho_reopen() && is_open() && !sim_do_work());
	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	check_revoked();
	CHECK(!kho_commit(NULL) && is_committed());
	CHECK(!kho_reopen() && is_committed());
	CHECK(was_heard("a1a3a2f2f3f1z2z3z1"));
	CHECK(sim_do_work() && is_committed() && was_heard(""));
}

/* What another thread does */
static void abort_meanwhile(void)
{
	CHECK(!kho_abort());
}

static void commit_meanwhile(void)
{
	CHECK(!kho_commit(NULL));
}

static void give_back_meanwhile(void)
{
	CHECK(give_back());
}

/* It was finalized when the producer looked, and is not when it is its turn */
static void test_revoke_late(void)
{
	boot();
	listen();
	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	sim.meanwhile = abort_meanwhile;
	CHECK(give_back() && is_open() && was_heard("a1a3a2"));
	CHECK(!sim.meanwhile && !sim_do_work() && !sim_printed('n'));

	CHECK(!kho_finalize() && was_heard("f2f3f1"));
	sim.meanwhile = commit_meanwhile;
	CHECK(!give_back() && is_committed() && was_heard("z2z3z1"));
	CHECK(!sim.meanwhile && !sim_do_work() && !sim_printed('n'));
}

/* By who is just frozen, who is told nothing more than the others */
static void test_freeze_revokes(void)
{
	boot();
	listen();
	listeners[2].gives_back = true;
	CHECK(kho_commit(NULL) == -EBUSY && is_open());
	CHECK(was_heard("f2f3f1z2z3z1t1t3t2a1a3a2") && took("pahgw"));
	CHECK(sim_do_work() && is_open() && was_heard(""));

	CHECK(!kho_finalize() && was_heard("f2f3f1") && took("pahgw"));
	CHECK(kho_commit(NULL) == -EBUSY && kho_state == KHO_OPEN);
	CHECK(was_heard("z2z3z1t1t3t2") && took(""));
	CHECK(sim_do_work() && is_open() && was_heard("a1a3a2"));
	CHECK(!sim.reports && sim_printed('n') == 2);
}

/* By somebody else, after all were frozen */
static void test_seal_refused(void)
{
	boot();
	listen();
	CHECK(!kho_finalize() && was_heard("f2f3f1") && took("pahgw"));
	sim.meanwhile = give_back_meanwhile;
	CHECK(kho_commit(NULL) == -EBUSY && kho_state == KHO_OPEN);
	CHECK(was_heard("z2z3z1t1t3t2") && took(""));
	CHECK(sim_do_work() && is_open() && was_heard("a1a3a2"));

	sim.meanwhile = give_back_meanwhile;
	sim.meanwhile_at = 1;
	CHECK(kho_commit(NULL) == -EBUSY && is_open());
	CHECK(was_heard("f2f3f1z2z3z1t1t3t2a1a3a2") && took("pahgw"));
	CHECK(sim_do_work() && is_open() && was_heard("") && !sim.reports);
}

static const struct check checks[] = {
	{ "off: nothing is there, and all is refused", test_off },
	{ "switched off at boot, with a reason or without", test_disable },
	{ "on: open for changes, with an FDT of its own", test_on },
	{ "kho=, right and wrong", test_parameter },
	{ "each step of the boot fails: off, and nothing leaks", test_init_fails },
	{ "what the last kernel says of itself, and does not", test_metadata_in },
	{ "what the next kernel is told", test_metadata_out },
	{ "finalized and aborted, and twice", test_finalize },
	{ "a producer refuses: those before it are told", test_veto },
	{ "no FDT to be had: all producers are told", test_finalize_fails },
	{ "written in the version that the image asks for", test_version },
	{ "a version that has no place for sessions", test_version_too_old },
	{ "producers come and go", test_notifiers },
	{ "no way back after a commit, but a kexec that fails", test_commit },
	{ "written once where nothing changes", test_commit_as_it_is },
	{ "a kexec that fails before a commit is nothing", test_kexec_failed_early },
	{ "a producer refuses the kexec: all is as before", test_freeze_refused },
	{ "a kexec without a handover: nothing is preserved any more",
	  test_commit_nothing },
	{ "no FDT to be had once all are frozen", test_seal_fails },
	{ "taken back while finalized: producers hear of it later", test_revoke },
	{ "taken back while others abort or commit", test_revoke_late },
	{ "taken back while being frozen: no kexec", test_freeze_revokes },
	{ "taken back after all were frozen: no kexec", test_seal_refused },
};

static void (*test)(void);

static void run(void)
{
	CHECK(apart(test) == PASSED);
}

int main(void)
{
	struct check check = { .fn = run };
	int any = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(checks); i++) {
		check.name = checks[i].name;
		test = checks[i].fn;
		any |= check_run("state", &check, 1);
	}
	return any;
}
