#include "kube/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/discovery_read.h"

enum {
    /* With more group-versions than this one aggregated document costs fewer requests. */
    ONE_BY_ONE = 5,
    /* What nobody named is only searched: a dead aggregated API among it must not hold us up. */
    SEARCH_MS = 2000,
};

#define AGGREGATED                                                                                 \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"                        \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"                   \
    "application/json"

struct kube_discovery {
    struct kube_client *client; /* borrowed */
    json_t *known; /* owned object: "apps/v1" → list of resources (discovery_read.h), or null when
                      the server does not have it */
    json_t *broken;  /* owned object: "g/v" → {message, detail} of why it could not be read */
    json_t *groups;  /* owned: every "g/v" in the server's order; NULL until asked for */
    json_t *retired; /* owned: forgotten lists; resources handed out still point into them */
};

struct kube_discovery *kube_discovery_new(struct kube_client *client)
{
    struct kube_discovery *discovery = xcalloc(1, sizeof(*discovery));
    discovery->client = client;
    discovery->known = json_object();
    discovery->broken = json_object();
    discovery->retired = json_array();
    return discovery;
}

void kube_discovery_free(struct kube_discovery *discovery)
{
    if (!discovery)
        return;
    json_decref(discovery->known);
    json_decref(discovery->broken);
    json_decref(discovery->groups);
    json_decref(discovery->retired);
    free(discovery);
}

void kube_discovery_forget(struct kube_discovery *discovery, const char *api_version)
{
    json_t *old = json_object_get(discovery->known, api_version);
    if (old)
        json_array_append(discovery->retired, old);
    json_object_del(discovery->known, api_version);
    json_object_del(discovery->broken, api_version);
}

static bool is_known(const struct kube_discovery *discovery, const char *api_version)
{
    return json_object_get(discovery->known, api_version) ||
           json_object_get(discovery->broken, api_version);
}

/* Files the answer to GET /apis/<g>/<v>. A failure concerns this group-version only. */
static void file_answer(struct kube_discovery *discovery, const char *api_version,
                        struct kube_call *call)
{
    auto_error struct error *problem = NULL;
    if (kube_call_status(call) == 404) {
        json_object_set_new(discovery->known, api_version, json_null());
        return;
    }
    json_t *resources = NULL;
    kube_call_error_move(call, &problem);
    if (!problem) {
        json_t *body = kube_call_json(call, &problem);
        resources = body ? discovery_read_resource_list(body, api_version, &problem) : NULL;
        json_decref(body);
    }
    if (resources)
        json_object_set_new(discovery->known, api_version, resources);
    else
        json_object_set_new(
            discovery->broken, api_version,
            json_pack("{ss, sO*}", "message", problem->message, "detail", problem->detail));
}

static char *group_version_path(const char *api_version)
{
    auto_free char *group = NULL;
    auto_free char *version = NULL;
    kube_split_api_version(api_version, &group, &version);
    return kube_group_path(group, version);
}

/* Asks for each of MISSING by its own request, all at once; repeats end GIVE_UP_AT (0: never). */
static int fetch_each(struct kube_discovery *discovery, const struct strv *missing,
                      long long give_up_at, struct error **err)
{
    struct kube_call *calls = xcalloc(missing->count, sizeof(*calls));
    for (size_t i = 0; i < missing->count; i++) {
        kube_call_init(&calls[i], "GET", group_version_path(missing->items[i]));
        calls[i].give_up_at = give_up_at;
    }
    int result = kube_client_all(discovery->client, calls, missing->count, err);
    for (size_t i = 0; i < missing->count; i++) {
        /* Bad credentials or no connection concern every group-version: that is the error. */
        int status = kube_call_status(&calls[i]);
        if (result == 0 && (status == 401 || (status == 0 && calls[i].error))) {
            kube_call_error_move(&calls[i], err);
            result = -1;
        }
        if (result == 0)
            file_answer(discovery, missing->items[i], &calls[i]);
        kube_call_clear(&calls[i]);
    }
    free(calls);
    return result;
}

