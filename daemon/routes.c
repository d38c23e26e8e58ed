#include "daemon/routes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"

enum { LABEL_MAX = 63, FILE_MAX = 16 * 1024 * 1024 };

struct routes {
    atomic_uint references;
    struct route *items; /* owned, sorted by cluster */
    size_t count;
    size_t room;
};

struct routes *routes_new(void)
{
    struct routes *routes = xcalloc(1, sizeof(*routes));
    atomic_init(&routes->references, 1);
    return routes;
}

struct routes *routes_ref(struct routes *routes)
{
    atomic_fetch_add(&routes->references, 1);
    return routes;
}

static void route_clear(struct route *route)
{
    for (size_t i = 0; i < route->count; i++)
        free(route->targets[i].address);
    free(route->targets);
    free(route->network);
    free(route->cluster);
}

void routes_free(struct routes *routes)
{
    if (!routes || atomic_fetch_sub(&routes->references, 1) > 1)
        return;
    for (size_t i = 0; i < routes->count; i++)
        route_clear(&routes->items[i]);
    free(routes->items);
    free(routes);
}

/* The place of CLUSTER, or where it would have to be. */
static size_t place(const struct routes *routes, const char *cluster, bool *found)
{
    size_t low = 0;
    size_t high = routes->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(routes->items[middle].cluster, cluster);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A DNS label: anything else could not be the name of a Service. */
static bool is_label(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > LABEL_MAX || text[0] == '-' || text[length - 1] == '-')
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool is_address(const char *text)
{
    struct in6_addr address = {0};
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

static char *lower_dup(const char *text)
{
    char *copy = xstrdup(text);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

static int check(const char *cluster, const char *network, const struct route_target *target,
                 struct error **err)
{
    if (!is_label(cluster)) {
        error_make(err, ERROR_PARSE, "cluster \"%s\": the name is no DNS label", cluster);
        return -1;
    }
    if (network && (!*network || strchr(network, '/') || network[0] == '.')) {
        error_make(err, ERROR_PARSE, "cluster %s: network id \"%s\" cannot end a namespace's name",
                   cluster, network);
        return -1;
    }
    if (!is_address(target->address)) {
        error_make(err, ERROR_PARSE, "cluster %s: \"%s\" is no IP address", cluster,
                   target->address);
        return -1;
    }
    if (target->port == 0) {
        error_make(err, ERROR_PARSE, "cluster %s: port 0", cluster);
        return -1;
    }
    return 0;
}

static struct route *insert(struct routes *routes, size_t at, char *cluster_take,
                            const char *network)
{
    if (routes->count == routes->room) {
        routes->room = routes->room ? routes->room * 2 : 8;
        routes->items = xreallocarray(routes->items, routes->room, sizeof(*routes->items));
    }
    struct route *route = &routes->items[at];
    memmove(route + 1, route, (routes->count - at) * sizeof(*route));
    *route = (struct route){
        .cluster = cluster_take,
        .network = network ? xstrdup(network) : NULL,
    };
    routes->count++;
    return route;
}

int routes_add(struct routes *routes, const char *cluster, const char *network,
               const struct route_target *target, struct error **err)
{
    auto_free char *name = lower_dup(cluster);
    if (check(name, network, target, err) < 0)
        return -1;
    bool found = false;
    size_t at = place(routes, name, &found);
    if (found && !str_equal(routes->items[at].network, network)) {
        error_make(err, ERROR_PARSE, "cluster %s: in two networks, %s and %s", name,
                   routes->items[at].network ? routes->items[at].network : "none",
                   network ? network : "none");
        return -1;
    }
    struct route *route = found ? &routes->items[at] : insert(routes, at, steal_ptr(name), network);
    route->targets = xreallocarray(route->targets, route->count + 1, sizeof(*route->targets));
    route->targets[route->count++] = (struct route_target){
        .address = xstrdup(target->address),
        .port = target->port,
    };
    return 0;
}

size_t routes_count(const struct routes *routes)
{
    return routes->count;
}

const struct route *routes_get(const struct routes *routes, size_t index)
{
    return &routes->items[index];
}

const struct route *routes_find(const struct routes *routes, const char *cluster)
{
    bool found = false;
    size_t at = place(routes, cluster, &found);
    return found ? &routes->items[at] : NULL;
}

bool route_equal(const struct route *a, const struct route *b)
{
    if (!str_equal(a->network, b->network) || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->targets[i].port != b->targets[i].port ||
            !str_equal(a->targets[i].address, b->targets[i].address))
            return false;
    }
    return true;
}

static int read_entry(struct routes *routes, json_t *entry, struct error **err)
{
    const char *cluster = NULL;
    json_t *network = NULL;
    const char *address = NULL;
    json_int_t port = 6443;
    json_error_t wrong;
    if (json_unpack_ex(entry, &wrong, JSON_STRICT, "{s:s, s?o, s:s, s?I}", "cluster", &cluster,
                       "network", &network, "address", &address, "port", &port) < 0) {
        error_make(err, ERROR_PARSE, "%s", wrong.text);
        return -1;
    }
    if (network && !json_is_string(network) && !json_is_null(network)) {
        error_make(err, ERROR_PARSE, "cluster %s: network is neither a string nor null", cluster);
        return -1;
    }
    if (port < 1 || port > UINT16_MAX) {
        error_make(err, ERROR_PARSE, "cluster %s: port %lld is not between 1 and 65535", cluster,
                   (long long)port);
        return -1;
    }
    struct route_target target = {.address = (char *)(uintptr_t)address, .port = (uint16_t)port};
    return routes_add(routes, cluster, json_string_value(network), &target, err);
}

struct routes *routes_read(const char *path, struct error **err)
{
    auto_buf struct buf text = {0};
    if (file_read(path, FILE_MAX, &text, err) < 0)
        return NULL;
    json_error_t wrong;
    json_auto_t *list = json_loadb(buf_str(&text), text.size, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_array(list)) {
        error_make(err, ERROR_PARSE, "%s: %s", path, list ? "a list is expected" : wrong.text);
        if (!list)
            error_append(err, " (line %d, column %d)", wrong.line, wrong.column);
        return NULL;
    }
    auto_routes struct routes *routes = routes_new();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (list, index, entry) {
        if (read_entry(routes, entry, err) < 0) {
            error_wrap(err, "%s: entry %zu", path, index + 1);
            return NULL;
        }
    }
    return steal_ptr(routes);
}
