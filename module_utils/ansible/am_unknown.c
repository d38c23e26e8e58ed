#include "ansible/am_level.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

static bool is_known(const struct am_level *level, const char *key)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        if (str_equal(option->name, key))
            return true;
        for (am_names alias = option->aliases; alias && *alias; alias++)
            if (str_equal(*alias, key))
                return true;
    }
    return false;
}

/* "count, name, state (n, nm)": the names of one level, then all its aliases. */
static char *supported_text(const struct am_level *level)
{
    auto_strv struct strv names;
    auto_strv struct strv aliases;
    strv_init(&names);
    strv_init(&aliases);
    for (const struct am_option *option = level->options; option->name; option++) {
        strv_add(&names, option->name);
        for (am_names alias = option->aliases; alias && *alias; alias++)
            strv_add_once(&aliases, *alias);
    }
    strv_sort(&names);
    strv_sort(&aliases);
    auto_free char *joined = strv_join(&names, ", ");
    auto_free char *others = strv_join(&aliases, ", ");
    return aliases.count ? xasprintf("%s (%s)", joined, others) : xstrdup(joined);
}

/* "o.p." of the options that lead here. */
static void add_dotted(struct buf *out, const struct am_level *level)
{
    if (!level->parent)
        return;
    auto_free char *name = am_level_name(level);
    add_dotted(out, level->parent);
    buf_printf(out, "%s.", name);
}

void am_unknown_collect(const struct am_level *level)
{
    const char *key = NULL;
    const json_t *value = NULL;
    struct am_walk *walk = level->walk;
    json_object_foreach (level->params, key, value) {
        if (is_known(level, key))
            continue;
        auto_buf struct buf name;
        buf_init(&name);
        add_dotted(&name, level);
        buf_add_str(&name, key);
        strv_add_once(&walk->unknown, buf_str(&name));
        if (!walk->supported)
            walk->supported = supported_text(level);
    }
}

int am_unknown_check(const struct am_walk *walk, const char *module_name, struct error **err)
{
    if (!walk->unknown.count)
        return 0;
    auto_strv struct strv names;
    strv_init(&names);
    for (size_t i = 0; i < walk->unknown.count; i++)
        strv_add(&names, walk->unknown.items[i]);
    strv_sort(&names);
    auto_free char *joined = strv_join(&names, ", ");
    error_make(err, ERROR_USAGE,
               "Unsupported parameters for (%s) module: %s. Supported parameters include: %s.",
               module_name, joined, walk->supported);
    return -1;
}