/* Reads /api or /apis, aggregated where the server can. */
static int fetch_document(struct kube_discovery *discovery, const char *path, struct error **err)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "GET", xstrdup(path));
    http_request_header(&call.job.request, "Accept", AGGREGATED);
    if (kube_client_call(discovery->client, &call, err) < 0)
        return -1;
    if (call.error) {
        kube_call_error_move(&call, err);
        error_wrap(err, "discovery of %s", path);
        return -1;
    }
    json_t *body = kube_call_json(&call, err);
    if (!body)
        return -1;
    int result = discovery_read_document(body, discovery->known, discovery->groups, err);
    json_decref(body);
    return result;
}

/* Learns every group-version, with its resources where the server aggregates. */
static int fetch_all(struct kube_discovery *discovery, struct error **err)
{
    if (discovery->groups)
        return 0;
    discovery->groups = json_array();
    if (fetch_document(discovery, "/api", err) < 0 || fetch_document(discovery, "/apis", err) < 0) {
        json_decref(discovery->groups);
        discovery->groups = NULL;
        return -1;
    }
    return 0;
}

int kube_discovery_fetch(struct kube_discovery *discovery, const struct strv *api_versions,
                         struct error **err)
{
    auto_strv struct strv missing;
    strv_init(&missing);
    for (size_t i = 0; i < api_versions->count; i++)
        if (!is_known(discovery, api_versions->items[i]))
            strv_add_once(&missing, api_versions->items[i]);
    if (missing.count > ONE_BY_ONE && !discovery->groups) {
        /* The aggregated document is a shortcut: where it fails, asking one by one decides. */
        auto_error struct error *ignored = NULL;
        if (fetch_all(discovery, &ignored) < 0 && ignored->kind == ERROR_INTERRUPTED) {
            error_move_take(err, steal_ptr(ignored));
            return -1;
        }
        strv_clear(&missing);
        for (size_t i = 0; i < api_versions->count; i++)
            if (!is_known(discovery, api_versions->items[i]))
                strv_add_once(&missing, api_versions->items[i]);
    }
    return missing.count ? fetch_each(discovery, &missing, 0, err) : 0;
}

static int fetch_one(struct kube_discovery *discovery, const char *api_version, struct error **err)
{
    auto_strv struct strv one;
    strv_init(&one);
    strv_add(&one, api_version);
    return kube_discovery_fetch(discovery, &one, err);
}

/* Why a group-version could not be read, with what the server said of it. */
static void broken_error(const char *api_version, const json_t *broken, struct error **err)
{
    long long status = 0;
    js_int(broken, &status, "detail", "status", NULL);
    error_make(err, status ? ERROR_STATUS : ERROR_HTTP, "the kinds of %s cannot be read: %s",
               api_version, js_str(broken, "message", NULL));
    error_code(err, (int)status);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (json_object_get(broken, "detail"), key, value)
        error_detail_take(err, key, json_incref(value));
}

/* The resources of one group-version: 1 with *out borrowed, 0 absent, -1. */
static int resources_of(struct kube_discovery *discovery, const char *api_version, json_t **out,
                        struct error **err)
{
    if (fetch_one(discovery, api_version, err) < 0)
        return -1;
    const json_t *broken = json_object_get(discovery->broken, api_version);
    if (broken) {
        broken_error(api_version, broken, err);
        return -1;
    }
    *out = json_object_get(discovery->known, api_version);
    return json_is_array(*out) ? 1 : 0;
}

int kube_discovery_lookup(struct kube_discovery *discovery, const char *api_version,
                          const char *kind, struct kube_resource *out, struct error **err)
{
    json_t *resources = NULL;
    int found = resources_of(discovery, api_version, &resources, err);
    if (found <= 0)
        return found;
    json_t *best = discovery_find(resources, kind, DISCOVERY_BY_KIND);
    if (!best)
        return 0;
    discovery_describe(best, out);
    return 1;
}

/* Tries kind, plural, singular and short name, in this order, in one group-version. */
static json_t *find_any(const json_t *resources, const char *name)
{
    for (int by = DISCOVERY_BY_KIND; by < DISCOVERY_BY_COUNT; by++) {
        json_t *found = discovery_find(resources, name, (enum discovery_by)by);
        if (found)
            return found;
    }
    return NULL;
}

