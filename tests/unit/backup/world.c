#include "unit/backup/world.h"

#include <stdlib.h>

#include "backup/members.h"
#include "base/str.h"
#include "support/unit.h"
#include "unit/backup/sample.h"

static void connect(struct world *world, const struct fake_reply *script, size_t count)
{
    const struct kube_client_options how = {.max_in_flight = 4, .request_timeout_ms = 60000};
    struct error *err = NULL;
    world->server = fake_server_start(script, count, NULL);
    world->config.server = fake_server_url(world->server, "");
    world->client = kube_client_new(&world->config, &how, &err);
    assert_no_error(err);
}

static void choose(struct world *world, struct backup_members *members)
{
    const struct backup_read_options read = {.kinds = &world->kinds};
    const struct backup_restore_options options = {.max_age_s = -1};
    struct error *err = NULL;
    int result = backup_contents_read(&world->contents, members, &read, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    backup_restore_init(&world->restore, &world->contents, world->client, NULL, &options);
    assert_int_equal(backup_restore_choose(&world->restore, &err), 0);
    for (size_t i = 0; i < world->restore.count; i++) {
        struct backup_item *item = &world->restore.items[i];
        const struct capi_kind *kind =
            capi_kinds_find(world->contents.known, item->node->group, item->node->kind);
        item->resource = capi_kind_resource(kind);
        item->step = BACKUP_STEP_CREATE;
    }
}

static void begin_sample(struct world *world, const struct fake_reply *script, size_t count)
{
    auto_buf struct buf packed = {0};
    auto_backup_members struct backup_members members = {0};
    struct error *err = NULL;
    connect(world, script, count);
    sample_archive(&packed, false);
    assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, &err), 0);
    choose(world, &members);
}

void world_begin(struct world *world, const struct fake_reply *script, size_t count)
{
    *world = (struct world){0};
    begin_sample(world, script, count);
}

static void add_kind(struct capi_kinds *kinds, const char *kind, const char *plural)
{
    struct error *err = NULL;
    auto_free char *name = xasprintf("%s.cluster.x-k8s.io", plural);
    json_auto_t *value =
        json_pack("{ss ss ss ss ss ss s[s] sb sb}", "name", name, "group", "cluster.x-k8s.io",
                  "kind", kind, "plural", plural, "scope", "Namespaced", "storage", "v1beta2",
                  "served", "v1beta2", "move", 0, "move_hierarchy", str_equal(kind, "Cluster"));
    assert_int_equal(capi_kinds_add_json(kinds, value, &err), 0);
}

void world_begin_legacy(struct world *world, const struct fake_reply *script, size_t count,
                        const char *objects)
{
    auto_backup_members struct backup_members members = {
        .items = xcalloc(1, sizeof(*members.items)), .count = 1};
    *world = (struct world){0};
    connect(world, script, count);
    add_kind(&world->kinds, "Cluster", "clusters");
    add_kind(&world->kinds, "ClusterClass", "clusterclasses");
    add_kind(&world->kinds, "Machine", "machines");
    add_kind(&world->kinds, "Template", "templates");
    capi_kinds_add_core(&world->kinds);
    members.items[0] = (struct backup_member){
        .path = xstrdup("x.yaml"), .bytes = xstrdup(objects), .size = strlen(objects)};
    for (char *c = members.items[0].bytes; *c; c++)
        if (*c == '\'')
            *c = '"';
    choose(world, &members);
}

void world_end(struct world *world)
{
    backup_restore_clear(&world->restore);
    backup_contents_clear(&world->contents);
    capi_kinds_clear(&world->kinds);
    kube_client_free(world->client);
    kube_config_clear(&world->config);
    fake_server_stop(world->server);
}

void world_connect(struct world *world, const struct kube_client_options *how)
{
    struct error *err = NULL;
    kube_client_free(world->client);
    world->client = kube_client_new(&world->config, how, &err);
    assert_no_error(err);
    world->restore.client = world->client;
}

size_t world_asked(struct world *world, const char *line)
{
    size_t found = 0;
    for (size_t i = 0; i < fake_server_requests(world->server); i++) {
        auto_free char *text = fake_server_request(world->server, i);
        found += str_starts_with(text, line);
    }
    return found;
}

#define MADE "{\"metadata\":{\"uid\":\"live\",\"resourceVersion\":\"9\"}}"

void world_begin_usual(struct world *world, const struct fake_reply *rows, size_t count)
{
    *world = (struct world){0};
    assert_in_range(count + 2, 2, array_length(world->rows));
    for (size_t i = 0; i < count; i++)
        world->rows[i] = rows[i];
    world->rows[count++] = (struct fake_reply){.when = "POST ", .status = 201, .body = MADE};
    world->rows[count++] = (struct fake_reply){.when = "PATCH ", .body = MADE};
    begin_sample(world, world->rows, count);
    world->restore.options.attempts = 3;
}

struct backup_item *world_item(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->restore.count; i++)
        if (str_equal(world->restore.items[i].node->name, name))
            return &world->restore.items[i];
    fail();
    return NULL;
}
