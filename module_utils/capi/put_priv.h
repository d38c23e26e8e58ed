/* Between the files of put: what is compared, what is sent, what an answer means. */
#ifndef CAPI_PUT_PRIV_H
#define CAPI_PUT_PRIV_H

#include "capi/put.h"

/* What came of a request. */
enum put_verdict {
    PUT_SETTLED, /* the item is done */
    PUT_GO_ON,   /* its next stage can start */
    PUT_PASSING, /* failed; another try may help */
    PUT_REFUSED, /* failed for good */
};

/* Compares BEFORE, which may be NULL, with the wanted text: fills exists, differs, version,
 * terminating. Pure. BEFORE is borrowed. */
void put_judge(struct capi_put *item, const struct capi_put_options *options, const json_t *before);

/* Sets up the request of the item's stage. */
int put_build(const struct capi_puts *puts, struct capi_put *item, struct error **err) must_check;

/* Brings the wanted text back from the request that it was lent to, before that is cleared. */
void put_take_back(struct capi_put *item);

/* Reads the answer. With PUT_PASSING and PUT_REFUSED *err is set. */
enum put_verdict put_finish(const struct capi_puts *puts, struct capi_put *item,
                            struct error **err);

/* Sets the stage and the action of an item that needs no request in a dry run. True when so. */
bool put_predict(const struct capi_puts *puts, struct capi_put *item);

#endif
