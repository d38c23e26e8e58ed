#include "lxc_container/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "lxc_container/check.h"
#include "lxc_container/config.h"
#include "lxc_container/include.h"
#include "lxc_container/keys.h"
#include "lxc_container/restart.h"

void edit_drop_unsupported(struct ct *ct)
{
    struct wanted *wanted = &ct->args.wanted;
    if (!ct->args.skip_unsupported || !ct->lib.item_supported)
        return;
    for (size_t i = wanted->count; i-- > 0;) {
        const char *key = wanted->keys[i].key;
        auto_free char *base = key_base(key);
        if (key_class(key) == KEY_MARTIAN || ct->lib.item_supported(base))
            continue;
        strv_printf(&ct->context->warnings, "liblxc %s does not support %s: it is left out",
                    ct->lib.version(), key);
        wanted_drop(wanted, key);
    }
}

/* ---- scalars that a later include overrides */

static void find_covered(const struct text *text, const struct wanted *wanted, struct strv *out)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const char *key = wanted->keys[i].key;
        if (key_class(key) == KEY_SCALAR && !key_net_prefix(key) &&
            text_includes_behind(text, text_last(text, key)))
            strv_add(out, key);
    }
}

/* Takes from KEYS those whose value does count. VIEW holds the text, and something else after. */
static void keep_overridden(struct check *view, const struct wanted *wanted, struct strv *keys)
{
    auto_strv struct strv effective;
    auto_strv struct strv left;
    strv_init(&effective);
    strv_init(&left);
    for (size_t i = 0; i < keys->count; i++) {
        auto_free char *value = lib_item(view->container, keys->items[i]);
        strv_add(&effective, value ? value : "");
    }
    for (size_t i = 0; i < keys->count; i++) {
        const struct wanted_key *key = wanted_find(wanted, keys->items[i]);
        auto_free char *canonical = check_canonical(view, key->key, key->values.items[0]);
        if (canonical && !str_equal(canonical, effective.items[i]))
            strv_add(&left, key->key);
    }
    strv_clear(keys);
    *keys = left;
    strv_init(&left);
}

/* ---- the text */

static void edit_text(struct ct_config *config, const struct wanted *wanted,
                      const struct strv *at_end)
{
    auto_text struct text text;
    auto_text struct text old;
    text_init(&text);
    text_init(&old);
    text_read(&text, config->before);
    text_read(&old, config->before);
    config_edit(&text, wanted, at_end);
    free(config->after);
    config->after = text_write(&text);
    config->changed = !str_equal(config->before, config->after);
    json_decref(config->changes);
    config->changes = config_changes(&old, &text);
}

/* The view holds what will be in the file. Opened only when something is to be found out. */
static int edit_and_check(struct ct *ct, struct check *view, struct error **err)
{
    struct ct_config *config = &ct->config;
    auto_strv struct strv covered;
    strv_init(&covered);
    edit_text(config, &ct->args.wanted, &covered);
    auto_text struct text text;
    text_init(&text);
    text_read(&text, config->after);
    find_covered(&text, &ct->args.wanted, &covered);
    const char *path =
        ct_exists(ct) || !ct->args.config_file ? ct->config_path : ct->args.config_file;
    bool new_file = !ct_exists(ct) && ct->args.config_file;
    if (!config->changed && !covered.count && !new_file)
        return 0;
    if (check_open(view, ct, err) < 0 || check_load(view, config->after, path, err) < 0)
        return -1;
    if (!covered.count)
        return 0;
    keep_overridden(view, &ct->args.wanted, &covered);
    edit_text(config, &ct->args.wanted, &covered);
    return check_load(view, config->after, path, err);
}

/* ---- the running container */

static void keys_of_changes(const json_t *changes, struct strv *keys)
{
    size_t index = 0;
    json_t *change = NULL;
    json_array_foreach (changes, index, change)
        strv_add_once(keys, json_string_value(json_object_get(change, "key")));
}

static void includes_of(const char *bytes, struct strv *files)
{
    auto_text struct text text;
    text_init(&text);
    text_read(&text, bytes);
    text_values(&text, "lxc.include", files);
}

/* Adds those of FILES that are not among OTHERS. */
static void add_others(const struct strv *files, const struct strv *others, struct strv *out)
{
    for (size_t i = 0; i < files->count; i++)
        if (!strv_contains(others, files->items[i]))
            strv_add(out, files->items[i]);
}

/* What the task names, adds or takes away: with a file that goes, a container may still run. Not
 * what a template has named, which belongs to packages of the host. */
static void includes_of_task(const struct ct *ct, const struct strv *now, struct strv *files)
{
    const struct wanted_key *wanted = wanted_find(&ct->args.wanted, "lxc.include");
    auto_free char *absent = strv_join(&ct->args.wanted.absent, "\n");
    auto_strv struct strv before;
    strv_init(&before);
    includes_of(ct->config.before, &before);
    for (size_t i = 0; wanted && i < wanted->values.count; i++)
        strv_add(files, wanted->values.items[i]);
    includes_of(absent, files);
    add_others(now, &before, files);
    add_others(&before, now, files);
}

