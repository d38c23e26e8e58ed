/*
 * Any text as the configuration of a container: it comes back byte for byte, and an edit leaves
 * nothing for a second one to do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lxc_container/config.h"
#include "lxc_container/text.h"
#include "lxc_container/wanted.h"

enum { INPUT_LIMIT = 16 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static void want(struct wanted *wanted, const char *key, const char *value, bool replace)
{
    must(wanted_add(wanted, key, value, NULL) == 0);
    wanted_find(wanted, key)->replace = replace;
}

/* One of every kind. */
static void want_all(struct wanted *wanted)
{
    want(wanted, "lxc.start.order", "5", false);
    want(wanted, "lxc.net.0.type", "veth", false);
    want(wanted, "lxc.group", "a", false);
    want(wanted, "lxc.group", "b", false);
    want(wanted, "lxc.cap.drop", "", true);
    want(wanted, "lxc.mount.entry", "/a b none bind 0 0", false);
    want(wanted, "lxc.cgroup.devices.allow", "a", false);
    want(wanted, "martian", "1", false);
    strv_add(&wanted->absent, "lxc.tty.max");
    strv_add(&wanted->absent, "lxc.group = c");
}

static char *edit(const char *bytes, const struct wanted *wanted)
{
    auto_text struct text text;
    auto_strv struct strv none;
    strv_init(&none);
    text_init(&text);
    text_read(&text, bytes);
    auto_free char *same = text_write(&text);
    must(strcmp(same, bytes) == 0);
    config_edit(&text, wanted, &none);
    return text_write(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return -1;
    auto_free char *bytes = xmemdup(data, size);
    struct wanted wanted = {0};
    want_all(&wanted);
    auto_free char *once = edit(bytes, &wanted);
    auto_free char *twice = edit(once, &wanted);
    must(strcmp(once, twice) == 0);
    wanted_clear(&wanted);
    return 0;
}
