/*
 * A client of the kube room and the scripted server that it talks to.
 */
#ifndef TESTS_KUBE_SCENE_H
#define TESTS_KUBE_SCENE_H

#include "support/unit.h"

#include "fakes/fake_server.h"
#include "kube/client.h"
#include "kube/object.h"
#include "support/json_text.h"

struct scene {
    struct fake_server *server;
    struct kube_config config;
    struct kube_client *client;
};

/* SCRIPT must outlive the scene. An attempt may last TIMEOUT_MS; 0: as ever. */
static inline void scene_begin(struct scene *scene, const struct fake_reply *script, size_t count,
                               long timeout_ms)
{
    *scene = (struct scene){.server = fake_server_start(script, count, NULL)};
    scene->config.server = fake_server_url(scene->server, "");
    scene->config.origin = xstrdup("the test");
    const struct kube_client_options options = {.retry_timeout_ms = 20000,
                                                .request_timeout_ms = timeout_ms};
    struct error *err = NULL;
    scene->client = kube_client_new(&scene->config, &options, &err);
    assert_no_error(err);
}

static inline void scene_end(struct scene *scene)
{
    kube_client_free(scene->client);
    kube_config_clear(&scene->config);
    fake_server_stop(scene->server);
}

/* How many requests began with START, "GET /path". */
static inline maybe_unused size_t scene_count(struct scene *scene, const char *start)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_server_requests(scene->server); i++) {
        char *text = fake_server_request(scene->server, i);
        count += strncmp(text, start, strlen(start)) == 0;
        free(text);
    }
    return count;
}

static inline maybe_unused struct kube_object scene_object(const char *text)
{
    struct kube_object object;
    kube_object_init_take(&object, json_from(text));
    object.resource = (struct kube_resource){.group = "",
                                             .version = "v1",
                                             .kind = "Pod",
                                             .plural = "pods",
                                             .namespaced = true,
                                             .can_get = true,
                                             .can_patch = true,
                                             .can_create = true};
    return object;
}

#endif
