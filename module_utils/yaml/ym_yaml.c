#include "yaml/ym_yaml_priv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js_get.h"
#include "yaml/ym_anchor_priv.h"
#include "yaml/ym_merge_priv.h"
#include "yaml/ym_read.h"
#include "yaml/ym_scalar.h"

struct reader {
    yaml_parser_t parser;
    struct ym_stream *stream;
    struct ym_anchors anchors;
    const char *text;
    size_t size;
    size_t first_line;
    unsigned depth;   /* lists and objects open now */
    unsigned deepest; /* the highest depth since the innermost open anchor began */
    bool slashes;     /* somewhere in the text a backslash stands before a slash */
    size_t byte;      /* a place in the text, as byte ... */
    size_t character; /* ... and as character: libyaml only knows the latter */
};

#define auto_event cleanup_with(yaml_event_delete)

static json_t *read_value(struct reader *reader, const yaml_event_t *event);

/* ---- places and errors */

static struct ym_place place_of(const struct reader *reader, const yaml_mark_t *mark)
{
    return (struct ym_place){.line = mark->line + reader->first_line, .column = mark->column + 1};
}

#define FAIL_AT(READER, EVENT, ...)                                                                \
    ym_fail((READER)->stream, place_of(READER, &(EVENT)->start_mark), __VA_ARGS__)

static int parser_failed(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (parser->error == YAML_READER_ERROR) {
        struct ym_place place = ym_place_of(reader->text, parser->problem_offset);
        place.line += reader->first_line - 1;
        return ym_fail(reader->stream, place, "%s", problem);
    }
    struct ym_place place = place_of(reader, &parser->problem_mark);
    if (parser->context)
        return ym_fail(reader->stream, place, "%s (%s)", problem, parser->context);
    return ym_fail(reader->stream, place, "%s", problem);
}

static int next(struct reader *reader, yaml_event_t *event)
{
    return yaml_parser_parse(&reader->parser, event) ? 0 : parser_failed(reader);
}

static int count_one(struct reader *reader, const yaml_event_t *event)
{
    return ym_count(reader->stream, 1, 0, place_of(reader, &event->start_mark));
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

/* The byte where CHARACTER stands; calls come with growing numbers. */
static size_t byte_at(struct reader *reader, size_t character)
{
    while (reader->byte < reader->size && reader->character < character) {
        reader->byte++;
        while (reader->byte < reader->size &&
               ((unsigned char)reader->text[reader->byte] & 0xC0) == 0x80)
            reader->byte++;
        reader->character++;
    }
    return reader->byte;
}

/*
 * kubectl's parser, unlike libyaml, knows no "\/". The escape is gone from the event, so the text
 * between the quotes has to be looked at again; hardly any file holds these two characters.
 */
static int check_slashes(struct reader *reader, const yaml_event_t *event)
{
    if (!reader->slashes || event->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        return 0;
    size_t at = byte_at(reader, event->start_mark.index);
    size_t end = byte_at(reader, event->end_mark.index);
    for (; at + 1 < end; at++) {
        if (reader->text[at] != '\\')
            continue;
        if (reader->text[++at] == '/')
            return FAIL_AT(reader, event, "found unknown escape character");
    }
    return 0;
}

static int type_scalar(struct reader *reader, const yaml_event_t *event, struct ym_typed *type)
{
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (check_slashes(reader, event) < 0)
        return -1;
    if (ym_scalar_type(text, event->data.scalar.length, tag, plain, type, reader->stream->err) < 0)
        return ym_fail_wrap(reader->stream, place_of(reader, &event->start_mark));
    return 0;
}

static json_t *read_scalar(struct reader *reader, const yaml_event_t *event, struct ym_typed *type)
{
    if (type_scalar(reader, event, type) < 0)
        return NULL;
    json_t *value = ym_typed_value(type, (const char *)event->data.scalar.value,
                                   event->data.scalar.length, reader->stream->err);
    if (!value)
        ym_fail_wrap(reader->stream, place_of(reader, &event->start_mark));
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
        FAIL_AT(reader, event, "anchor '%s' value contains itself", name);
    else
        FAIL_AT(reader, event, "unknown anchor '%s' referenced", name);
    return NULL;
}

static json_t *read_alias(struct reader *reader, const yaml_event_t *event)
{
    const struct ym_anchor *anchor = find_anchor(reader, event);
    if (!anchor || check_depth(reader, reader->depth + anchor->height, event) < 0 ||
        ym_count(reader->stream, 0, anchor->nodes, place_of(reader, &event->start_mark)) < 0)
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
    ym_merge_warn(reader->stream, object->members, value, place_of(reader, &key->start_mark));
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
        ym_fail_wrap(reader->stream, place_of(reader, &event->start_mark));
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
        ym_fail_wrap(reader->stream, place_of(reader, &event->start_mark));
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
        ym_warn(reader->stream, place_of(reader, &key_event->start_mark),
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

static int read_text(struct reader *reader)
{
    if (!yaml_parser_initialize(&reader->parser)) {
        error_make(reader->stream->err, ERROR_INTERNAL, "libyaml: out of memory");
        return -1;
    }
    reader->slashes = memmem(reader->text, reader->size, "\\/", 2);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->text,
                                 reader->size);
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    int result = read_documents(reader);
    ym_anchors_clear(&reader->anchors);
    yaml_parser_delete(&reader->parser);
    return result;
}

/*
 * kubectl ends the last line when the file does not. That shows in a block: "a: |" and "  x" at
 * the end of the file are "x\n".
 */
int ym_yaml_read(struct ym_stream *stream, const char *text, size_t size, size_t first_line)
{
    struct reader reader = {.stream = stream, .text = text, .size = size, .first_line = first_line};
    auto_buf struct buf ended = {0};
    if (size && text[size - 1] != '\n') {
        buf_add(&ended, text, size);
        buf_add_char(&ended, '\n');
        reader.text = ended.data;
        reader.size = ended.size;
    }
    return read_text(&reader);
}
