/*
 * One object on its way to a server, and the answers that a test makes up.
 */
#ifndef UNIT_CAPI_PUT_BENCH_H
#define UNIT_CAPI_PUT_BENCH_H

#include "support/unit.h"

#include "base/str.h"
#include "capi/put_priv.h"
#include "capi/resource.h"
#include "support/json_text.h"

#define WANTED                                                                                     \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n','name':'d'},"         \
    "'spec':{'replicas':2}}"
/* As the server has it. */
#define HELD(META, REST)                                                                           \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n','name':'d','uid':"    \
    "'u'," META "}," REST "}"
#define OTHER HELD("'resourceVersion':'7'", "'spec':{'replicas':1}")
#define PATH  "/apis/apps/v1/namespaces/n/deployments"

/* One object on its way, and a client that never speaks to anybody. */
struct bench {
    struct kube_config config;
    struct kube_client *client;
    struct capi_puts puts;
    struct capi_put *item; /* the first of puts */
};

static maybe_unused void bench_begin(struct bench *bench, enum capi_way way,
                                     const struct capi_put_options *options, bool dry_run)
{
    *bench = (struct bench){
        .config = {.server = xstrdup("http://127.0.0.1:1"), .origin = xstrdup("the test")}};
    const struct kube_client_options of_client = {.dry_run = dry_run};
    struct error *err = NULL;
    bench->client = kube_client_new(&bench->config, &of_client, &err);
    assert_no_error(err);
    capi_puts_init(&bench->puts, bench->client, NULL, options);
    json_auto_t *wanted = json_from(WANTED);
    assert_int_equal(capi_puts_add(&bench->puts, wanted, way, 0, &err), 0);
    bench->item = bench->puts.items;
    bench->item->id.resource = capi_resource_deployment;
}

static maybe_unused void bench_end(struct bench *bench)
{
    capi_puts_clear(&bench->puts);
    kube_client_free(bench->client);
    kube_config_clear(&bench->config);
}

/* The item's request is built, and the server says this. */
static maybe_unused enum put_verdict answered(struct bench *bench, int status, const char *body,
                                              struct error **err)
{
    struct kube_call *call = &bench->item->call;
    kube_call_clear(call);
    assert_int_equal(put_build(&bench->puts, bench->item, err), 0);
    put_take_back(bench->item);
    call->job.response.status = status;
    auto_free char *text = xstrdup(body);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    buf_add_str(&call->job.response.body, text);
    if (status >= 400) {
        kube_status_read(&call->job.response, &call->status);
        kube_status_error(&call->status, &call->error);
    }
    return put_finish(&bench->puts, bench->item, err);
}

/* BEFORE is there, NULL: nothing; the item goes on to its write. */
static maybe_unused void looked(struct bench *bench, const char *before)
{
    struct error *err = NULL;
    assert_int_equal(answered(bench, before ? 200 : 404, before ? before : "{}", &err), PUT_GO_ON);
    assert_no_error(err);
    assert_int_equal(bench->item->stage, CAPI_PUT_WRITE);
    assert_int_equal(bench->item->exists, before != NULL);
}

#endif
