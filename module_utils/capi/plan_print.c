/* Plans as clusterctl prints them, and as data. See capi/plan.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/plan.h"

enum { COLUMNS = 5, COLUMN_LEAST = 10, COLUMN_GAP = 3 };

static const char *const titles[COLUMNS] = {"NAME", "NAMESPACE", "TYPE", "CURRENT VERSION",
                                            "NEXT VERSION"};

static bool has_next(const struct capi_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->items[i].next)
            return true;
    return false;
}

/* The cells of one line, added to CELLS. */
static void add_row(struct strv *cells, const struct capi_upgrade *item)
{
    strv_add_take(cells, capi_entry_label(&item->current));
    strv_add(cells, item->current.namespace_);
    strv_add(cells, item->current.type_text);
    strv_add(cells, item->current.version);
    strv_add(cells, item->next ? item->next : "Already up to date");
}

/* By the name of the type, then as before: the order of the table is not that of the work. */
static int compare(const void *a, const void *b)
{
    const struct capi_upgrade *first = *(const struct capi_upgrade *const *)a;
    const struct capi_upgrade *second = *(const struct capi_upgrade *const *)b;
    int order = strcmp(first->current.type_text, second->current.type_text);
    return order ? order : capi_entry_compare(&first->current, &second->current);
}

static void add_cells(struct strv *cells, const struct capi_plan *plan)
{
    const struct capi_upgrade **rows = xcalloc(plan->count + 1, sizeof(*rows));
    for (size_t i = 0; i < COLUMNS; i++)
        strv_add(cells, titles[i]);
    for (size_t i = 0; i < plan->count; i++)
        rows[i] = &plan->items[i];
    qsort(rows, plan->count, sizeof(*rows), compare);
    for (size_t i = 0; i < plan->count; i++)
        add_row(cells, rows[i]);
    free(rows);
}

static size_t column_width(const struct strv *cells, size_t column)
{
    size_t width = COLUMN_LEAST;
    for (size_t i = column; i < cells->count; i += COLUMNS) {
        size_t size = strlen(cells->items[i]) + COLUMN_GAP;
        if (size > width)
            width = size;
    }
    return width;
}

static void print_table(const struct capi_plan *plan, struct strv *lines)
{
    auto_strv struct strv cells = {0};
    add_cells(&cells, plan);
    for (size_t row = 0; row < cells.count; row += COLUMNS) {
        auto_buf struct buf line = {0};
        for (size_t i = 0; i < COLUMNS - 1; i++)
            buf_printf(&line, "%-*s", (int)column_width(&cells, i), cells.items[row + i]);
        buf_add_str(&line, cells.items[row + COLUMNS - 1]);
        strv_add_take(lines, buf_steal(&line));
    }
}

static void print_plan(const struct capi_plan *plan, const struct capi_generation *generation,
                       struct strv *lines)
{
    strv_printf(lines, "Latest release available for the %s %s:", plan->contract,
                generation->first ? "API Version of Cluster API (contract)"
                                  : "Cluster API contract version");
    strv_add(lines, "");
    print_table(plan, lines);
    strv_add(lines, "");
    if (!has_next(plan)) {
        strv_add(lines, "You are already up to date!");
    } else if (strcmp(plan->contract, generation->contract) == 0) {
        strv_add(lines, "You can now apply the upgrade by executing the following command:");
        strv_add(lines, "");
        strv_printf(lines, "clusterctl upgrade apply --contract %s", plan->contract);
    } else {
        strv_printf(lines,
                    "The current version of clusterctl could not upgrade to %s contract (only %s "
                    "supported).",
                    plan->contract, generation->contract);
    }
    strv_add(lines, "");
}

void capi_plan_print(const struct capi_plans *plans, const struct capi_generation *generation,
                     struct strv *lines)
{
    if (!plans->count)
        strv_add(lines, "There are no providers in the cluster. Please use clusterctl init to "
                        "initialize a Cluster API management cluster.");
    for (size_t i = 0; i < plans->count; i++)
        print_plan(&plans->items[i], generation, lines);
}

static json_t *item_json(const struct capi_upgrade *item)
{
    auto_free char *label = capi_entry_label(&item->current);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "name", item->current.name, "namespace",
                     item->current.namespace_, "type", item->current.type_text, "label", label,
                     "current_version", item->current.version, "next_version", item->next);
}

json_t *capi_plan_json(const struct capi_plans *plans, const struct capi_generation *generation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plans->count; i++) {
        const struct capi_plan *plan = &plans->items[i];
        json_t *providers = json_array();
        for (size_t j = 0; j < plan->count; j++)
            json_array_append_new(providers, item_json(&plan->items[j]));
        bool upgradable = has_next(plan) && strcmp(plan->contract, generation->contract) == 0;
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:o}", "contract", plan->contract, "upgradable",
                                        (int)upgradable, "providers", providers));
    }
    return list;
}
