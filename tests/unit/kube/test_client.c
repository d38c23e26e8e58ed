#include "kube/client.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/hide.h"
#include "fakes/fake_pki.h"
#include "unit/kube/sandbox.h"
#include "unit/kube/scene.h"

#define REFUSED                                                                                    \
    "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"not with Bearer "    \
    "t0ken\",\"details\":{\"causes\":[{\"field\":\"t0ken\",\"message\":\"bad\"}]}}"

static void
test_client__refusal_repeats_the_token__it_is_not_in_the_error(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = "GET /json", .status = 403, .body = REFUSED},
        {.when = "GET /text", .status = 403, .body = "t0ken is bad"},
        {.when = "GET /moved", .status = 307, .headers = "Location: /?t0ken\r\n", .body = ""},
    };
    static const char *const rows[][2] = {
        {"/json", "not with Bearer ******** (Forbidden, HTTP 403)\n********: bad"},
        {"/text", "******** is bad (Forbidden, HTTP 403)"},
        {"/moved", "to /?********; redirects"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    hide_add(&scene.config.secrets, "t0ken");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        json_t *none = NULL;
        assert_int_equal(kube_client_get(scene.client, rows[i][0], &none, &err), -1);
        assert_contains(err->message, rows[i][1]);
        assert_null(strstr(err->message, "t0ken"));
    }
    scene_end(&scene);
}

static void test_client__told_to_stop__its_calls_end_and_say_so(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    int stop = eventfd(1, EFD_CLOEXEC);
    struct error *err = NULL;
    struct kube_client *client =
        kube_client_new(&scene.config, &(struct kube_client_options){.wake = &stop}, &err);
    assert_no_error(err);
    json_t *none = NULL;
    assert_int_equal(kube_client_get(client, "/x", &none, &err), -1);
    assert_error(&err, ERROR_INTERRUPTED, "before the API server answered");
    kube_client_free(client);
    scene_end(&scene);
    close(stop);
}

struct poll {
    struct kube_call call;
    size_t given, answers; /* how often it was given, and answered with 200 */
};

static struct kube_call *next_poll(void *context, maybe_unused unsigned in_flight)
{
    struct poll *poll = context;
    return poll->given++ ? NULL : &poll->call;
}

static bool poll_again(void *context, struct kube_call *call, long long *wait_ms)
{
    struct poll *poll = context;
    *wait_ms = 0;
    poll->answers += !call->error;
    return !call->error && poll->answers < 3;
}

static void poll_done(maybe_unused void *context, maybe_unused struct kube_call *call)
{
}

#define GONE "{\"kind\":\"Status\",\"code\":401,\"reason\":\"Unauthorized\"}"

/* A look that is repeated for an hour meets several ends of its token; but one that is refused with
 * a fresh token is refused. */
static void test_client__asked_again__renews_its_token_each_time(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = "GET /x", .times = 1, .body = "{}"},
        {.when = "GET /x", .times = 1, .status = 401, .body = GONE},
        {.when = "GET /x", .times = 1, .body = "{}"},
        {.when = "GET /x", .times = 1, .status = 401, .body = GONE},
        {.when = "GET /x", .times = 1, .body = "{}"},
        {.when = "GET /x", .status = 401, .body = GONE},
    };
    struct fake_pair pair = fake_pair_new("server", NULL, NULL, 0);
    const struct fake_tls tls = {.certificate = pair.certificate, .key = pair.key};
    struct scene scene = {.server = fake_server_start(script, array_length(script), &tls)};
    scene.config = (struct kube_config){.server = fake_server_url(scene.server, ""),
                                        .token_file = sandbox_path(state, "token"),
                                        .insecure = true,
                                        .origin = xstrdup("the test")};
    sandbox_write(state, "token", "t0ken");
    struct error *err = NULL;
    scene.client = kube_client_new(&scene.config, &(struct kube_client_options){0}, &err);
    assert_no_error(err);
    for (int refused = 0; refused < 2; refused++) {
        struct poll poll = {0};
        kube_call_init(&poll.call, "GET", xstrdup("/x"));
        const struct kube_work work = {
            .next = next_poll, .again = poll_again, .done = poll_done, .context = &poll};
        assert_int_equal(kube_client_run(scene.client, &work, &err), 0);
        assert_int_equal(poll.answers, refused ? 0 : 3);
        assert_int_equal(kube_call_status(&poll.call), refused ? 401 : 200);
        kube_call_clear(&poll.call);
    }
    assert_int_equal(fake_server_requests(scene.server), 7);
    scene_end(&scene);
    fake_pair_clear(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client__refusal_repeats_the_token__it_is_not_in_the_error),
        cmocka_unit_test(test_client__told_to_stop__its_calls_end_and_say_so),
        sandbox_test(test_client__asked_again__renews_its_token_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
