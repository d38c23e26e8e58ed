/* A repository whose files are fetched. */
#include "capi/repository_priv.h"
#include "crypto/digest.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_server.h"
#include "unit/capi/repository_scene.h"

static void test_001__a_remote_file_without_digest__is_refused_with_the_remedy(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    world_open(&world, state,
               "[{" INFRA ", 'url': 'https://github.com/kubernetes-sigs/"
               "cluster-api-provider-openstack/releases/v0.14.4/infrastructure-components.yaml'}]",
               NULL);
    struct capi_repository *repository = must_get(&world);
    assert_int_equal(capi_repository_read(repository, "v0.14.4", "infrastructure-components.yaml",
                                          &bytes, NULL, &err),
                     -1);
    assert_error_text(
        &err, ERROR_USAGE,
        "provider infrastructure-openstack: infrastructure-components.yaml is not fetched from "
        "https://github.com/kubernetes-sigs/cluster-api-provider-openstack/releases/download/"
        "v0.14.4/infrastructure-components.yaml without its digest: add sha256: "
        "{infrastructure-components.yaml: <64 hexadecimal digits>} to the entry of openstack in "
        "the "
        "option providers, or give a local repository with repository_path or a path as URL");
}

/* Opens a repository on SERVER with the digest of CONTENT. */
static void open_remote(struct world *world, void **state, struct fake_server *server,
                        const char *content)
{
    auto_free char *sha256 = sha256_hex(content, strlen(content));
    auto_free char *url = fake_server_url(server, "/a/b/v0.14.4/c.yaml");
    auto_free char *providers =
        xasprintf("[{" INFRA ", 'url': '%s', 'sha256': {'c.yaml': '%s'}}]", url, sha256);
    world_open(world, state, providers, NULL);
}

static int read_remote(struct world *world, struct buf *bytes, struct error **err)
{
    return capi_repository_read(must_get(world), "v0.14.4", "c.yaml", bytes, NULL, err);
}

static void test_read__of_a_remote_file__is_downloaded_once(void **state)
{
    static const struct fake_reply script[] = {
        {.when = "GET /a/b/v0.14.4/c.yaml", .status = 302, .headers = "Location: /moved\r\n"},
        {.when = "GET /moved", .times = 1, .status = 503},
        {.when = "GET /moved", .body = "hello"},
    };
    struct fake_server *server = fake_server_start(script, array_length(script), NULL);
    fake_clock_start();
    for (int i = 0; i < 2; i++) {
        auto_world struct world world = {0};
        auto_error struct error *err = NULL;
        auto_buf struct buf bytes = {0};
        auto_strv struct strv versions = {0};
        open_remote(&world, state, server, "hello");
        assert_ok(read_remote(&world, &bytes, &err), &err);
        assert_string_equal(buf_str(&bytes), "hello");
        assert_int_equal(fake_server_requests(server), 3);
        assert_ok(capi_repository_versions(must_get(&world), &versions, &err), &err);
        assert_strv(&versions, " ", "v0.14.4");
    }
    fake_clock_stop();
    sandbox_write(state, "cache/infrastructure-openstack/v0.14.4/c.yaml", "spoilt");
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    open_remote(&world, state, server, "hello");
    assert_ok(read_remote(&world, &bytes, &err), &err);
    assert_string_equal(buf_str(&bytes), "hello");
    assert_int_equal(fake_server_requests(server), 5);
    fake_server_stop(server);
}

static void test_read__of_a_remote_version_with_a_path__does_not_leave_the_cache(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    struct fake_server *server = fake_server_start(NULL, 0, NULL);
    open_remote(&world, state, server, "hello");
    assert_int_equal(
        capi_repository_read(must_get(&world), "../../x", "c.yaml", &bytes, NULL, &err), -1);
    assert_int_equal(err->kind, ERROR_USAGE);
    assert_int_equal(fake_server_requests(server), 0);
    fake_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_001__a_remote_file_without_digest__is_refused_with_the_remedy),
        sandbox_test(test_read__of_a_remote_file__is_downloaded_once),
        sandbox_test(test_read__of_a_remote_version_with_a_path__does_not_leave_the_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
