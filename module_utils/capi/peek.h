/*
 * A short look at the components of a provider: enough to tell where it would be installed, for a
 * small part of the time and memory that capi/components.h takes.
 */
#ifndef CAPI_PEEK_H
#define CAPI_PEEK_H

#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/repository.h"

/*
 * The name of the only Namespace in the manifest BYTES, owned; NULL where that cannot be told
 * without reading all of it: none, several, a variable in it, text that is not plain.
 */
char *capi_peek_namespace(const char *bytes, size_t size) must_check;

/*
 * The namespace in the components of VERSION (NULL: the repository's), 1 with *target owned and the
 * names of variables added to VARIABLES. 0 when capi_components_load has to tell, which then also
 * says what is wrong: an unreadable file, a variable without a value. Never fails.
 */
int capi_peek(struct capi_repository *repository, const struct capi_config *config,
              const char *version, char **target, struct strv *variables) must_check;

#endif
