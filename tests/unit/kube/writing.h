/*
 * One write of the ConfigMap n/a against a scripted server, from the first look to the end.
 */
#ifndef TESTS_KUBE_WRITING_H
#define TESTS_KUBE_WRITING_H

#include "unit/kube/scene.h"

#include "kube/write.h"

#define WRITING_KINDS                                                                              \
    "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{\"name\":"              \
    "\"configmaps\","                                                                              \
    "\"singularName\":\"configmap\",\"namespaced\":true,\"kind\":\"ConfigMap\","                   \
    "\"verbs\":[\"create\",\"delete\",\"get\",\"list\",\"patch\",\"update\"]},"                    \
    "{\"name\":\"configmaps/status\",\"singularName\":\"\",\"namespaced\":true,"                   \
    "\"kind\":\"ConfigMap\",\"verbs\":[\"get\",\"patch\",\"update\"]}]}"
/* The object as the server has it. Its kind has a status that controllers write. */
#define WRITING_MAP(UID, VERSION, REST)                                                            \
    "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":"    \
    "\"n\",\"uid\":\"" UID "\",\"resourceVersion\":\"" VERSION "\"}," REST "}"
#define WRITING_REFUSAL(CODE, REASON, MESSAGE)                                                     \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":" CODE             \
    ",\"reason\":\"" REASON "\",\"message\":\"" MESSAGE "\",\"details\":{\"name\":\"a\","          \
    "\"kind\":\"configmaps\"}}"
#define WRITING_PATH "/api/v1/namespaces/n/configmaps/a"
#define WRITING_SERVES                                                                             \
    {                                                                                              \
        .when = "GET /api/v1 ", .body = WRITING_KINDS                                              \
    }
#define WRITING_MANIFEST                                                                           \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','namespace':'n'},"               \
    "'data':{'k':'v'}}"

struct writing {
    struct scene scene;
    struct kube_discovery *discovery;
    struct kube_object object;
    struct kube_writer writer;
    struct kube_write *write; /* what came of it; borrowed from the writer */
    struct strv merge_types;
    struct kube_write_options options; /* set before writing_go */
    const char *manifest;
    long timeout_ms; /* of one attempt; 0: as ever */
};

static inline void writing_init(struct writing *writing)
{
    *writing = (struct writing){.manifest = WRITING_MANIFEST};
    strv_init(&writing->merge_types);
    strv_add(&writing->merge_types, "strategic-merge");
    strv_add(&writing->merge_types, "merge");
    writing->options = (struct kube_write_options){.field_manager = "ansible",
                                                   .field_validation = "Strict",
                                                   .merge_types = &writing->merge_types,
                                                   .sort = true,
                                                   .go_on = true,
                                                   .parallel = 4};
}

static inline void writing_go(struct writing *writing, const struct fake_reply *script,
                              size_t count, enum kube_verb verb)
{
    scene_begin(&writing->scene, script, count, writing->timeout_ms);
    struct kube_client *client = writing->scene.client;
    writing->discovery = kube_discovery_new(client);
    kube_object_init_take(&writing->object, json_from(writing->manifest));
    kube_writer_init(&writing->writer, client, writing->discovery, &writing->options);
    writing->write = kube_writer_add(&writing->writer, &writing->object, verb);
    struct error *err = NULL;
    assert_int_equal(kube_writer_observe(&writing->writer, &err), 0);
    assert_int_equal(kube_writer_plan(&writing->writer, &err), 0);
    assert_int_equal(kube_writer_run(&writing->writer, &err), 0);
    assert_no_error(err);
    assert_true(writing->write->done);
}

/* How many requests of METHOD the object itself got. */
static inline maybe_unused size_t writing_count(struct writing *writing, const char *method)
{
    auto_free char *start = xasprintf("%s " WRITING_PATH, method);
    return scene_count(&writing->scene, start);
}

/* The body of request number I of METHOD, from 0, owned. */
static inline maybe_unused json_t *writing_body(struct writing *writing, const char *method,
                                                size_t i)
{
    auto_free char *start = xasprintf("%s ", method);
    for (size_t at = 0; at < fake_server_requests(writing->scene.server); at++) {
        auto_free char *text = fake_server_request(writing->scene.server, at);
        const char *body = strstr(text, "\r\n\r\n");
        if (strncmp(text, start, strlen(start)) == 0 && i-- == 0)
            return json_loads(body ? body + 4 : "", JSON_DECODE_ANY, NULL);
    }
    fail_msg("no such %s", method);
    return NULL;
}

static inline void writing_end(struct writing *writing)
{
    kube_writer_clear(&writing->writer);
    kube_object_clear(&writing->object);
    kube_discovery_free(writing->discovery);
    scene_end(&writing->scene);
    strv_clear(&writing->merge_types);
}

#endif
