#include "archive/tar_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

enum { RECORD = 10240 }; /* bytes; tar's own, what an archive is filled up to */

struct tar_writer {
    struct archive *archive;
    struct archive_entry *entry; /* used for every member */
    struct sink out;
    struct error *error; /* owned: of the sink, until it is told */
    bool failed;         /* the sink has, and gets no more */
    time_t mtime;
};

/*
 * libarchive is not told of a failure: freeing a writer that failed makes it write on, or with 3.6
 * leaves what it had in hand to nobody.
 */
static la_ssize_t pass_on(struct archive *archive, void *context, const void *bytes, size_t length)
{
    (void)archive;
    struct tar_writer *writer = context;
    if (!writer->failed)
        writer->failed = sink_add(&writer->out, bytes, length, &writer->error) < 0;
    return (la_ssize_t)length;
}

/* libarchive reports a lack of memory as any other failure. */
static void must(int status)
{
    if (status != ARCHIVE_OK)
        abort();
}

struct tar_writer *tar_writer_new(const struct sink *out, time_t mtime)
{
    struct tar_writer *writer = xcalloc(1, sizeof(*writer));
    *writer = (struct tar_writer){
        .archive = archive_write_new(),
        .entry = archive_entry_new(),
        .out = *out,
        .mtime = mtime,
    };
    must(archive_write_set_format_pax_restricted(writer->archive));
    must(archive_write_set_bytes_per_block(writer->archive, RECORD));
    must(archive_write_set_bytes_in_last_block(writer->archive, RECORD));
    must(archive_write_open(writer->archive, writer, NULL, pass_on, NULL));
    return writer;
}

void tar_writer_free(struct tar_writer *writer)
{
    if (!writer)
        return;
    archive_entry_free(writer->entry);
    archive_write_free(writer->archive);
    error_free(writer->error);
    free(writer);
}

/* FINE: libarchive is content. */
static int judge(struct tar_writer *writer, bool fine, const char *path, struct error **err)
{
    if (fine && !writer->failed)
        return 0;
    if (writer->error) {
        error_move_take(err, steal_ptr(writer->error));
        return -1;
    }
    const char *reason =
        writer->failed ? "an earlier failure" : archive_error_string(writer->archive);
    error_make(err, ERROR_IO, "%s cannot be put into the archive: %s", path,
               reason ? reason : "unknown reason");
    return -1;
}

static int add(struct tar_writer *writer, const char *path, unsigned type, mode_t mode, size_t size,
               struct error **err)
{
    archive_entry_clear(writer->entry);
    archive_entry_set_pathname(writer->entry, path);
    archive_entry_set_filetype(writer->entry, type);
    archive_entry_set_perm(writer->entry, mode);
    archive_entry_set_size(writer->entry, (la_int64_t)size);
    archive_entry_set_mtime(writer->entry, writer->mtime, 0);
    int status = archive_write_header(writer->archive, writer->entry);
    return judge(writer, status == ARCHIVE_OK, path, err);
}

int tar_writer_file(struct tar_writer *writer, const char *path, mode_t mode, const void *bytes,
                    size_t length, struct error **err)
{
    if (add(writer, path, AE_IFREG, mode, length, err) < 0)
        return -1;
    la_ssize_t written = archive_write_data(writer->archive, bytes, length);
    return judge(writer, written >= 0 && (size_t)written == length, path, err);
}

int tar_writer_directory(struct tar_writer *writer, const char *path, mode_t mode,
                         struct error **err)
{
    return add(writer, path, AE_IFDIR, mode, 0, err);
}

int tar_writer_finish(struct tar_writer *writer, struct error **err)
{
    int status = archive_write_close(writer->archive);
    return judge(writer, status == ARCHIVE_OK, "the end", err);
}
