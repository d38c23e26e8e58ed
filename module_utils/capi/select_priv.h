/* What the files of capi/select.h share. */
#ifndef CAPI_SELECT_PRIV_H
#define CAPI_SELECT_PRIV_H

#include "capi/select.h"

/* Lets the credentials of what is selected travel too. */
void capi_select_credentials(struct capi_graph *graph, const struct capi_select_options *options);

#endif
