// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a handover: switched on or off, finalized, aborted, held, with each
 * step that can fail failing in its turn. Every test is a process of its own, as
 * the state begins with a boot and there is one boot in a life.
 */

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state_kernel.h"
#include "../../../kernel/liveupdate/kexec_handover.c"
#include "check.h"

/* What a process ends with that came to the end of its test, and found nothing */
#define PASSED		42
/* The step that was to fail is not among those that there are */
#define NO_SUCH_STEP	43

#define DEFAULT_PAGES	(KHO_DT_MAX_DEFAULT / PAGE_SIZE)

static const struct kho_kexec_metadata *sent(void)
{
	return sim.added.blob;
}

static bool logged(const char *text)
{
	return strstr(sim.log, text);
}

static bool may_change(void)
{
	int err = kho_change_begin();

	CHECK(!err == kho_may_change());
	if (err)
		return false;
	kho_change_end();
	return true;
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
		alarm(20);
		fn();
		CHECK(!kho_state.readers && !kho_state.writer);
		CHECK(!pthread_mutex_trylock(&kho_lock.m));
		CHECK(!pthread_mutex_trylock(&kho_chain.rwsem.m));
		exit(check_failed ? EXIT_FAILURE : PASSED);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Three producers, who are known by the letters that they leave behind */
static char heard[64];
static int answers[3];

static struct notifier_block listeners[3];

static int hear(struct notifier_block *nb, unsigned long event, void *data)
{
	size_t nr = strlen(heard), who = nb - listeners;

	CHECK(event == KEXEC_KHO_FINALIZE || event == KEXEC_KHO_ABORT);
	if (CHECK(!data && nr < sizeof(heard) - 1))
		heard[nr] = (event == KEXEC_KHO_ABORT ? 'A' : 'a') + who;
	/* What they do then is to preserve more, or less */
	CHECK(may_change());
	return answers[who];
}

/* Not the same function, as its name is to be in the log */
static int hear_second(struct notifier_block *nb, unsigned long event, void *data)
{
	return hear(nb, event, data);
}

static struct notifier_block listeners[] = {
	{ .notifier_call = hear },
	{ .notifier_call = hear_second },
	{ .notifier_call = hear },
};

static bool was_heard(const char *events)
{
	bool same = !strcmp(heard, events);

	if (!same)
		printf("# heard '%s' instead of '%s'\n", heard, events);
	memset(heard, 0, sizeof(heard));
	return same;
}

/* Up to the first moment that a producer could preserve something in */
static void boot(void)
{
	CHECK(!may_change());
	CHECK(!sim_param_kho_setup.fn("on"));
	CHECK(!kho_init());
	CHECK(may_change());
	CHECK(!sim_printed('e') && !sim_printed('w'));
	for (unsigned int i = 0; i < ARRAY_SIZE(listeners); i++)
		CHECK(!register_kho_notifier(&listeners[i]));
	sim.fdt_need = 512;
	sim.node = page_address(alloc_pages(0, 0));
}

/* Memory that the last kernel left for this one, in which all is garbage at first */
static void *came(unsigned int order)
{
	return page_address(alloc_pages(GFP_KERNEL, order));
}

static void hand_over(void)
{
	kho_in.valid = true;
	kho_in.fdt_phys = virt_to_phys(came(1));
}

static bool is_open(void)
{
	size_t size = 1;

	return may_change() && !kho_finalized() && !kho_is_final &&
	       !kho_out_fdt(&size) && !size &&
	       !sim.files.debugfs_final && !sim.files.sysfs_final;
}

static bool is_final(void)
{
	size_t size = 0;

	return !may_change() && kho_change_begin() == -EBUSY &&
	       kho_finalized() && kho_out_fdt(&size) == kho_fdt &&
	       size == sim.fdt_need &&
	       sim.files.debugfs_final && sim.files.sysfs_final;
}

/* The root, the FDT, the metadata, and the other node */
static bool nothing_leaked(void)
{
	return sim.pages == 1 + kho_fdt_size / PAGE_SIZE + 1 + 1 &&
	       sim.own == kho_fdt_size / PAGE_SIZE + 1 && sim_preserved(kho_fdt);
}

static void check_off(void)
{
	size_t size;

	CHECK(!kho_out_fdt_phys(&size));
	CHECK(!kho_hold_empty());
	kho_release();
	CHECK(!kho_is_enabled());
	CHECK(!kho_near_open && !kho_may_change());
	CHECK(kho_change_begin() == -EOPNOTSUPP);
	CHECK(kho_finalize() == -EOPNOTSUPP);
	CHECK(kho_abort() == -EOPNOTSUPP);
	CHECK(kho_commit() == -EBUSY);
	CHECK(kho_set_dt_max(KHO_DT_MAX_LIMIT) == -EOPNOTSUPP);
	CHECK(register_kho_notifier(&listeners[0]) == -EOPNOTSUPP);
	CHECK(unregister_kho_notifier(&listeners[0]) == -EOPNOTSUPP);
	/* Who looks at what is preserved does so with KHO off, too */
	kho_still_begin();
	kho_still_end();
	CHECK(!is_open() && !kho_finalized() && !kho_near_open);
}

static void test_off(void)
{
	size_t size;

	CHECK(!kho_is_enabled() && !is_kho_boot());
	CHECK(!sim_param_kho_setup.fn("off"));
	CHECK(!kho_init());
	CHECK(!sim.pages && !sim.own && !sim.added.name && !sim.log[0]);
	check_off();
	CHECK(!kho_out_fdt_phys(&size) && !kho_out_fdt(&size) && !size);
	CHECK(!kho_dt_max());
	/* The files say so */
	CHECK(!kho_files_init() && sim.files.made == 2);
}

static void test_on(void)
{
	boot();
	CHECK(kho_is_enabled() && !is_kho_boot() && is_open());
	CHECK(nothing_leaked() && kho_fdt_size == KHO_DT_MAX_DEFAULT);
	/* The next kernel gets all of it, also what is behind the FDT */
	CHECK(!*(char *)kho_fdt && !memcmp(kho_fdt, kho_fdt + 1, kho_fdt_size - 1));
	CHECK(!sim.restored.count);
	CHECK(!kho_files_init() && sim.files.made == 2);
	sim.fail_at = 1;
	CHECK(kho_files_init() == -ENOMEM);
}

static void test_parameter(void)
{
	static const struct {
		char *arg;
		bool on, wrong;
	} args[] = {
		{ "1", true, false }, { "0", false, false }, { "on", true, false },
		{ "off", false, false }, { "y", true, false }, { "", true, true },
		{ "2", true, true }, { NULL, true, true }, { "no", false, false },
		{ "garbage", false, true }, { "o", false, true },
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
	CHECK(logged("wKHO: kho=garbage is neither on nor off; ignored\n"));
	CHECK(logged("wKHO: kho= is neither on nor off; ignored\n"));
}

static unsigned int failing_step;

/* The root and the FDT may stay, with nobody to use them; the metadata must not */
static void init_fails(void)
{
	unsigned long fdt_pages;

	sim.fail_at = failing_step;
	CHECK(!sim_param_kho_setup.fn("on"));
	if (!kho_init())
		exit(NO_SUCH_STEP);
	CHECK(!sim.fail_at);
	CHECK(sim_printed('e') == 1 && !sim_printed('w'));
	CHECK(logged("eKHO: no memory for the handover to come; KHO is off\n"));
	check_off();
	CHECK(!kho_files_init());

	fdt_pages = kho_fdt ? DEFAULT_PAGES : 0;
	CHECK(sim.own == fdt_pages);
	CHECK(sim.pages == fdt_pages + !!kho_out_tree.root);
	CHECK(!sim.added.name);
}

static void init_fails_after_handover(void)
{
	hand_over();
	sim.pages = 0;
	init_fails();
	CHECK(is_kho_boot());
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
	/* The tree; memory and preserving, of the FDT and of the metadata; the subtree */
	CHECK(steps_that_fail(init_fails) == 6);
	CHECK(steps_that_fail(init_fails_after_handover) == 6);
}

static const struct metadata_case {
	const char *what;
	bool absent;
	int size;
	struct kho_kexec_metadata data;
	u32 count;
	const char *release;
} metadata_cases[] = {
	{ "good", false, 0, { 1, "6.12.1", 7 }, 7, "6.12.1" },
	{ "absent", true, 0, { }, 1, "" },
	{ "another version", false, 0, { 2, "7.9", 7 }, 1, "" },
	{ "no version", false, 0, { 0, "7.9", 7 }, 1, "" },
	{ "too short", false, -1, { 1, "6.12.1", 7 }, 1, "" },
	{ "longer", false, 4, { 1, "6.12.1", 7 }, 7, "6.12.1" },
	{ "count of zero", false, 0, { 1, "6.12.1", 0 }, 1, "6.12.1" },
	{ "count with its sign", false, 0, { 1, "6.12.1", ~0U }, ~0U, "6.12.1" },
	{ "no name", false, 0, { 1, "", 2 }, 2, "" },
	{ "no end", false, 0,
	  { 1, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX", 3 },
	  3, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
};

static const struct metadata_case *metadata;

static void metadata_comes(void)
{
	hand_over();
	if (!metadata->absent) {
		sim.came = came(0);
		sim.came_size = sizeof(metadata->data) + metadata->size;
		memcpy(sim.came, &metadata->data, sizeof(metadata->data));
	}
	boot();
	CHECK(is_kho_boot());
	CHECK(sim.restored.count == 1 && sim.restored.phys == kho_in.fdt_phys);
	/* It is freed: only what came with the FDT is there besides */
	sim.pages -= 2;
	CHECK(nothing_leaked());

	CHECK(kho_in.kexec_count == metadata->count);
	CHECK(!strcmp(kho_in.previous_release, metadata->release));
	CHECK(logged("handed over by ") == !metadata->absent);
	CHECK(logged("by a kernel that does not say which\n") ==
	      (!metadata->absent && !metadata->release[0]));
	CHECK(sent()->kexec_count == metadata->count + 1);
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
	u32 crc;

	boot();
	/* No agreement that says so is a veto */
	answers[0] = NOTIFY_OK;
	answers[1] = NOTIFY_STOP;
	CHECK(!kho_finalize() && is_final() && was_heard("abc"));
	CHECK(sim.audits == 1 && sim.reports == 1 && sim.forecasts == 1);
	crc = kho_crc32c(~0U, kho_out_tree.root, PAGE_SIZE);
	CHECK(sim.crc == ~kho_crc32c(crc, sim.node, PAGE_SIZE));
	CHECK(logged("iKHO: finalized, 0 bytes preserved\n"));

	CHECK(!kho_finalize() && is_final() && was_heard("") && sim.audits == 1);
	CHECK(!kho_abort() && is_open() && was_heard("ABC"));
	CHECK(logged("iKHO: aborted\n"));
	CHECK(!kho_abort() && is_open() && was_heard(""));
	CHECK(!kho_finalize() && is_final() && was_heard("abc"));
	CHECK(!sim_printed('e') && nothing_leaked());
}

static void check_vetoed(int answer, int err)
{
	char line[64];

	sim.log[0] = '\0';
	answers[1] = answer;
	CHECK(kho_finalize() == err);
	CHECK(was_heard("abA") && is_open());
	CHECK(sim_printed('e') == 1);
	snprintf(line, sizeof(line), "KHO: %ps refuses", (void *)hear_second);
	CHECK(logged(line));
	answers[1] = NOTIFY_DONE;
}

static void test_veto(void)
{
	boot();
	check_vetoed(notifier_from_errno(-EAGAIN), -EAGAIN);
	check_vetoed(NOTIFY_BAD, -EPERM);
	CHECK(!sim.audits && !sim.reports && !sim.crc);

	/* The first has nobody before it */
	answers[0] = NOTIFY_BAD;
	CHECK(kho_finalize() == -EPERM && is_open() && was_heard("a"));
	answers[0] = NOTIFY_DONE;
	CHECK(!kho_finalize() && is_final() && was_heard("abc"));
	CHECK(nothing_leaked());
}

static void check_finalize_fails(int err)
{
	sim.log[0] = '\0';
	CHECK(kho_finalize() == err);
	CHECK(is_open() && was_heard("abcABC"));
	CHECK(sim_printed('e') == 1 && logged("eKHO: cannot be finalized: "));
	CHECK(!sim.reports && !sim.forecasts);
}

static void test_finalize_fails(void)
{
	boot();
	sim.audit_err = -EUCLEAN;
	check_finalize_fails(-EUCLEAN);
	/* Not even begun */
	CHECK(!sim.crc);
	sim.audit_err = 0;
	sim.write_err = -ENOSPC;
	check_finalize_fails(-ENOSPC);
	CHECK(sim.crc);
	sim.write_err = 0;
	CHECK(!kho_finalize() && is_final() && nothing_leaked());
}

static void test_commit(void)
{
	boot();
	CHECK(kho_commit() == -EBUSY && is_open());
	CHECK(!kho_finalize() && !kho_commit());
	was_heard("abc");
	CHECK(kho_abort() == -EBUSY && is_final() && was_heard(""));
	CHECK(!kho_finalize() && !kho_commit() && is_final());
	CHECK(kho_set_dt_max(KHO_DT_MAX_LIMIT) == -EBUSY);
	/* No kexec after all */
	kho_release();
	CHECK(is_final() && !kho_abort() && is_open() && was_heard("ABC"));
	CHECK(kho_commit() == -EBUSY);
}

static void test_hold(void)
{
	boot();
	CHECK(!kho_hold_empty());
	CHECK(!may_change() && kho_change_begin() == -EBUSY);
	CHECK(kho_finalize() == -EBUSY && was_heard(""));
	CHECK(!kho_abort() && kho_commit() == -EBUSY);
	CHECK(kho_set_dt_max(KHO_DT_MAX_LIMIT) == -EBUSY);
	kho_still_begin();
	kho_still_end();
	CHECK(!may_change() && !kho_hold_empty() && !may_change());
	kho_release();
	CHECK(is_open());
	kho_release();
	CHECK(is_open() && !kho_finalize() && is_final());

	/* What was final before is so afterwards */
	CHECK(!kho_hold_empty() && is_final() && kho_abort() == -EBUSY);
	kho_release();
	CHECK(is_final() && !kho_abort() && is_open());
}

static void test_hold_refused(void)
{
	boot();
	sim.preserved = PAGE_SIZE;
	CHECK(kho_hold_empty() == -EBUSY && is_open());
	kho_release();
	CHECK(is_open());
	sim.preserved = 0;
	sim.unclaimed = PAGE_SIZE;
	CHECK(kho_hold_empty() == -EBUSY && is_open());
	CHECK(!kho_finalize() && kho_hold_empty() == -EBUSY && is_final());
	/* It holds nothing that could let go */
	kho_release();
	CHECK(is_final() && !kho_abort() && is_open());
	sim.unclaimed = 0;
	CHECK(!kho_hold_empty() && !may_change());
}

static void test_still(void)
{
	unsigned int before;

	boot();
	before = sim.rcu;
	kho_still_begin();
	CHECK(!kho_may_change() && kho_state.writer && sim.rcu == before + 1);
	kho_still_end();
	CHECK(is_open());
	CHECK(!kho_finalize());
	before = sim.rcu;
	kho_still_begin();
	CHECK(!kho_may_change() && kho_state.writer && sim.rcu == before);
	kho_still_end();
	CHECK(is_final());
}

static void test_notifiers(void)
{
	boot();
	CHECK(register_kho_notifier(&listeners[0]) == -EEXIST);
	CHECK(!unregister_kho_notifier(&listeners[1]));
	CHECK(unregister_kho_notifier(&listeners[1]) == -ENOENT);
	CHECK(!kho_finalize() && was_heard("ac"));
	/* Also while nothing may change */
	CHECK(!unregister_kho_notifier(&listeners[0]));
	CHECK(!register_kho_notifier(&listeners[1]));
	CHECK(!kho_abort() && was_heard("CB"));
}

static void check_dt_max(size_t size, int err, size_t now)
{
	void *before = kho_fdt;
	bool moved = now != kho_dt_max();

	CHECK(kho_set_dt_max(size) == err);
	CHECK(kho_dt_max() == now && (kho_fdt != before) == moved);
	CHECK(nothing_leaked());
	/* As large as that, and the metadata and producers stay where they are */
	CHECK(!kho_finalize() && is_final());
	CHECK(kho_set_dt_max(size) == -EBUSY && kho_dt_max() == now);
	CHECK(!kho_abort() && is_open() && was_heard("abcABC"));
}

static void test_dt_max(void)
{
	boot();
	check_dt_max(0, -EINVAL, SZ_128K);
	check_dt_max(SZ_128K - 1, -EINVAL, SZ_128K);
	check_dt_max(SZ_256K + 1, -EINVAL, SZ_128K);
	check_dt_max(SIZE_MAX, -EINVAL, SZ_128K);
	check_dt_max(SZ_128K, 0, SZ_128K);
	sim.fail_at = 1;
	check_dt_max(SZ_256K, -ENOMEM, SZ_128K);
	sim.fail_at = 2;
	check_dt_max(SZ_256K, -ENOMEM, SZ_128K);
	CHECK(!sim.fail_at);
	check_dt_max(SZ_128K + 1, 0, SZ_256K);
	check_dt_max(SZ_128K, -EINVAL, SZ_256K);
	check_dt_max(SZ_256K, 0, SZ_256K);
	check_dt_max(SZ_256K + 1, -EINVAL, SZ_256K);
}

static void test_out_fdt(void)
{
	size_t size;

	boot();
	CHECK(kho_out_fdt_phys(&size) == virt_to_phys(kho_fdt));
	CHECK(size == PAGE_SIZE);
	sim.fdt_need = PAGE_SIZE;
	CHECK(kho_out_fdt_phys(&size) && size == PAGE_SIZE);
	sim.fdt_need++;
	CHECK(kho_out_fdt_phys(&size) && size == KHO_DT_MAX_DEFAULT);
	CHECK(is_open() && !kho_set_dt_max(KHO_DT_MAX_LIMIT));
	CHECK(!kho_finalize() && is_final());
	/* An image knows the place before, and reads it after */
	CHECK(kho_out_fdt_phys(&size) == virt_to_phys(kho_out_fdt(&size)));
	CHECK(kho_out_fdt_phys(&size) && size == KHO_DT_MAX_LIMIT);
}

static const struct check checks[] = {
	{ "off: nothing is there, and all is refused", test_off },
	{ "on: open for changes, with an FDT of its own", test_on },
	{ "kho=, right and wrong", test_parameter },
	{ "each step of the boot fails: off, and nothing leaks", test_init_fails },
	{ "what the last kernel says of itself, and does not", test_metadata_in },
	{ "what the next kernel is told", test_metadata_out },
	{ "finalized and aborted, and twice", test_finalize },
	{ "a producer refuses: those before it are told", test_veto },
	{ "no FDT to be had: all producers are told", test_finalize_fails },
	{ "no way back after a commit", test_commit },
	{ "held while there is nothing", test_hold },
	{ "not held while there is something", test_hold_refused },
	{ "kept still for a moment", test_still },
	{ "producers come and go", test_notifiers },
	{ "a larger FDT, or none", test_dt_max },
	{ "where the FDT is, and how much of it is passed", test_out_fdt },
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
