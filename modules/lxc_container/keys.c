#include "lxc_container/keys.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "base/str.h"

/* As confile.c of LXC 5.0 fills lists. */
static const char *const lists[] = {
    "lxc.mount.entry",
    "lxc.cap.drop",
    "lxc.cap.keep",
    "lxc.environment",
    "lxc.group",
    "lxc.hook.pre-start",
    "lxc.hook.start-host",
    "lxc.hook.pre-mount",
    "lxc.hook.autodev",
    "lxc.hook.mount",
    "lxc.hook.start",
    "lxc.hook.stop",
    "lxc.hook.post-stop",
    "lxc.hook.clone",
    "lxc.hook.destroy",
    "lxc.idmap",
    "lxc.apparmor.raw",
    "lxc.environment.runtime",
    "lxc.environment.hooks",
};
static const char *const net_lists[] = {
    "ipv4.address", "ipv6.address", "veth.ipv4.route", "veth.ipv6.route", "veth.vlan.tagged.id",
};

int key_net_prefix(const char *key)
{
    const char *rest = str_after(key, "lxc.net.");
    if (!rest || !isdigit((unsigned char)*rest))
        return 0;
    while (isdigit((unsigned char)*rest))
        rest++;
    return *rest == '.' ? (int)(rest + 1 - key) : 0;
}

bool key_is_net_type(const char *key)
{
    int prefix = key_net_prefix(key);
    return prefix && str_equal(key + prefix, "type");
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(name, names[i]))
            return true;
    return false;
}

enum key_class key_class(const char *key)
{
    if (!str_starts_with(key, "lxc."))
        return KEY_MARTIAN;
    if (str_equal(key, "lxc.include"))
        return KEY_INCLUDE;
    int prefix = key_net_prefix(key);
    if (prefix)
        return is_one_of(key + prefix, net_lists, array_length(net_lists)) ? KEY_LIST : KEY_SCALAR;
    if (str_starts_with(key, "lxc.cgroup.dir") || str_equal(key, "lxc.cgroup.relative"))
        return KEY_SCALAR;
    if (str_starts_with(key, "lxc.cgroup.") || str_starts_with(key, "lxc.cgroup2."))
        return KEY_LIST;
    return is_one_of(key, lists, array_length(lists)) ? KEY_LIST : KEY_SCALAR;
}

/* As the kernel's documents of the controllers have them; others take one value. */
static bool is_limit_of_devices(const char *name)
{
    static const char *const names[] = {
        "io.max",   "io.weight", "io.latency", "io.cost.qos", "io.cost.model", "io.bfq.weight",
        "rdma.max", "misc.max",  "dmem.max",   "dmem.min",    "dmem.low",      "net_prio.ifpriomap",
    };
    return is_one_of(name, names, array_length(names)) || str_ends_with(name, "_device");
}

enum key_lines key_lines(const char *key)
{
    if (key_class(key) != KEY_LIST)
        return KEY_LINES_ALL;
    if (str_equal(key, "lxc.mount.entry"))
        return KEY_LINES_MOUNTS;
    if (str_starts_with(key, "lxc.environment"))
        return KEY_LINES_VARIABLES;
    const char *name = str_after(key, "lxc.cgroup2.");
    if (!name)
        name = str_after(key, "lxc.cgroup.");
    if (!name || str_equal(name, "devices.allow") || str_equal(name, "devices.deny"))
        return KEY_LINES_ALL;
    return is_limit_of_devices(name) ? KEY_LINES_DEVICES : KEY_LINES_ONE;
}

char *key_base(const char *key)
{
    static const struct {
        const char *prefix;
        const char *base;
    } bases[] = {
        {"lxc.cgroup.dir", NULL},
        {"lxc.cgroup.relative", NULL},
        {"lxc.cgroup.", "lxc.cgroup"},
        {"lxc.cgroup2.", "lxc.cgroup2"},
        {"lxc.net.", "lxc.net."},
        {"lxc.prlimit.", "lxc.prlimit"},
        {"lxc.sysctl.", "lxc.sysctl"},
        {"lxc.proc.", "lxc.proc"},
        {"lxc.namespace.share.", "lxc.namespace.share."},
    };
    for (size_t i = 0; i < array_length(bases); i++)
        if (str_starts_with(key, bases[i].prefix))
            return xstrdup(bases[i].base ? bases[i].base : key);
    return xstrdup(key);
}

const char *key_renamed(const char *key)
{
    static const struct {
        const char *old;
        const char *now;
    } names[] = {
        {"lxc.aa_profile", "lxc.apparmor.profile"},
        {"lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete"},
        {"lxc.se_context", "lxc.selinux.context"},
        {"lxc.utsname", "lxc.uts.name"},
        {"lxc.rootfs", "lxc.rootfs.path"},
        {"lxc.rootfs.backend", "lxc.rootfs.path"},
        {"lxc.mount", "lxc.mount.fstab"},
        {"lxc.devttydir", "lxc.tty.dir"},
        {"lxc.tty", "lxc.tty.max"},
        {"lxc.pts", "lxc.pty.max"},
        {"lxc.console", "lxc.console.path"},
        {"lxc.seccomp", "lxc.seccomp.profile"},
        {"lxc.id_map", "lxc.idmap"},
        {"lxc.init_cmd", "lxc.init.cmd"},
        {"lxc.init_uid", "lxc.init.uid"},
        {"lxc.init_gid", "lxc.init.gid"},
        {"lxc.haltsignal", "lxc.signal.halt"},
        {"lxc.rebootsignal", "lxc.signal.reboot"},
        {"lxc.stopsignal", "lxc.signal.stop"},
        {"lxc.logfile", "lxc.log.file"},
        {"lxc.loglevel", "lxc.log.level"},
        {"lxc.syslog", "lxc.log.syslog"},
        {"lxc.limit.", "lxc.prlimit."},
        {"lxc.network.", "lxc.net.N."},
    };
    for (size_t i = 0; i < array_length(names); i++) {
        bool prefix = str_ends_with(names[i].old, ".");
        if (prefix ? str_starts_with(key, names[i].old) : str_equal(key, names[i].old))
            return names[i].now;
    }
    return NULL;
}
