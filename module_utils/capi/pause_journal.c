#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/pause_priv.h"
#include "fs/atomic.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "json/js_write.h"

enum { JOURNAL_LIMIT = 64 << 20 };

char *capi_run_id_new(void)
{
    char host[256] = "unknown";
    unsigned long long salt = 0;
    if (gethostname(host, sizeof(host) - 1) < 0 || strpbrk(host, "/:"))
        strcpy(host, "unknown");
    if (getrandom(&salt, sizeof(salt), 0) < 0)
        salt = (unsigned long long)getpid();
    return xasprintf("%s:%lld:%d-%08llx", host, (long long)time(NULL), (int)getpid(),
                     salt & 0xffffffffULL);
}

void capi_pause_init(struct capi_pause *pause, struct kube_client *client,
                     const struct capi_kinds *kinds, const char *state_dir, const char *run_id)
{
    *pause = (struct capi_pause){
        .client = client,
        .kinds = kinds,
        .journal = xasprintf("%s/quiesce.json", state_dir),
        .run_id = xstrdup(run_id),
        .entries = json_array(),
    };
}

void capi_pause_clear(struct capi_pause *pause)
{
    free(pause->journal);
    free(pause->run_id);
    json_decref(pause->entries);
    strv_clear(&pause->kept);
    *pause = (struct capi_pause){0};
}

/* ---- entries */

void capi_pause_enter(struct capi_pause *pause, const struct capi_node *node, const char *run)
{
    if (js_find(pause->entries, "uid", node->uid))
        return;
    json_array_append_new(pause->entries,
                          json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "group", node->group, "kind",
                                    node->kind, "namespace", node->namespace_, "name", node->name,
                                    "uid", node->uid, "run", run));
}

char *capi_pause_path(const struct capi_pause *pause, const json_t *entry)
{
    const struct capi_kind *kind =
        capi_kinds_find(pause->kinds, js_str(entry, "group", NULL), js_str(entry, "kind", NULL));
    const char *name = js_str(entry, "name", NULL);
    if (!kind || str_empty(name))
        return NULL;
    const struct kube_resource resource = capi_kind_resource(kind);
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &resource, js_str(entry, "namespace", NULL), name);
    return buf_steal(&path);
}

char *capi_pause_label(const json_t *entry)
{
    return xasprintf("%s %s/%s", js_str(entry, "kind", NULL), js_str(entry, "namespace", NULL),
                     js_str(entry, "name", NULL));
}

bool capi_pause_is_class(const json_t *entry)
{
    return str_equal(js_str(entry, "kind", NULL), "ClusterClass");
}

/* ---- the file */

int capi_pause_journal_write(const struct capi_pause *pause, struct error **err)
{
    const char *slash = strrchr(pause->journal, '/');
    auto_free char *directory = xmemdup(pause->journal, (size_t)(slash - pause->journal));
    if (dir_make(directory, 0750, err) < 0)
        return -1;
    json_auto_t *value =
        json_pack("{s:s, s:O}", "run_id", pause->run_id, "entries", pause->entries);
    auto_free char *text = js_write_dup(value, JS_WRITE_SORT, err);
    return text ? file_write_atomic(pause->journal, text, strlen(text), 0600, err) : -1;
}

int capi_pause_journal_remove(const struct capi_pause *pause, struct error **err)
{
    if (unlink(pause->journal) == 0 || errno == ENOENT)
        return 0;
    error_make_errno(err, errno, "journal %s", pause->journal);
    return -1;
}

int capi_pause_load(struct capi_pause *pause, struct error **err)
{
    auto_buf struct buf text = {0};
    auto_error struct error *failure = NULL;
    if (file_read(pause->journal, JOURNAL_LIMIT, &text, &failure) < 0) {
        if (failure->code == ENOENT)
            return 0;
        error_move_take(err, steal_ptr(failure));
        return -1;
    }
    json_error_t where;
    json_auto_t *value = json_loadb(buf_str(&text), text.size, 0, &where);
    const json_t *entries = json_object_get(value, "entries");
    if (!json_is_array(entries)) {
        error_make(err, ERROR_PARSE,
                   "journal %s is damaged: look at the Clusters for the annotation %s, set "
                   "spec.paused to false on those that have it, and remove the file",
                   pause->journal, CAPI_PAUSED_BY);
        return -1;
    }
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(entries), index, entry)
        json_array_append(pause->entries, entry);
    return 1;
}
