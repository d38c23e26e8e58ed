#include "kube/mask.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_write.h"

#define HIDDEN       "***"
#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* The members of a Secret that hold values. */
static const char *const containers[] = {"data", "stringData"};

static bool is_secret(const json_t *value, bool kind_is_known)
{
    static const char *const names[] = {"Secret", "secret", "secrets"};
    const char *version = js_str(value, "apiVersion", NULL);
    const char *kind = js_str(value, "kind", NULL);
    if (!json_is_object(value) || (version && !str_equal(version, "v1")))
        return false;
    for (size_t i = 0; i < array_length(names); i++)
        if (str_equal(kind, names[i]))
            return true;
    return !kind && kind_is_known;
}

bool kube_mask_is_secret(const json_t *value)
{
    return is_secret(value, false);
}

struct visitor {
    void (*visit)(json_t *secret, void *context);
    void *context;
};

/* Visits VALUE when it is a Secret, or the Secrets inside when it is a list. */
static void visit_secrets(json_t *value, bool kind_is_known, const struct visitor *visitor)
{
    const char *kind = js_str(value, "kind", NULL);
    if (is_secret(value, kind_is_known)) {
        visitor->visit(value, visitor->context);
        return;
    }
    bool is_list = kind && str_ends_with(kind, "List");
    json_t *items = is_list ? json_object_get(value, "items") : value;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (items, index, item)
        visit_secrets(item, str_equal(kind, "SecretList"), visitor);
}

/* How to mask one Secret. */
struct masking {
    const json_t *differing; /* keys of the values that get TEXT; all others get "***" */
    const char *text;
    bool annotation_differs;
    bool done; /* something was masked */
};

static json_t *hidden(const struct masking *masking, bool differs)
{
    return json_string(differs ? masking->text : HIDDEN);
}

static void mask_container(json_t *secret, const char *name, struct masking *masking)
{
    json_t *container = json_object_get(secret, name);
    if (!container || json_is_null(container))
        return;
    if (!json_is_object(container)) {
        /* Not what a Secret looks like, but what somebody wrote into one. */
        json_object_set_new(secret, name, json_string(HIDDEN));
        masking->done = true;
        return;
    }
    for (void *i = json_object_iter(container); i; i = json_object_iter_next(container, i)) {
        bool differs = json_object_get(masking->differing, json_object_iter_key(i)) != NULL;
        json_object_iter_set_new(container, i, hidden(masking, differs));
        masking->done = true;
    }
}

static void mask_secret(json_t *secret, void *context)
{
    struct masking *masking = context;
    for (size_t i = 0; i < array_length(containers); i++)
        mask_container(secret, containers[i], masking);
    json_t *annotations = js_get(secret, "metadata", "annotations", NULL);
    if (!json_object_get(annotations, LAST_APPLIED))
        return;
    json_object_set_new(annotations, LAST_APPLIED, hidden(masking, masking->annotation_differs));
    masking->done = true;
}

bool kube_mask(json_t *object)
{
    struct masking masking = {.text = HIDDEN};
    visit_secrets(object, false, &(struct visitor){mask_secret, &masking});
    return masking.done;
}

bool kube_mask_secret(json_t *secret)
{
    struct masking masking = {.text = HIDDEN};
    mask_secret(secret, &masking);
    return masking.done;
}

/* Adds a value as text: what is no string, and no server takes, as JSON. */
static void add_plain(struct buf *out, const json_t *value)
{
    if (json_is_string(value))
        buf_add(out, json_string_value(value), json_string_length(value));
    else if (js_write(out, value, 0, NULL) < 0)
        buf_add_str(out, "(unwritable)");
}

/* Adds the bytes behind a value of data; what is no base64 stands for itself. */
static void add_decoded(struct buf *out, const json_t *value)
{
    if (!json_is_string(value) ||
        base64_decode(json_string_value(value), json_string_length(value), out, NULL) < 0)
        add_plain(out, value);
}

