/*
 * Writes many objects: resolves their kinds, looks at what is there, then sends creates,
 * applies, patches, replacements and deletions wave by wave, several at a time over one
 * connection, and says of each what came of it.
 *
 * In a dry-run client the same walk predicts: every write carries dryRun=All, nothing is waited
 * for, and what the server cannot know yet (a namespace or a kind that an earlier object of the
 * run would create) is predicted from the manifest and marked as not validated.
 */
#ifndef KUBE_WRITE_H
#define KUBE_WRITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/object.h"
#include "kube/prior.h"

enum kube_verb {
    KUBE_APPLY,      /* server-side apply */
    KUBE_CREATE,     /* POST; what exists stays as it is */
    KUBE_UPDATE,     /* POST, or PATCH with the merge types when it exists */
    KUBE_REPLACE,    /* POST, or PUT when it exists */
    KUBE_PATCH,      /* PATCH with the merge types; what does not exist is skipped */
    KUBE_JSON_PATCH, /* PATCH with options->patch; what does not exist is an error */
    KUBE_DELETE,
};

enum kube_terminating {
    KUBE_TERMINATING_WAIT, /* until it is gone, then create it anew */
    KUBE_TERMINATING_FAIL,
    KUBE_TERMINATING_APPLY, /* write to it although it will vanish */
};

enum kube_stage {
    KUBE_STAGE_GET,  /* look at what is there */
    KUBE_STAGE_GONE, /* wait until a terminating object is gone */
    KUBE_STAGE_WRITE,
    KUBE_STAGE_LOST,    /* look whether an attempt whose answer was lost has done it */
    KUBE_STAGE_MIGRATE, /* hand fields of other managers over, then write again */
    KUBE_STAGE_DONE,
    KUBE_STAGE_COUNT = KUBE_STAGE_DONE,
};

/* Everything is borrowed. */
struct kube_write_options {
    const char *field_manager;
    bool force_conflicts;
    const char *field_validation;   /* "Strict", "Warn" or "Ignore" */
    const struct strv *merge_types; /* "strategic-merge", "merge": tried in order on HTTP 415 */
    const json_t *patch;            /* list of RFC 6902 operations, for KUBE_JSON_PATCH */
    const json_t *delete_options;   /* object or NULL */
    const struct strv *migrate_managers; /* or NULL */
    enum kube_terminating on_terminating;
    bool append_hash;     /* to the names of ConfigMaps and Secrets: see kube/hash.h */
    bool wait_crds;       /* before objects of kinds that this run defines; and
                             definitions whose names are taken fail */
    bool sort;            /* waves by kind; else the given order, one by one */
    bool go_on;           /* after an object failed */
    bool write_unchanged; /* send also what would change nothing */
    unsigned parallel;    /* writes in flight; 1 = one after the other */
    long long timeout_ms; /* for terminating objects and definitions */
};

/* One object and what came of it. */
struct kube_write {
    struct kube_object *object; /* borrowed */
    enum kube_verb verb;
    unsigned wave;
    unsigned turn; /* how many writes of the run before this one have the same object */
    enum kube_stage stage;
    bool late; /* its kind appears only during the run */
    struct kube_prior prior;
    bool holds; /* it was seen to hold all that is to be applied: writing would change nothing */

    bool done; /* it was dealt with, well or badly */
    bool changed;
    bool missing;        /* KUBE_PATCH found nothing to patch */
    bool unvalidated;    /* a prediction that no server has seen */
    const char *method;  /* static: "create", "apply", "patch", "replace", "delete" */
    json_t *after;       /* owned: the answer; NULL when there is none */
    struct error *error; /* owned */
    struct strv warnings;
    long long started_ms, ended_ms;

    struct kube_call call; /* the rest belongs to the writer */
    size_t merge_at;
    unsigned attempts;
    bool rewritten;          /* fields were migrated: this is the second apply */
    struct kube_prior first; /* as it was before an attempt that was perhaps carried out, although
                                its answer was lost; else not known */
    bool named;              /* a definition: it is known whether its names are free */
    bool served;             /* a definition: its kinds were seen to be served */
    bool awaited;            /* a definition: its kinds were waited for in vain */
    struct error *refusal;   /* owned: of KUBE_STAGE_LOST, what the last attempt was answered */
    long long gone_deadline;
};

struct kube_writer {
    struct kube_client *client;       /* borrowed */
    struct kube_discovery *discovery; /* borrowed */
    struct kube_write_options options;
    struct kube_write *writes; /* owned */
    size_t count;
};

void kube_writer_init(struct kube_writer *writer, struct kube_client *client,
                      struct kube_discovery *discovery, const struct kube_write_options *options);
void kube_writer_clear(struct kube_writer *writer);
/* Adds OBJECT, which is borrowed and edited (kind and apiVersion become canonical, the namespace
 * is filled in or dropped, fields that must not be sent are removed). */
struct kube_write *kube_writer_add(struct kube_writer *writer, struct kube_object *object,
                                   enum kube_verb verb);

/*
 * Resolves every kind and reads the present state. -1 before anything was written: an unknown kind
 * that no definition of the run provides (for KUBE_DELETE: it cannot exist), an unreadable
 * object, no connection.
 */
int kube_writer_observe(struct kube_writer *writer, struct error **err) must_check;

/* Gives every write its wave and refuses what cannot work (no name). Pure. */
int kube_writer_plan(struct kube_writer *writer, struct error **err) must_check;

/*
 * Writes. What was seen to hold the manifest already (kube/applied.h) is not sent, unless something
 * that this run wrote before it may have changed it. Of several writes of one object each waits for
 * the one before, so that the last one wins. Failures of objects are in the writes; -1 only
 * for what ends the run itself (signal, credentials). Without go_on nothing is started after the
 * first failure.
 */
int kube_writer_run(struct kube_writer *writer, struct error **err) must_check;

#endif
