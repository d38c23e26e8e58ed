/*
 * The sample archive, about to be restored into a cluster that a scripted server plays.
 */
#ifndef UNIT_BACKUP_WORLD_H
#define UNIT_BACKUP_WORLD_H

#include "backup/contents.h"
#include "backup/restore.h"
#include "fakes/fake_server.h"

struct world {
    struct fake_server *server;
    struct fake_reply rows[8]; /* of world_begin_usual */
    struct kube_config config;
    struct kube_client *client;
    struct capi_kinds kinds; /* of a legacy archive */
    struct backup_contents contents;
    struct backup_restore restore; /* chosen: everything is to be created */
};

/* SCRIPT has to outlive the world. */
void world_begin(struct world *world, const struct fake_reply *script, size_t count);
/* The same with a legacy archive of OBJECTS, with ' for ", of these kinds of Cluster API: Cluster,
 * ClusterClass, Machine and Template. */
void world_begin_legacy(struct world *world, const struct fake_reply *script, size_t count,
                        const char *objects);
void world_end(struct world *world);

/* Goes on with another client. */
void world_connect(struct world *world, const struct kube_client_options *how);

/* The sample, with the COUNT ROWS before the usual ones: whatever is created or patched is so, and
 * is "live". Each create is tried three times. ROWS are copied. */
void world_begin_usual(struct world *world, const struct fake_reply *rows, size_t count);
/* The same: world_begin_rows(&world, {.when = …}, {.when = …}). */
#define world_begin_rows(WORLD, ...)                                                               \
    world_begin_usual(WORLD, (const struct fake_reply[]){__VA_ARGS__},                             \
                      sizeof((const struct fake_reply[]){__VA_ARGS__}) /                           \
                          sizeof(struct fake_reply))

/* The item whose object has this name. */
struct backup_item *world_item(const struct world *world, const char *name);

/* How many requests began with LINE, "METHOD /path". */
size_t world_asked(struct world *world, const char *line);

#endif
