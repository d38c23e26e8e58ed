/* One entry of a result's diff, in the shape that Ansible prints as a unified diff. */
#ifndef ANSIBLE_AM_DIFF_H
#define ANSIBLE_AM_DIFF_H

#include <jansson.h>

#include "base/compiler.h"

/*
 * {before, after, before_header, after_header} from texts, owned. NULL and "" are an empty side,
 * as of something created or removed. A last line without its newline gets one. A header that is
 * NULL is left out. Bytes that are no UTF-8 become U+FFFD.
 */
json_t *am_diff_new(const char *before, const char *after, const char *before_header,
                    const char *after_header) must_check;

#endif
