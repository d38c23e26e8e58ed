/* Which cluster a server name means. Pure. */
#ifndef DAEMON_NAMES_H
#define DAEMON_NAMES_H

#include <stdbool.h>

#include "base/compiler.h"

enum { NAMES_CLUSTER = 64 };

/*
 * "<cluster>", "<cluster>.<namespace>", "….svc", "….svc.cluster.local": the names in certificates
 * of Cluster API's clusters. NAME is lower case, without a dot at the end. False: none of these.
 */
bool names_cluster(const char *name, const char *namespace, char cluster[NAMES_CLUSTER]) must_check;

#endif
