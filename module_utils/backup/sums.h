/*
 * Whether the files of an archive are those that its manifest and SHA256SUMS speak of.
 */
#ifndef BACKUP_SUMS_H
#define BACKUP_SUMS_H

#include <jansson.h>

#include "backup/members.h"
#include "base/error.h"

/* Every member but SHA256SUMS itself has a line with its digest there, and every line a member.
 * ERROR_PARSE names the first that is wrong. */
int backup_sums_check(const struct backup_members *members, struct error **err) must_check;

/* Every object of MANIFEST is a member, with the digest and size that stand there, and every object
 * file among MEMBERS is one of MANIFEST. */
int backup_sums_check_manifest(const struct backup_members *members, const json_t *manifest,
                               struct error **err) must_check;

#endif
