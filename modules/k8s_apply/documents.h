/*
 * Where the objects of a task come from: definition, src (a file or a URL), or the options alone.
 */
#ifndef K8S_APPLY_DOCUMENTS_H
#define K8S_APPLY_DOCUMENTS_H

#include "base/error.h"
#include "base/strv.h"
#include "k8s_apply/args.h"
#include "kube/manifest.h"

/* Fills MANIFEST; nothing has been sent to the API server yet. A src URL is fetched, with
 * certificates checked against the system's store and through the option proxy only; redirects are
 * followed. */
int k8s_read_documents(const struct k8s_args *args, struct kube_manifest *manifest,
                       struct strv *warnings, struct error **err) must_check;

#endif
