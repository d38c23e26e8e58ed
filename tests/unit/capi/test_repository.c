#include "capi/repository_priv.h"
#include "unit/capi/repository_scene.h"
#include "unit/capi/world.h"

/* The error of opening a provider with URL. */
static void check_url(void **state, const char *url, enum error_kind kind, const char *message)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_free char *providers = xasprintf("[{" INFRA ", 'url': '%s'}]", url);
    world_open(&world, state, providers, NULL);
    assert_null(get(&world, &err));
    assert_error(&err, kind, message);
}

static void test_005__a_relative_url__is_refused(void **state)
{
    check_url(state, "relative/infrastructure-openstack/v0.14.4/x.yaml", ERROR_USAGE,
              "failed to get repository client for the InfrastructureProvider with name openstack: "
              "error creating the local filesystem repository client: invalid path: path "
              "\"relative/infrastructure-openstack/v0.14.4/x.yaml\" must be an absolute path");
}

static void test_006__a_url_of_too_few_parts__is_refused(void **state)
{
    check_url(state, "/x.yaml", ERROR_USAGE,
              "invalid path: path should be in the form "
              "{basepath}/{provider-name}/{version}/{components.yaml}");
}

static void test_007__a_short_version__is_refused(void **state)
{
    check_url(state, "/b/infrastructure-openstack/v0.14/x.yaml", ERROR_USAGE,
              "invalid version: \"v0.14\". Version must obey the syntax and semantics of the "
              "\"Semantic Versioning\" specification (http://semver.org/) and path format "
              "{basepath}/{provider-name}/{version}/{components.yaml}");
}

static void test_008__a_directory_that_is_not_the_label__is_refused(void **state)
{
    check_url(state, "/b/openstack/v0.14.4/x.yaml", ERROR_USAGE,
              "invalid path: path \"/b/openstack/v0.14.4/x.yaml\" must contain provider "
              "\"infrastructure-openstack\" in the format "
              "{basepath}/{provider-label}/{version}/{components.yaml}");
}

static void test_get__of_another_scheme__is_refused(void **state)
{
    check_url(state, "ftp://h/infrastructure-openstack/v0.14.4/x.yaml", ERROR_USAGE,
              "failed to get repository client for the InfrastructureProvider with name openstack: "
              "invalid provider url. there are no provider implementation for \"ftp\" schema");
    check_url(state, "http://h/a/v1.0.0/x.yaml", ERROR_USAGE,
              "with name openstack: invalid provider url. there are no provider implementation for "
              "\"http\" schema");
    check_url(state, "https://h/a/v1.0.0/x.yaml", ERROR_USAGE,
              "with name openstack: invalid provider url. Only GitHub and GitLab are supported for "
              "\"https\" schema");
    check_url(state, "https://gitlab.x/a/v1.0.0/x.yaml", ERROR_USAGE, "Only GitHub and GitLab");
    check_url(state, "https://github.com/x.yaml", ERROR_USAGE, "has to have the form");
    check_url(state, "https://github.com/a/v1/x.yaml", ERROR_USAGE,
              "neither latest nor a semantic version");
    check_url(state, "https://gitlab.x/api/v4/projects/v1.0.0/x.yaml?a", ERROR_USAGE,
              "without query and fragment");
}

static void test_009__a_file_url_and_a_path__are_the_same(void **state)
{
    static const char *const urls[] = {
        "REPO/infrastructure-openstack/v0.14.4/c.yaml",
        "file://REPO/infrastructure-openstack/v0.14.4/c.yaml",
        "FILE:REPO/infrastructure-openstack/v0.14.4/c.yaml?x#f",
        "file://hostREPO/infrastructure-openstack/v0.14.4/%63.yaml",
    };
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, "c.yaml", "hi");
    for (size_t i = 0; i < array_length(urls); i++) {
        auto_world struct world world = {0};
        auto_error struct error *err = NULL;
        auto_buf struct buf bytes = {0};
        auto_free char *source = NULL;
        auto_free char *providers = xasprintf("[{" INFRA ", 'url': '%s'}]", urls[i]);
        world_open(&world, state, providers, NULL);
        struct capi_repository *repository = must_get(&world);
        assert_string_equal(capi_repository_version(repository), "v0.14.4");
        assert_string_equal(capi_repository_file(repository), "c.yaml");
        assert_string_equal(capi_repository_label(repository), "infrastructure-openstack");
        assert_ok(capi_repository_read(repository, "v0.14.4", "c.yaml", &bytes, &source, &err),
                  &err);
        assert_string_equal(buf_str(&bytes), "hi");
        auto_free char *path = sandbox_path(state, "repo/infrastructure-openstack/v0.14.4/c.yaml");
        assert_string_equal(source, path);
    }
}

