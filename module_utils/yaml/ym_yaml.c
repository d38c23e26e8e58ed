#include "yaml/ym_yaml_priv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_get.h"
#include "yaml/ym_anchor_priv.h"
#include "yaml/ym_events_priv.h"
#include "yaml/ym_merge_priv.h"
#include "yaml/ym_read.h"
#include "yaml/ym_scalar.h"

struct reader {
    struct ym_events events;
    struct ym_stream *stream;
    struct ym_anchors anchors;
    unsigned depth;   /* lists and objects open now */
    unsigned deepest; /* the highest depth since the innermost open anchor began */
};

static json_t *read_value(struct reader *reader, const yaml_event_t *event);

/* ---- places and errors */

static struct ym_place place_of(const struct reader *reader, const yaml_event_t *event)
{
    return ym_events_place(&reader->events, event);
}

#define FAIL_AT(READER, EVENT, ...) ym_fail((READER)->stream, place_of(READER, EVENT), __VA_ARGS__)

static int next(struct reader *reader, yaml_event_t *event)
{
    return ym_events_next(&reader->events, event);
}

static int count_one(struct reader *reader, const yaml_event_t *event)
{
    return ym_count(reader->stream, 1, 0, place_of(reader, event));
}

static int check_depth(struct reader *reader, unsigned depth, const yaml_event_t *event)
{
    if (depth > YM_READ_DEPTH)
        return FAIL_AT(reader, event, "exceeded max depth of %d", YM_READ_DEPTH);
    if (depth > reader->deepest)
        reader->deepest = depth;
    return 0;
}

/* ---- scalars */

static int type_scalar(struct reader *reader, const yaml_event_t *event, struct ym_typed *type)
{
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (ym_events_check_escapes(&reader->events, event) < 0)
        return -1;
    if (ym_scalar_type(text, event->data.scalar.length, tag, plain, type, reader->stream->err) < 0)
        return ym_fail_wrap(reader->stream, place_of(reader, event));
    if (reader->stream->core && plain && type->kind == YM_BOOLEAN && !strchr("tTfF", *text))
        type->kind = YM_STRING;
    return 0;
}

static json_t *read_scalar(struct reader *reader, const yaml_event_t *event, struct ym_typed *type)
{
    if (type_scalar(reader, event, type) < 0)
        return NULL;
    json_t *value = ym_typed_value(type, (const char *)event->data.scalar.value,
                                   event->data.scalar.length, reader->stream->err);
    if (!value)
        ym_fail_wrap(reader->stream, place_of(reader, event));
    return value;
}

/* ---- aliases */

static const struct ym_anchor *find_anchor(struct reader *reader, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct ym_anchor *anchor = ym_anchors_find(&reader->anchors, name);
    if (anchor && anchor->value)
        return anchor;
    if (anchor)
        FAIL_AT(reader, event, "the value of an anchor contains itself");
    else /* without its name: it may be a password that begins with an asterisk */
        FAIL_AT(reader, event, "unknown anchor referenced; quote what is to begin with \"*\"");
    return NULL;
}

static json_t *read_alias(struct reader *reader, const yaml_event_t *event)
{
    const struct ym_anchor *anchor = find_anchor(reader, event);
    if (!anchor || check_depth(reader, reader->depth + anchor->height, event) < 0 ||
        ym_count(reader->stream, 0, anchor->nodes, place_of(reader, event)) < 0)
        return NULL;
    return ym_copy(anchor->value);
}

/* ---- lists */

static json_t *read_list(struct reader *reader)
{
    json_auto_t *list = json_array();
    for (;;) {
        auto_event yaml_event_t event = {0};
        if (next(reader, &event) < 0)
            return NULL;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            return steal_ptr(list);
        json_t *item = read_value(reader, &event);
        if (!item)
            return NULL;
        json_array_append_new(list, item);
    }
}

/* ---- objects */

