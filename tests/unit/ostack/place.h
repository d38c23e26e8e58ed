/*
 * A directory of its own and an environment without traces of a cloud, for one test. Built on the
 * sandbox of room kube's tests, whose helpers for files and errors it shares.
 */
#ifndef TESTS_OSTACK_PLACE_H
#define TESTS_OSTACK_PLACE_H

#include "unit/kube/sandbox.h"

extern char **environ;

/* Every variable that could name a cloud, a file of one, a CA or a proxy. Tests set their own. */
static inline void place_forget(void)
{
    static const char *const heads[] = {"OS_",       "XDG_",       "SNAP_",       "REQUESTS_CA",
                                        "CURL_CA",   "http_proxy", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy", "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; environ[i];) {
        size_t head = 0;
        while (head < array_length(heads) &&
               strncmp(environ[i], heads[head], strlen(heads[head])) != 0)
            head++;
        if (head == array_length(heads)) {
            i++;
            continue;
        }
        auto_free char *name = xmemdup(environ[i], strcspn(environ[i], "="));
        unsetenv(name);
    }
}

static inline int place_enter(void **state)
{
    place_forget();
    return sandbox_enter(state);
}

static inline int place_leave(void **state)
{
    place_forget();
    return sandbox_leave(state);
}

#define place_test(TEST) cmocka_unit_test_setup_teardown(TEST, place_enter, place_leave)

/* The value of JSON TEXT, written with single quotes for readability. Owned. */
static inline json_t *quoted(const char *text)
{
    auto_free char *json = xstrdup(text);
    for (char *c = strchr(json, '\''); c; c = strchr(c, '\''))
        *c = '"';
    json_error_t where;
    json_t *value = json_loads(json, JSON_DECODE_ANY, &where);
    if (!value)
        fail_msg("%s: %s", text, where.text);
    return value;
}

/* VALUE has to be what the TEXT of quoted() says. */
static inline void assert_json(const json_t *value, const char *text)
{
    json_auto_t *wanted = quoted(text);
    if (json_equal((json_t *)(uintptr_t)value, wanted))
        return;
    auto_free char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    auto_free char *other = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    fail_msg("%s\n   is not %s", shown ? shown : "NULL", other);
}

#endif
