/*
 * What the files that read the options share.
 */
#ifndef K8S_APPLY_ARGS_PRIV_H
#define K8S_APPLY_ARGS_PRIV_H

#include "ansible/am_get.h"
#include "k8s_apply/args.h"

/* How objects are written: state, mode, manager, order, patience. */
int args_read_write(struct k8s_args *args, const json_t *params, struct strv *warnings,
                    struct error **err) must_check;
/* What is waited for, and how long. */
int args_read_wait(struct k8s_args *args, const json_t *params, struct error **err) must_check;

#endif
