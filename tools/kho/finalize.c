// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho finalize, kho abort: the state of the handover.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "finalize.h"
#include "handover.h"
#include "klog.h"
#include "output.h"

int set_finalized(bool finalized)
{
	const char *file = kho_switch();
	int fd, err = 0;

	if (!file)
		return -ENOENT;
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, finalized ? "1" : "0", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

const char *finalize_error(int err)
{
	uint64_t enabled;

	switch (err) {
	case -EACCES:
	case -EPERM:
		return "only root may do that (CAP_SYS_ADMIN)";
	case -ENOENT:
		return "this kernel finalizes when it kexecs, and not before";
	case -EOPNOTSUPP:
		return kho_number("enabled", &enabled) || enabled ?
		       "the version that the next kernel reads cannot have what is preserved" :
		       "KHO is off; boot with kho=on";
	case -EUCLEAN:
		return "the next kernel would not accept what is preserved";
	case -ENOSPC:
		return "the next kernel would find too little memory to boot in";
	case -EBUSY:
		return "somebody is in the middle of something, or a kexec is on its way";
	default:
		return strerror(-err);
	}
}

static int change(int argc, const char *name, bool finalized)
{
	uint64_t bytes = 0;
	int err;

	if (argc != 1)
		usage_error(find_object(name));
	if (source_is_saved())
		die("a saved machine cannot be changed");
	kho_need();
	klog_begin();
	err = set_finalized(finalized);
	out_bool("done", !err);
	if (err) {
		out_string("error", finalize_error(err));
		out_text("refused: %s\n", finalize_error(err));
	} else if (finalized) {
		kho_number("preserved_bytes", &bytes);
		out_u64("preserved_bytes", bytes);
		out_text("finalized: %s will be handed over\n", human(bytes));
	} else {
		out_text("open again\n");
	}
	klog_tell();
	return !!err;
}

int do_finalize(int argc, char **argv)
{
	return change(argc, argv[0], true);
}

int do_abort(int argc, char **argv)
{
	return change(argc, argv[0], false);
}
