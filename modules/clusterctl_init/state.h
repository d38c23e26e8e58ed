/*
 * What passes from station to station in clusterctl_init.
 */
#ifndef CLUSTERCTL_INIT_STATE_H
#define CLUSTERCTL_INIT_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "capi/certmanager.h"
#include "capi/components.h"
#include "capi/config.h"
#include "capi/install.h"
#include "capi/inventory.h"
#include "capi/plan.h"
#include "capi/repository.h"
#include "clusterctl_init/args.h"
#include "kube/client.h"
#include "kube/discovery.h"

/* What the task does about one provider. */
enum cc_verb { CC_LEAVE, CC_INSTALL, CC_UPGRADE, CC_REINSTALL, CC_DELETE };

/* One provider of the task. */
struct cc_item {
    struct capi_entry entry; /* owned: as it will be, or is where nothing is done */
    char *label;             /* owned */
    char *previous;          /* owned: the version before the task; NULL when not installed */
    enum cc_verb verb;
    bool done;                         /* recorded, or deleted */
    bool begun;                        /* something of it was touched */
    struct capi_components components; /* of what is installed; else empty */
    struct capi_listing listing;       /* what has to go first; labelled objects */
    struct capi_install replacement;   /* of CC_UPGRADE and CC_REINSTALL */
    const char *namespaces[2];         /* of the listing; borrowed from entry */
    char *selector;                    /* owned: of the listing */
};

/* Manifests that have to be there before a provider. */
struct cc_extra {
    struct capi_puts puts;
    bool any;
};

struct cc_cert_manager_state {
    bool probed;
    bool ready;
    bool install; /* it has to be installed */
    bool managed; /* what is there was looked at: see state */
    struct capi_cert_manager settings;
    struct capi_cert_manager_state state;
    json_t *manifest; /* owned; cut down once it is in puts */
    struct capi_puts puts;
    bool done;
    char *previous; /* owned */
};

/* A Deployment of a provider that is there already and lacks overrides. */
struct cc_override {
    const struct cc_item *item;
    json_t *deployment; /* owned */
    bool changed;
};

struct cc {
    struct am_context *context; /* borrowed */
    struct cc_args args;
    struct kube_config config;
    struct kube_client *client;
    struct kube_discovery *discovery;
    struct strv log;

    struct capi_config *capi;
    const struct capi_generation *generation;
    struct capi_repositories *repositories;
    struct capi_inventory inventory;
    bool first_run;
    bool define;  /* the inventory's definition is missing */
    bool defined; /* by us */

    struct cc_item *items; /* owned */
    size_t count;
    struct capi_install install; /* of CC_INSTALL */
    struct cc_extra extra;
    struct cc_cert_manager_state cert_manager;
    struct cc_override *overrides; /* owned */
    size_t override_count;

    struct error *refusal; /* owned: why the task cannot be done; told when its turn comes */
    size_t migrated;       /* definitions */
    size_t scaled;         /* Deployments */
    json_t *deleted;       /* owned list of entries: objects */
    json_t *plans;         /* owned or NULL: of state upgraded */
    struct strv images;
    struct strv variables;
};

/* args: from the validated parameters to the state. */
void *cc_open(const json_t *params, struct am_context *context, struct error **err);
void cc_close(void *state);

/* Adds an item; COMPONENTS (may be NULL) are moved into it. The pointer is valid until the next. */
struct cc_item *cc_item_add(struct cc *cc, const struct capi_entry *entry, enum cc_verb verb,
                            const char *previous);

/* How the task writes. */
struct capi_put_options cc_put_options(const struct cc *cc, const struct capi_put_words *words);

/* "{\"name\":\"infrastructure-openstack\",\"namespace\":\"capo-system\"}", owned. */
char *cc_item_reference(const struct cc_item *item) must_check;

/* Keeps *err as the reason to refuse the task, to be told when its turn comes: clusterctl has
 * created the inventory's definition, or upgraded cert-manager, by the time it finds some things
 * out. Returns 0. */
int cc_refuse(struct cc *cc, struct error **err);
/* cc->refusal as the error of a station, -1; 0 when there is none. */
int cc_refused(struct cc *cc, struct error **err);

/* The images and variables of COMPONENTS, for the result. */
void cc_note_components(struct cc *cc, const struct capi_components *components);

#endif
