// SPDX-License-Identifier: MIT
/*
 * "fget: check that the fd still exists after getting a ref to it": whoever closed the last reference
 * believes to be alone.
 */
#include <racelens.h>
#include "fs/file.c"

static struct files_struct files;
static struct fdtable fdt;
static struct file *fds[1];
static unsigned long bits[1], full[1];
static struct file file;
static int sole, got;

RACE_STUB(void, fput, (struct file *f)) { atomic_long_dec(&f->f_count); }

RACE_INIT()
{
	atomic_long_set(&file.f_count, 1);
	fds[0] = &file;
	fdt.max_fds = 1;
	fdt.fd = fds;
	fdt.open_fds = bits;
	fdt.close_on_exec = bits;
	fdt.full_fds_bits = full;
	bits[0] = 1;
	spin_lock_init(&files.file_lock);
	files.fdt = &fdt;
}

RACE_THREAD(process, getter)
{
	if (__fget_files(&files, 0, 0))
		got = 1;
}

/* what unix_gc() concludes: nobody else can have the file */
RACE_THREAD(process, closer)
{
	spin_lock(&files.file_lock);
	pick_file(&files, 0);
	spin_unlock(&files.file_lock);
	if (file_count(&file) == 1)
		sole = 1;
}

RACE_FINALLY(!(sole && got))
RACE_EXPECT(holds)
