/* What the files behind args.h share. For this module alone. */
#ifndef LXC_CONTAINER_ARGS_PRIV_H
#define LXC_CONTAINER_ARGS_PRIV_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_get.h"
#include "base/error.h"
#include "base/strv.h"
#include "lxc_container/args.h"

/* args.c: readers of single options. */
/* "NAME=value" for each member of the dictionary OPTION. ERROR_USAGE for a name with '='. */
int args_environment(const json_t *params, const char *name, struct strv *out, struct error **err)
    must_check;
/* The strings of a list; a string is split as a shell would. ERROR_USAGE. */
int args_words(const json_t *value, const char *name, struct strv *out, struct error **err)
    must_check;

/* args_store.c, args_command.c */
int args_read_store(struct ct_args *args, const json_t *params, struct strv *warnings,
                    struct error **err) must_check;
int args_read_command(struct ct_args *args, const json_t *params, struct error **err) must_check;

#endif
