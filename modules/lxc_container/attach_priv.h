/* What the files behind attach.h share. For this module alone. */
#ifndef LXC_CONTAINER_ATTACH_PRIV_H
#define LXC_CONTAINER_ATTACH_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "lxc_container/attach.h"

/* One program that runs inside. */
struct attach_child {
    pid_t pid;
    int output; /* to read from; -1 at its end */
    int error;
    size_t cut[2]; /* bytes that were left out */
    bool over;
    int status;
};

/* attach_talk.c: moves bytes until the program has ended, and a moment longer. Ends it, with the
 * processes of its group, when the time is over or a signal tells us to stop. */
int attach_talk(struct attach_child *child, long long timeout_ms, struct attach_result *result,
                struct error **err) must_check;

#endif