static void test_012__a_version_without_its_v__names_the_directory(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, "c.yaml/x",
                  "hi");
    struct capi_repository *repository = must_get(&world);
    assert_int_equal(capi_repository_read(repository, "0.14.4", "c.yaml", &bytes, NULL, &err), -1);
    auto_free char *path = sandbox_path(state, "repo/infrastructure-openstack/0.14.4/c.yaml");
    auto_free char *message =
        xasprintf("failed to read file \"%s\" from local release 0.14.4: stat "
                  "%s: no such file or directory",
                  path, path);
    assert_error_text(&err, ERROR_NOT_FOUND, message);
    assert_int_equal(capi_repository_read(repository, "v0.14.4", "c.yaml", &bytes, NULL, &err), -1);
    assert_error(&err, ERROR_USAGE, "invalid path: file \"c.yaml\" is actually a directory \"");
    assert_int_equal(
        capi_repository_read(repository, "v0.14.4", "metadata.yaml/x", &bytes, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "metadata.yaml/x: not a directory");
}

static void test_versions__of_a_directory__are_those_that_parse(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_strv struct strv versions = {0};
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    assert_int_equal(capi_repository_versions(must_get(&world), &versions, &err), -1);
    assert_error(&err, ERROR_IO, "failed to list release directories: ");
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, NULL, NULL);
    world_release(state, "infrastructure-openstack", "0.12.2", WORLD_INFRA_SERIES, NULL, NULL);
    world_release(state, "infrastructure-openstack", "v0.15", WORLD_INFRA_SERIES, NULL, NULL);
    sandbox_write(state, "repo/infrastructure-openstack/v1.0.0", "a file");
    assert_ok(capi_repository_versions(must_get(&world), &versions, &err), &err);
    strv_sort(&versions);
    assert_strv(&versions, " ", "0.12.2 v0.14.4");
}

static void check_latest(void **state, const char *contract, const char *want, const char *failure)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    world_open(&world, state,
               "[{'name': 'cluster-api', 'type': 'CoreProvider', 'url': "
               "'REPO/cluster-api/latest/core.yaml'}]",
               contract);
    struct capi_repository *repository =
        capi_repositories_get(world.repositories, CAPI_CORE, "cluster-api", NULL, &err);
    if (want) {
        if (!repository)
            fail_msg("%s", err->message);
        assert_string_equal(capi_repository_version(repository), want);
    } else {
        assert_null(repository);
        assert_contains(
            err->message,
            "error creating the local filesystem repository client: failed to get latest "
            "version: ");
        assert_contains(err->message, failure);
    }
}

static void test_015__latest__is_the_newest_release_that_has_metadata(void **state)
{
    check_latest(state, "v1beta2", NULL, "failed to list release directories");
    sandbox_write(state, "repo/cluster-api/x/y", "");
    check_latest(state, "v1beta2", NULL,
                 "failed to find releases tagged with a valid semantic version number");
    world_release(state, "cluster-api", "v1.12.4-rc.1", WORLD_CORE_SERIES, NULL, NULL);
    check_latest(state, "v1beta2", "v1.12.4-rc.1", NULL);
    world_release(state, "cluster-api", "v1.12.2", WORLD_CORE_SERIES, NULL, NULL);
    world_release(state, "cluster-api", "v1.11.9", WORLD_CORE_SERIES, NULL, NULL);
    check_latest(state, "v1beta2", "v1.12.2", NULL);
    sandbox_write(state, "repo/cluster-api/v1.12.3/core.yaml", "");
    check_latest(state, "v1beta2", NULL, "v1.12.3/metadata.yaml: no such file or directory");
    sandbox_write(state, "repo/cluster-api/v1.12.3/metadata.yaml", "broken: [");
    check_latest(state, "v1beta2", "v1.12.3", NULL);
}

