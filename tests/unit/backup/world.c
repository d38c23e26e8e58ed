#include "unit/backup/world.h"

#include <stdlib.h>

#include "backup/members.h"
#include "base/str.h"
#include "support/unit.h"
#include "unit/backup/sample.h"

void world_begin(struct world *world, const struct fake_reply *script, size_t count)
{
    auto_buf struct buf packed = {0};
    auto_backup_members struct backup_members members = {0};
    const struct backup_read_options read = {0};
    const struct backup_restore_options options = {.max_age_s = -1};
    const struct kube_client_options how = {.max_in_flight = 4, .request_timeout_ms = 60000};
    struct error *err = NULL;
    *world = (struct world){.server = fake_server_start(script, count, NULL)};
    world->config.server = fake_server_url(world->server, "");
    world->client = kube_client_new(&world->config, &how, &err);
    assert_no_error(err);
    sample_archive(&packed, false);
    assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, &err), 0);
    assert_int_equal(backup_contents_read(&world->contents, &members, &read, &err), 0);
    backup_restore_init(&world->restore, &world->contents, world->client, NULL, &options);
    assert_int_equal(backup_restore_choose(&world->restore, &err), 0);
    for (size_t i = 0; i < world->restore.count; i++) {
        struct backup_item *item = &world->restore.items[i];
        const struct capi_kind *kind =
            capi_kinds_find(&world->contents.kinds, item->node->group, item->node->kind);
        item->resource = capi_kind_resource(kind);
        item->step = BACKUP_STEP_CREATE;
    }
}

void world_end(struct world *world)
{
    backup_restore_clear(&world->restore);
    backup_contents_clear(&world->contents);
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

void script_add(struct script *script, struct fake_reply row)
{
    script->rows[script->count++] = row;
}

void world_begin_script(struct world *world, struct script *script)
{
    script_add(script, (struct fake_reply){.when = "POST ", .status = 201, .body = MADE});
    script_add(script, (struct fake_reply){.when = "PATCH ", .body = MADE});
    world_begin(world, script->rows, script->count);
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