struct object {
    json_t *members; /* owned */
    json_t *merges;  /* owned list of objects and lists of objects, or NULL */
};

static void object_clear(struct object *object)
{
    json_decref(object->members);
    json_decref(object->merges);
}

static bool is_merge_key(const yaml_event_t *event)
{
    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length != 2 ||
        memcmp(event->data.scalar.value, "<<", 2) != 0)
        return false;
    const char *tag = (const char *)event->data.scalar.tag;
    if (tag)
        return strcmp(tag, "tag:yaml.org,2002:merge") == 0;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int read_merge(struct reader *reader, struct object *object, const yaml_event_t *key)
{
    auto_event yaml_event_t event = {0};
    if (next(reader, &event) < 0)
        return -1;
    json_auto_t *value = read_value(reader, &event);
    if (!value)
        return -1;
    if (!ym_merge_accepts(value, event.type == YAML_ALIAS_EVENT))
        return FAIL_AT(reader, &event, "map merge requires map or sequence of maps as the value");
    ym_merge_warn(reader->stream, object->members, value, place_of(reader, key));
    if (!object->merges)
        object->merges = json_array();
    return json_array_append(object->merges, value);
}

static json_t *scalar_key(struct reader *reader, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    const char *anchor = (const char *)event->data.scalar.anchor;
    struct ym_typed type;
    if (type_scalar(reader, event, &type) < 0)
        return NULL;
    json_t *key = ym_typed_key(&type, text, event->data.scalar.length, reader->stream->err);
    if (!key) {
        ym_fail_wrap(reader->stream, place_of(reader, event));
        return NULL;
    }
    if (anchor) {
        json_t *value = ym_typed_value(&type, text, event->data.scalar.length, NULL);
        struct ym_anchor *added =
            ym_anchor_at(&reader->anchors, ym_anchors_add(&reader->anchors, anchor));
        *added = (struct ym_anchor){.value = value, .type = type, .nodes = 1};
    }
    return key;
}

static json_t *alias_key(struct reader *reader, const yaml_event_t *event)
{
    const struct ym_anchor *anchor = find_anchor(reader, event);
    if (!anchor)
        return NULL;
    const json_t *value = anchor->value;
    if (json_is_string(value))
        return json_stringn_nocheck(json_string_value(value), json_string_length(value));
    json_t *key = NULL;
    if (!json_is_object(value) && !json_is_array(value))
        key = ym_typed_key(&anchor->type, "", 0, reader->stream->err);
    else
        error_make(reader->stream->err, ERROR_PARSE, "invalid map key: %s", js_type_name(value));
    if (!key)
        ym_fail_wrap(reader->stream, place_of(reader, event));
    return key;
}

static json_t *read_key(struct reader *reader, const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return scalar_key(reader, event);
    if (event->type == YAML_ALIAS_EVENT)
        return alias_key(reader, event);
    FAIL_AT(reader, event, "invalid map key: %s",
            event->type == YAML_MAPPING_START_EVENT ? "object" : "list");
    return NULL;
}

static int read_member(struct reader *reader, struct object *object, const yaml_event_t *key_event)
{
    auto_event yaml_event_t event = {0};
    json_auto_t *key = read_key(reader, key_event);
    if (!key || next(reader, &event) < 0)
        return -1;
    json_t *value = read_value(reader, &event);
    if (!value)
        return -1;
    size_t before = json_object_size(object->members);
    const char *name = json_string_value(key);
    json_object_setn_new_nocheck(object->members, name, json_string_length(key), value);
    if (json_object_size(object->members) == before)
        ym_warn(reader->stream, place_of(reader, key_event),
                "key \"%s\" is given twice, the last one wins", name);
    return 0;
}

static json_t *read_object(struct reader *reader)
{
    cleanup_with(object_clear) struct object object = {.members = json_object()};
    for (;;) {
        auto_event yaml_event_t event = {0};
        if (next(reader, &event) < 0)
            return NULL;
        if (event.type == YAML_MAPPING_END_EVENT)
            break;
        int result = is_merge_key(&event) ? read_merge(reader, &object, &event)
                                          : read_member(reader, &object, &event);
        if (result < 0)
            return NULL;
    }
    ym_merge_apply(object.members, object.merges);
    return steal_ptr(object.members);
}

