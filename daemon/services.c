#include "daemon/services.h"

#include "base/str.h"
#include "json/js_get.h"

enum { PORT = 6443 };

json_t *service_wanted(const char *cluster, const char *namespace_)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:{s:[{s:s, s:i, s:i, s:s}]}}",
                     "apiVersion", "v1", "kind", "Service", "metadata", "name", cluster,
                     "namespace", namespace_, "labels", LABEL_SERVICE, "true", "spec", "ports",
                     "name", "https", "port", PORT, "targetPort", PORT, "protocol", "TCP");
}

bool service_is_proxied(const json_t *live)
{
    return str_equal(js_str(live, "metadata", "labels", LABEL_SERVICE, NULL), "true");
}

bool service_differs(const json_t *live)
{
    const json_t *ports = js_get(live, "spec", "ports", NULL);
    const json_t *first = json_array_get(ports, 0);
    long long port = 0;
    long long target = 0;
    js_int(first, &port, "port", NULL);
    js_int(first, &target, "targetPort", NULL);
    return !service_is_proxied(live) || json_array_size(ports) != 1 || port != PORT ||
           target != PORT || !str_equal(js_str(first, "name", NULL), "https") ||
           !str_equal(js_str(first, "protocol", NULL), "TCP");
}
