#include "support/unit.h"

#include "fakes/fake_pki.h"
#include "fakes/fake_server.h"
#include "http/client.h"

enum { DAY = 86400 };

/* An authority, one that has its name but another key, a server and two clients. */
struct world {
    struct fake_pair authority;
    struct fake_pair stranger;
    struct fake_pair server;
    struct fake_pair client;
    struct fake_pair strange_client;
};

static int make_world(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    world->authority = fake_pair_new("test authority", NULL, NULL, 0);
    world->stranger = fake_pair_new("other authority", NULL, NULL, 0);
    world->server =
        fake_pair_new("kubernetes", "DNS:kubernetes,IP:127.0.0.1", &world->authority, 0);
    world->client = fake_pair_new("client", NULL, &world->authority, 0);
    world->strange_client = fake_pair_new("client", NULL, &world->stranger, 0);
    *state = world;
    return 0;
}

static int free_world(void **state)
{
    struct world *world = *state;
    fake_pair_clear(&world->authority);
    fake_pair_clear(&world->stranger);
    fake_pair_clear(&world->server);
    fake_pair_clear(&world->client);
    fake_pair_clear(&world->strange_client);
    free(world);
    return 0;
}

struct result {
    int status;
    enum http_failure failure;
    struct error *err;
    char *request;
};

/* One GET to a TLS server with CERTIFICATE. */
static struct result get(const struct fake_tls *tls, const struct http_options *options)
{
    static const struct fake_reply script[] = {{.body = "x"}};
    struct result result = {0};
    struct fake_server *server = fake_server_start(script, 1, tls);
    struct http_client *client = http_client_new(options, &result.err);
    assert_no_error(result.err);
    struct http_job job;
    http_job_init(&job, "GET", fake_server_url(server, "/"));
    if (http_client_perform(client, &job, &result.err) == 0)
        result.status = job.response.status;
    result.failure = job.failure;
    http_job_clear(&job);
    http_client_free(client);
    result.request = fake_server_request(server, 0);
    fake_server_stop(server);
    return result;
}

static void check_good(struct result result)
{
    assert_no_error(result.err);
    assert_int_equal(result.status, 200);
    free(result.request);
}

static void check_bad(struct result result, enum http_failure failure, enum error_kind kind,
                      const char *words)
{
    assert_error(&result.err, kind, words);
    assert_int_equal(result.failure, failure);
    assert_string_equal(result.request, "");
    free(result.request);
}

static struct fake_tls server_tls(const struct world *world)
{
    return (struct fake_tls){.certificate = world->server.certificate, .key = world->server.key};
}

static void test_tls__right_authority__is_trusted(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    check_good(get(&tls, &(struct http_options){.ca_pem = world->authority.certificate}));
}

static void test_tls__bundle_of_authorities__is_read_whole(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    auto_free char *bundle =
        xasprintf("# comment\n%s\n%s", world->stranger.certificate, world->authority.certificate);
    check_good(get(&tls, &(struct http_options){.ca_pem = bundle}));
}

static void test_tls__other_authority_or_the_systems__is_not_trusted(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    check_bad(get(&tls, &(struct http_options){.ca_pem = world->stranger.certificate}),
              HTTP_FAILURE_VERIFY, ERROR_HTTP, "not signed by an authority that is trusted");
    check_bad(get(&tls, &(struct http_options){0}), HTTP_FAILURE_VERIFY, ERROR_HTTP,
              "not signed by an authority that is trusted");
}

static void test_tls__authority_made_anew_with_its_old_name__is_told(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    struct fake_pair anew = fake_pair_new("test authority", NULL, NULL, 0);
    check_bad(get(&tls, &(struct http_options){.ca_pem = anew.certificate}), HTTP_FAILURE_VERIFY,
              ERROR_HTTP, "was the authority created anew?");
    fake_pair_clear(&anew);
}

static void test_tls__insecure__trusts_anybody(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    check_good(get(&tls, &(struct http_options){.insecure = true}));
}

static void test_tls__damaged_ca__is_told(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    check_bad(
        get(&tls, &(struct http_options){.ca_pem = "-----BEGIN CERTIFICATE-----\nnonsense\n"}),
        HTTP_FAILURE_VERIFY, ERROR_AUTH, "CA certificate is not PEM, or damaged");
}

