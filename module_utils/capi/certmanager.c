#include "capi/certmanager.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/image.h"
#include "capi/version.h"
#include "json/js_get.h"
#include "json/js_write.h"

#define SELECTOR   "clusterctl.cluster.x-k8s.io/core=cert-manager"
#define ANNOTATION "cert-manager.clusterctl.cluster.x-k8s.io/version"
#define LEGACY     "certmanager.clusterctl.cluster.x-k8s.io/version"
#define COLLECTION "/apis/cert-manager.io/v1/namespaces/default/"
#define PROBE      "clusterctl-init-probe"

enum { PAUSE_MS = 1000 };

/* ---- does it answer */

static json_t *probe_issuer(void)
{
    return json_pack("{ss ss s{ss} s{s{}}}", "apiVersion", "cert-manager.io/v1", "kind", "Issuer",
                     "metadata", "name", PROBE, "spec", "selfSigned");
}

static json_t *probe_certificate(void)
{
    return json_pack("{ss ss s{ss} s{s[s] ss s{ss}}}", "apiVersion", "cert-manager.io/v1", "kind",
                     "Certificate", "metadata", "name", PROBE, "spec", "dnsNames", "example.com",
                     "secretName", PROBE "-tls", "issuerRef", "name", PROBE);
}

static int init_probe(struct kube_call *call, const char *path, json_t *object_take,
                      struct error **err)
{
    struct buf body;
    buf_init(&body);
    kube_call_init(call, "POST", xstrdup(path));
    /* A dry run whatever the client is: the client must not make it one a second time. */
    call->write = false;
    call->idempotent = true;
    int result = js_write(&body, object_take, 0, err);
    json_decref(object_take);
    if (result == 0)
        kube_call_body_take(call, "application/json", &body);
    return result;
}

/* An object of that name got as far as one can get. */
static bool is_answer(const struct kube_call *call)
{
    return !call->error || kube_call_status(call) == 409;
}

int capi_cert_manager_probe(struct kube_client *client, char **why, struct error **err)
{
    static const char *const paths[] = {COLLECTION "issuers?dryRun=All",
                                        COLLECTION "certificates?dryRun=All"};
    json_t *objects[] = {probe_issuer(), probe_certificate()};
    struct kube_call calls[array_length(paths)];
    int result = 0;
    for (size_t i = 0; i < array_length(paths); i++) {
        if (init_probe(&calls[i], paths[i], objects[i], result == 0 ? err : NULL) < 0)
            result = -1;
        calls[i].give_up_at = clock_now_ms();
    }
    if (result == 0)
        result = kube_client_all(client, calls, array_length(paths), err);
    bool ready = true;
    for (size_t i = 0; i < array_length(paths); i++) {
        if (result == 0 && ready && !is_answer(&calls[i])) {
            ready = false;
            if (why)
                *why = xstrdup(calls[i].error->message);
        }
        kube_call_clear(&calls[i]);
    }
    return result < 0 ? -1 : ready;
}

int capi_cert_manager_await(struct kube_client *client, long long timeout_ms, struct error **err)
{
    long long deadline = clock_deadline_ms(timeout_ms);
    for (;;) {
        auto_free char *why = NULL;
        int ready = capi_cert_manager_probe(client, &why, err);
        if (ready)
            return ready < 0 ? -1 : 0;
        if (clock_passed(deadline)) {
            error_make(err, ERROR_TIMEOUT,
                       "cert-manager did not become available within %lld s: %s", timeout_ms / 1000,
                       why ? why : "");
            return -1;
        }
        clock_sleep_ms(clock_left_ms(deadline) < PAUSE_MS ? clock_left_ms(deadline) : PAUSE_MS);
        if (interrupt_check(err) < 0)
            return -1;
    }
}

/* ---- whose is it, and which */

static const char *const namespaces[] = {"cert-manager", "kube-system", NULL};

void capi_cert_manager_listing(struct capi_listing *listing)
{
    *listing = (struct capi_listing){
        .selector = SELECTOR, .namespaces = namespaces, .exclude = CAPI_EXCLUDE_CUSTOM};
}

static bool counts(const struct kube_object *object)
{
    return !str_equal(object->kind, "Endpoints") && !str_equal(object->kind, "EndpointSlice");
}

