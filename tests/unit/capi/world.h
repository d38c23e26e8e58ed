/*
 * A sandbox with a repository at ./repo and a configuration of it: what tests of everything that
 * reads repositories start from.
 */
#ifndef TESTS_UNIT_CAPI_WORLD_H
#define TESTS_UNIT_CAPI_WORLD_H

#include "capi/config.h"
#include "capi/repository.h"
#include "unit/capi/support.h"

#define WORLD_META                                                                                 \
    "apiVersion: clusterctl.cluster.x-k8s.io/v1alpha3\nkind: Metadata\nreleaseSeries:\n"
#define WORLD_CORE_SERIES                                                                          \
    "- {major: 1, minor: 9, contract: v1beta1}\n- {major: 1, minor: 10, contract: v1beta1}\n"      \
    "- {major: 1, minor: 11, contract: v1beta2}\n- {major: 1, minor: 12, contract: v1beta2}\n"
#define WORLD_INFRA_SERIES                                                                         \
    "- {major: 0, minor: 12, contract: v1beta1}\n- {major: 0, minor: 14, contract: v1beta1}\n"     \
    "- {major: 0, minor: 15, contract: v1beta2}\n"

struct world {
    struct strv log;
    struct capi_config *config;
    struct capi_repositories *repositories;
};

/* Writes VERSION of LABEL with metadata of SERIES and, unless NULL, COMPONENTS as FILE. */
static inline void world_release(void **state, const char *label, const char *version,
                                 const char *series, const char *file, const char *components)
{
    auto_free char *metadata = xasprintf("repo/%s/%s/metadata.yaml", label, version);
    auto_free char *path = xasprintf("repo/%s/%s/%s", label, version, file ? file : "x");
    auto_free char *text = xasprintf("%s%s", WORLD_META, series);
    if (series)
        sandbox_write(state, metadata, text);
    if (components)
        sandbox_write(state, path, components);
}

/* PROVIDERS: JSON with ' for ", REPO for the path of ./repo; NULL: repository_path is used. */
static inline void world_open(struct world *world, void **state, const char *providers,
                              const char *contract)
{
    auto_error struct error *err = NULL;
    auto_free char *repo = sandbox_path(state, "repo");
    auto_buf struct buf text = {0};
    json_auto_t *list = NULL;
    for (const char *at = providers; at && *at;) {
        const char *rest = str_after(at, "REPO");
        if (rest)
            buf_add_str(&text, repo);
        else
            buf_add_char(&text, *at);
        at = rest ? rest : at + 1;
    }
    if (providers)
        list = json_of(buf_str(&text));
    auto_free char *cache = sandbox_path(state, "cache");
    const struct capi_config_options options = {
        .providers = list,
        .repository_path = providers ? NULL : repo,
        .cache_path = cache,
        .log = &world->log,
    };
    world->config = capi_config_new(&options, &err);
    if (!world->config)
        fail_msg("%s", err->message);
    world->repositories =
        capi_repositories_new(world->config, capi_generation_find(contract ? contract : "v1beta2"));
}

static inline void world_close(struct world *world)
{
    capi_repositories_free(world->repositories);
    capi_config_free(world->config);
    strv_clear(&world->log);
    *world = (struct world){0};
}
#define auto_world cleanup_with(world_close)

#endif
