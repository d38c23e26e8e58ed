/*
 * A second view of the container: liblxc's parser tries a configuration that is not (yet) in the
 * file. Nothing is written anywhere; the text lies in memory.
 */
#ifndef LXC_CONTAINER_CHECK_H
#define LXC_CONTAINER_CHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "lxc_container/state.h"

struct check {
    struct ct *ct; /* borrowed */
    struct lxc_container *container;
};

/* ERROR_IO when liblxc refuses. The container may be absent, never broken. */
int check_open(struct check *check, struct ct *ct, struct error **err) must_check;
void check_close(struct check *check);
#define auto_check cleanup_with(check_close)

/* The view holds TEXT and nothing else. ERROR_USAGE with the parser's message; PATH is how that
 * names the file. */
int check_load(struct check *check, const char *text, const char *path, struct error **err)
    must_check;

/* How liblxc shows KEY when VALUE is its only line, owned; NULL when it does not say. The view
 * holds that line afterwards. */
char *check_canonical(struct check *check, const char *key, const char *value) must_check;

#endif
