/*
 * The names of object files in an archive. clusterctl makes <Kind>_<namespace>_<name>.yaml, where
 * two kinds of one name in different groups overwrite each other and a long name cannot be written;
 * it reads any name. Pure.
 */
#ifndef BACKUP_FILE_NAME_H
#define BACKUP_FILE_NAME_H

#include <jansson.h>

#include "base/compiler.h"
#include "capi/node.h"

enum { BACKUP_NAME_MAX = 255 };

/*
 * A name for NODE that is not among the members of TAKEN, an object, to which it is added; owned.
 * clusterctl's wherever possible, else with the group behind, else cut and with a digest.
 */
char *backup_file_name(const struct capi_node *node, json_t *taken) must_check;

#endif
