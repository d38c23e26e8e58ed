/*
 * A task on a scripted cloud: observed and planned when it starts, then carried out.
 */
#ifndef TESTS_OPENSTACK_RESOURCES_TASK_H
#define TESTS_OPENSTACK_RESOURCES_TASK_H

#include "openstack_resources/apply.h"
#include "openstack_resources/observe.h"
#include "unit/openstack_resources/bench.h"
#include "unit/ostack/cloudlet.h"

#define LOGIN   "POST /v3/auth/tokens"
#define IMAGES  "GET /i/v2/images"
#define FLAVORS "GET /c/v2.1/flavors"

struct task {
    struct bench bench;
    struct fake_server *server;
};

static inline int task_start(struct task *task, const struct fake_reply *script, size_t count,
                             const char *items, struct error **err)
{
    *task = (struct task){.server = fake_server_start(script, count, NULL)};
    auto_free char *url = fake_server_url(task->server, "");
    auto_free char *text = xasprintf(
        "{'cloud': {'auth': {'auth_url': '%s/v3', 'user_id': 'u', 'password': 'pw', 'project_id': "
        "'p'}, 'image_endpoint_override': '%s/i', 'compute_endpoint_override': '%s/c', "
        "'identity_endpoint_override': '%s/v3'}, 'resources': %s}",
        url, url, url, url, items);
    struct bench *bench = &task->bench;
    bench->params = quoted(text);
    bench->context.secrets = am_secrets_new();
    bench->context.module_name = "openstack_resources";
    if (am_spec_validate(&openstack_resources_spec, bench->params, &bench->context, err) < 0)
        return -1;
    bench->all = resources_open(bench->params, &bench->context, err);
    return bench->all && resources_observe(bench->all, err) == 0 ? resources_plan(bench->all, err)
                                                                 : -1;
}

static inline void task_stop(struct task *task)
{
    bench_clear(&task->bench);
    fake_server_stop(task->server);
}

#define auto_task cleanup_with(task_stop)

static inline void start(struct task *task, const struct fake_reply *script, size_t count,
                         const char *items)
{
    auto_error struct error *err = NULL;
    if (task_start(task, script, count, items, &err) < 0)
        fail_msg("%s", err->message);
}

static inline void assert_requests(const struct task *task, const char *wanted)
{
    struct cloudlet cloudlet = {.server = task->server};
    assert_lines(&cloudlet, wanted);
}

/* The result of a task that was carried out; owned. */
static inline json_t *applied(struct task *task)
{
    auto_error struct error *err = NULL;
    json_t *result = json_object();
    if (resources_apply(task->bench.all, &err) < 0)
        fail_msg("%s", err->message);
    resources_result(task->bench.all, NULL, result);
    return result;
}

#endif
