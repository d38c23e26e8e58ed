/*
 * A task over resources, made from JSON: its items, and what the services list at which path.
 */
#ifndef TESTS_OPENSTACK_RESOURCES_BENCH_H
#define TESTS_OPENSTACK_RESOURCES_BENCH_H

#include "ansible/am_secrets.h"
#include "base/mem.h"
#include "base/str.h"
#include "openstack_resources/find.h"
#include "openstack_resources/plan.h"
#include "openstack_resources/predict.h"
#include "openstack_resources/result.h"
#include "openstack_resources/state.h"
#include "unit/ostack/place.h"

struct bench {
    json_t *params;
    struct am_context context;
    struct resources *all;
};

static inline void bench_clear(struct bench *bench)
{
    resources_close(bench->all);
    strv_clear(&bench->context.warnings);
    am_secrets_free(bench->context.secrets);
    json_decref(bench->params);
    *bench = (struct bench){0};
}

#define auto_bench cleanup_with(bench_clear)

/* Reads ITEMS, a text of quoted() with a list; -1 with *err when they are refused. */
static inline int bench_open(struct bench *bench, const char *items, struct error **err)
{
    auto_free char *params = xasprintf("{'resources': %s}", items);
    *bench = (struct bench){.params = quoted(params)};
    bench->context.secrets = am_secrets_new();
    bench->context.module_name = "openstack_resources";
    if (am_spec_validate(&openstack_resources_spec, bench->params, &bench->context, err) < 0)
        return -1;
    bench->all = resources_open(bench->params, &bench->context, err);
    return bench->all ? 0 : -1;
}

/* What the services list, LISTED: {"identity /roles": [...], …}, with the members "nova" and
 * "glance" in place of "identity" for theirs. Then finds and plans. */
static inline int bench_plan(struct bench *bench, const char *listed, struct error **err)
{
    json_auto_t *world = quoted(listed);
    struct resources *all = bench->all;
    const char *path = NULL;
    json_t *items = NULL;
    all->listings = xcalloc(json_object_size(world) + 1, sizeof(*all->listings));
    json_object_foreach (world, path, items) {
        enum osk_service service = str_starts_with(path, "/flavors")  ? OSK_NOVA
                                   : str_starts_with(path, "/images") ? OSK_GLANCE
                                                                      : OSK_KEYSTONE;
        all->listings[all->listing_count++] = (struct osk_listing){
            .service = service, .path = xstrdup(path), .items = json_incref(items)};
    }
    for (unsigned wave = 0; wave < 3; wave++)
        for (size_t i = 0; i < all->count; i++)
            if (all->items[i].kind->wave == wave && resource_find(all, &all->items[i], err) < 0)
                return -1;
    return resources_plan(all, err);
}

/* The same, with items and a world that have to be fine. */
static inline void bench_start(struct bench *bench, const char *items, const char *listed)
{
    auto_error struct error *err = NULL;
    if (bench_open(bench, items, &err) < 0 || bench_plan(bench, listed, &err) < 0)
        fail_msg("%s: %s", items, err->message);
}

/* "created updated …" of all items, in the order of the task; owned. */
static inline char *bench_actions(struct bench *bench)
{
    json_auto_t *result = json_object();
    auto_strv struct strv words = {0};
    size_t index = 0;
    json_t *entry = NULL;
    assert_int_equal(resources_predict(bench->all, NULL), 0);
    resources_result(bench->all, NULL, result);
    json_array_foreach (json_object_get(result, "resources"), index, entry)
        strv_add(&words, json_string_value(json_object_get(entry, "action")));
    return strv_join(&words, " ");
}

#endif
