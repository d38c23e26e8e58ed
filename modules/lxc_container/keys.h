/*
 * What is known about the keys of a container's configuration: which may stand on several lines,
 * which names LXC 2 had, which name liblxc knows a key by. Pure tables; no files, no liblxc.
 */
#ifndef LXC_CONTAINER_KEYS_H
#define LXC_CONTAINER_KEYS_H

#include <stdbool.h>

enum key_class {
    KEY_SCALAR,  /* the last line counts */
    KEY_LIST,    /* each line adds, an empty value clears */
    KEY_INCLUDE, /* executed where it stands */
    KEY_MARTIAN, /* does not begin with lxc.: kept by liblxc, without effect */
};

enum key_class key_class(const char *key);

/* Which lines of a list speak of the same, so that the last of them counts. */
enum key_lines {
    KEY_LINES_ALL,       /* none: each counts */
    KEY_LINES_ONE,       /* all: a limit of a control group */
    KEY_LINES_DEVICES,   /* those with the same device and the same names of limits */
    KEY_LINES_MOUNTS,    /* those with the same target */
    KEY_LINES_VARIABLES, /* those with the same name before the "=" */
};

enum key_lines key_lines(const char *key);

/* "lxc.net.N.<what>": the length of "lxc.net.N.", else 0. */
int key_net_prefix(const char *key);
/* The key is "lxc.net.N.type". */
bool key_is_net_type(const char *key);

/* The entry of liblxc's own table that covers KEY, for lxc_config_item_is_supported(): lxc.cgroup
 * for lxc.cgroup.devices.allow. Owned. */
char *key_base(const char *key);

/* The name that replaced the LXC 2 name KEY, static; NULL when KEY is no such name. */
const char *key_renamed(const char *key);

#endif
