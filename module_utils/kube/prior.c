#include "kube/prior.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "kube/managers.h"
#include "kube/object.h"
#include "kube/strip.h"

void kube_prior_clear(struct kube_prior *prior)
{
    free(prior->uid);
    free(prior->resource_version);
    buf_wipe(&prior->body); /* it may be a Secret */
    json_decref(prior->value);
    *prior = (struct kube_prior){0};
}

void kube_prior_absent(struct kube_prior *prior)
{
    kube_prior_clear(prior);
    prior->known = true;
}

/* What decides, of an object that is there. */
static int describe(struct kube_prior *prior, const json_t *value, struct error **err)
{
    if (kube_object_check(value, err) < 0)
        return -1;
    prior->known = true;
    prior->exists = true;
    prior->terminating = js_str(value, "metadata", "deletionTimestamp", NULL) != NULL;
    const char *uid = js_str(value, "metadata", "uid", NULL);
    const char *version = js_str(value, "metadata", "resourceVersion", NULL);
    prior->uid = uid ? xstrdup(uid) : NULL;
    prior->resource_version = version ? xstrdup(version) : NULL;
    return 0;
}

int kube_prior_look_take(struct kube_prior *prior, struct buf *body_take, json_t **value,
                         struct error **err)
{
    kube_prior_clear(prior);
    prior->body = *body_take;
    buf_init(body_take);
    json_error_t where;
    json_auto_t *object = js_read(buf_str(&prior->body), prior->body.size, &where);
    if (!object) {
        error_make(err, ERROR_PARSE, "the API server's answer is not JSON (%s)", where.text);
        return -1;
    }
    if (describe(prior, object, err) < 0)
        return -1;
    *value = steal_ptr(object);
    return 0;
}

int kube_prior_value_take(struct kube_prior *prior, json_t *value_take, struct error **err)
{
    kube_prior_clear(prior);
    prior->value = value_take;
    return describe(prior, value_take, err);
}

void kube_prior_keep_take(struct kube_prior *prior, json_t *value_take)
{
    buf_wipe(&prior->body);
    json_decref(prior->value);
    prior->value = value_take;
}

json_t *kube_prior_value(const struct kube_prior *prior)
{
    if (!prior->exists)
        return NULL;
    if (prior->value)
        return json_deep_copy(prior->value);
    json_error_t where;
    return js_read(buf_str(&prior->body), prior->body.size, &where);
}

/* The object differs, although MANAGER applied the same fields as before. Did others do that, who
 * wrote after we had looked? */
static bool is_of_others(const json_t *before, const json_t *after, const char *manager)
{
    if (!kube_managers_others_wrote(before, after, manager))
        return false;
    json_auto_t *old = kube_managers_owned(before, manager);
    json_auto_t *new = kube_managers_owned(after, manager);
    return old && js_equal(old, new);
}

static bool same_uid(const json_t *before, const json_t *after)
{
    return str_equal(js_str(before, "metadata", "uid", NULL),
                     js_str(after, "metadata", "uid", NULL));
}

bool kube_prior_differs(const json_t *before, const json_t *after, const char *manager,
                        bool plain_status)
{
    if (!same_uid(before, after))
        return true;
    if (manager && !kube_managers_same(before, after, manager))
        return true;
    return !kube_strip_equal(before, after, plain_status) &&
           !(manager && is_of_others(before, after, manager));
}

bool kube_prior_changed(const struct kube_prior *prior, const json_t *after, const char *manager,
                        bool dry_run, bool plain_status)
{
    if (!prior->exists || !str_equal(prior->uid, js_str(after, "metadata", "uid", NULL)))
        return true;
    const char *version = js_str(after, "metadata", "resourceVersion", NULL);
    if (!dry_run && version && str_equal(prior->resource_version, version))
        return false;
    json_auto_t *before = kube_prior_value(prior);
    return kube_prior_differs(before, after, manager, plain_status);
}
