#include "capi/sequence.h"

#include <stdlib.h>

#include "base/mem.h"

/* Whether OWNER counts for the place of NODE. */
static bool counts(const struct capi_node *node, const struct capi_node *owner)
{
    return !node->detached || owner->why != CAPI_WHY_NONE;
}

static size_t owner_total(const struct capi_node *node)
{
    return node->owner_count + node->soft_owner_count;
}

static struct capi_node *owner_at(const struct capi_node *node, size_t i)
{
    return i < node->owner_count ? node->owners[i].node : node->soft_owners[i - node->owner_count];
}

/* ---- placing */

/* node->mark counts the owners that are not placed yet. */
static void count_owners(struct capi_node *node)
{
    node->mark = 0;
    for (size_t i = 0; i < owner_total(node); i++)
        node->mark += counts(node, owner_at(node, i));
}

static void place(struct capi_node *node)
{
    node->group_index = 1;
    for (size_t i = 0; i < owner_total(node); i++) {
        const struct capi_node *owner = owner_at(node, i);
        if (counts(node, owner) && owner->group_index >= node->group_index)
            node->group_index = owner->group_index + 1;
    }
}

/* QUEUE has room for all nodes. A node enters it when its last owner has been placed. */
static size_t place_all(struct capi_graph *graph, struct capi_node **queue)
{
    size_t groups = 0;
    size_t filled = 0;
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        node->group_index = 0;
        if (node->why == CAPI_WHY_NONE)
            continue;
        count_owners(node);
        if (!node->mark)
            queue[filled++] = node;
    }
    for (size_t at = 0; at < filled; at++) {
        struct capi_node *node = queue[at];
        place(node);
        groups = node->group_index > groups ? node->group_index : groups;
        for (size_t i = 0; i < node->dependent_count; i++) {
            struct capi_node *next = node->dependents[i];
            if (next->why != CAPI_WHY_NONE && !--next->mark)
                queue[filled++] = next;
        }
    }
    return groups;
}

/* ---- what could not be placed */

static bool is_stuck(const struct capi_node *node)
{
    return node->why != CAPI_WHY_NONE && !node->group_index;
}

static bool lacks_owner(const struct capi_node *node)
{
    for (size_t i = 0; i < owner_total(node); i++)
        if (counts(node, owner_at(node, i)) && owner_at(node, i)->why == CAPI_WHY_NONE)
            return true;
    return false;
}

static void give_up(struct capi_node *node, enum capi_skip skip)
{
    node->why = CAPI_WHY_NONE;
    node->skip = skip;
}

static void explain(struct capi_graph *graph, struct capi_node **queue)
{
    size_t filled = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (is_stuck(graph->nodes[i]) && lacks_owner(graph->nodes[i]))
            queue[filled++] = graph->nodes[i];
    for (size_t i = 0; i < filled; i++)
        give_up(queue[i], CAPI_SKIP_OWNER_NOT_IN_SET);
    for (size_t at = 0; at < filled; at++) {
        for (size_t i = 0; i < queue[at]->dependent_count; i++) {
            struct capi_node *next = queue[at]->dependents[i];
            if (!is_stuck(next))
                continue;
            give_up(next, CAPI_SKIP_OWNER_NOT_IN_SET);
            queue[filled++] = next;
        }
    }
    for (size_t i = 0; i < graph->count; i++)
        if (is_stuck(graph->nodes[i]))
            give_up(graph->nodes[i], CAPI_SKIP_CYCLE);
}

size_t capi_sequence(struct capi_graph *graph)
{
    auto_free struct capi_node **queue = xcalloc(graph->count + 1, sizeof(*queue));
    size_t groups = place_all(graph, queue);
    explain(graph, queue);
    return groups;
}

/* ---- the list */

static int compare_places(const void *a, const void *b)
{
    const struct capi_node *left = *(struct capi_node *const *)a;
    const struct capi_node *right = *(struct capi_node *const *)b;
    if (left->group_index != right->group_index)
        return left->group_index < right->group_index ? -1 : 1;
    return capi_node_compare(left, right);
}

struct capi_node **capi_sequence_list(const struct capi_graph *graph, size_t *count)
{
    struct capi_node **list = xcalloc(graph->count + 1, sizeof(*list));
    size_t found = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->why != CAPI_WHY_NONE && graph->nodes[i]->group_index)
            list[found++] = graph->nodes[i];
    qsort(list, found, sizeof(*list), compare_places);
    *count = found;
    return list;
}
