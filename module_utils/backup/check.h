/*
 * Whether the objects of an archive are whole and fit together, without a cluster: owners, order,
 * what each Cluster needs, and whether its certificates, keys, kubeconfigs and clouds can be used.
 * Names what is wrong and where, never what is written there.
 */
#ifndef BACKUP_CHECK_H
#define BACKUP_CHECK_H

#include <jansson.h>

#include "backup/contents.h"
#include "base/error.h"
#include "base/strv.h"

/* Adds one line to PROBLEMS for everything that is wrong, and one to the warnings of CONTENTS for
 * what a Cluster lacks that was not up yet. Decides anew what travels and in which order. */
int backup_check(struct backup_contents *contents, struct strv *problems, struct error **err)
    must_check;

/* When certificates in Secrets end, the earliest first: [{secret, key, not_after}]. New. */
json_t *backup_expires(const struct backup_contents *contents) must_check;

#endif