/* Files of the container itself, and those of the task, are settings of the task too. */
static void keys_of_includes(const struct ct *ct, struct strv *keys)
{
    auto_strv struct strv now;
    auto_strv struct strv own;
    strv_init(&now);
    strv_init(&own);
    includes_of(ct->config.after, &now);
    includes_of_task(ct, &now, &own);
    for (size_t i = 0; i < now.count; i++)
        include_keys(now.items[i], ct->directory, false, keys);
    for (size_t i = 0; i < own.count; i++)
        include_keys(own.items[i], ct->directory, true, keys);
}

/* What the task asks for. */
static void keys_of_task(const struct wanted *wanted, struct strv *keys)
{
    for (size_t i = 0; i < wanted->count; i++)
        strv_add_once(keys, wanted->keys[i].key);
    for (size_t i = 0; i < wanted->net_keys.count; i++)
        strv_add_once(keys, wanted->net_keys.items[i]);
    for (size_t i = 0; i < wanted->absent.count; i++) {
        const char *item = wanted->absent.items[i];
        auto_free char *key = xmemdup(item, strcspn(item, "="));
        strv_add_once(keys, str_trim(key));
    }
}

/* All devices are the task's business: it lists them, or takes away the files that may name some.
 */
static bool rules_networks(const struct wanted *wanted)
{
    const struct wanted_key *include = wanted_find(wanted, "lxc.include");
    bool takes = include && include->replace;
    for (size_t i = 0; i < wanted->absent.count; i++)
        takes = takes || str_starts_with(wanted->absent.items[i], "lxc.include");
    return wanted->networks || takes;
}

/* Takes from KEYS those whose values are other ones at each reading. */
static void drop_made_up(const char *bytes, struct strv *keys)
{
    auto_text struct text text;
    auto_strv struct strv made_up;
    auto_strv struct strv left;
    text_init(&text);
    strv_init(&made_up);
    strv_init(&left);
    text_read(&text, bytes);
    include_made_up(&text, &made_up);
    for (size_t i = 0; i < keys->count; i++)
        if (!strv_contains(&made_up, keys->items[i]))
            strv_add(&left, keys->items[i]);
    strv_clear(keys);
    *keys = left;
    strv_init(&left);
}

static void find_pending(struct ct *ct, const struct check *view)
{
    if (!ct_exists(ct) || ct->run == CT_RUN_STOPPED)
        return;
    auto_strv struct strv keys;
    auto_strv struct strv changed;
    strv_init(&keys);
    strv_init(&changed);
    keys_of_changes(ct->config.changes, &changed);
    keys_of_changes(ct->config.changes, &keys);
    keys_of_task(&ct->args.wanted, &keys);
    keys_of_includes(ct, &keys);
    struct lxc_container *now = view->container ? view->container : ct->container;
    if (rules_networks(&ct->args.wanted))
        restart_network_keys(now, &keys);
    drop_made_up(ct->config.after, &keys);
    ct->config.pending = restart_pending(now, ct->container, &keys, &changed);
}

/* ---- both */

int edit_read_rootfs(struct ct *ct, struct error **err)
{
    static const char key[] = "lxc.rootfs.path";
    auto_buf struct buf found;
    auto_free char *line = NULL;
    size_t room = 0;
    ssize_t got = 0;
    buf_init(&found);
    FILE *file = fopen(ct->config_path, "re");
    /* liblxc reads no further than the first NUL. */
    while (file && (got = getline(&line, &room, file)) >= 0 && strlen(line) == (size_t)got)
        if (str_starts_with(line + strspn(line, " \t"), key))
            buf_add_str(&found, line);
    bool failed = !file || ferror(file);
    if (failed)
        error_make_errno(err, errno, "cannot read %s", ct->config_path);
    if (file)
        fclose(file);
    ct->config.before = buf_steal(&found);
    return failed ? -1 : 0;
}

static int read_before(struct ct *ct, struct error **err)
{
    const char *path = ct_exists(ct) ? ct->config_path : ct_first_config(ct);
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (path && file_read(path, TEXT_LARGEST, &bytes, err) < 0)
        return -1;
    if (bytes.size && strlen(buf_str(&bytes)) != bytes.size) {
        error_make(err, ERROR_PARSE, "%s is no text", path);
        return -1;
    }
    ct->config.before = xstrdup(buf_str(&bytes));
    return 0;
}

int edit_prepare(struct ct *ct, struct error **err)
{
    ct_config_clear(&ct->config);
    if (read_before(ct, err) < 0)
        return -1;
    auto_check struct check view = {.ct = ct};
    if (edit_and_check(ct, &view, err) < 0)
        return -1;
    find_pending(ct, &view);
    return 0;
}
