/*
 * One request to a service of the cloudlet, and what comes of it.
 */
#ifndef TESTS_OSTACK_ASKING_H
#define TESTS_OSTACK_ASKING_H

#include "ostack/client.h"
#include "unit/ostack/cloudlet.h"

#define LOGIN "POST /v3/auth/tokens"
#define GET   "GET /m/v1/clustertemplates"

/* One GET of Magnum's templates; the answer's status, with *err after a failure. */
static maybe_unused int ask(struct cloudlet *cloudlet, struct error **err)
{
    auto_osk_call struct osk_call call;
    osk_call_init(&call, OSK_MAGNUM, "GET", xstrdup("/clustertemplates"));
    if (osk_client_call(cloudlet->client, &call, err) < 0)
        return osk_call_status(&call) ? osk_call_status(&call) : -1;
    return osk_call_status(&call);
}

#endif
