#include "archive/tar_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

struct reader {
    struct archive *archive;
    const struct source *source;
    struct error *error; /* owned: of the source */
    const struct tar_limits *limits;
    json_t *seen; /* owned: object with the names so far */
    size_t members, total;
    struct buf path, bytes;
};

static void reader_clear(struct reader *reader)
{
    archive_read_free(reader->archive);
    error_free(reader->error);
    json_decref(reader->seen);
    buf_clear(&reader->path);
    buf_wipe(&reader->bytes);
}
#define auto_reader cleanup_with(reader_clear)

static int fail(struct reader *reader, struct error **err)
{
    if (reader->error) {
        error_move_take(err, steal_ptr(reader->error));
        return -1;
    }
    const char *reason = archive_error_string(reader->archive);
    error_make(err, ERROR_PARSE, "%s%sthe archive is damaged: %s", buf_str(&reader->path),
               reader->path.size > 0 ? ": " : "", reason ? reason : "no tar");
    return -1;
}

static int refuse(const char *path, const char *what, struct error **err)
{
    error_make(err, ERROR_PARSE, "the archive holds %s: %s", what, path);
    return -1;
}

/* What tar writes before and behind names. */
static void put_path(struct reader *reader, const char *path)
{
    for (const char *rest = str_after(path, "./"); rest; rest = str_after(path, "./"))
        path = rest;
    if (*path == '\0')
        path = ".";
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    buf_clear(&reader->path);
    buf_add(&reader->path, path, length);
}

static int check_kind(struct archive_entry *entry, const char *path, struct error **err)
{
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry))
        return refuse(path, "a link", err);
    if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR)
        return refuse(path, "something that is neither a file nor a directory", err);
    if (archive_entry_sparse_count(entry) > 0)
        return refuse(path, "a sparse file", err);
    return 0;
}

/* pax says that its names are UTF-8, older forms say nothing; neither may hang on the locale. */
static const char *name_of(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname_utf8(entry);
    return name ? name : archive_entry_pathname(entry);
}

static int check(struct reader *reader, struct archive_entry *entry, struct error **err)
{
    const char *name = name_of(entry);
    if (str_empty(name) || !str_is_utf8(name, strlen(name))) {
        error_make(err, ERROR_PARSE, "the archive holds a name that is %s",
                   str_empty(name) ? "empty" : "no UTF-8");
        return -1;
    }
    put_path(reader, name);
    const char *path = buf_str(&reader->path);
    if (check_kind(entry, path, err) < 0)
        return -1;
    if (json_object_get(reader->seen, path))
        return refuse(path, "a name twice", err);
    json_object_set_new(reader->seen, path, json_true());
    if (++reader->members > reader->limits->members)
        return refuse(path, "too many members", err);
    la_int64_t size = archive_entry_size(entry);
    if (size < 0 || (unsigned long long)size > reader->limits->member_bytes)
        return refuse(path, "a file that is too large", err);
    reader->total += (size_t)size;
    return reader->total > reader->limits->total_bytes ? refuse(path, "too many bytes", err) : 0;
}

static int read_bytes(struct reader *reader, size_t size, struct error **err)
{
    buf_wipe(&reader->bytes);
    buf_reserve(&reader->bytes, size);
    la_ssize_t got = archive_read_data(reader->archive, reader->bytes.data, size);
    if (got < 0 || (size_t)got != size)
        return fail(reader, err);
    reader->bytes.size = size;
    reader->bytes.data[size] = '\0';
    return 0;
}

static int visit_entry(struct reader *reader, struct archive_entry *entry, tar_visit visit,
                       void *context, struct error **err)
{
    if (check(reader, entry, err) < 0 ||
        read_bytes(reader, (size_t)archive_entry_size(entry), err) < 0)
        return -1;
    struct tar_member member = {
        .path = buf_str(&reader->path),
        .directory = archive_entry_filetype(entry) == AE_IFDIR,
        .mode = archive_entry_perm(entry),
        .bytes = buf_str(&reader->bytes),
        .length = reader->bytes.size,
    };
    return visit(context, &member, err);
}

static la_ssize_t pull(struct archive *archive, void *context, const void **bytes)
{
    struct reader *reader = context;
    size_t length = 0;
    int more = reader->error ? -1 : source_next(reader->source, bytes, &length, &reader->error);
    if (more >= 0)
        return more ? (la_ssize_t)length : 0;
    archive_set_error(archive, EIO, "there is no more of it");
    return ARCHIVE_FATAL;
}

int tar_read_source(const struct source *source, const struct tar_limits *limits, tar_visit visit,
                    void *context, struct error **err)
{
    auto_reader struct reader reader = {
        .archive = archive_read_new(),
        .source = source,
        .limits = limits,
        .seen = json_object(),
    };
    struct archive_entry *entry = NULL;
    if (archive_read_support_format_tar(reader.archive) != ARCHIVE_OK ||
        archive_read_open(reader.archive, &reader, NULL, pull, NULL) != ARCHIVE_OK)
        return fail(&reader, err);
    int status = archive_read_next_header(reader.archive, &entry);
    for (; status == ARCHIVE_OK; status = archive_read_next_header(reader.archive, &entry))
        if (visit_entry(&reader, entry, visit, context, err) < 0)
            return -1;
    if (status != ARCHIVE_EOF || reader.error)
        return fail(&reader, err);
    if (!reader.members)
        return refuse("no members", "nothing", err);
    return source_drain(source, err);
}

int tar_read(const void *bytes, size_t length, const struct tar_limits *limits, tar_visit visit,
             void *context, struct error **err)
{
    struct source_bytes rest = {.bytes = bytes, .length = length};
    const struct source source = source_of_bytes(&rest);
    return tar_read_source(&source, limits, visit, context, err);
}
