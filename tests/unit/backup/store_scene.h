/* A directory of archives in *STATE (support/temp_dir.h), and one archive that is written there. */
#ifndef UNIT_BACKUP_STORE_SCENE_H
#define UNIT_BACKUP_STORE_SCENE_H

#include "support/unit.h"

#include "backup/store.h"
#include "fs/dir.h"

#define NAME "a-20260831T010203Z.tar.gz"
enum { TIME = 1788138123 };

static inline int produce(void *context, const struct sink *out, struct error **err)
{
    (void)context;
    return sink_add(out, "arch", 4, err) < 0 || sink_add(out, "ive", 3, err) < 0 ? -1 : 0;
}

static inline struct backup_write sample(void)
{
    return (struct backup_write){
        .prefix = "a",
        .run_id = "run",
        .time = TIME,
        .owner = {.uid = (uid_t)-1, .gid = (gid_t)-1, .mode = 0640},
        .expected = 7,
        .produce = produce,
    };
}

static inline void open_locked(void **state, struct backup_store *store)
{
    struct error *err = NULL;
    assert_int_equal(backup_store_open(store, *state, false, NULL, &err), 0);
    assert_int_equal(backup_store_lock(store, 0, "a", &err), 0);
}

/* The names in the directory but the lock's, joined. Owned. */
static inline char *names_in(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv names, shown;
    strv_init(&names);
    strv_init(&shown);
    assert_int_equal(dir_list(*state, &names, &err), 0);
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.items[i], ".capi-backup.lock") != 0)
            strv_add(&shown, names.items[i]);
    return strv_join(&shown, " ");
}

static inline void assert_names(void **state, const char *want)
{
    auto_free char *names = names_in(state);
    assert_string_equal(names, want);
}

#endif
