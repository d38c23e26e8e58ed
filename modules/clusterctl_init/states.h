/*
 * What each value of the option state has of its own: what it reads, and the steps it takes.
 */
#ifndef CLUSTERCTL_INIT_STATES_H
#define CLUSTERCTL_INIT_STATES_H

#include "capi/remove.h"
#include "clusterctl_init/state.h"

/* present and latest_requested: install.c. Those that latest_requested has to upgrade become refs
 * of an upgrade. */
int cc_install_observe(struct cc *cc, struct error **err) must_check;
int cc_install_apply(struct cc *cc, struct error **err) must_check;

/* upgraded: upgrade.c. REFS NULL: by args.contract. */
int cc_upgrade_observe(struct cc *cc, struct error **err) must_check;
int cc_upgrade_plan_refs(struct cc *cc, const struct capi_refs *refs, struct error **err)
    must_check;
int cc_upgrade_apply(struct cc *cc, struct error **err) must_check;
/* Whether a provider is to be replaced. */
bool cc_upgrades_any(const struct cc *cc);

/* absent: absent.c */
int cc_absent_observe(struct cc *cc, struct error **err) must_check;
int cc_absent_apply(struct cc *cc, struct error **err) must_check;

/* images: images.c */
int cc_images_observe(struct cc *cc, struct error **err) must_check;

/* Reads what bears the labels of every item with one of the verbs UPGRADE, REINSTALL, DELETE. */
int cc_read_listings(struct cc *cc, struct error **err) must_check;
/* The objects of an item's listing that RULE means, owned array of borrowed pointers. */
const struct kube_object **cc_select(const struct cc_item *item,
                                     const struct capi_remove_rule *rule, size_t *count) must_check;

/* cert-manager: manager.c. For an installation: probe, and read the manifest when it has to be
 * installed. For an upgrade: whether what clusterctl installed has to be replaced. */
int cc_cert_manager_observe(struct cc *cc, bool upgrade, struct error **err) must_check;
int cc_cert_manager_apply(struct cc *cc, struct error **err) must_check;

/* Manifests before providers: extra.c */
int cc_extra_observe(struct cc *cc, struct error **err) must_check;
int cc_extra_apply(struct cc *cc, struct error **err) must_check;

/* Overrides in the Deployments of providers that are there: override.c. Claim: what was just
 * installed with them gets our manager. */
int cc_override_observe(struct cc *cc, struct error **err) must_check;
int cc_override_apply(struct cc *cc, struct error **err) must_check;
int cc_override_claim(struct cc *cc, struct error **err) must_check;

#endif
