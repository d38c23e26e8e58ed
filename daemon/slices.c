#include "daemon/slices.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/services.h"
#include "daemon/stamp.h"
#include "json/js_equal.h"
#include "json/js_get.h"

#define LABEL_NODE       "magnum-cluster-api.vexxhost.com/node"
#define LABEL_CLUSTER    "magnum-cluster-api.vexxhost.com/proxied-cluster"
#define LABEL_SIGN       "magnum-cluster-api.vexxhost.com/proxy-alive"
#define LABEL_MANAGED_BY "endpointslice.kubernetes.io/managed-by"

enum { LONGEST_LABEL = 63 };

char *slices_host(const char *hostname)
{
    char *host = xstrdup(hostname);
    size_t length = 0;
    for (const char *at = hostname; *at && length < LONGEST_LABEL; at++) {
        char c = (char)tolower((unsigned char)*at);
        bool plain = isdigit((unsigned char)c) || islower((unsigned char)c);
        bool inside = length && (host[length - 1] != '.' || plain);
        if (plain || (inside && c == '.' && host[length - 1] != '-'))
            host[length++] = c;
        else if (inside)
            host[length++] = '-';
    }
    while (length && !isalnum((unsigned char)host[length - 1]))
        length--;
    host[length] = '\0';
    if (length)
        return host;
    mem_cleanup_free(&host);
    return xstrdup("proxy");
}

char *slice_name(const char *cluster, const char *host)
{
    return xasprintf("%s-%s", cluster, host);
}

static const char *family_of(const char *address)
{
    return strchr(address, ':') ? "IPv6" : "IPv4";
}

static json_t *owner_of(const struct place *place)
{
    auto_free char *name = sign_name(place->host);
    return json_pack("{s:s, s:s, s:s, s:s}", "apiVersion", "discovery.k8s.io/v1", "kind",
                     "EndpointSlice", "name", name, "uid", place->sign);
}

json_t *slice_wanted(const char *cluster, const struct place *place, const char *stamp)
{
    auto_free char *name = slice_name(cluster, place->host);
    json_t *metadata = json_pack(
        "{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s}, s:[o]}", "name", name, "namespace",
        place->namespace_, "labels", "kubernetes.io/service-name", cluster, LABEL_NODE, place->host,
        LABEL_CLUSTER, cluster, LABEL_SERVICE, "true", LABEL_MANAGED_BY, SLICES_MANAGER,
        "annotations", SLICES_STAMP, stamp, "ownerReferences", owner_of(place));
    return json_pack("{s:s, s:s, s:o, s:s, s:[{s:[s], s:{s:b}, s:s}], s:[{s:s, s:i, s:s}]}",
                     "apiVersion", "discovery.k8s.io/v1", "kind", "EndpointSlice", "metadata",
                     metadata, "addressType", family_of(place->address), "endpoints", "addresses",
                     place->address, "conditions", "ready", 1, "nodeName", place->host, "ports",
                     "name", "https", "port", (int)place->port, "protocol", "TCP");
}

/* True when every member of WANTED is in LIVE with the same value. */
static bool holds(const json_t *live, const json_t *wanted)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(wanted), key, value)
        if (!js_equal(json_object_get(live, key), value))
            return false;
    return true;
}

/* True when WANTED's owner is one of LIVE's. */
static bool is_owned(const json_t *live, const json_t *wanted)
{
    const json_t *owners = js_get(wanted, "metadata", "ownerReferences", NULL);
    const char *uid = js_str(json_array_get(owners, 0), "uid", NULL);
    return js_find(js_get(live, "metadata", "ownerReferences", NULL), "uid", uid) != NULL;
}

bool slice_differs(const json_t *live, const json_t *wanted)
{
    const json_t *labels = js_get(wanted, "metadata", "labels", NULL);
    return slice_is_fixed(live, wanted) || !is_owned(live, wanted) ||
           !holds(js_get(live, "metadata", "labels", NULL), labels) ||
           !js_equal(js_get(live, "endpoints", NULL), js_get(wanted, "endpoints", NULL)) ||
           !js_equal(js_get(live, "ports", NULL), js_get(wanted, "ports", NULL));
}

bool slice_is_fixed(const json_t *live, const json_t *wanted)
{
    return !str_equal(js_str(live, "addressType", NULL), js_str(wanted, "addressType", NULL));
}

char *sign_name(const char *host)
{
    return xasprintf("%s." SLICES_MANAGER, host);
}

json_t *sign_wanted(const struct place *place, const char *stamp)
{
    auto_free char *name = sign_name(place->host);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s}}, s:s, s:[]}",
                     "apiVersion", "discovery.k8s.io/v1", "kind", "EndpointSlice", "metadata",
                     "name", name, "namespace", place->namespace_, "labels", LABEL_SIGN,
                     place->host, LABEL_SERVICE, "true", LABEL_MANAGED_BY, SLICES_MANAGER,
                     "annotations", SLICES_STAMP, stamp, "addressType", "IPv4", "endpoints");
}

const char *slice_host_of(const json_t *live)
{
    return js_str(live, "metadata", "labels", LABEL_NODE, NULL);
}

const char *slice_cluster_of(const json_t *live)
{
    return js_str(live, "metadata", "labels", LABEL_CLUSTER, NULL);
}

const char *sign_host_of(const json_t *live)
{
    return js_str(live, "metadata", "labels", LABEL_SIGN, NULL);
}

bool slice_is_proxied(const json_t *live)
{
    return service_is_proxied(live) && slice_host_of(live) && slice_cluster_of(live);
}

bool slice_is_native(const json_t *live)
{
    return str_equal(js_str(live, "metadata", "labels", LABEL_MANAGED_BY, NULL), SLICES_MANAGER);
}

bool slice_stamp(const json_t *live, time_t *seconds)
{
    return stamp_parse(js_str(live, "metadata", "annotations", SLICES_STAMP, NULL), seconds);
}
