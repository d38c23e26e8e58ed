/*
 * The objects of one file: JSON as we and clusterctl write it, or YAML with any number of
 * documents.
 */
#ifndef BACKUP_DOCUMENTS_H
#define BACKUP_DOCUMENTS_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"

/*
 * A new list of the documents in BYTES, NUL-terminated; empty ones are left out. NAME is that of
 * the file. ERROR_PARSE "NAME: line 3, column 5: …" and "NAME: the 2nd document is a list, not an
 * object". WARNINGS receives doubtful places of YAML.
 */
json_t *backup_documents(const char *name, const char *bytes, size_t size, struct strv *warnings,
                         struct error **err) must_check;

#endif
