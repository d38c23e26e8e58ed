/*
 * A task with one template, made from JSON: options, what Magnum has, what was looked up.
 */
#ifndef TESTS_MAGNUM_TEMPLATE_BENCH_H
#define TESTS_MAGNUM_TEMPLATE_BENCH_H

#include "ansible/am_secrets.h"
#include "base/mem.h"
#include "magnum_template/find.h"
#include "magnum_template/plan.h"
#include "magnum_template/state.h"
#include "unit/ostack/place.h"

#define UUID1 "11111111-1111-1111-1111-111111111111"

struct bench {
    json_t *params;
    struct am_context context;
    struct magnum *magnum;
    struct magnum_item *item; /* the first */
};

/* Reads OPTIONS, a text of quoted(); -1 with *err when they are refused. */
static inline int bench_open(struct bench *bench, const char *options, struct error **err)
{
    *bench = (struct bench){.params = quoted(options)};
    bench->context.secrets = am_secrets_new();
    bench->context.module_name = "magnum_template";
    if (am_spec_validate(&magnum_template_spec, bench->params, &bench->context, err) < 0)
        return -1;
    bench->magnum = magnum_open(bench->params, &bench->context, err);
    if (!bench->magnum)
        return -1;
    bench->magnum->project = xstrdup("mine");
    bench->item = &bench->magnum->items[0];
    return 0;
}

static inline void bench_clear(struct bench *bench)
{
    magnum_close(bench->magnum);
    strv_clear(&bench->context.warnings);
    am_secrets_free(bench->context.secrets);
    json_decref(bench->params);
    *bench = (struct bench){0};
}

#define auto_bench cleanup_with(bench_clear)

/* The same with options that have to be fine. */
static inline void bench_start(struct bench *bench, const char *options)
{
    auto_error struct error *err = NULL;
    if (bench_open(bench, options, &err) < 0)
        fail_msg("%s: %s", options, err->message);
}

/* A template as Magnum answers: MORE are further members, or other values. Owned. */
static inline json_t *bench_template(const char *more)
{
    json_t *value =
        quoted("{'uuid': 'aaaaaaaa-0000-0000-0000-000000000001', 'name': 'k', 'project_id': "
               "'mine', 'public': false, 'hidden': false, 'coe': 'kubernetes', 'image_id': "
               "'img', 'cluster_distro': 'ubuntu', 'labels': {}, 'floating_ip_enabled': "
               "false, 'master_lb_enabled': true, 'external_network_id': 'ext', 'tags': "
               "null, 'flavor_id': null, 'driver': null}");
    json_auto_t *over = quoted(more);
    json_object_update(value, over);
    return value;
}

/* Puts the answer to a question into the bench: FOUND is a text of quoted(), or NULL for an error.
 */
static inline void bench_answer(struct bench *bench, enum osk_kind kind, const char *text,
                                const char *found)
{
    struct magnum *magnum = bench->magnum;
    magnum->lookups =
        xreallocarray(magnum->lookups, magnum->lookup_count + 1, sizeof(*magnum->lookups));
    struct osk_lookup *lookup = &magnum->lookups[magnum->lookup_count++];
    *lookup =
        (struct osk_lookup){.kind = kind, .text = text, .found = found ? quoted(found) : NULL};
    if (!found)
        error_make(&lookup->error, ERROR_AUTH, "not allowed");
}

#endif
