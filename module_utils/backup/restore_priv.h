/* What the files of backup/restore share. */
#ifndef BACKUP_RESTORE_PRIV_H
#define BACKUP_RESTORE_PRIV_H

#include "backup/restore.h"
#include "kube/client.h"

/* Requests for many things at once, as many in flight as the client allows. */
struct backup_batch {
    struct kube_client *client;
    void *context;
    size_t count; /* indices 0 to count-1 are started in order */
    /* Sets CALL up; false: this index needs none. */
    bool (*start)(void *context, size_t index, struct kube_call *call);
    /* May be NULL. Asked before finish: true sends the same request again after *wait_ms, while the
     * others go on. */
    bool (*again)(void *context, size_t index, struct kube_call *call, long long *wait_ms);
    /* The answer; true: start this index once more. */
    bool (*finish)(void *context, size_t index, struct kube_call *call);
};
int backup_batch_run(struct backup_batch *batch, struct error **err) must_check;

/* The item of NODE, or NULL. */
struct backup_item *backup_item_of(const struct backup_restore *restore,
                                   const struct capi_node *node);

/* {kind, namespace, name, reason}; REASON may be NULL. New. */
json_t *backup_identity(const struct capi_node *node, const char *reason) must_check;

/* The value that is sent to create ITEM, or with a live item to update it. New, NULL on error. */
json_t *backup_body(const struct backup_restore *restore, const struct backup_item *item,
                    struct error **err) must_check;
/* {"metadata": {"managedFields": […]}} as it was saved; NULL when there is nothing to put back. */
json_t *backup_managers(const struct capi_node *node) must_check;
/* Whether LIVE says something else than the archive, but for what every restore changes. */
bool backup_differs(const struct capi_node *node, const json_t *live);
/* Whether it is created with the mark and resumed in the end. */
bool backup_to_resume(const struct backup_restore *restore, const struct capi_node *node);

/* Takes over what LIVE says of ITEM. */
void backup_item_see(struct backup_item *item, const json_t *live);

/* The path of an item, or of its collection; owned. */
char *backup_item_path(const struct backup_item *item, bool collection) must_check;

/* A call with VALUE as its body, which may be NULL; of a PATCH a merge patch. QUERY is "?…" or "".
 * 0, or -1. */
int backup_call_json(struct kube_call *call, const char *method, const char *path,
                     const char *query, const json_t *value, struct error **err) must_check;

/* Three of a batch that writes ITEM: the step that is planned, and what comes of it. */
bool backup_item_start(struct backup_restore *restore, struct backup_item *item,
                       struct kube_call *call);
bool backup_item_again(const struct backup_restore *restore, struct backup_item *item,
                       const struct kube_call *call, long long *wait_ms);
bool backup_item_finish(struct backup_restore *restore, struct backup_item *item,
                        struct kube_call *call);

/* Pauses the live Clusters that are completed, with the mark: whatever becomes of this run, the
 * next one resumes them. On failure none of them stays paused. */
int backup_restore_pause(struct backup_restore *restore, struct error **err) must_check;

/* A call that resumes ITEM and takes the mark off. 0, or -1. */
int backup_resume_call(const struct backup_item *item, struct kube_call *call, struct error **err)
    must_check;
/* ITEM stays paused, for REASON. */
void backup_leave_paused(struct backup_restore *restore, const struct backup_item *item,
                         const char *reason);
/* After the objects: resumes what may be. */
int backup_restore_finish(struct backup_restore *restore, struct error **err) must_check;

#endif
