/* Are the names of the run's definitions free? See kube/write.h. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "kube/list.h"
#include "kube/ready.h"
#include "kube/write_priv.h"

enum {
    PATIENCE_MS = 10000, /* the server mostly knows within some ten milliseconds */
    STALE_MS = 1000,     /* how long the refusal of older names may still be shown */
    POLL_MS = 20,
    POLL_MAX_MS = 500,
};

enum naming { NAMING_OPEN, NAMING_ACCEPTED, NAMING_REFUSED };

/* The condition alone may still speak of the names before the write; the accepted names do not. */
static enum naming naming_of(const json_t *crd, struct buf *why)
{
    if (kube_crd_ready(crd, why) == KUBE_FAILED)
        return NAMING_REFUSED;
    const json_t *names = js_get(crd, "spec", "names", NULL);
    bool accepted = names && js_equal(names, js_get(crd, "status", "acceptedNames", NULL));
    return accepted ? NAMING_ACCEPTED : NAMING_OPEN;
}

static bool is_unjudged(const struct kube_write *write)
{
    return write->verb != KUBE_DELETE && write->done && !write->error && write->after &&
           !write->named && str_equal(write->object->resource.kind, "CustomResourceDefinition") &&
           str_equal(write->object->resource.group, "apiextensions.k8s.io");
}

/* Looks at one answer; false when it has to be asked for again. */
static bool judge(struct kube_write *write, const json_t *crd)
{
    auto_buf struct buf why;
    buf_init(&why);
    enum naming naming = naming_of(crd, &why);
    /* A definition that was not written is what it is. */
    if (naming == NAMING_ACCEPTED || (naming == NAMING_OPEN && !write->changed))
        return true;
    bool may_be_old =
        write->changed && write->prior.exists && !clock_passed(write->ended_ms + STALE_MS);
    if (naming == NAMING_OPEN || may_be_old)
        return false;
    error_make(&write->error, ERROR_CONFLICT, "%s", buf_str(&why));
    kube_write_wrap(write, &write->error);
    return true;
}

/* ---- definitions that nobody can be in the way of */

/* What a definition of the server calls its kind; categories are there to be shared. */
static void add_names(struct strv *names, const json_t *crd)
{
    const char *key = NULL;
    const json_t *value = NULL;
    json_object_foreach (js_get(crd, "spec", "names", NULL), key, value) {
        if (json_is_string(value))
            strv_add(names, json_string_value(value));
        if (!str_equal(key, "shortNames"))
            continue;
        for (size_t i = 0; i < json_array_size(value); i++)
            strv_add(names, json_string_value(json_array_get(value, i)));
    }
}

static bool may_clash(const json_t *crd, const json_t *other)
{
    auto_strv struct strv ours = {0};
    auto_strv struct strv theirs = {0};
    add_names(&ours, crd);
    add_names(&theirs, other);
    for (size_t i = 0; i < ours.count; i++)
        if (strv_contains(&theirs, ours.items[i]))
            return true;
    return false;
}

static const struct kube_write *written_as(const struct kube_writer *writer, const char *name)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct kube_write *write = &writer->writes[i];
        if (write->after && !write->error && write->verb != KUBE_DELETE &&
            str_equal(write->object->kind, "CustomResourceDefinition") &&
            str_equal(write->object->name, name))
            return write;
    }
    return NULL;
}

/* The name of a definition is <plural>.<group>. */
static const char *group_of(const char *name)
{
    const char *dot = name ? strchr(name, '.') : NULL;
    return dot ? dot + 1 : "";
}

static bool is_unrivalled(const struct kube_writer *writer, const struct kube_write *write,
                          const json_t *definitions)
{
    const char *own = write->object->name;
    for (size_t i = 0; i < json_array_size(definitions); i++) {
        const char *name = js_str(json_array_get(definitions, i), "metadata", "name", NULL);
        if (str_equal(name, own) || !str_equal(group_of(name), group_of(own)))
            continue;
        const struct kube_write *other = written_as(writer, name);
        if (!other || may_clash(write->after, other->after))
            return false;
    }
    return true;
}

/*
 * Only a definition of the same group can be in the way of another's names. One list shows that
 * there is none for most, and spares the run the time that the server takes to find out.
 */
static int drop_unrivalled(struct kube_writer *writer, struct kube_write **open, size_t *count,
                           struct error **err)
{
    const struct kube_list_options options = {
        .resource = &open[0]->object->resource,
        .metadata_only = true,
    };
    auto_error struct error *problem = NULL;
    json_auto_t *definitions = json_array();
    if (kube_list(writer->client, &options, definitions, &problem) < 0) {
        if (problem->kind != ERROR_INTERRUPTED)
            return 0; /* who may not list them looks at each */
        error_move_take(err, steal_ptr(problem));
        return -1;
    }
    size_t left = 0;
    for (size_t i = 0; i < *count; i++)
        if (!is_unrivalled(writer, open[i], definitions))
            open[left++] = open[i];
    *count = left;
    return 0;
}

/* ---- the others */

/* Reads those that are open again, all at once, and keeps the ones that still are. */
static int look_again(struct kube_writer *writer, struct kube_write **open, size_t *count,
                      struct error **err)
{
    struct kube_call *calls = xcalloc(*count, sizeof(*calls));
    for (size_t i = 0; i < *count; i++) {
        struct buf path;
        buf_init(&path);
        kube_resource_path(&path, &open[i]->object->resource, NULL, open[i]->object->name);
        kube_call_init(&calls[i], "GET", buf_steal(&path));
    }
    int result = kube_client_all(writer->client, calls, *count, err);
    size_t left = 0;
    for (size_t i = 0; i < *count; i++) {
        auto_error struct error *ignored = NULL; /* nothing learned: it stays open */
        json_auto_t *crd = calls[i].error ? NULL : kube_call_json(&calls[i], &ignored);
        if (result == 0 && !judge(open[i], crd))
            open[left++] = open[i];
        kube_call_clear(&calls[i]);
    }
    *count = left;
    free(calls);
    return result;
}

int kube_writer_check_names(struct kube_writer *writer, struct error **err)
{
    auto_free struct kube_write **open = xcalloc(writer->count, sizeof(struct kube_write *));
    size_t count = 0;
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (!is_unjudged(write))
            continue;
        write->named = true; /* by the end of this, or with a warning */
        if (!judge(write, write->after))
            open[count++] = write;
    }
    if (count && drop_unrivalled(writer, open, &count, err) < 0)
        return -1;
    long long deadline = clock_deadline_ms(PATIENCE_MS);
    for (long long pause = POLL_MS; count && !clock_passed(deadline); pause = pause * 3 / 2) {
        if (look_again(writer, open, &count, err) < 0)
            return -1;
        if (count)
            clock_sleep_ms(pause < POLL_MAX_MS ? pause : POLL_MAX_MS);
    }
    for (size_t i = 0; i < count; i++)
        strv_add(&open[i]->warnings, "the server has not said yet whether its names are free");
    return 0;
}
