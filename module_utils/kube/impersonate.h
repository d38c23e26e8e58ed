/*
 * Acting as somebody else: the Impersonate-* headers.
 */
#ifndef KUBE_IMPERSONATE_H
#define KUBE_IMPERSONATE_H

#include "kube/kubeconfig_priv.h"

/* True when TEXT can be sent as the value of a header: no control characters but TAB. */
bool kube_header_value_ok(const char *text);

/*
 * Adds the headers for draft->as, as_uid, as_groups and as_extra to OUT. ERROR_USAGE when one of
 * the others is there without as, or a value cannot be a header; USER names the entry.
 */
int kube_impersonate_headers(const struct kube_draft *draft, const char *user, struct strv *out,
                             struct error **err) must_check;

#endif
