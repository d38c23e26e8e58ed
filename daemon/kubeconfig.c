#include "daemon/kubeconfig.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "yaml/ym_read.h"
#include "yaml/ym_write.h"

#define auto_wiped cleanup_with(buf_wipe)

char *kubeconfig_server(const char *cluster, const char *namespace_)
{
    return xasprintf("https://%s.%s:6443", cluster, namespace_);
}

/* The part "cluster" of the entry that is meant, borrowed, or NULL. */
static json_t *find_entry(const json_t *document, const char *cluster)
{
    const json_t *entries = js_get(document, "clusters", NULL);
    const json_t *entry = js_find(entries, "name", cluster);
    return js_get(entry ? entry : json_array_get(entries, 0), "cluster", NULL);
}

/* The text of SECRET as a value, owned. Parse errors would quote it: they are replaced. */
static json_t *read_document(const json_t *secret, struct error **err)
{
    auto_wiped struct buf text;
    buf_init(&text);
    auto_error struct error *hidden = NULL;
    const char *value = js_str(secret, "data", "value", NULL);
    json_t *documents = NULL;
    if (value && base64_decode(value, strlen(value), &text, &hidden) == 0)
        documents = ym_read_core(buf_str(&text), text.size, "kubeconfig", NULL, &hidden);
    json_t *document = json_incref(json_array_get(documents, 0));
    json_decref(documents);
    if (!document)
        error_make(err, ERROR_PARSE, "key \"value\" of the Secret holds no kubeconfig");
    return document;
}

static json_t *make_patch(const json_t *secret, const json_t *document, struct error **err)
{
    auto_wiped struct buf text;
    buf_init(&text);
    if (ym_write(&text, document, err) < 0)
        return NULL;
    char *encoded = base64_encode(buf_str(&text), text.size);
    json_t *patch =
        json_pack("{s:{s:s*}, s:{s:s}}", "metadata", "resourceVersion",
                  js_str(secret, "metadata", "resourceVersion", NULL), "data", "value", encoded);
    mem_wipe(encoded, strlen(encoded));
    mem_cleanup_free(&encoded);
    return patch;
}

int kubeconfig_plan(const json_t *secret, const struct kubeconfig_change *change, json_t **patch,
                    struct error **err)
{
    json_auto_t *document = read_document(secret, err);
    if (!document)
        return -1;
    json_t *entry = find_entry(document, change->cluster);
    if (!json_is_object(entry)) {
        error_make(err, ERROR_PARSE, "the kubeconfig names no cluster");
        return -1;
    }
    const char *now = js_str(entry, "server", NULL);
    if (str_equal(now, change->server) || (change->only_from && !str_equal(now, change->only_from)))
        return 0;
    json_object_set_new(entry, "server", json_string(change->server));
    json_t *made = make_patch(secret, document, err);
    if (!made)
        return -1;
    *patch = made;
    return 1;
}
