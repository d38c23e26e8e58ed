#include "capi_backup/archives.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/pack.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

#define BACKUPS "backups"

/* The retention that the options ask for; borrows from ARGS. */
static struct backup_keep keep_of(const struct cb_args *args)
{
    return (struct backup_keep){
        .last = args->keep_last,
        .daily = args->keep_daily,
        .weekly = args->keep_weekly,
        .monthly = args->keep_monthly,
        .least = args->keep_min,
        .names = &args->keep_names,
    };
}

int cb_owner(const struct cb_args *args, struct backup_owner *out, struct error **err)
{
    out->mode = args->mode;
    if (backup_owner_find(args->owner, args->group, out, err) < 0)
        return -1;
    if (args->group || geteuid() != 0)
        return 0;
    out->gid = backup_group_find(BACKUPS);
    if (out->gid != (gid_t)-1 && !args->mode_given)
        out->mode = 0640;
    return 0;
}

bool cb_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *cb_source_path(const struct cb_args *args, const struct cb_keys *keys, struct error **err)
{
    auto_backup_catalog struct backup_catalog catalog = {0};
    if (!str_equal(args->src, "latest"))
        return xstrdup(args->src);
    if (backup_catalog_read(&catalog, args->path, args->name_prefix, &keys->cms, err) < 0)
        return NULL;
    const struct backup_archive *latest = backup_catalog_latest(&catalog);
    if (latest)
        return xasprintf("%s/%s", args->path, latest->name);
    if (!cb_is_folder(args->path)) {
        error_make(
            err, ERROR_NOT_FOUND,
            "src: latest: there is no folder %s: set path to where the archives are, or bring "
            "them there",
            args->path);
        return NULL;
    }
    error_make(err, ERROR_NOT_FOUND,
               "src: latest: %s holds no archive %s-*.tar.gz that is known to be consistent: see "
               "state listed",
               args->path, args->name_prefix);
    if (catalog.count && catalog.items[0].problem)
        error_append(err, "; %s: %s", catalog.items[0].name, catalog.items[0].problem);
    return NULL;
}

/* ---- removing */

int cb_prune(const struct cb_args *args, const struct cb_pruning *pruning, struct strv *removed,
             struct error **err)
{
    auto_backup_catalog struct backup_catalog catalog = {0};
    auto_strv struct strv names;
    strv_init(&names);
    const struct backup_keep keep = keep_of(args);
    const struct cms_keys *keys = &pruning->keys->cms;
    if (backup_catalog_read(&catalog, args->path, args->name_prefix, keys, err) < 0)
        return -1;
    backup_catalog_prune(&catalog, &keep, pruning->fresh, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (pruning->store && backup_store_remove(pruning->store, names.items[i], err) < 0)
            return -1;
        strv_add(removed, names.items[i]);
    }
    return 0;
}

/* ---- writing */

struct work {
    struct cb *cb;
    struct backup_draft *draft;
    const struct cb_writing *writing;
    struct buf signature; /* owned */
};

/* What the passphrase encrypts it decrypts; a key of decryption may be for other archives. */
static int decrypt(const struct work *work, const void *bytes, size_t size, struct buf *plain,
                   struct error **err)
{
    const struct cms_keys own = {.passphrase = work->writing->recipients->cms.passphrase};
    const struct cms_keys *keys = own.passphrase ? &own : &work->writing->keys->cms;
    auto_error struct error *problem = NULL;
    if (!keys->key && !keys->passphrase)
        return 0;
    if (cms_decrypt(bytes, size, keys, plain, &problem) == 0)
        return 1;
    if (own.passphrase || problem->kind != ERROR_AUTH) {
        error_move_take(err, steal_ptr(problem));
        return -1;
    }
    cb_warn(work->cb, "that the archive can be decrypted is not proven: it is not for what "
                      "decryption names");
    return 0;
}

/* Of an encrypted archive without its key only that the disk gives it back can be proven. */
static int prove(const struct work *work, const void *bytes, size_t size, struct error **err)
{
    if (!work->cb->args.encryption)
        return backup_pack_check(work->draft, bytes, size, err);
    struct buf plain;
    buf_init(&plain);
    int result = decrypt(work, bytes, size, &plain, err);
    if (result > 0)
        result = backup_pack_check(work->draft, plain.data, plain.size, err);
    buf_wipe(&plain);
    return result;
}

static int check(void *context, const void *bytes, size_t size, struct error **err)
{
    struct work *work = context;
    const struct cb_recipients *recipients = work->writing->recipients;
    if (prove(work, bytes, size, err) < 0)
        return -1;
    if (!recipients->sign_cert)
        return 0;
    return cms_sign(bytes, size, recipients->sign_cert, recipients->sign_key.text, &work->signature,
                    err);
}

static int produce(void *context, const struct sink *out, struct error **err)
{
    const struct work *work = context;
    if (!work->cb->args.encryption)
        return backup_pack(work->draft, work->writing->time, out, err);
    auto_cms_sealer struct cms_sealer *sealer =
        cms_sealer_new(&work->writing->recipients->cms, NULL, out, err);
    if (!sealer)
        return -1;
    const struct sink sealed = cms_sealer_sink(sealer);
    if (backup_pack(work->draft, work->writing->time, &sealed, err) < 0)
        return -1;
    return cms_sealer_finish(sealer, err);
}

json_t *cb_archive_json(const char *path, size_t size, const char *sha256, bool encrypted,
                        const json_t *manifest)
{
    const char *created = js_str(manifest, "created", NULL);
    const char *content = js_str(manifest, "content_sha256", NULL);
    return json_pack("{ss sI ss* sb so so so}", "path", path, "size", (json_int_t)size, "sha256",
                     sha256, "encrypted", encrypted, "consistent",
                     manifest ? json_boolean(js_true(manifest, "consistent", NULL)) : json_null(),
                     "content_sha256", content ? json_string(content) : json_null(), "created",
                     created ? json_string(created) : json_null());
}

/* Texts of this kind become a twelfth; what is looked for is room, not the last byte. */
enum { SHRINK = 8 };

char *cb_write(struct cb *cb, struct backup_draft *draft, const struct cb_writing *writing,
               struct error **err)
{
    struct work work = {
        .cb = cb,
        .draft = draft,
        .writing = writing,
    };
    struct backup_write write = {
        .prefix = cb->args.name_prefix,
        .run_id = writing->run_id,
        .time = writing->time,
        .encrypted = cb->args.encryption != NULL,
        .compat = cb->args.osa_compat,
        .expected = backup_draft_size(draft) / SHRINK,
        .produce = produce,
        .check = check,
        .context = &work,
        .signature = &work.signature,
    };
    auto_backup_written struct backup_written written = {0};
    int result = cb_owner(&cb->args, &write.owner, err) < 0
                     ? -1
                     : backup_store_write(writing->store, &write, &written, err);
    buf_clear(&work.signature);
    if (result < 0)
        return NULL;
    auto_free char *path = xasprintf("%s/%s", cb->args.path, written.name);
    json_object_set_new(
        cb->result, "archive",
        cb_archive_json(path, written.size, written.sha256, write.encrypted, draft->manifest));
    return steal_ptr(written.name);
}
