// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers for tests of live update.
 *
 * Each of /dev/test_luo_a and /dev/test_luo_b has a handler. A file of it is a number,
 * and perhaps knows another file, its friend:
 *
 *	echo "NUMBER [FD]" > the file	this is its number, and FD its friend
 *	cat the file			"NUMBER", or "NUMBER NUMBER-OF-THE-FRIEND"
 *
 * In /sys/module/test_luo/parameters/ a test says what happens to it:
 *
 *	fail	OP=ERRNO[@NUMBER] ...	these operations fail with an errno, for the file
 *					with that number or for all
 *	wait	OP ...			these wait until that is taken back
 *	calls				what was called since it was last written to, in
 *					order: a letter, and the number of the file
 *
 * OP is a letter: p preserve, u unpreserve, z freeze, t unfreeze, r retrieve, q
 * can_finish, f finish; of an FLB P preserve, U unpreserve, R retrieve, F finish.
 */
#define pr_fmt(fmt) "test_luo: " fmt

#include <linux/anon_inodes.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "test_luo.h"

static const char letters[TEST_LUO_OPS] = {
	[TEST_LUO_PRESERVE] = 'p',
	[TEST_LUO_UNPRESERVE] = 'u',
	[TEST_LUO_FREEZE] = 'z',
	[TEST_LUO_UNFREEZE] = 't',
	[TEST_LUO_RETRIEVE] = 'r',
	[TEST_LUO_CAN_FINISH] = 'q',
	[TEST_LUO_FINISH] = 'f',
	[TEST_LUO_FLB_PRESERVE] = 'P',
	[TEST_LUO_FLB_UNPRESERVE] = 'U',
	[TEST_LUO_FLB_RETRIEVE] = 'R',
	[TEST_LUO_FLB_FINISH] = 'F',
};

static char fail[64];
module_param_string(fail, fail, sizeof(fail), 0644);
MODULE_PARM_DESC(fail, "which operations fail: LETTER=ERRNO[@NUMBER] ...");

static char wait[TEST_LUO_OPS + 1];
module_param_string(wait, wait, sizeof(wait), 0644);
MODULE_PARM_DESC(wait, "which operations wait: their letters");

static char calls[1024];
module_param_string(calls, calls, sizeof(calls), 0644);
MODULE_PARM_DESC(calls, "what was called");

static DEFINE_MUTEX(calls_lock);

static void note(char letter, u64 value)
{
	size_t len;

	guard(mutex)(&calls_lock);
	/* Written to, it ends with a newline. */
	len = strcspn(calls, "\n");
	scnprintf(calls + len, sizeof(calls) - len, "%s%c%llu", len ? " " : "",
		  letter, value);
}

static int failure_of(char letter, u64 value)
{
	char copy[sizeof(fail)], *rest = copy, *word;

	strscpy(copy, fail);
	while ((word = strsep(&rest, " \n"))) {
		unsigned long long only = value;
		int err;

		if (word[0] == letter &&
		    sscanf(word + 1, "=%d@%llu", &err, &only) > 0 &&
		    only == value)
			return -err;
	}
	return 0;
}

/**
 * test_luo_called - note a call, and wait where the test wants that
 * @op: what was called
 * @value: the number of the file, or of the FLB
 *
 * Return: 0, or the errno with which the test wants it to fail.
 */
int test_luo_called(enum test_luo_op op, u64 value)
{
	char letter = letters[op];

	note(letter, value);
	while (strchr(wait, letter))
		msleep(20);
	return failure_of(letter, value);
}

/* Files */

struct test_luo {
	struct mutex lock;
	u64 number;
	struct file *friend;
};

/* What the next kernel gets of a file, in a page of its own. */
struct test_luo_ser {
	u64 number;
	u64 has_friend;
	u64 friend;
};

static const struct file_operations *fops_of(const struct liveupdate_file_handler *handler);

static struct test_luo *new_luo(void)
{
	struct test_luo *luo = kzalloc(sizeof(*luo), GFP_KERNEL);

	if (luo)
		mutex_init(&luo->lock);
	return luo;
}