/* Collects the hits for NAME in every group whose version is VERSION. */
static int find_everywhere(struct kube_discovery *discovery, const char *version, const char *name,
                           json_t *hits, struct error **err)
{
    if (fetch_all(discovery, err) < 0)
        return -1;
    auto_strv struct strv wanted;
    auto_strv struct strv missing;
    strv_init(&wanted);
    strv_init(&missing);
    size_t index = 0;
    json_t *group = NULL;
    json_array_foreach (discovery->groups, index, group) {
        const char *text = json_string_value(group);
        const char *slash = strchr(text, '/');
        if (!slash || !str_equal(slash + 1, version))
            continue;
        strv_add(&wanted, text);
        if (!is_known(discovery, text))
            strv_add(&missing, text);
    }
    if (missing.count && fetch_each(discovery, &missing, clock_deadline_ms(SEARCH_MS), err) < 0)
        return -1;
    for (size_t i = 0; i < wanted.count; i++) {
        json_t *found = find_any(json_object_get(discovery->known, wanted.items[i]), name);
        if (found)
            json_array_append(hits, found);
    }
    return 0;
}

static void ambiguous(const char *api_version, const char *name, const json_t *hits,
                      struct error **err)
{
    auto_strv struct strv list;
    strv_init(&list);
    size_t index = 0;
    json_t *hit = NULL;
    json_array_foreach (hits, index, hit) {
        struct kube_resource resource;
        discovery_describe(hit, &resource);
        strv_printf(&list, "%s/%s %s", resource.group, resource.version, resource.kind);
    }
    auto_free char *text = strv_join(&list, ", ");
    error_make(err, ERROR_USAGE,
               "api_version %s and kind %s fit several kinds: %s; give the full api_version",
               api_version, name, text);
}

int kube_discovery_lookup_loose(struct kube_discovery *discovery, const char *api_version,
                                const char *name, struct kube_resource *out, struct error **err)
{
    json_t *resources = NULL;
    int found = resources_of(discovery, api_version, &resources, err);
    if (found < 0)
        return -1;
    json_t *hit = found ? find_any(resources, name) : NULL;
    if (hit) {
        discovery_describe(hit, out);
        return 1;
    }
    if (strchr(api_version, '/'))
        return 0;
    json_auto_t *hits = json_array();
    if (find_everywhere(discovery, api_version, name, hits, err) < 0)
        return -1;
    if (json_array_size(hits) > 1) {
        ambiguous(api_version, name, hits, err);
        return -1;
    }
    if (!json_array_size(hits))
        return 0;
    discovery_describe(json_array_get(hits, 0), out);
    return 1;
}

/* Visits those of RESOURCES that no earlier version of their group has. */
static void visit_new(const json_t *resources, json_t *seen, kube_discovery_visit visit,
                      void *context)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (resources, index, entry) {
        struct kube_resource resource;
        discovery_describe(entry, &resource);
        auto_free char *name = xasprintf("%s/%s", resource.group, resource.plural);
        if (json_object_get(seen, name))
            continue;
        json_object_set_new(seen, name, json_true());
        visit(context, &resource, json_object_get(entry, "verbs"));
    }
}

int kube_discovery_each(struct kube_discovery *discovery, kube_discovery_visit visit, void *context,
                        struct error **err)
{
    if (fetch_all(discovery, err) < 0)
        return -1;
    auto_strv struct strv missing;
    strv_init(&missing);
    size_t index = 0;
    json_t *group = NULL;
    json_array_foreach (discovery->groups, index, group)
        if (!is_known(discovery, json_string_value(group)))
            strv_add(&missing, json_string_value(group));
    if (missing.count && fetch_each(discovery, &missing, 0, err) < 0)
        return -1;
    json_auto_t *seen = json_object();
    json_array_foreach (discovery->groups, index, group) {
        json_t *resources = NULL;
        int found = resources_of(discovery, json_string_value(group), &resources, err);
        if (found < 0)
            return -1;
        if (found)
            visit_new(resources, seen, visit, context);
    }
    return 0;
}