/* ---- values */

static json_t *read_container(struct reader *reader, const yaml_event_t *event)
{
    if (check_depth(reader, reader->depth + 1, event) < 0)
        return NULL;
    reader->depth++;
    json_t *value =
        event->type == YAML_MAPPING_START_EVENT ? read_object(reader) : read_list(reader);
    reader->depth--;
    return value;
}

static json_t *read_written(struct reader *reader, const yaml_event_t *event, struct ym_typed *type)
{
    if (count_one(reader, event) < 0)
        return NULL;
    return event->type == YAML_SCALAR_EVENT ? read_scalar(reader, event, type)
                                            : read_container(reader, event);
}

static json_t *read_anchored(struct reader *reader, const yaml_event_t *event, const char *name)
{
    struct ym_typed type = {0};
    const struct ym_stream *stream = reader->stream;
    size_t place = ym_anchors_add(&reader->anchors, name);
    size_t nodes = stream->written + stream->made;
    unsigned outer = reader->deepest;
    reader->deepest = reader->depth;
    json_t *value = read_written(reader, event, &type);
    if (value) {
        struct ym_anchor *anchor = ym_anchor_at(&reader->anchors, place);
        anchor->value = json_incref(value);
        anchor->type = type;
        anchor->nodes = stream->written + stream->made - nodes;
        anchor->height = reader->deepest - reader->depth;
    }
    if (outer > reader->deepest)
        reader->deepest = outer;
    return value;
}

static const char *anchor_of(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return (const char *)event->data.scalar.anchor;
    return event->type == YAML_MAPPING_START_EVENT
               ? (const char *)event->data.mapping_start.anchor
               : (const char *)event->data.sequence_start.anchor;
}

static json_t *read_value(struct reader *reader, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(reader, event);
    const char *anchor = anchor_of(event);
    if (anchor)
        return read_anchored(reader, event, anchor);
    struct ym_typed type;
    return read_written(reader, event, &type);
}

/* ---- documents */

/* kubectl cuts a stream at "---" before it parses, so that directives never reach a document. */
static int check_directives(struct reader *reader, const yaml_event_t *event)
{
    if (!event->data.document_start.version_directive &&
        event->data.document_start.tag_directives.start ==
            event->data.document_start.tag_directives.end)
        return 0;
    return FAIL_AT(reader, event,
                   "did not find expected <document start>: "
                   "directives (%%YAML, %%TAG) are not supported");
}

static int read_document(struct reader *reader, const yaml_event_t *start)
{
    auto_event yaml_event_t root = {0};
    auto_event yaml_event_t end = {0};
    if (check_directives(reader, start) < 0 || next(reader, &root) < 0)
        return -1;
    json_t *value = read_value(reader, &root);
    if (!value)
        return -1;
    json_array_append_new(reader->stream->documents, value);
    ym_anchors_clear(&reader->anchors);
    return next(reader, &end);
}

static int read_documents(struct reader *reader)
{
    for (;;) {
        auto_event yaml_event_t event = {0};
        if (next(reader, &event) < 0)
            return -1;
        if (event.type == YAML_STREAM_END_EVENT)
            return 0;
        if (event.type == YAML_DOCUMENT_START_EVENT && read_document(reader, &event) < 0)
            return -1;
    }
}

int ym_yaml_read(struct ym_stream *stream, const char *text, size_t size, size_t first_line)
{
    struct reader reader = {.stream = stream};
    int result = ym_events_init(&reader.events, stream, text, size, first_line);
    if (result == 0)
        result = read_documents(&reader);
    ym_anchors_clear(&reader.anchors);
    ym_events_clear(&reader.events);
    return result;
}