static void test_016__latest_for_an_older_contract__is_of_its_newest_series(void **state)
{
    world_release(state, "cluster-api", "v1.10.10", WORLD_CORE_SERIES, NULL, NULL);
    world_release(state, "cluster-api", "v1.10.9", WORLD_CORE_SERIES, NULL, NULL);
    world_release(state, "cluster-api", "v1.9.11", WORLD_CORE_SERIES, NULL, NULL);
    world_release(state, "cluster-api", "v1.12.3", WORLD_CORE_SERIES, NULL, NULL);
    check_latest(state, "v1beta1", "v1.10.10", NULL);
    check_latest(state, "v1beta2", "v1.12.3", NULL);
    world_release(state, "cluster-api", "v1.12.4",
                  WORLD_CORE_SERIES "- {major: 1, minor: 8, contract: v1beta1}\n", NULL, NULL);
    check_latest(state, "v1beta1", "v1.10.10", NULL);
    world_release(state, "cluster-api", "v1.12.5", "- {major: 1, minor: 8, contract: v1beta1}\n",
                  NULL, NULL);
    check_latest(state, "v1beta1", NULL, "failed to find releases tagged");
}

static void test_read__of_the_version_latest__is_the_newest_at_all(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, "c.yaml",
                  "old");
    world_release(state, "infrastructure-openstack", "v0.15.0", WORLD_INFRA_SERIES, "c.yaml",
                  "new");
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", "v1beta1");
    assert_ok(capi_repository_read(must_get(&world), "latest", "c.yaml", &bytes, NULL, &err), &err);
    assert_string_equal(buf_str(&bytes), "new");
}

static void test_017__an_override__wins_and_is_logged(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    auto_free char *source = NULL;
    static const char file[] =
        ".config/cluster-api/overrides/infrastructure-openstack/v0.14.4/c.yaml";
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, "c.yaml",
                  "old");
    sandbox_write(state, file, "mine");
    sandbox_write(state,
                  ".config/cluster-api/overrides/infrastructure-openstack/v0.14.4/metadata.yaml",
                  WORLD_META "- {major: 7, minor: 7, contract: c}\n");
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    struct capi_repository *repository = must_get(&world);
    assert_ok(capi_repository_read(repository, "v0.14.4", "c.yaml", &bytes, &source, &err), &err);
    assert_string_equal(buf_str(&bytes), "mine");
    assert_string_equal(capi_repository_metadata(repository, "v0.14.4", &err)->series->contract,
                        "c");
    auto_free char *path = sandbox_path(state, file);
    auto_free char *line = xasprintf("Using override=\"%s\" provider=\"infrastructure-openstack\" "
                                     "version=\"v0.14.4\"",
                                     path);
    assert_string_equal(source, path);
    assert_strv(&world.log, "\n", line);
}

static void test_018__overrides_that_cannot_be_read__end_the_search(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", WORLD_INFRA_SERIES, "c.yaml",
                  "old");
    /* For root, to whom nothing is unreadable: a file in place of the directory. */
    sandbox_write(state, ".config/cluster-api/overrides", "a file");
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    assert_int_equal(
        capi_repository_read(must_get(&world), "v0.14.4", "c.yaml", &bytes, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "failed to check for the override ");
}

static void test_019__missing_metadata__names_the_provider(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    assert_null(capi_repository_metadata(must_get(&world), "v0.14.4", &err));
    assert_error(&err, ERROR_NOT_FOUND,
                 "failed to read \"metadata.yaml\" from the repository for provider "
                 "\"infrastructure-openstack\": failed to read file \"");
}

static void test_metadata__of_many_versions__stays_where_it_is(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    const struct capi_metadata *first = NULL;
    world_open(&world, state,
               "[{" INFRA ", 'url': 'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]", NULL);
    for (int i = 0; i < 9; i++) {
        auto_free char *version = xasprintf("v0.14.%d", i);
        world_release(state, "infrastructure-openstack", version, WORLD_INFRA_SERIES, NULL, NULL);
        const struct capi_metadata *metadata =
            capi_repository_metadata(must_get(&world), version, &err);
        assert_non_null(metadata);
        if (!first)
            first = metadata;
    }
    assert_ptr_equal(first, capi_repository_metadata(must_get(&world), "v0.14.0", &err));
    assert_int_equal(first->count, 3);
}

static void test_get__with_a_repository_path__takes_the_pinned_version(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    world_release(state, "ipam-mine", "v1.2.3", WORLD_INFRA_SERIES, "ipam-components.yaml", "hi");
    world_open(&world, state, NULL, NULL);
    struct capi_repository *repository =
        capi_repositories_get(world.repositories, CAPI_IPAM, "mine", NULL, &err);
    assert_null(capi_repository_version(repository));
    assert_ptr_equal(capi_repositories_get(world.repositories, CAPI_IPAM, "mine", "v1.2.3", &err),
                     repository);
    assert_string_equal(capi_repository_version(repository), "v1.2.3");
    assert_ok(capi_repository_read(repository, "v1.2.3", capi_repository_file(repository), &bytes,
                                   NULL, &err),
              &err);
    assert_string_equal(buf_str(&bytes), "hi");
    assert_string_equal(capi_repository_provider(repository)->name, "mine");
}

