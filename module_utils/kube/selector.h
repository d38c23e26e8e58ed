/*
 * Label selectors applied to a definition on our side: k=v, k==v, k!=v, k in (a,b),
 * k notin (a,b), k, !k, and several of them in one text separated by commas. The other operators
 * that a server knows (k>1, k<1) are refused.
 */
#ifndef KUBE_SELECTOR_H
#define KUBE_SELECTOR_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"

/*
 * 1 when OBJECT fits every selector in SELECTORS, 0 when not, -1 with ERROR_USAGE for a selector
 * that does not parse, whether or not the others fit: it names selector, position and what was
 * expected. != and notin match an absent key, but an object without any labels map never matches,
 * as in kubernetes.core. No selectors at all fit every object.
 */
int kube_selector_match(const struct strv *selectors, const json_t *object, struct error **err)
    must_check;

#endif
