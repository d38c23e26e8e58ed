/*
 * A cloud on one scripted server: Keystone below /v3, Magnum below /m/v1, Glance below /i/v2, Nova
 * below /c/v2.1, Neutron below /n/v2.0.
 */
#ifndef TESTS_OSTACK_CLOUDLET_H
#define TESTS_OSTACK_CLOUDLET_H

#include "fakes/fake_server.h"
#include "ostack/client.h"
#include "unit/ostack/place.h"

#define TOKEN(NUMBER)                                                                              \
    {                                                                                              \
        .when = "POST /v3/auth/tokens", .times = 1, .status = 201,                                 \
        .headers = "X-Subject-Token: token-" NUMBER "\r\n",                                        \
        .body = "{\"token\": {\"expires_at\": \"2090-01-01T00:00:00.000000Z\", \"project\": "      \
                "{\"id\": \"mine\", \"name\": \"p\"}, \"roles\": [{\"name\": \"member\"}]}}"       \
    }

struct cloudlet {
    struct fake_server *server;
    struct osk_cloud cloud;
    struct strv warnings;
    struct strv secrets;
    struct osk_client *client;
};

static inline void cloudlet_secret(void *context, const char *text)
{
    strv_add_once(context, text);
}

static inline void cloudlet_set(struct cloudlet *cloudlet, const char *key, const char *path)
{
    auto_free char *url = fake_server_url(cloudlet->server, path);
    json_object_set_new(cloudlet->cloud.config, key, json_string(url));
}

/* Starts with the SCRIPT; MORE, a text of quoted(), is laid over the entry. */
static inline void cloudlet_start(struct cloudlet *cloudlet, const struct fake_reply *script,
                                  size_t count, const char *more,
                                  const struct osk_client_options *options)
{
    *cloudlet = (struct cloudlet){.server = fake_server_start(script, count, NULL)};
    assert_non_null(cloudlet->server);
    auto_free char *auth_url = fake_server_url(cloudlet->server, "/v3");
    json_auto_t *over = quoted(more);
    cloudlet->cloud.name = xstrdup("cloudlet");
    cloudlet->cloud.origin = xstrdup("the cloudlet");
    cloudlet->cloud.config =
        json_pack("{s:{s:s, s:s, s:s, s:s}, s:s, s:b}", "auth", "auth_url", auth_url, "user_id",
                  "u", "password", "geheim", "project_id", "p", "interface", "public", "verify", 1);
    cloudlet_set(cloudlet, "container_infra_endpoint_override", "/m");
    cloudlet_set(cloudlet, "image_endpoint_override", "/i");
    cloudlet_set(cloudlet, "compute_endpoint_override", "/c");
    cloudlet_set(cloudlet, "network_endpoint_override", "/n");
    json_object_update(cloudlet->cloud.config, over);
    struct osk_client_options all = options ? *options : (struct osk_client_options){0};
    all.warnings = &cloudlet->warnings;
    all.secret = cloudlet_secret;
    all.secret_context = &cloudlet->secrets;
    auto_error struct error *err = NULL;
    cloudlet->client = osk_client_new(&cloudlet->cloud, &all, &err);
    if (!cloudlet->client)
        fail_msg("%s", err->message);
}

static inline void cloudlet_stop(struct cloudlet *cloudlet)
{
    osk_client_free(cloudlet->client);
    osk_cloud_clear(&cloudlet->cloud);
    strv_clear(&cloudlet->warnings);
    strv_clear(&cloudlet->secrets);
    fake_server_stop(cloudlet->server);
}

#define auto_cloudlet cleanup_with(cloudlet_stop)

/* The request lines so far, "METHOD path, METHOD path"; owned. */
static inline char *cloudlet_lines(struct cloudlet *cloudlet)
{
    auto_strv struct strv lines = {0};
    for (size_t i = 0; i < fake_server_requests(cloudlet->server); i++) {
        auto_free char *text = fake_server_request(cloudlet->server, i);
        text[strcspn(text, "\r")] = '\0';
        *strrchr(text, ' ') = '\0';
        strv_add(&lines, text);
    }
    return strv_join(&lines, ", ");
}

static inline void assert_lines(struct cloudlet *cloudlet, const char *wanted)
{
    auto_free char *lines = cloudlet_lines(cloudlet);
    assert_string_equal(lines, wanted);
}

#endif
