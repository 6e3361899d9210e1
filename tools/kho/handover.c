// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handover.h"

const char * const way_names[] = { [OUT] = "out", [IN] = "in" };

/* Where mainline, which has debugfs alone, has what we have in sysfs */
static const struct {
	const char *name;
	const char *debugfs;
} also[] = {
	{ "active", "out/finalize" },
	{ "scratch_phys", "out/scratch_phys" },
	{ "scratch_len", "out/scratch_len" },
	{ "dt", "out/fdt" },
};

const char *why(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return "only root may read that";
	case -ENOENT:
		return "this kernel does not have that";
	case -ENODATA:
		return "there is none now";
	default:
		return strerror(-err);
	}
}

static int read_beneath(const char *folder, const char *name, struct blob *blob)
{
	char *path = xprintf("%s/%s", folder, name);
	int err = source_read(path, blob);

	free(path);
	return err;
}

int kho_read(const char *name, struct blob *blob)
{
	int err = read_beneath(KHO_SYSFS, name, blob);
	size_t i;

	for (i = 0; err == -ENOENT && i < ARRAY_SIZE(also); i++)
		if (!strcmp(also[i].name, name))
			return read_beneath(KHO_DEBUGFS, also[i].debugfs, blob);
	return err;
}

int kho_number(const char *name, uint64_t *number)
{
	char *path = xprintf("%s/%s", KHO_SYSFS, name);
	int err = source_number(path, number);

	free(path);
	return err;
}

char *kho_line(const char *name)
{
	char *path = xprintf("%s/%s", KHO_SYSFS, name);
	char *line = source_line(path);

	free(path);
	return line;
}

bool kho_is_finalized(void)
{
	struct blob blob;
	bool finalized;

	if (kho_read("active", &blob))
		return false;
	finalized = blob.data[0] == '1';
	free(blob.data);
	return finalized;
}

bool kho_loads_open(void)
{
	return access(KHO_DEBUGFS "/out/finalize", F_OK) ||
	       !access(KHO_SYSFS "/active", F_OK);
}

const char *kho_switch(void)
{
	if (!access(KHO_SYSFS "/active", F_OK))
		return KHO_SYSFS "/active";
	if (!access(KHO_DEBUGFS "/out/finalize", F_OK))
		return KHO_DEBUGFS "/out/finalize";
	return NULL;
}

void kho_need(void)
{
	struct blob blob;

	if (!kho_read("enabled", &blob) || !kho_read("scratch_len", &blob)) {
		free(blob.data);
		return;
	}
	if (source_is_saved())
		die("the machine that was saved had no Kexec HandOver");
	/* Mainline's kernels show nothing of it but in debugfs. */
	if (geteuid())
		die("this kernel has no Kexec HandOver, or none that anybody but root may see");
	die("this kernel has no Kexec HandOver (CONFIG_KEXEC_HANDOVER), or shows nothing of it");
}

int kho_fdt(enum way way, struct blob *blob)
{
	int err;

	if (way == OUT)
		return kho_read("dt", blob);
	err = source_read(KHO_FIRMWARE "/dt", blob);
	return err == -ENOENT ? read_beneath(KHO_DEBUGFS, "in/fdt", blob) : err;
}

static char *blob_folder(enum way way)
{
	return xprintf("%s/%s/sub_fdts", KHO_DEBUGFS, way_names[way]);
}

int kho_blob(enum way way, const char *name, struct blob *blob)
{
	char *folder = blob_folder(way);
	int err = read_beneath(folder, name, blob);

	free(folder);
	return err;
}

char **kho_blob_names(enum way way)
{
	char *folder = blob_folder(way);
	char **names = source_list(folder);

	free(folder);
	return names;
}

/* A line a number; returns how many there are */
static size_t parse_numbers(const char *text, uint64_t **numbers)
{
	size_t nr = 0;
	char *end;

	*numbers = NULL;
	for (;; text = end) {
		uint64_t number = strtoull(text, &end, 0);

		if (end == text)
			return nr;
		*numbers = xgrow(*numbers, (nr + 1) * sizeof(**numbers));
		(*numbers)[nr++] = number;
	}
}

/* False when they cannot be read; there may be none */
static bool read_numbers(const char *name, uint64_t **numbers, size_t *nr)
{
	struct blob blob;

	*numbers = NULL;
	*nr = 0;
	if (kho_read(name, &blob))
		return false;
	*nr = parse_numbers(blob.data, numbers);
	free(blob.data);
	return true;
}

size_t kho_scratch(struct area **areas, bool *located)
{
	uint64_t *starts, *sizes;
	size_t i, nr, nr_starts, found = 0;

	read_numbers("scratch_len", &sizes, &nr);
	*located = read_numbers("scratch_phys", &starts, &nr_starts) && nr_starts == nr;
	*areas = xalloc(nr * sizeof(**areas));
	/* Entries of size 0 are places for areas, and none */
	for (i = 0; i < nr; i++)
		if (sizes[i])
			(*areas)[found++] = (struct area){
				*located ? starts[i] : 0, sizes[i]
			};
	free(starts);
	free(sizes);
	return found;
}

uint64_t page_size(void)
{
	uint64_t size;

	if (source_number(SOURCE_PAGE_SIZE, &size) || size < 4096 ||
	    size & (size - 1) || size > 65536)
		return 4096;
	return size;
}
