/*
 * Warning headers of an API server: `299 - "text" "date", 299 - "text"`.
 */
#ifndef KUBE_WARNING_H
#define KUBE_WARNING_H

#include "base/strv.h"

/* Adds the text of every well-formed warning with code 299 in the header value VALUE to TEXTS,
 * without duplicates; as kubectl, others are passed over. */
void kube_warning_parse(const char *value, struct strv *texts);

#endif
