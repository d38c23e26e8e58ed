#include "lxc_container/monitor.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/dir.h"
#include "fs/file.h"

enum { LIMIT = 1 << 16, GRACE_MS = 2000, POLL_MS = 20 };

/* As start.c of LXC 4.0 to 6.0 names it. Blanks and NULs stand behind it. */
bool monitor_is(const char *cmdline, size_t size, const char *lxcpath, const char *name)
{
    auto_free char *text = xmemdup(cmdline, size);
    auto_free char *title = xasprintf("[lxc monitor] %s %s", lxcpath, name);
    return str_equal(str_trim(text), title);
}

/* The monitor's process id, or -1. */
static pid_t find(const char *lxcpath, const char *name)
{
    auto_strv struct strv entries;
    strv_init(&entries);
    if (dir_list("/proc", &entries, NULL) < 0)
        return -1;
    for (size_t i = 0; i < entries.count; i++) {
        long long pid = 0;
        if (!str_to_int(entries.items[i], 2, INT32_MAX, &pid))
            continue;
        auto_free char *path = xasprintf("/proc/%s/cmdline", entries.items[i]);
        auto_buf struct buf bytes;
        buf_init(&bytes);
        if (file_read(path, LIMIT, &bytes, NULL) == 0 && bytes.size &&
            monitor_is(bytes.data, bytes.size, lxcpath, name))
            return (pid_t)pid;
    }
    return -1;
}

void monitor_kill(const char *lxcpath, const char *name)
{
    long long deadline = clock_deadline_ms(GRACE_MS);
    for (;;) {
        pid_t pid = find(lxcpath, name);
        if (pid <= 1 || clock_passed(deadline))
            return;
        /* It leads a session, so that a hook that hangs goes with it. */
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        clock_sleep_ms(POLL_MS);
    }
}
