/*
 * Writing many objects as clusterctl writes one: look, then create what is missing and patch what
 * is there. All are looked at at once; writes go wave by wave (capi/resource.h), those of a wave at
 * the same time. What a patch would not change is not written; an apply is sent unless it is
 * certain that it would change neither a value nor who owns it (kube/applied.h).
 *
 * Knows what may pass and is worth another try, and what will not. Knows nothing of providers.
 *
 * With a dry-run client the same walk predicts: what is missing counts as created without asking;
 * where the server's defaults could make a difference it is asked by a dry run.
 */
#ifndef CAPI_PUT_H
#define CAPI_PUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/object.h"

enum capi_way {
    CAPI_WAY_MERGE,   /* what exists gets the whole object as a JSON merge patch */
    CAPI_WAY_REPLACE, /* what exists is replaced */
    CAPI_WAY_APPLY,   /* server-side apply with options.manager, by force */
};

enum capi_action { CAPI_NONE, CAPI_UNCHANGED, CAPI_CREATED, CAPI_PATCHED, CAPI_DELETED };

/* "none", "unchanged", "created", "patched", "deleted". Static. */
const char *capi_action_text(enum capi_action action);

enum capi_put_stage { CAPI_PUT_LOOK, CAPI_PUT_WRITE, CAPI_PUT_DONE };

struct capi_put {
    struct kube_object id; /* owned: apiVersion, kind, name and namespace alone */
    struct buf body;       /* the wanted object as JSON text */
    enum capi_way way;
    unsigned wave;
    size_t group;  /* the caller's: a failure stops this group and those above it */
    bool late;     /* of a kind that the same run defines */
    char *defines; /* owned: "GROUP/KIND" of a definition, else NULL */

    bool exists;
    bool differs; /* writing it may change something */
    enum capi_action action;
    json_t *before, *after; /* owned; with options.keep: for a difference, NULL where absent;
                               without it before is there while it is to be compared */
    struct error *error;    /* owned */

    enum capi_put_stage stage; /* the rest belongs to this unit */
    char *version;             /* owned: resourceVersion as read */
    bool terminating;
    bool lent; /* body is in the call */
    unsigned attempts;
    struct kube_call call;
};

/* Borrowed. How errors name what failed, followed by ": ". */
struct capi_put_words {
    const char *get, *create, *patch;
    bool names; /* get and patch also get "<gvk>, <ns>/<name>" */
};
extern const struct capi_put_words capi_put_provider_words;
extern const struct capi_put_words capi_put_cert_manager_words;
extern const struct capi_put_words capi_put_manifest_words;

struct capi_put_options {
    unsigned attempts;  /* of each write; 0: 1 */
    bool retry_refused; /* also what the server refused */
    bool keep;          /* before and after, of objects that differ */
    bool young_kinds;   /* the kinds were defined a moment ago: new objects are applied, because the
                           server holds a POST of them, see docs/server-facts.md */
    const char *manager; /* of what is applied; borrowed; NULL: the name of our User-Agent */
    const struct capi_put_words *words;
};

struct capi_puts {
    struct kube_client *client;       /* borrowed */
    struct kube_discovery *discovery; /* borrowed */
    struct capi_put_options options;
    struct capi_put *items; /* owned */
    size_t count;
};

void capi_puts_init(struct capi_puts *puts, struct kube_client *client,
                    struct kube_discovery *discovery, const struct capi_put_options *options);
void capi_puts_clear(struct capi_puts *puts);
#define auto_capi_puts cleanup_with(capi_puts_clear)

/* Adds the object VALUE, borrowed; its text is kept, not the value. Unless it is to replace, it is
 * merged into the same object of an earlier call. ERROR_USAGE when it has no kind or name. */
int capi_puts_add(struct capi_puts *puts, const json_t *value, enum capi_way way, size_t group,
                  struct error **err) must_check;

/* Looks at all of them. -1 for kinds that the server does not have and the run does not define, and
 * for objects that cannot be read. */
int capi_puts_observe(struct capi_puts *puts, struct error **err) must_check;

/*
 * Writes what was observed to differ; looks first at what was not observed. Failures are in the
 * items, *failed_group becomes the lowest group with one, or SIZE_MAX: below it everything was
 * written. -1 only for what ends the run itself.
 */
int capi_puts_run(struct capi_puts *puts, size_t *failed_group, struct error **err) must_check;

/* For a prediction: the item of the same kind and names counts as absent. */
void capi_puts_assume_gone(struct capi_puts *puts, const struct kube_object *object);

/* The error of the first item of GROUP that failed, moved to *err, with detail failed_object. */
void capi_puts_error(struct capi_puts *puts, size_t group, struct error **err);

/* Adds {apiVersion, kind, namespace, name, action} of every item that was dealt with to LIST. */
void capi_puts_list(const struct capi_puts *puts, json_t *list);
/* True when an item was, or would be, created or patched. */
bool capi_puts_changed(const struct capi_puts *puts);

/* One entry of that form. New. */
json_t *capi_object_entry(const struct kube_object *id, enum capi_action action) must_check;

/* "apps/v1, Kind=Deployment, capo-system/x", as Go prints it; owned. */
char *capi_object_name(const struct kube_object *id) must_check;

#endif
