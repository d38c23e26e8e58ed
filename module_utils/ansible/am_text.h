/* Text that stands for something else: paths with variables, dictionaries. */
#ifndef ANSIBLE_AM_TEXT_H
#define ANSIBLE_AM_TEXT_H

#include <jansson.h>

#include "base/compiler.h"
#include "base/error.h"

/* TEXT with $NAME and ${NAME} replaced (unknown ones stay), then a leading ~ or ~user. Owned. */
char *am_text_path(const char *text) must_check;

/* An object, owned: "{…}" as JSON or as a Python literal, or k=v pairs. */
json_t *am_text_dict(const char *text, struct error **err) must_check;

#endif