/* The bytes that a server keeps under KEY: stringData beats data. False when there are none. */
static bool read_value(const json_t *secret, const char *key, struct buf *out)
{
    const json_t *plain = js_get(secret, "stringData", key, NULL);
    const json_t *encoded = js_get(secret, "data", key, NULL);
    if (plain && !json_is_null(plain))
        add_plain(out, plain);
    else if (encoded && !json_is_null(encoded))
        add_decoded(out, encoded);
    else
        return false;
    return true;
}

static bool values_differ(const json_t *before, const json_t *after, const char *key)
{
    cleanup_with(buf_wipe) struct buf a;
    cleanup_with(buf_wipe) struct buf b;
    buf_init(&a);
    buf_init(&b);
    return read_value(before, key, &a) && read_value(after, key, &b) &&
           (a.size != b.size || memcmp(buf_str(&a), buf_str(&b), a.size) != 0);
}

/* The keys of values that both sides have and that differ, as the members of an object, owned. */
static json_t *differing_keys(const json_t *before, const json_t *after)
{
    json_t *keys = json_object();
    for (size_t i = 0; i < array_length(containers); i++) {
        json_t *container = json_object_get(before, containers[i]);
        for (void *at = json_object_iter(container); at;
             at = json_object_iter_next(container, at)) {
            const char *key = json_object_iter_key(at);
            if (values_differ(before, after, key))
                json_object_set_new(keys, key, json_true());
        }
    }
    return keys;
}

static bool annotations_differ(const json_t *before, const json_t *after)
{
    const char *a = js_str(before, "metadata", "annotations", LAST_APPLIED, NULL);
    const char *b = js_str(after, "metadata", "annotations", LAST_APPLIED, NULL);
    return a && b && !str_equal(a, b);
}

void kube_mask_pair(json_t *before, json_t *after)
{
    if (!is_secret(before, false) || !is_secret(after, false)) {
        kube_mask(before);
        kube_mask(after);
        return;
    }
    json_t *differing = differing_keys(before, after);
    struct masking masking = {
        .differing = differing,
        .annotation_differs = annotations_differ(before, after),
        .text = HIDDEN " (before)",
    };
    mask_secret(before, &masking);
    masking.text = HIDDEN " (after)";
    mask_secret(after, &masking);
    json_decref(differing);
}

/* Where collected values go. */
struct collection {
    struct strv *texts;
    size_t minimum;
};

/* Adds the bytes, and the same without surrounding white space: that is how they are quoted. */
static void collect_text(const struct collection *to, const char *bytes, size_t length)
{
    if (length < to->minimum || memchr(bytes, '\0', length) || !str_is_utf8(bytes, length))
        return;
    auto_free char *text = xmemdup(bytes, length);
    strv_add_once(to->texts, text);
    if (strlen(str_trim(text)) >= to->minimum)
        strv_add_once(to->texts, text);
}

static void collect_value(const struct collection *to, json_t *value, bool encoded)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (value, index, item)
        collect_value(to, item, encoded);
    const char *key = NULL;
    json_object_foreach (value, key, item)
        collect_value(to, item, encoded);
    if (!json_is_string(value) && !json_is_number(value))
        return;
    cleanup_with(buf_wipe) struct buf bytes;
    buf_init(&bytes);
    add_plain(&bytes, value);
    collect_text(to, buf_str(&bytes), bytes.size);
    if (!encoded)
        return;
    buf_wipe(&bytes);
    add_decoded(&bytes, value);
    collect_text(to, buf_str(&bytes), bytes.size);
}

static void collect_secret(json_t *secret, void *context)
{
    const struct collection *to = context;
    /* What stands in place of the keys and values is no base64 of theirs. */
    json_t *data = json_object_get(secret, "data");
    collect_value(to, data, json_is_object(data));
    collect_value(to, json_object_get(secret, "stringData"), false);
    const char *applied = js_str(secret, "metadata", "annotations", LAST_APPLIED, NULL);
    json_t *earlier = applied ? json_loads(applied, 0, NULL) : NULL;
    if (is_secret(earlier, false))
        collect_secret(earlier, context);
    json_decref(earlier);
}

void kube_mask_collect(const json_t *object, size_t minimum, struct strv *texts)
{
    struct collection to = {texts, minimum};
    visit_secrets(js_iterable(object), false, &(struct visitor){collect_secret, &to});
}
