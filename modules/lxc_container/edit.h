/*
 * The configuration of this task: reads the file, edits it in memory, has liblxc check it, finds
 * out what it means for the running container, and writes it.
 */
#ifndef LXC_CONTAINER_EDIT_H
#define LXC_CONTAINER_EDIT_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Fills ct->config. For an absent container the text starts from the file that it is
 * created from, or empty. */
int edit_prepare(struct ct *ct, struct error **err) must_check;

/* Fills ct->config.before alone, with no more of the file of a defined container than where its
 * root file system is. That is enough for what goes, and no file is too long for it. */
int edit_read_rootfs(struct ct *ct, struct error **err) must_check;

/* Puts ct->config.after into the file, with its owner and mode. ERROR_IO; the old file is then
 * untouched. */
int edit_write(struct ct *ct, struct error **err) must_check;

/* Leaves out keys that liblxc does not know, with a warning, when the task wants that. */
void edit_drop_unsupported(struct ct *ct);

#endif
