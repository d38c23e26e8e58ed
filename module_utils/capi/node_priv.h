/* What the files of capi/node.h share. */
#ifndef CAPI_NODE_PRIV_H
#define CAPI_NODE_PRIV_H

#include "capi/node.h"

/* Fills in what depends on the kind. VALUE is the body. */
void capi_node_read_facts(struct capi_node *node, const json_t *value);
void capi_node_clear_facts(struct capi_node *node);

#endif
