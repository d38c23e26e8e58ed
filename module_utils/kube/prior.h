/*
 * The state of one object before it is written: the bytes the server sent, and of them only what
 * the next decision needs. Most objects of most runs are unchanged; their bytes are never turned
 * into values again.
 */
#ifndef KUBE_PRIOR_H
#define KUBE_PRIOR_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct kube_prior {
    bool known; /* somebody looked */
    bool exists;
    bool terminating;       /* metadata.deletionTimestamp is set */
    char *uid;              /* owned, NULL when it does not exist */
    char *resource_version; /* owned; compare for equality only */
    struct buf body;        /* the JSON text; empty when there is a value */
    json_t *value;          /* owned: the object, when it was kept as a value */
};

void kube_prior_clear(struct kube_prior *prior);
/* "It does not exist." */
void kube_prior_absent(struct kube_prior *prior);
/* Takes the bytes of an object over, and hands the object out as a value, owned: for a first look
 * that costs no second reading. */
int kube_prior_look_take(struct kube_prior *prior, struct buf *body_take, json_t **value,
                         struct error **err) must_check;
/* Takes an object that is a value already: the item of a list. */
int kube_prior_value_take(struct kube_prior *prior, json_t *value_take, struct error **err)
    must_check;
/* Keeps the object as a value instead of bytes: for one that is unchanged and will be shown.
 * VALUE_TAKE is what kube_prior_look_take gave. */
void kube_prior_keep_take(struct kube_prior *prior, json_t *value_take);
/* The object as a value of its own, owned; NULL when it does not exist. */
json_t *kube_prior_value(const struct kube_prior *prior) must_check;

/*
 * Did a write change the object? AFTER is what the server answered. The rules, in order: it did
 * not exist or has another uid: yes; same resourceVersion: no, and that is final (not in a dry
 * run, which answers with the old one); MANAGER (NULL: not asked) owns other fields than before:
 * yes; it differs in anything but status (unless PLAIN_STATUS, of its struct kube_resource),
 * resourceVersion, generation and managedFields: yes, unless another manager wrote in between and
 * all that MANAGER owns has its old value.
 */
bool kube_prior_changed(const struct kube_prior *prior, const json_t *after, const char *manager,
                        bool dry_run, bool plain_status);

/* The same of two values, neither NULL, whatever their resourceVersion. */
bool kube_prior_differs(const json_t *before, const json_t *after, const char *manager,
                        bool plain_status);

#endif