static void test_tls__certificate_outside_of_its_time__is_told(void **state)
{
    const struct world *world = *state;
    static const struct {
        long shift;
        const char *words;
    } rows[] = {{-DAY, "has expired"}, {DAY, "is not valid yet"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct fake_pair pair =
            fake_pair_new("kubernetes", "IP:127.0.0.1", &world->authority, rows[i].shift);
        struct fake_tls tls = {.certificate = pair.certificate, .key = pair.key};
        check_bad(get(&tls, &(struct http_options){.ca_pem = world->authority.certificate}),
                  HTTP_FAILURE_VERIFY, ERROR_HTTP, rows[i].words);
        fake_pair_clear(&pair);
    }
}

static void test_tls__other_names__are_listed(void **state)
{
    const struct world *world = *state;
    struct fake_pair pair =
        fake_pair_new("kubernetes", "DNS:a.example,IP:10.0.0.1", &world->authority, 0);
    struct fake_tls tls = {.certificate = pair.certificate, .key = pair.key};
    check_bad(get(&tls, &(struct http_options){.ca_pem = world->authority.certificate}),
              HTTP_FAILURE_VERIFY, ERROR_HTTP,
              "the server's certificate is not for \"127.0.0.1\" but for: DNS:a.example, IP "
              "Address:10.0.0.1");
    fake_pair_clear(&pair);
}

static void test_tls__server_name__is_verified_and_the_host_header_stays(void **state)
{
    const struct world *world = *state;
    struct fake_pair pair = fake_pair_new("kubernetes", "DNS:kubernetes", &world->authority, 0);
    struct fake_tls tls = {.certificate = pair.certificate, .key = pair.key};
    struct http_options options = {.ca_pem = world->authority.certificate,
                                   .tls_server_name = "kubernetes"};
    struct result result = get(&tls, &options);
    assert_non_null(strstr(result.request, "\r\nHost: 127.0.0.1:"));
    check_good(result);
    options.tls_server_name = "other.example";
    check_bad(get(&tls, &options), HTTP_FAILURE_VERIFY, ERROR_HTTP,
              "is not for \"other.example\" but for: DNS:kubernetes");
    options.tls_server_name = "not a name";
    check_bad(get(&tls, &options), HTTP_FAILURE_OTHER, ERROR_USAGE,
              "cannot be the name of a TLS server");
    fake_pair_clear(&pair);
}

static void test_tls__client_certificate__is_shown(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    tls.client_ca = world->authority.certificate;
    struct http_options options = {.ca_pem = world->authority.certificate,
                                   .client_cert_pem = world->client.certificate,
                                   .client_key_pem = world->client.key};
    check_good(get(&tls, &options));
}

static void test_tls__missing_or_strange_client_certificate__is_a_matter_of_auth(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    tls.client_ca = world->authority.certificate;
    struct http_options options = {.ca_pem = world->authority.certificate};
    check_bad(get(&tls, &options), HTTP_FAILURE_VERIFY, ERROR_AUTH, "wants a client certificate");
    options.client_cert_pem = world->strange_client.certificate;
    options.client_key_pem = world->strange_client.key;
    check_bad(get(&tls, &options), HTTP_FAILURE_VERIFY, ERROR_AUTH,
              "refused the client certificate");
}

static void test_tls__key_of_another_certificate__is_told(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    struct http_options options = {.insecure = true,
                                   .client_cert_pem = world->client.certificate,
                                   .client_key_pem = world->server.key};
    check_bad(get(&tls, &options), HTTP_FAILURE_VERIFY, ERROR_AUTH,
              "client certificate and key do not fit");
}

static void test_tls__encrypted_key__fails_instead_of_asking(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    auto_free char *key = fake_encrypted_key(world->client.key);
    struct http_options options = {
        .insecure = true, .client_cert_pem = world->client.certificate, .client_key_pem = key};
    check_bad(get(&tls, &options), HTTP_FAILURE_VERIFY, ERROR_AUTH, "or the key is encrypted");
}

static void test_tls__plain_http_on_the_port__is_told(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.fault = FAKE_RAW, .body = "HTTP/1.0 400 Bad Request\r\n\r\n"}};
    struct error *err = NULL;
    struct fake_server *server = fake_server_start(script, 1, NULL);
    struct http_client *client = http_client_new(&(struct http_options){0}, &err);
    struct http_job job;
    http_job_init(&job, "GET", xasprintf("https://127.0.0.1:%d/", fake_server_port(server)));
    assert_int_equal(http_client_perform(client, &job, &err), -1);
    assert_int_equal(job.failure, HTTP_FAILURE_OTHER);
    assert_error(&err, ERROR_HTTP,
                 "does not speak TLS on this port (should the URL begin with "
                 "http:// ?)");
    http_job_clear(&job);
    http_client_free(client);
    fake_server_stop(server);
}

static void test_tls__older_than_1_2__is_refused(void **state)
{
    const struct world *world = *state;
    struct fake_tls tls = server_tls(world);
    tls.oldest_only = 1;
    check_bad(get(&tls, &(struct http_options){.insecure = true}), HTTP_FAILURE_OTHER, ERROR_HTTP,
              "no TLS version from 1.2 on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tls__right_authority__is_trusted),
        cmocka_unit_test(test_tls__bundle_of_authorities__is_read_whole),
        cmocka_unit_test(test_tls__other_authority_or_the_systems__is_not_trusted),
        cmocka_unit_test(test_tls__authority_made_anew_with_its_old_name__is_told),
        cmocka_unit_test(test_tls__insecure__trusts_anybody),
        cmocka_unit_test(test_tls__damaged_ca__is_told),
        cmocka_unit_test(test_tls__certificate_outside_of_its_time__is_told),
        cmocka_unit_test(test_tls__other_names__are_listed),
        cmocka_unit_test(test_tls__server_name__is_verified_and_the_host_header_stays),
        cmocka_unit_test(test_tls__client_certificate__is_shown),
        cmocka_unit_test(test_tls__missing_or_strange_client_certificate__is_a_matter_of_auth),
        cmocka_unit_test(test_tls__key_of_another_certificate__is_told),
        cmocka_unit_test(test_tls__encrypted_key__fails_instead_of_asking),
        cmocka_unit_test(test_tls__plain_http_on_the_port__is_told),
        cmocka_unit_test(test_tls__older_than_1_2__is_refused),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
