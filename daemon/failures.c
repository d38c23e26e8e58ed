#include "daemon/failures.h"

#include "base/str.h"
#include "daemon/log.h"

void failures_init(struct failures *failures, const char *rest)
{
    *failures = (struct failures){.rest = rest, .told = json_object()};
}

void failures_clear(struct failures *failures)
{
    json_decref(failures->told);
    *failures = (struct failures){0};
}

void failures_add(struct failures *failures, const char *name, const char *text)
{
    if (str_equal(json_string_value(json_object_get(failures->told, name)), text))
        return;
    /* What a server sent may have been cut inside a character. */
    json_object_set_new(failures->told, name, json_string_nocheck(text));
    if (++failures->fresh <= FAILURES_LINES)
        log_line(LOG_LEVEL_WARNING, "%s", text);
}

void failures_end_of(struct failures *failures, const char *name)
{
    json_object_del(failures->told, name);
}

void failures_keep(struct failures *failures, const json_t *wanted)
{
    void *next = NULL;
    const char *name = NULL;
    json_t *text = NULL;
    json_object_foreach_safe (failures->told, next, name, text)
        if (!json_object_get(wanted, name))
            json_object_del(failures->told, name);
}

void failures_end_round(struct failures *failures)
{
    if (failures->fresh > FAILURES_LINES)
        log_line(LOG_LEVEL_WARNING, "%u more %s", failures->fresh - FAILURES_LINES, failures->rest);
    failures->fresh = 0;
}
