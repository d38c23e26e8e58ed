#include "support/unit.h"

#include <unistd.h>

#include "fakes/fake_pki.h"
#include "fakes/fake_server.h"
#include "http/client_priv.h"

#define NOWHERE "/nonexistent/bundle.pem"

/* A file that exists, and what it is to hold. */
struct bundle {
    char path[32];
};

static int make_bundle(void **state)
{
    struct bundle *bundle = xcalloc(1, sizeof(*bundle));
    strcpy(bundle->path, "/tmp/trust.XXXXXX");
    int fd = mkstemp(bundle->path);
    assert_true(fd >= 0);
    close(fd);
    unsetenv("SSL_CERT_FILE");
    *state = bundle;
    return 0;
}

static int free_bundle(void **state)
{
    struct bundle *bundle = *state;
    unsetenv("SSL_CERT_FILE");
    unlink(bundle->path);
    free(bundle);
    return 0;
}

static void write_bundle(const struct bundle *bundle, const char *pem)
{
    FILE *file = fopen(bundle->path, "w");
    assert_non_null(file);
    fputs(pem, file);
    assert_int_equal(fclose(file), 0);
}

static void test_trust_bundle__several_paths__is_the_first_that_can_be_read(void **state)
{
    const struct bundle *bundle = *state;
    const char *const paths[] = {NOWHERE, bundle->path, "/dev/null", NULL};
    assert_string_equal(trust_bundle(paths), bundle->path);
}

static void test_trust_bundle__no_readable_path__is_none(void **state)
{
    (void)state;
    static const char *const paths[] = {NOWHERE, NULL};
    assert_null(trust_bundle(paths));
    assert_null(trust_bundle(paths + 1));
}

static void test_trust_bundle__ssl_cert_file__wins_even_when_it_is_missing(void **state)
{
    const struct bundle *bundle = *state;
    const char *const paths[] = {bundle->path, NULL};
    setenv("SSL_CERT_FILE", NOWHERE, 1);
    assert_string_equal(trust_bundle(paths), NOWHERE);
    setenv("SSL_CERT_FILE", "", 1);
    assert_string_equal(trust_bundle(paths), bundle->path);
}

/* One GET to a server whose certificate AUTHORITY signed, with no authority in the options or with
 * CA_PEM. */
static int get(const struct fake_pair *authority, const char *ca_pem, struct error **err)
{
    static const struct fake_reply script[] = {{.body = "x"}};
    struct fake_pair pair = fake_pair_new("server", "IP:127.0.0.1", authority, 0);
    struct fake_tls tls = {.certificate = pair.certificate, .key = pair.key};
    struct fake_server *server = fake_server_start(script, 1, &tls);
    struct http_client *client = http_client_new(&(struct http_options){.ca_pem = ca_pem}, err);
    struct http_job job;
    http_job_init(&job, "GET", fake_server_url(server, "/"));
    int status = http_client_perform(client, &job, err) == 0 ? job.response.status : -1;
    http_job_clear(&job);
    http_client_free(client);
    fake_server_stop(server);
    fake_pair_clear(&pair);
    return status;
}

static void test_trust__authority_in_ssl_cert_file__is_trusted(void **state)
{
    const struct bundle *bundle = *state;
    struct error *err = NULL;
    struct fake_pair authority = fake_pair_new("authority", NULL, NULL, 0);
    write_bundle(bundle, authority.certificate);
    setenv("SSL_CERT_FILE", bundle->path, 1);
    assert_int_equal(get(&authority, NULL, &err), 200);
    fake_pair_clear(&authority);
}

static void test_trust__given_authority__keeps_ssl_cert_file_out(void **state)
{
    const struct bundle *bundle = *state;
    struct error *err = NULL;
    struct fake_pair authority = fake_pair_new("authority", NULL, NULL, 0);
    struct fake_pair other = fake_pair_new("other", NULL, NULL, 0);
    write_bundle(bundle, authority.certificate);
    setenv("SSL_CERT_FILE", bundle->path, 1);
    assert_int_equal(get(&authority, other.certificate, &err), -1);
    assert_error(&err, ERROR_HTTP, "not signed by an authority that is trusted");
    fake_pair_clear(&other);
    fake_pair_clear(&authority);
}

static void test_trust__missing_ssl_cert_file__is_named(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct fake_pair authority = fake_pair_new("authority", NULL, NULL, 0);
    setenv("SSL_CERT_FILE", NOWHERE, 1);
    assert_int_equal(get(&authority, NULL, &err), -1);
    assert_error(&err, ERROR_AUTH, NOWHERE);
    fake_pair_clear(&authority);
}

#define with_bundle(TEST) cmocka_unit_test_setup_teardown(TEST, make_bundle, free_bundle)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bundle(test_trust_bundle__several_paths__is_the_first_that_can_be_read),
        with_bundle(test_trust_bundle__no_readable_path__is_none),
        with_bundle(test_trust_bundle__ssl_cert_file__wins_even_when_it_is_missing),
        with_bundle(test_trust__authority_in_ssl_cert_file__is_trusted),
        with_bundle(test_trust__given_authority__keeps_ssl_cert_file_out),
        with_bundle(test_trust__missing_ssl_cert_file__is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
