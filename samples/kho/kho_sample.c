// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a driver does to keep state across kexec.
 *
 * This one counts how often it was loaded and how many kexecs its state has
 * lived through, in one page:
 *
 *	# modprobe kho_sample
 *	kho_sample: a new state
 *	# kexec -s -l bzImage --reuse-cmdline && kexec -e
 *	# modprobe kho_sample
 *	kho_sample: kexec 1, load 2, since kernel 6.12.0
 *
 * Both kernels need kho=on. The steps are numbered; a driver with more memory
 * than a page preserves that as well, and writes down in the page where it
 * lies (Documentation/core-api/kho/driver.rst).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/utsname.h>

/* One name for each driver, or for each device: it is how state is found. */
#define SAMPLE_SUBTREE	"kho_sample"

/*
 * This struct is read by a kernel that was built apart, maybe years from now.
 * So it has a version, types of fixed size, and neither padding nor pointers:
 * memory keeps its physical address, not its virtual one. What changes any of
 * it changes the version.
 */
#define SAMPLE_VERSION	1

struct sample_state {
	u32 version;
	u32 kexecs;
	u64 loads;
	char first_release[64];
};

static_assert(sizeof(struct sample_state) == 80);

static struct sample_state *state;

/*
 * 1. With no state there is nothing to restore: begin.
 *
 * kho_alloc_preserve() gives zeroed pages that are preserved already. With KHO
 * switched off it fails with -EOPNOTSUPP, and a real driver would go on with
 * memory that is not handed over.
 */
static int sample_begin(void)
{
	state = kho_alloc_preserve(sizeof(*state));
	if (IS_ERR(state))
		return PTR_ERR(state);

	state->version = SAMPLE_VERSION;
	strscpy(state->first_release, init_utsname()->release);

	return 0;
}

/*
 * 2. What came is taken back, and checked before it is believed.
 *
 * Until kho_restore_folio() the page belongs to nobody. From then on it is a
 * folio like any other, with one reference that is ours. It returns NULL when the
 * folio was taken back before: by this very module, before it was unloaded and
 * loaded again. While the handover is finalized nothing can be preserved
 * (-EBUSY), so that is tried before what came is taken: this little is copied
 * then. What is large is preserved where it lies, and kept if that fails.
 */
static int sample_resume(phys_addr_t phys, size_t size)
{
	struct sample_state *came;
	struct folio *folio;
	int err;

	/* Nothing stays preserved by itself: the next kernel gets it anew. */
	err = sample_begin();
	if (err)
		return err;
	folio = kho_restore_folio(phys);
	if (!folio) {
		pr_info("a new state\n");
		return 0;
	}

	came = folio_address(folio);
	if (size == sizeof(*came) && came->version == SAMPLE_VERSION)
		memcpy(state, came, sizeof(*state));
	else
		pr_warn("cannot read the state that came, begin anew\n");
	folio_put(folio);

	state->kexecs++;
	pr_info("kexec %u, load %llu, since kernel %.*s\n", state->kexecs,
		state->loads + 1, (int)sizeof(state->first_release),
		state->first_release);

	return 0;
}

/*
 * 3. A name makes the state findable. It may change as long as the handover is
 * not finalized, and nobody has to be told. A state that came damaged (-EBADMSG)
 * is as good as none.
 */
static int __init sample_init(void)
{
	phys_addr_t phys;
	size_t size;
	int err;

	err = kho_retrieve_subtree(SAMPLE_SUBTREE, &phys, &size);
	if (err == -ENOENT || err == -EBADMSG) {
		err = sample_begin();
		if (!err)
			pr_info("a new state\n");
	} else if (!err) {
		err = sample_resume(phys, size);
	}
	if (err)
		return err;

	state->loads++;
	err = kho_add_subtree(SAMPLE_SUBTREE, state, sizeof(*state));
	if (err)
		kho_unpreserve_free(state);

	return err;
}

/*
 * 4. Who goes takes the state along: first the name, then the memory. A handover
 * that was finalized is not any more then.
 */
static void __exit sample_exit(void)
{
	kho_remove_subtree(state);
	kho_unpreserve_free(state);
}

module_init(sample_init);
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample of a driver that keeps state across kexec");
MODULE_LICENSE("GPL");
