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

/* ---- all files, in the order of liblxc */

struct walker {
    void (*see)(const struct text_line *line, void *data); /* the lines of files that count */
    void *data;
    const char *below; /* a folder with "/": files in it count, as what they include; or NULL */
};

static void walk(const struct walker *walker, const struct text *text, int depth, bool counts);

static void walk_file(const struct walker *walker, const char *path, int depth, bool counts)
{
    auto_text struct text text;
    text_init(&text);
    bool own = walker->below && str_starts_with(path, walker->below);
    if (include_read(path, &text))
        walk(walker, &text, depth + 1, counts || own);
}

/* Of a folder liblxc reads what ends in .conf. */
static void walk_path(const struct walker *walker, const char *path, int depth, bool counts)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (dir_list(path, &names, NULL) < 0) {
        walk_file(walker, path, depth, counts);
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        auto_free char *file = xasprintf("%s/%s", path, names.items[i]);
        if (str_ends_with(file, ".conf"))
            walk_file(walker, file, depth, counts);
    }
}

static void walk(const struct walker *walker, const struct text *text, int depth, bool counts)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct text_line *line = &text->lines[i];
        bool further = str_equal(line->key, "lxc.include");
        if (further && depth < DEEPEST)
            walk_path(walker, line->value, depth, counts);
        if (!further && line->key && counts)
            walker->see(line, walker->data);
    }
}

/* ---- what is looked for in them */

/* DATA: of each key, whether the last line has an x. */
static void see_address(const struct text_line *line, void *data)
{
    int prefix = key_net_prefix(line->key);
    if (prefix && str_equal(line->key + prefix, "hwaddr"))
        json_object_set_new(data, line->key, json_boolean(strpbrk(line->value, "xX")));
}

void include_made_up(const struct text *text, struct strv *keys)
{
    json_auto_t *addresses = json_object();
    const struct walker walker = {.see = see_address, .data = addresses};
    const char *key = NULL;
    json_t *made_up = NULL;
    walk(&walker, text, 0, true);
    json_object_foreach (addresses, key, made_up)
        if (json_is_true(made_up))
            strv_add_once(keys, key);
}

static void see_key(const struct text_line *line, void *data)
{
    strv_add_once(data, line->key);
}

void include_keys(const char *path, const char *directory, bool counts, struct strv *keys)
{
    auto_free char *below = xasprintf("%s/", directory);
    const struct walker walker = {.see = see_key, .data = keys, .below = below};
    walk_path(&walker, path, 0, counts);
}
