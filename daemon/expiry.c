#include "daemon/expiry.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "daemon/slices.h"
#include "json/js_get.h"

struct expiry {
    char *host;
    long long patience_ms;
    json_t *seen;  /* slice name -> {version, since}: since when it looks as it does */
    json_t *alive; /* host -> when its sign of life changed last */
};

struct expiry *expiry_new(const char *host, long long patience_ms)
{
    struct expiry *expiry = xcalloc(1, sizeof(*expiry));
    expiry->host = xstrdup(host);
    expiry->patience_ms = patience_ms;
    expiry->seen = json_object();
    expiry->alive = json_object();
    return expiry;
}

void expiry_free(struct expiry *expiry)
{
    if (!expiry)
        return;
    free(expiry->host);
    json_decref(expiry->seen);
    json_decref(expiry->alive);
    free(expiry);
}

void expiry_forget(struct expiry *expiry)
{
    json_object_clear(expiry->seen);
    json_object_clear(expiry->alive);
}

/* Made anew under the same name it is another one, although versions could repeat. */
static char *version_of(const json_t *slice)
{
    const char *uid = js_str(slice, "metadata", "uid", NULL);
    const char *version = js_str(slice, "metadata", "resourceVersion", NULL);
    return xasprintf("%s/%s", uid ? uid : "", version ? version : "");
}

void expiry_note(struct expiry *expiry, const char *name, const json_t *slice, long long now_ms)
{
    auto_free char *version = version_of(slice);
    if (str_equal(js_str(expiry->seen, name, "version", NULL), version))
        return;
    json_object_set_new(expiry->seen, name,
                        json_pack("{s:s, s:I}", "version", version, "since", (json_int_t)now_ms));
    const char *host = sign_host_of(slice);
    if (host)
        json_object_set_new(expiry->alive, host, json_integer(now_ms));
}

/* A host that is silent for so long is not alive by whatever time somebody asks: hosts come and go,
 * under new names too. */
static void forget_silent(struct expiry *expiry, long long now_ms)
{
    void *next = NULL;
    const char *host = NULL;
    json_t *last = NULL;
    json_object_foreach_safe (expiry->alive, next, host, last)
        if (now_ms - json_integer_value(last) > EXPIRY_AT_LAST * expiry->patience_ms)
            json_object_del(expiry->alive, host);
}

void expiry_observe(struct expiry *expiry, const json_t *slices, long long now_ms)
{
    json_t *seen = json_object();
    const char *name = NULL;
    json_t *slice = NULL;
    json_object_foreach (js_iterable(slices), name, slice) {
        expiry_note(expiry, name, slice, now_ms);
        json_object_set(seen, name, json_object_get(expiry->seen, name));
    }
    json_decref(expiry->seen);
    expiry->seen = seen;
    forget_silent(expiry, now_ms);
}

static long long unchanged_ms(const struct expiry *expiry, const char *name, long long now_ms)
{
    long long since = now_ms;
    js_int(expiry->seen, &since, name, "since", NULL);
    return now_ms - since;
}

static bool has_sign(const json_t *slices, const char *host)
{
    auto_free char *name = sign_name(host);
    return json_object_get(slices, name) != NULL;
}

/* How long a host has given no sign of life; without any, it says nothing for a slice. */
static bool host_is_alive(const struct expiry *expiry, const char *host, long long now_ms)
{
    long long last = 0;
    return js_int(expiry->alive, &last, host, NULL) && now_ms - last <= expiry->patience_ms;
}

/* By its own time, or where it has none by that of its making; without either it is old. */
static bool is_old(const struct expiry *expiry, const json_t *slice, time_t wall)
{
    time_t then = 0;
    if (!slice_stamp(slice, &then) &&
        !rfc3339_parse(js_str(slice, "metadata", "creationTimestamp", NULL), &then))
        return true;
    return (wall - then) * 1000LL > expiry->patience_ms;
}

static bool is_dead(const struct expiry *expiry, const json_t *slices, const char *name,
                    long long now_ms, time_t wall)
{
    const json_t *slice = json_object_get(slices, name);
    long long unchanged = unchanged_ms(expiry, name, now_ms);
    if (unchanged <= expiry->patience_ms)
        return false;
    if (sign_host_of(slice))
        return true;
    if (slice_is_native(slice))
        return !has_sign(slices, slice_host_of(slice)) &&
               !host_is_alive(expiry, slice_host_of(slice), now_ms);
    return is_old(expiry, slice, wall) || unchanged > EXPIRY_AT_LAST * expiry->patience_ms;
}

static bool is_ours(const struct expiry *expiry, const json_t *slice)
{
    const char *sign = sign_host_of(slice);
    return str_equal(sign ? sign : slice_host_of(slice), expiry->host);
}

void expiry_find(const struct expiry *expiry, const json_t *slices, long long now_ms, time_t wall,
                 struct strv *names)
{
    const char *name = NULL;
    json_t *slice = NULL;
    json_object_foreach (js_iterable(slices), name, slice) {
        bool proxied = slice_is_proxied(slice) || sign_host_of(slice);
        if (proxied && !is_ours(expiry, slice) && is_dead(expiry, slices, name, now_ms, wall))
            strv_add(names, name);
    }
}