static int test_luo_open(struct inode *inode, struct file *file)
{
	file->private_data = new_luo();
	return file->private_data ? 0 : -ENOMEM;
}

static int test_luo_release(struct inode *inode, struct file *file)
{
	struct test_luo *luo = file->private_data;

	if (luo->friend)
		fput(luo->friend);
	kfree(luo);
	return 0;
}

static bool is_ours(const struct file *file)
{
	return file->f_op->release == test_luo_release;
}

static int set_friend(struct test_luo *luo, int fd)
{
	struct file *friend = fget(fd);

	if (!friend)
		return -EBADF;
	if (!is_ours(friend)) {
		fput(friend);
		return -EINVAL;
	}
	if (luo->friend)
		fput(luo->friend);
	luo->friend = friend;
	return 0;
}

static ssize_t test_luo_write(struct file *file, const char __user *user,
			      size_t count, loff_t *pos)
{
	struct test_luo *luo = file->private_data;
	char text[48] = "";
	int fd, nr, err = 0;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	guard(mutex)(&luo->lock);
	nr = sscanf(text, "%llu %d", &luo->number, &fd);
	if (nr < 1)
		return -EINVAL;
	if (nr == 2)
		err = set_friend(luo, fd);
	return err ?: count;
}

static ssize_t test_luo_read(struct file *file, char __user *user, size_t count,
			     loff_t *pos)
{
	struct test_luo *luo = file->private_data, *friend;
	char text[48];
	int len;

	guard(mutex)(&luo->lock);
	len = scnprintf(text, sizeof(text), "%llu", luo->number);
	if (luo->friend) {
		friend = luo->friend->private_data;
		len += scnprintf(text + len, sizeof(text) - len, " %llu",
				 READ_ONCE(friend->number));
	}
	len += scnprintf(text + len, sizeof(text) - len, "\n");
	return simple_read_from_buffer(user, count, pos, text, len);
}

#define TEST_LUO_FOPS {				\
	.owner = THIS_MODULE,			\
	.open = test_luo_open,			\
	.release = test_luo_release,		\
	.read = test_luo_read,			\
	.write = test_luo_write,		\
}

static const struct file_operations fops_a = TEST_LUO_FOPS;
static const struct file_operations fops_b = TEST_LUO_FOPS;

static struct miscdevice device_a = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "test_luo_a",
	.fops = &fops_a,
};

static struct miscdevice device_b = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "test_luo_b",
	.fops = &fops_b,
};

/* Operations before the kexec */

static u64 number_of(const struct liveupdate_file_op_args *args)
{
	struct test_luo *luo = args->file->private_data;

	return luo->number;
}

static bool test_luo_can_preserve(struct liveupdate_file_handler *handler,
				  struct file *file)
{
	return file->f_op == fops_of(handler);
}

/* A friend that is in no session, or in another, is left behind. */
static void update(struct liveupdate_file_op_args *args)
{
	struct test_luo *luo = args->file->private_data;
	struct test_luo_ser *ser = args->private_data;

	ser->number = luo->number;
	ser->has_friend = luo->friend &&
			  !liveupdate_get_token_outgoing(args->session,
							 luo->friend,
							 &ser->friend);
}

static int test_luo_preserve(struct liveupdate_file_op_args *args)
{
	struct test_luo_ser *ser;
	int err;

	err = test_luo_called(TEST_LUO_PRESERVE, number_of(args));
	if (err)
		return err;
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	args->private_data = ser;
	args->serialized_data = virt_to_phys(ser);
	update(args);
	return 0;
}

static void test_luo_unpreserve(struct liveupdate_file_op_args *args)
{
	test_luo_called(TEST_LUO_UNPRESERVE, number_of(args));
	kho_unpreserve_free(args->private_data);
}

static int test_luo_freeze(struct liveupdate_file_op_args *args)
{
	int err = test_luo_called(TEST_LUO_FREEZE, number_of(args));

	if (!err)
		update(args);
	return err;
}

static void test_luo_unfreeze(struct liveupdate_file_op_args *args)
{
	test_luo_called(TEST_LUO_UNFREEZE, number_of(args));
}

