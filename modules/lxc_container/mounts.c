#include "lxc_container/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"

enum { LIMIT = 16 << 20, PLACE = 4 };

/* Three octal digits stand for a blank in mountinfo. */
static void unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from; to++) {
        bool escape = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;
        *to = escape ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0') : *from;
        from += escape ? 4 : 1;
    }
    *to = '\0';
}

/* The type stands behind the field "-", of which there is one. */
static const char *type_of(const struct strv *fields)
{
    for (size_t i = PLACE; i + 1 < fields->count; i++)
        if (str_equal(fields->items[i], "-"))
            return fields->items[i + 1];
    return "";
}

static bool is_in(const char *place, const char *directory)
{
    const char *rest = str_after(place, directory);
    return rest && (!*rest || *rest == '/');
}

void mounts_read(const char *text, const char *directory, const char *but, struct strv *places)
{
    auto_strv struct strv lines;
    strv_init(&lines);
    strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.count; i++) {
        auto_strv struct strv fields;
        strv_init(&fields);
        strv_split(&fields, lines.items[i], ' ');
        if (fields.count <= PLACE || (but && str_equal(type_of(&fields), but)))
            continue;
        unescape(fields.items[PLACE]);
        if (is_in(fields.items[PLACE], directory))
            strv_add(places, fields.items[PLACE]);
    }
}

int mounts_in(const char *directory, const char *but, struct strv *places, struct error **err)
{
    auto_free char *real = realpath(directory, NULL);
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (!real)
        return 0;
    if (file_read("/proc/self/mountinfo", LIMIT, &bytes, err) < 0)
        return -1;
    mounts_read(buf_str(&bytes), real, but, places);
    return 0;
}

int mounts_remove(const char *directory, struct error **err)
{
    auto_free char *real = realpath(directory, NULL);
    auto_strv struct strv places;
    strv_init(&places);
    if (mounts_in(directory, NULL, &places, err) < 0)
        return -1;
    for (size_t i = places.count; i-- > 0;) {
        const char *place = places.items[i];
        if (str_equal(place, real) || umount2(place, MNT_DETACH) == 0)
            continue;
        error_make_errno(err, errno, "cannot unmount %s", place);
        return -1;
    }
    return 0;
}
