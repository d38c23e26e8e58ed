#include "daemon/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"

bool netns_same(const struct netns_id *a, const struct netns_id *b)
{
    return a->device == b->device && a->inode == b->inode;
}

/* The bytes before NETWORK in NAME: 0 when they are equal, -1 when NAME does not belong to it. */
static long prefix_length(const char *name, const char *network)
{
    if (!str_ends_with(name, network))
        return -1;
    size_t length = strlen(name) - strlen(network);
    return length == 0 || name[length - 1] == '-' ? (long)length : -1;
}

bool netns_belongs(const char *name, const char *network)
{
    return prefix_length(name, network) >= 0;
}

void netns_choose(const struct strv *names, const char *network, const struct strv *prefixes,
                  struct strv *found)
{
    auto_strv struct strv others = {0};
    for (size_t i = 0; i < prefixes->count; i++) {
        auto_free char *wanted = xasprintf("%s%s", prefixes->items[i], network);
        if (strv_contains(names, wanted) && netns_belongs(wanted, network))
            strv_add_once(found, wanted);
    }
    for (size_t i = 0; i < names->count; i++) {
        if (netns_belongs(names->items[i], network))
            strv_add(&others, names->items[i]);
    }
    strv_sort(&others);
    for (size_t i = 0; i < others.count; i++)
        strv_add_once(found, others.items[i]);
}

/* Cleanup of a descriptor of the namespace to return to. */
static void go_back(int *own)
{
    if (*own < 0)
        return;
    /* In a foreign namespace everything that follows would go wrong without a sign of it. */
    if (setns(*own, CLONE_NEWNET) < 0)
        abort();
}

int netns_own(struct error **err)
{
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        error_make_errno(err, errno, "our own namespace");
    return fd;
}

static int enter(const struct netns_place *place, const char *name, struct netns_id *id, int *own,
                 struct error **err)
{
    auto_free char *path = xasprintf("%s/%s", place->directory, name);
    auto_close int there = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;
    if (there < 0 || fstat(there, &status) < 0) {
        error_make_errno(err, errno, "namespace %s", name);
        return -1;
    }
    if (setns(there, CLONE_NEWNET) < 0) {
        error_make_errno(err, errno, "namespace %s: setns", name);
        return -1;
    }
    *own = place->own;
    *id = (struct netns_id){.device = status.st_dev, .inode = status.st_ino};
    return 0;
}

int netns_socket(const struct netns_place *place, const char *name, int family, struct netns_id *id,
                 struct error **err)
{
    struct netns_id entered = {0};
    cleanup_with(go_back) int own = -1;
    if (name && enter(place, name, &entered, &own, err) < 0)
        return -1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        error_make_errno(err, errno, "socket");
        return -1;
    }
    if (id)
        *id = entered;
    return fd;
}
