/*
 * A directory for a module's temporary files, chosen as Ansible's modules choose it: the one that
 * Ansible made for the task; else a new one below remote_tmp; else a new one where the system has
 * temporary files. What this unit made it removes, because Ansible could not.
 */
#ifndef ANSIBLE_AM_TMPDIR_H
#define ANSIBLE_AM_TMPDIR_H

#include <stdbool.h>

#include "ansible/am_run.h"
#include "base/compiler.h"
#include "base/error.h"

struct am_tmpdir {
    char *path;  /* owned, without a slash at the end; NULL before am_tmpdir_init */
    bool remove; /* it is ours, and nobody asked to keep it */
};

/* Finds or makes the directory, mode 0700. Warnings about remote_tmp go to CONTEXT. ERROR_IO. */
int am_tmpdir_init(struct am_tmpdir *tmpdir, struct am_context *context, struct error **err)
    must_check;

/* Removes what am_tmpdir_init made, with its content; a failure to do so is only traced. */
void am_tmpdir_clear(struct am_tmpdir *tmpdir);
#define auto_am_tmpdir cleanup_with(am_tmpdir_clear)

#endif
