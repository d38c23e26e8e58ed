#include "lxc_container/include.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "lxc_container/keys.h"

enum { DEEPEST = 16 }; /* liblxc itself follows a circle without an end */

bool include_read(const char *path, struct text *text)
{
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (file_read(path, TEXT_LARGEST, &bytes, NULL) < 0)
        return false;
    text_read(text, buf_str(&bytes));
    return true;
}

static void walk(const struct text *text, int depth, json_t *addresses);

static void walk_file(const char *path, int depth, json_t *addresses)
{
    auto_text struct text text;
    text_init(&text);
    if (include_read(path, &text))
        walk(&text, depth + 1, addresses);
}

/* Of a folder liblxc reads what ends in .conf. */
static void walk_path(const char *path, int depth, json_t *addresses)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (dir_list(path, &names, NULL) < 0) {
        walk_file(path, depth, addresses);
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        auto_free char *file = xasprintf("%s/%s", path, names.items[i]);
        if (str_ends_with(file, ".conf"))
            walk_file(file, depth, addresses);
    }
}

/* ADDRESSES: of each key, whether the last line has an x. */
static void walk(const struct text *text, int depth, json_t *addresses)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct text_line *line = &text->lines[i];
        int prefix = line->key ? key_net_prefix(line->key) : 0;
        if (prefix && str_equal(line->key + prefix, "hwaddr"))
            json_object_set_new(addresses, line->key, json_boolean(strpbrk(line->value, "xX")));
        else if (str_equal(line->key, "lxc.include") && depth < DEEPEST)
            walk_path(line->value, depth, addresses);
    }
}

void include_made_up(const struct text *text, struct strv *keys)
{
    json_auto_t *addresses = json_object();
    const char *key = NULL;
    json_t *made_up = NULL;
    walk(text, 0, addresses);
    json_object_foreach (addresses, key, made_up)
        if (json_is_true(made_up))
            strv_add_once(keys, key);
}
