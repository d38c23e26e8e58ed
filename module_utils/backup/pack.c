#include "backup/pack.h"

#include <stdlib.h>
#include <string.h>

#include "archive/gzip.h"
#include "archive/tar_read.h"
#include "archive/tar_write.h"
#include "backup/members.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"

enum { FILE_MODE = 0600, DIRECTORY_MODE = 0700 };

static void drop_bytes(struct backup_file *file)
{
    mem_wipe(file->bytes, file->size);
    free(steal_ptr(file->bytes));
}

static int write_files(struct tar_writer *writer, struct backup_draft *draft, struct error **err)
{
    if (tar_writer_directory(writer, BACKUP_DIRECTORY, DIRECTORY_MODE, err) < 0)
        return -1;
    for (size_t i = 0; i < draft->count; i++) {
        struct backup_file *file = &draft->files[i];
        auto_free char *path = xasprintf(BACKUP_DIRECTORY "/%s", file->name);
        if (tar_writer_file(writer, path, FILE_MODE, file->bytes, file->size, err) < 0)
            return -1;
        drop_bytes(file);
    }
    return 0;
}

static int write_all(struct tar_writer *writer, struct backup_draft *draft, struct error **err)
{
    auto_buf struct buf manifest = {0};
    if (backup_draft_manifest(draft, &manifest, err) < 0)
        return -1;
    auto_free char *sums = backup_draft_sums(draft, manifest.data, manifest.size);
    if (tar_writer_file(writer, BACKUP_MANIFEST, FILE_MODE, manifest.data, manifest.size, err) < 0)
        return -1;
    buf_clear(&manifest);
    if (tar_writer_file(writer, BACKUP_SUMS, FILE_MODE, sums, strlen(sums), err) < 0 ||
        write_files(writer, draft, err) < 0)
        return -1;
    return tar_writer_finish(writer, err);
}

int backup_pack(struct backup_draft *draft, time_t mtime, const struct sink *out,
                struct error **err)
{
    auto_gzip_packer struct gzip_packer *packer = gzip_packer_new(out);
    const struct sink packed = gzip_packer_sink(packer);
    auto_tar_writer struct tar_writer *writer = tar_writer_new(&packed, mtime);
    return write_all(writer, draft, err) < 0 ? -1 : gzip_packer_finish(packer, err);
}

/* ---- the proof */

struct proof {
    const struct backup_draft *draft;
    size_t next; /* file */
    size_t manifests, sums;
};

static int differs(const char *path, struct error **err)
{
    error_make(err, ERROR_PARSE, "what was written does not read back: %s", path);
    return -1;
}

static int check_member(void *context, const struct tar_member *member, struct error **err)
{
    struct proof *proof = context;
    if (member->directory)
        return str_equal(member->path, BACKUP_DIRECTORY) ? 0 : differs(member->path, err);
    if (str_equal(member->path, BACKUP_MANIFEST) && ++proof->manifests == 1)
        return 0;
    if (str_equal(member->path, BACKUP_SUMS) && ++proof->sums == 1)
        return 0;
    const char *name = str_after(member->path, BACKUP_DIRECTORY "/");
    if (!name || proof->next == proof->draft->count)
        return differs(member->path, err);
    const struct backup_file *file = &proof->draft->files[proof->next++];
    auto_free char *digest = sha256_hex(member->bytes, member->length);
    if (!str_equal(name, file->name) || !str_equal(digest, file->sha256))
        return differs(member->path, err);
    return 0;
}

int backup_pack_check(const struct backup_draft *draft, const void *bytes, size_t size,
                      struct error **err)
{
    struct proof proof = {.draft = draft};
    auto_gzip_unpacker struct gzip_unpacker *unpacker =
        gzip_unpacker_new(bytes, size, BACKUP_TOTAL_MAX);
    const struct source plain = gzip_unpacker_source(unpacker);
    if (tar_read_source(&plain, &backup_limits, check_member, &proof, err) < 0)
        return -1;
    if (proof.next != draft->count || proof.manifests != 1 || proof.sums != 1)
        return differs("members are missing", err);
    return 0;
}