static void test_080__cert_manager__has_a_repository_of_its_own(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_buf struct buf bytes = {0};
    auto_free char *url = sandbox_path(state, "repo/cert-manager/v1.19.1/cert-manager.yaml");
    struct capi_cert_manager settings = {.url = "/x/v1.19.1/cert-manager.yaml"};
    world_release(state, "cert-manager", "v1.20.2", NULL, "cert-manager.yaml", "hi");
    world_open(&world, state, NULL, NULL);
    assert_null(capi_repositories_cert_manager(world.repositories, &settings, &err));
    assert_error(&err, ERROR_USAGE, "must contain provider \"cert-manager\"");
    settings.url = url;
    struct capi_repository *repository =
        capi_repositories_cert_manager(world.repositories, &settings, &err);
    assert_non_null(repository);
    assert_ptr_equal(capi_repositories_cert_manager(world.repositories, &settings, &err),
                     repository);
    assert_ok(capi_repository_read(repository, "v1.20.2", capi_repository_file(repository), &bytes,
                                   NULL, &err),
              &err);
    assert_string_equal(buf_str(&bytes), "hi");
}

static void test_generation_of_core__of_versions__is_that_of_their_contract(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_ref struct capi_ref old = {0};
    auto_capi_ref struct capi_ref new = {0};
    auto_capi_ref struct capi_ref none = {0};
    world_release(state, "cluster-api", "v1.10.10", WORLD_CORE_SERIES, NULL, NULL);
    world_release(state, "cluster-api", "v1.12.3", WORLD_CORE_SERIES, NULL, NULL);
    world_open(&world, state, NULL, NULL);
    assert_ok(capi_ref_parse(&old, CAPI_CORE, "cluster-api:v1.10.10", &err), &err);
    assert_ok(capi_ref_parse(&new, CAPI_CORE, "cluster-api:v1.12.3", &err), &err);
    assert_ok(capi_ref_parse(&none, CAPI_CORE, "cluster-api:v7.0.0", &err), &err);
    assert_string_equal(capi_generation_of_core(world.config, &old)->contract, "v1beta1");
    assert_string_equal(capi_generation_of_core(world.config, &new)->contract, "v1beta2");
    assert_ptr_equal(capi_generation_of_core(world.config, &none), capi_generation_default());
    assert_ptr_equal(capi_generation_of_core(world.config, NULL), capi_generation_default());
}

static void test_path_clean__of_paths__removes_what_means_nothing(void **state)
{
    (void)state;
    static const struct row {
        const char *path, *want;
    } rows[] = {
        {"/a/b", "/a/b"}, {"/a//b/", "/a/b"}, {"/a/./b/../c", "/a/c"}, {"/../..", "/"}, {"", "/"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *clean = capi_path_clean(rows[i].path);
        assert_string_equal(clean, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_005__a_relative_url__is_refused),
        sandbox_test(test_006__a_url_of_too_few_parts__is_refused),
        sandbox_test(test_007__a_short_version__is_refused),
        sandbox_test(test_008__a_directory_that_is_not_the_label__is_refused),
        sandbox_test(test_get__of_another_scheme__is_refused),
        sandbox_test(test_009__a_file_url_and_a_path__are_the_same),
        sandbox_test(test_012__a_version_without_its_v__names_the_directory),
        sandbox_test(test_versions__of_a_directory__are_those_that_parse),
        sandbox_test(test_015__latest__is_the_newest_release_that_has_metadata),
        sandbox_test(test_016__latest_for_an_older_contract__is_of_its_newest_series),
        sandbox_test(test_read__of_the_version_latest__is_the_newest_at_all),
        sandbox_test(test_017__an_override__wins_and_is_logged),
        sandbox_test(test_018__overrides_that_cannot_be_read__end_the_search),
        sandbox_test(test_019__missing_metadata__names_the_provider),
        sandbox_test(test_metadata__of_many_versions__stays_where_it_is),
        sandbox_test(test_get__with_a_repository_path__takes_the_pinned_version),
        sandbox_test(test_080__cert_manager__has_a_repository_of_its_own),
        sandbox_test(test_generation_of_core__of_versions__is_that_of_their_contract),
        sandbox_test(test_path_clean__of_paths__removes_what_means_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
