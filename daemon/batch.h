/*
 * Several calls at a time, for as long as the API server answers. What it says to one of them is no
 * matter of the others, but where nothing comes back the rest need not be tried.
 */
#ifndef DAEMON_BATCH_H
#define DAEMON_BATCH_H

#include "kube/client.h"

/*
 * Runs COUNT calls as kube_client_all does, but gives out no more of them once one had no answer.
 * -1 when not all were made, or none was answered. A call that was made has an error or a status
 * then too.
 */
int batch_run(struct kube_client *client, struct kube_call *calls, size_t count, struct error **err)
    must_check;
/* True when CALL was made. */
bool batch_made(const struct kube_call *call);

#endif