static const char *version_of(const struct kube_object *object,
                              const struct capi_generation *generation)
{
    const char *version = js_str(object->value, "metadata", "annotations", ANNOTATION, NULL);
    if (!version && generation->first)
        version = js_str(object->value, "metadata", "annotations", LEGACY, NULL);
    return version;
}

static void demand(struct capi_cert_manager_state *state, const char *version)
{
    free(state->version);
    state->version = xstrdup(version);
    state->upgrade = true;
}

/* 1 when OBJECT demands the upgrade, or 0 or -1. */
static int judge_object(struct capi_cert_manager_state *state, const struct kube_object *object,
                        const struct capi_version *wanted, bool same_count,
                        const struct capi_generation *generation, struct error **err)
{
    const char *text = version_of(object, generation);
    if (!text) {
        demand(state, "v0.11.0");
        return 1;
    }
    auto_capi_version struct capi_version have = {0};
    if (!capi_version_parse_tolerant(text, &have)) {
        error_make(err, ERROR_USAGE,
                   "failed to parse version [%s] for cert-manager component %s %s", text,
                   object->kind, object->name);
        return -1;
    }
    enum capi_order order = capi_version_order(&have, wanted);
    if (order == CAPI_LOWER || order == CAPI_DIFFERENT || (order == CAPI_SAME && !same_count)) {
        demand(state, text);
        return 1;
    }
    state->same = state->same || order == CAPI_SAME;
    if (!state->version)
        state->version = xstrdup(text);
    return 0;
}

int capi_cert_manager_judge(struct capi_cert_manager_state *state, const char *wanted,
                            size_t wanted_count, const struct capi_generation *generation,
                            struct error **err)
{
    auto_capi_version struct capi_version version = {0};
    if (!capi_version_parse_tolerant(wanted, &version)) {
        error_make(err, ERROR_USAGE,
                   "failed to parse config version [%s] for cert-manager component: it is no "
                   "semantic version",
                   wanted);
        return -1;
    }
    size_t count = 0;
    for (size_t i = 0; i < state->listing.count; i++)
        count += counts(&state->listing.objects[i]);
    int verdict = 0;
    for (size_t i = 0; i < state->listing.count && !verdict; i++)
        if (counts(&state->listing.objects[i]))
            verdict = judge_object(state, &state->listing.objects[i], &version,
                                   count == wanted_count, generation, err);
    return verdict < 0 ? -1 : 0;
}

/* ---- its images */

/* The workloads of LISTING as they are. New. */
static json_t *read_workloads(const struct capi_listing *listing, struct kube_client *client,
                              struct error **err)
{
    json_auto_t *workloads = json_array();
    for (size_t i = 0; i < listing->count; i++) {
        const struct kube_object *object = &listing->objects[i];
        if (!str_equal(object->kind, "Deployment") && !str_equal(object->kind, "DaemonSet"))
            continue;
        struct buf path;
        buf_init(&path);
        kube_resource_path(&path, &object->resource, object->namespace_, object->name);
        auto_free char *text = buf_steal(&path);
        json_t *workload = NULL;
        if (kube_client_get(client, text, &workload, err) < 0)
            return NULL;
        if (workload)
            json_array_append_new(workloads, workload);
    }
    return json_incref(workloads);
}

static char *images_of(const json_t *objects)
{
    auto_strv struct strv images;
    strv_init(&images);
    capi_images_list(objects, &images);
    return strv_join(&images, "\n");
}

int capi_cert_manager_compare(struct capi_cert_manager_state *state, struct kube_client *client,
                              const json_t *manifest, const struct capi_generation *generation,
                              struct error **err)
{
    if (state->upgrade || !state->same || generation->first)
        return 0;
    json_auto_t *workloads = read_workloads(&state->listing, client, err);
    if (!workloads) {
        error_wrap(err, "failed to look at the images of cert-manager");
        return -1;
    }
    auto_free char *there = images_of(workloads);
    auto_free char *wanted = images_of(manifest);
    state->upgrade = !str_equal(there, wanted);
    return 0;
}

void capi_cert_manager_clear(struct capi_cert_manager_state *state)
{
    capi_listing_clear(&state->listing);
    free(state->version);
    *state = (struct capi_cert_manager_state){0};
}
