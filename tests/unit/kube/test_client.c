#include "kube/client.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/hide.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client__refusal_repeats_the_token__it_is_not_in_the_error),
        cmocka_unit_test(test_client__told_to_stop__its_calls_end_and_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