/* Operations after the kexec */

static int take(struct test_luo_ser *ser, u64 phys)
{
	struct folio *folio = kho_restore_folio(phys);

	if (!folio)
		return -ENOENT;
	*ser = *(struct test_luo_ser *)folio_address(folio);
	folio_put(folio);
	return 0;
}

static struct file *make_file(struct liveupdate_file_op_args *args, u64 number)
{
	struct test_luo *luo = new_luo();
	struct file *file;

	if (!luo)
		return ERR_PTR(-ENOMEM);
	luo->number = number;
	file = anon_inode_getfile("[test_luo]", fops_of(args->handler), luo,
				  O_RDWR);
	if (IS_ERR(file))
		kfree(luo);
	else
		file->f_mode |= FMODE_PREAD;
	return file;
}

static int test_luo_retrieve(struct liveupdate_file_op_args *args)
{
	struct test_luo_ser ser;
	struct test_luo *luo;
	struct file *file;
	int err;

	err = take(&ser, args->serialized_data) ?:
	      test_luo_called(TEST_LUO_RETRIEVE, ser.number);
	if (err)
		return err;
	file = make_file(args, ser.number);
	if (IS_ERR(file))
		return PTR_ERR(file);
	luo = file->private_data;
	if (ser.has_friend)
		err = liveupdate_get_file_incoming(args->session, ser.friend,
						   &luo->friend);
	if (err) {
		fput(file);
		return err;
	}
	args->file = file;
	return 0;
}

static bool test_luo_can_finish(struct liveupdate_file_op_args *args)
{
	return !test_luo_called(TEST_LUO_CAN_FINISH,
				args->file ? number_of(args) : 0);
}

static void test_luo_finish(struct liveupdate_file_op_args *args)
{
	struct test_luo_ser ser = {};

	if (args->retrieve_status == 1)
		ser.number = number_of(args);
	else if (!args->retrieve_status)
		take(&ser, args->serialized_data);
	test_luo_called(TEST_LUO_FINISH, ser.number);
}

static const struct liveupdate_file_ops test_luo_ops = {
	.can_preserve = test_luo_can_preserve,
	.preserve = test_luo_preserve,
	.unpreserve = test_luo_unpreserve,
	.freeze = test_luo_freeze,
	.unfreeze = test_luo_unfreeze,
	.retrieve = test_luo_retrieve,
	.can_finish = test_luo_can_finish,
	.finish = test_luo_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler handler_a = {
	.ops = &test_luo_ops,
	.compatible = "test-luo-a-v1",
};

static struct liveupdate_file_handler handler_b = {
	.ops = &test_luo_ops,
	.compatible = "test-luo-b-v1",
};

static const struct file_operations *fops_of(const struct liveupdate_file_handler *handler)
{
	return handler == &handler_a ? &fops_a : &fops_b;
}

static int __init test_luo_init(void)
{
	int err;

	err = liveupdate_register_file_handler(&handler_a);
	if (err)
		return err;
	err = liveupdate_register_file_handler(&handler_b);
	if (err)
		goto unregister_a;
	err = test_luo_flb_register(&handler_a, &handler_b);
	if (err)
		goto unregister_b;
	err = misc_register(&device_a);
	if (err)
		goto unregister_flb;
	err = misc_register(&device_b);
	if (!err)
		return 0;
	misc_deregister(&device_a);
unregister_flb:
	test_luo_flb_unregister(&handler_a, &handler_b);
unregister_b:
	liveupdate_unregister_file_handler(&handler_b);
unregister_a:
	liveupdate_unregister_file_handler(&handler_a);
	return err;
}

static void __exit test_luo_exit(void)
{
	misc_deregister(&device_b);
	misc_deregister(&device_a);
	test_luo_flb_unregister(&handler_a, &handler_b);
	WARN_ON(liveupdate_unregister_file_handler(&handler_b));
	WARN_ON(liveupdate_unregister_file_handler(&handler_a));
}

module_init(test_luo_init);
module_exit(test_luo_exit);

MODULE_DESCRIPTION("Handlers for tests of live update");
MODULE_LICENSE("GPL");
