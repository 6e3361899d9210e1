// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho tree: the device trees of handovers, and the blobs of their subtrees.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fdt.h"
#include "output.h"

static void tell_blob(enum way way, const char *name)
{
	struct blob blob;
	int err = kho_blob(way, name, &blob);

	out_object(name);
	if (err) {
		const char *reason = err == -ENODATA ? "its owner has taken it" : why(err);

		out_text("\t/* the blob of %s cannot be read: %s */\n", name, reason);
		out_string("error", reason);
	} else {
		out_u64("size", blob.len);
		out_text("\tblob of %s {\n", name);
		blob_tell(name, &blob, 2);
		out_text("\t};\n");
		free(blob.data);
	}
	out_object_end();
}

static void tell_root(enum way way, const struct blob *fdt)
{
	const char *wrong = fdt_wrong(fdt);

	if (wrong)
		die("the device tree that goes %s cannot be read: %s", way_names[way],
		    wrong);
	out_object("tree");
	fdt_tell(fdt, 1);
	out_object_end();
}

/* True when there was something to tell */
static bool tell_way(enum way way)
{
	char **names = kho_blob_names(way);
	struct blob fdt;
	size_t i;
	int err = kho_fdt(way, &fdt);

	if (err && !names[0])
		return false;
	out_object(way_names[way]);
	out_text("%s {\n", way_names[way]);
	if (err) {
		out_text("\t/* the tree: %s */\n", err == -ENODATA ?
			 "not written, as the handover is not finalized" : why(err));
	} else {
		tell_root(way, &fdt);
		free(fdt.data);
	}
	out_object("blobs");
	for (i = 0; names[i]; i++)
		tell_blob(way, names[i]);
	out_object_end();
	out_text("};\n");
	out_object_end();
	return true;
}

static void tell_one(enum way way, const char *name)
{
	struct blob blob;
	int err = kho_blob(way, name, &blob);

	if (strchr(name, '/') || err == -ENOENT)
		die("there is no blob %s in %s, or no debugfs to read it from", name,
		    way_names[way]);
	if (err)
		die("the blob of %s cannot be read: %s", name,
		    err == -ENODATA ? "its owner has taken it" : why(err));
	out_u64("size", blob.len);
	out_text("%s {\n", name);
	blob_tell(name, &blob, 1);
	out_text("};\n");
	free(blob.data);
}

/* Why there is nothing, in one sentence */
static void __noreturn nothing(bool out)
{
	struct blob fdt;
	int err = kho_fdt(out ? OUT : IN, &fdt);

	if (err == -EACCES)
		die("only root may read the device trees");
	if (out)
		die("the handover is not finalized, so its tree is not written yet");
	die("this kernel was not handed anything over");
}

int do_tree(int argc, char **argv)
{
	bool in = argc < 2 || !strcmp(argv[1], "in");
	bool out = argc < 2 || !strcmp(argv[1], "out");
	bool told = false;

	if (argc > 3 || (!in && !out))
		usage_error(find_object("tree"));
	kho_need();
	if (argc == 3) {
		tell_one(in ? IN : OUT, argv[2]);
		return 0;
	}
	if (in)
		told |= tell_way(IN);
	if (out)
		told |= tell_way(OUT);
	if (!told)
		nothing(out);
	return 0;
}
