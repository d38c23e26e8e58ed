#include "backup/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/store.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "fs/file.h"

enum { SIDECAR_MAX = 1 << 20, DIGITS = 64 };

void backup_source_clear(struct backup_source *source)
{
    free(source->path);
    *source = (struct backup_source){0};
}

/* ---- beside it */

static int check_digest(const struct backup_source *source, struct error **err)
{
    auto_free char *path = xasprintf("%s" BACKUP_SHA256, source->path);
    auto_buf struct buf text = {0};
    auto_error struct error *none = NULL;
    if (file_read(path, SIDECAR_MAX, &text, &none) < 0) {
        if (none->code == ENOENT)
            return 0;
        error_move_take(err, steal_ptr(none));
        return -1;
    }
    if (text.size >= DIGITS && strncmp(text.data, source->sha256, DIGITS) == 0)
        return 0;
    error_make(err, ERROR_PARSE,
               "it is not the file that " BACKUP_SHA256 " was written for: "
               "damaged or replaced");
    return -1;
}

static int check_signature(struct backup_source *source, const char *authorities,
                           const struct buf *bytes, struct error **err)
{
    auto_free char *path = xasprintf("%s" BACKUP_SIGNATURE, source->path);
    auto_buf struct buf signature = {0};
    if (!authorities)
        return 0;
    if (file_read(path, SIDECAR_MAX, &signature, err) < 0) {
        error_wrap(err, "verify_ca asks for a signature");
        return -1;
    }
    if (cms_verify(bytes->data, bytes->size, signature.data, signature.size, authorities, err) < 0)
        return -1;
    source->is_signed = true;
    return 0;
}

/* ---- */

/* Replaces what BYTES hold by what was encrypted in it. */
static int decrypt(struct buf *bytes, const struct cms_keys *keys, struct error **err)
{
    struct buf plain;
    buf_init(&plain);
    if (cms_decrypt(bytes->data, bytes->size, keys, &plain, err) < 0)
        return -1;
    buf_wipe(bytes);
    *bytes = plain;
    return 0;
}

int backup_source_bytes(const char *path, const struct cms_keys *keys, struct buf *out,
                        bool *encrypted, struct error **err)
{
    if (file_read(path, BACKUP_TOTAL_MAX, out, err) < 0)
        return -1;
    bool is = cms_is(out->data, out->size);
    if (encrypted)
        *encrypted = is;
    return is ? decrypt(out, keys, err) : 0;
}

static int read_file(struct backup_source *source, const struct backup_source_options *options,
                     struct backup_members *members, struct buf *bytes, struct error **err)
{
    if (file_read(source->path, BACKUP_TOTAL_MAX, bytes, err) < 0)
        return -1;
    auto_free char *digest = sha256_hex(bytes->data, bytes->size);
    memcpy(source->sha256, digest, sizeof(source->sha256));
    source->size = bytes->size;
    source->encrypted = cms_is(bytes->data, bytes->size);
    if (check_digest(source, err) < 0 ||
        check_signature(source, options->authorities, bytes, err) < 0)
        return -1;
    if (source->encrypted && decrypt(bytes, options->keys, err) < 0)
        return -1;
    return backup_members_unpack(members, bytes->data, bytes->size, err);
}

static int read_directory(const struct backup_source *source,
                          const struct backup_source_options *options,
                          struct backup_members *members, struct error **err)
{
    if (options->authorities) {
        error_make(err, ERROR_AUTH, "verify_ca asks for a signature, a directory has none");
        return -1;
    }
    return backup_members_list(members, source->path, err);
}

int backup_source_read(struct backup_source *source, const char *path,
                       const struct backup_source_options *options, struct backup_members *members,
                       struct error **err)
{
    struct stat status;
    struct buf bytes;
    buf_init(&bytes);
    *source = (struct backup_source){.path = xstrdup(path)};
    if (stat(path, &status) < 0) {
        error_make_errno(err, errno, "src: %s", path);
        backup_source_clear(source);
        return -1;
    }
    source->directory = S_ISDIR(status.st_mode);
    int result = source->directory ? read_directory(source, options, members, err)
                                   : read_file(source, options, members, &bytes, err);
    buf_wipe(&bytes);
    if (result < 0) {
        error_wrap(err, "%s", path);
        backup_source_clear(source);
    }
    return result;
}
