/*
 * Bringing the objects of an archive back: what is there is looked at first, all that speaks
 * against it is collected before the first write, and then the objects are created group by group,
 * owners first. Nothing is ever deleted; what exists is linked to; a run that was cut off is
 * completed by the next one.
 *
 * In order: backup_restore_choose, backup_restore_look, backup_restore_plan,
 * backup_restore_preflight, and, unless there are problems, backup_restore_run.
 */
#ifndef BACKUP_RESTORE_H
#define BACKUP_RESTORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "backup/contents.h"
#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"
#include "kube/discovery.h"

#define BACKUP_MANAGER "capi-backup"

enum backup_conflict { BACKUP_SKIP, BACKUP_FAIL, BACKUP_REPLACE, BACKUP_SAME_UID };
enum backup_missing { BACKUP_MISSING_FAIL, BACKUP_MISSING_SKIP, BACKUP_MISSING_DROP };
enum backup_deleting { BACKUP_DELETING_FAIL, BACKUP_DELETING_SKIP, BACKUP_DELETING_RESTORE };
enum backup_resume { BACKUP_RESUME_AUTO, BACKUP_RESUME_ALWAYS, BACKUP_RESUME_NEVER };
enum backup_providers { BACKUP_PROVIDERS_ERROR, BACKUP_PROVIDERS_WARN, BACKUP_PROVIDERS_IGNORE };

struct backup_restore_options {
    const struct strv *clusters; /* borrowed; empty: all */
    /* Borrowed: what the definitions in the cluster say; NULL: they are read when it matters. */
    const struct capi_kinds *kinds;
    enum backup_conflict conflict;
    enum backup_missing missing;
    enum backup_deleting deleting;
    enum backup_resume resume;
    enum backup_providers providers;
    bool go_on; /* after an object was refused, with what does not depend on it */
    bool managed_fields;
    bool namespaces; /* get their labels and annotations back */
    bool force;
    bool pause;                 /* live Clusters that are completed, meanwhile */
    long long pause_timeout_ms; /* until their controllers have noticed */
    long long max_age_s;        /* -1: any */
    long long webhook_timeout_ms;
    unsigned attempts; /* of one write that fails for a reason that may pass */
};

enum backup_step {
    BACKUP_STEP_CREATE,
    BACKUP_STEP_LINK,   /* it is there; others are attached to it */
    BACKUP_STEP_UPDATE, /* it is there and gets what the archive says */
    BACKUP_STEP_LEAVE,  /* it is left out, see reason */
};
/* "create", "link", "update", "leave". Static. */
const char *backup_step_text(enum backup_step step);

/* One object of the archive, or something that only lives in the cluster and owns one. */
struct backup_item {
    struct capi_node *node; /* borrowed */
    bool foreign;           /* it is not restored: only its uid matters */
    struct kube_resource resource;
    enum backup_step step;
    char *reason; /* owned: of LEAVE */

    char *uid;          /* owned: live; NULL while there is none */
    char *version;      /* owned: resourceVersion of it */
    json_t *finalizers; /* owned: live */
    bool unserved;      /* its kind, or this version of it, is not served */
    bool live_paused;   /* a live Cluster that stays so meanwhile */
    bool live_deleting;
    bool to_pause;      /* a live Cluster that is to stand still while it is completed */
    char *mark;         /* owned: which archive a restore that has not ended yet is from, or NULL */
    bool differs;       /* from what the archive says */
    bool declined;      /* left out because the options say so: nobody misses it */
    bool mend_managers; /* an earlier run did not come to its managed fields */

    bool written; /* by this run */
    bool resumed;
    unsigned attempts;   /* of the write */
    bool unsure;         /* one of them may have been carried out */
    unsigned stage;      /* private */
    struct error *error; /* owned */
};

struct backup_restore {
    struct backup_contents *contents; /* borrowed */
    struct kube_client *client;
    struct kube_discovery *discovery;
    struct backup_restore_options options;
    char *archive; /* owned: content_sha256, or a digest of what the objects are */

    struct backup_item *items; /* owned; in order of creation, foreign ones last */
    size_t count;
    size_t groups;
    json_t *namespaces;   /* owned: name → object to be created, or null when it is there */
    json_t *unplaced;     /* owned: [{kind, namespace, name, reason}] */
    struct strv problems; /* why it must not be started */
    struct strv warnings;
    struct strv notes;
    json_t *checks; /* owned: [{check, ok, detail}] */

    size_t created, updated, resumed, writes;
    bool gone;           /* nobody answered, however often: nothing else is tried */
    json_t *left_paused; /* owned: [{kind, namespace, name, reason}] */
};

void backup_restore_init(struct backup_restore *restore, struct backup_contents *contents,
                         struct kube_client *client, struct kube_discovery *discovery,
                         const struct backup_restore_options *options);
void backup_restore_clear(struct backup_restore *restore);
#define auto_backup_restore cleanup_with(backup_restore_clear)

/* Which objects, in which order. Pure. ERROR_NOT_FOUND for a cluster that is not in the archive. */
int backup_restore_choose(struct backup_restore *restore, struct error **err) must_check;
/* Reads what is there: one request for each object. */
int backup_restore_look(struct backup_restore *restore, struct error **err) must_check;
/* What becomes of each object. Pure; adds to problems. */
void backup_restore_plan(struct backup_restore *restore);
/* Everything else that speaks against it. Reads. */
int backup_restore_preflight(struct backup_restore *restore, struct error **err) must_check;
/* Writes. -1 when objects were refused, too: the first error, while all are in the items. */
int backup_restore_run(struct backup_restore *restore, struct error **err) must_check;

/* Whether a restore that was cut off created ITEM or paused it, and this one ends it: one of the
 * same archive, or with force of any. */
bool backup_is_restoring(const struct backup_restore *restore, const struct backup_item *item);

/* One list: [{step, kind, namespace, name, differs?, reason?}]. New. */
json_t *backup_restore_plan_json(const struct backup_restore *restore) must_check;

#endif
