#include "capi/migrate.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/definition.h"
#include "capi/resource.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/list.h"
#include "kube/object.h"

enum { ATTEMPTS = 17, FIRST_PAUSE_MS = 250, LONGEST_PAUSE_MS = 20000 };

/* ---- is it needed */

int capi_migrate_needed(const json_t *current, const json_t *wanted, const char **version,
                        struct error **err)
{
    const char *name = js_str(current, "metadata", "name", NULL);
    const char *storage = capi_definition_stored(current);
    if (!storage) {
        error_make(err, ERROR_USAGE, "could not find storage version for CRD \"%s\"", name);
        return -1;
    }
    if (!capi_definition_has(wanted, storage)) {
        error_make(err, ERROR_USAGE,
                   "unable to upgrade CRD \"%s\" because the new CRD does not contain the storage "
                   "version \"%s\" of the current CRD, thus not allowing CR migration",
                   name, storage);
        return -1;
    }
    const json_t *stored = js_get(current, "status", "storedVersions", NULL);
    const char *only = json_string_value(json_array_get(stored, 0));
    if (json_array_size(stored) == 1 && str_equal(only, storage))
        return 0;
    *version = storage;
    return 1;
}

/* ---- migration */

struct sending {
    const char *method, *type;
    const char *path;
    const json_t *value;
    bool yields; /* what somebody else has written meanwhile is as good */
};

/* As clusterctl: what is gone needs no migration. */
static bool is_fine(const struct kube_call *call, const struct sending *sending)
{
    int status = kube_call_status(call);
    return !call->error || status == 404 || (sending->yields && status == 409);
}

static int send_again(struct kube_client *client, const struct sending *sending, struct error **err)
{
    long long pause = FIRST_PAUSE_MS;
    for (int attempt = 1;; attempt++) {
        auto_kube_call struct kube_call call;
        kube_call_init(&call, sending->method, xstrdup(sending->path));
        struct buf body;
        buf_init(&body);
        if (js_write(&body, sending->value, 0, err) < 0)
            return -1;
        kube_call_body_take(&call, sending->type, &body);
        call.give_up_at = clock_now_ms();
        if (kube_client_call(client, &call, err) < 0)
            return -1;
        if (is_fine(&call, sending))
            return 0;
        if (attempt == ATTEMPTS) {
            kube_call_error_move(&call, err);
            error_wrap(err, "action failed after %d attempts", ATTEMPTS);
            return -1;
        }
        clock_sleep_ms(pause);
        if (interrupt_check(err) < 0)
            return -1;
        pause = pause * 14 / 10 < LONGEST_PAUSE_MS ? pause * 14 / 10 : LONGEST_PAUSE_MS;
    }
}

static int migrate_objects(struct kube_client *client, const struct kube_resource *resource,
                           struct error **err)
{
    const struct kube_list_options options = {.resource = resource};
    json_auto_t *items = json_array();
    if (kube_list(client, &options, items, err) < 0)
        return -1;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (items, index, item) {
        const char *name = js_str(item, "metadata", "name", NULL);
        const char *namespace_ = js_str(item, "metadata", "namespace", NULL);
        struct buf path;
        buf_init(&path);
        kube_resource_path(&path, resource, namespace_, name);
        auto_free char *text = buf_steal(&path);
        const struct sending sending = {.method = "PUT",
                                        .type = "application/json",
                                        .path = text,
                                        .value = item,
                                        .yields = true};
        if (send_again(client, &sending, err) < 0) {
            error_wrap(err, "failed to migrate %s/%s", namespace_ ? namespace_ : "", name);
            return -1;
        }
    }
    return 0;
}

/* By a patch without a version: controllers write the status of definitions at any time, and the
 * server refuses a list that lacks the version which it stores by then. */
static int forget_versions(struct kube_client *client, const json_t *crd, const char *version,
                           struct error **err)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path_of(&path, &capi_resource_crd, crd);
    buf_add_str(&path, "/status");
    auto_free char *text = buf_steal(&path);
    json_auto_t *patch = json_pack("{s{s[s]}}", "status", "storedVersions", version);
    const struct sending sending = {
        .method = "PATCH", .type = "application/merge-patch+json", .path = text, .value = patch};
    if (send_again(client, &sending, err) == 0)
        return 0;
    error_wrap(err, "failed to update status.storedVersions for CRD \"%s\"",
               js_str(crd, "metadata", "name", NULL));
    return -1;
}

static void log_line(struct strv *log, const json_t *crd, const char *version)
{
    auto_strv struct strv old;
    strv_init(&old);
    size_t index = 0;
    json_t *stored = NULL;
    json_array_foreach (js_get(crd, "status", "storedVersions", NULL), index, stored)
        if (!str_equal(json_string_value(stored), version))
            strv_add(&old, json_string_value(stored));
    auto_free char *text = strv_join(&old, ",");
    strv_printf(log,
                "CR migration required kind=\"%s\" storedVersionsToDelete=\"%s\" "
                "storedVersionToPreserve=\"%s\"",
                js_str(crd, "spec", "names", "kind", NULL), text, version);
}

static int migrate_one(struct kube_client *client, const json_t *wanted, struct strv *log,
                       size_t *count, struct error **err)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path_of(&path, &capi_resource_crd, wanted);
    auto_free char *text = buf_steal(&path);
    json_auto_t *current = NULL;
    if (kube_client_get(client, text, &current, err) < 0)
        return -1;
    const char *version = NULL;
    int needed = current ? capi_migrate_needed(current, wanted, &version, err) : 0;
    if (needed <= 0)
        return needed;
    log_line(log, current, version);
    (*count)++;
    if (kube_client_is_dry_run(client))
        return 0;
    const struct kube_resource resource = {
        .group = js_str(current, "spec", "group", NULL),
        .version = version,
        .kind = js_str(current, "spec", "names", "kind", NULL),
        .plural = js_str(current, "spec", "names", "plural", NULL),
        .namespaced = str_equal(js_str(current, "spec", "scope", NULL), "Namespaced"),
    };
    if (migrate_objects(client, &resource, err) < 0)
        return -1;
    return forget_versions(client, current, version, err);
}

int capi_migrate(struct kube_client *client, const json_t *objects, struct strv *log, size_t *count,
                 struct error **err)
{
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (js_iterable(objects), index, object) {
        if (!str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition"))
            continue;
        if (migrate_one(client, object, log, count, err) < 0)
            return -1;
    }
    return 0;
}
