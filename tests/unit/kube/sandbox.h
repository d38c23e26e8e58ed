/*
 * A directory of its own and an environment without traces of a cluster, for one test. Both are
 * gone, and what was there before is back, after sandbox_leave.
 */
#ifndef TESTS_KUBE_SANDBOX_H
#define TESTS_KUBE_SANDBOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/strv.h"

struct sandbox {
    char *root;
    char *before; /* current directory */
    struct saved {
        const char *name;
        char *value;
    } saved[6];
};

static inline int sandbox_unlink(const char *path, const struct stat *status, int type,
                                 struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int sandbox_enter(void **state)
{
    static const char *const names[] = {"HOME",
                                        "KUBECONFIG",
                                        "KUBERNETES_SERVICE_HOST",
                                        "KUBERNETES_SERVICE_PORT",
                                        "MCAPI_SERVICE_ACCOUNT_DIR",
                                        "PATH"};
    struct sandbox *box = xcalloc(1, sizeof(*box));
    char template[] = "/tmp/kube-test-XXXXXX";
    if (!mkdtemp(template))
        return -1;
    box->root = xstrdup(template);
    box->before = getcwd(NULL, 0);
    for (size_t i = 0; i < array_length(names); i++) {
        const char *value = getenv(names[i]);
        box->saved[i] = (struct saved){names[i], value ? xstrdup(value) : NULL};
        if (strcmp(names[i], "PATH") != 0)
            unsetenv(names[i]);
    }
    auto_free char *account = xasprintf("%s/no-service-account", box->root);
    setenv("MCAPI_SERVICE_ACCOUNT_DIR", account, 1);
    setenv("HOME", box->root, 1);
    *state = box;
    return chdir(box->root);
}

static inline int sandbox_leave(void **state)
{
    struct sandbox *box = *state;
    for (size_t i = 0; i < array_length(box->saved); i++) {
        if (box->saved[i].value)
            setenv(box->saved[i].name, box->saved[i].value, 1);
        else
            unsetenv(box->saved[i].name);
        free(box->saved[i].value);
    }
    int result = chdir(box->before);
    nftw(box->root, sandbox_unlink, 16, FTW_DEPTH | FTW_PHYS);
    free(box->root);
    free(box->before);
    free(box);
    return result;
}

/* The absolute path of NAME in the sandbox. Owned. */
static inline char *sandbox_path(void **state, const char *name)
{
    return xasprintf("%s/%s", ((struct sandbox *)*state)->root, name);
}

/* Writes TEXT to the file NAME, making its directories. */
static inline void sandbox_write(void **state, const char *name, const char *text)
{
    auto_free char *path = sandbox_path(state, name);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The same, executable. */
static inline void sandbox_script(void **state, const char *name, const char *body)
{
    auto_free char *path = sandbox_path(state, name);
    auto_free char *text = xasprintf("#!/bin/sh\n%s\n", body);
    sandbox_write(state, name, text);
    assert_int_equal(chmod(path, 0755), 0);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\"\n   does not contain \"%s\"", text ? text : "NULL", part);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (text && strstr(text, part))
        fail_msg("\"%s\"\n   contains \"%s\"", text, part);
}

/* *err has to be an error of KIND whose message contains PART; it is freed. */
static inline void assert_error(struct error **err, enum error_kind kind, const char *part)
{
    assert_non_null(*err);
    assert_contains((*err)->message, part);
    if ((*err)->kind != kind)
        fail_msg("kind %d, not %d: %s", (int)(*err)->kind, (int)kind, (*err)->message);
    error_clear(err);
}

/* The text of a file of the sandbox, owned; "" when it is not there. */
static inline char *sandbox_read(void **state, const char *name)
{
    auto_free char *path = sandbox_path(state, name);
    char bytes[65536] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        return xstrdup("");
    size_t size = fread(bytes, 1, sizeof(bytes) - 1, file);
    fclose(file);
    return xmemdup(bytes, size);
}

#define sandbox_test(TEST) cmocka_unit_test_setup_teardown(TEST, sandbox_enter, sandbox_leave)

#endif
