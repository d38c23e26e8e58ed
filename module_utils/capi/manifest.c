/* The objects of a manifest of many documents. See capi/components.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/components.h"
#include "capi/fold.h"
#include "json/js_get.h"
#include "yaml/ym_read.h"

/* "3rd". */
static void ordinal(size_t number, char text[32])
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    bool teen = number % 100 >= 11 && number % 100 <= 13;
    size_t last = number % 10;
    const char *ending = endings[!teen && last < array_length(endings) ? last : 0];
    snprintf(text, 32, "%zu%s", number, ending);
}

/* The end of the line at AT. */
static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

static bool is_separator(const char *line, const char *end)
{
    return end - line >= 3 && memcmp(line, "---", 3) == 0;
}

/* Blank, or a comment. */
static bool is_empty(const char *line, const char *end)
{
    while (line < end && strchr(" \t\r", *line))
        line++;
    return line == end || *line == '#';
}

/* Behind "---" there may be a comment, no content. */
static int check_separators(const char *bytes, size_t size, struct error **err)
{
    const char *end = bytes + size;
    const char *next = bytes;
    for (const char *line = bytes; line < end; line = next) {
        const char *stop = line_end(line, end);
        next = stop < end ? stop + 1 : end;
        if (!is_separator(line, stop) || is_empty(line + 3, stop))
            continue;
        auto_free char *rest = xmemdup(line + 3, (size_t)(stop - line - 3));
        error_make(err, ERROR_PARSE, "failed to read yaml: invalid Yaml document separator: %s",
                   str_trim(rest));
        return -1;
    }
    return 0;
}

/* The number of the document that holds LINE, from 1; empty ones do not count. */
static size_t document_at(const char *bytes, size_t size, long wanted)
{
    const char *end = bytes + size;
    const char *at = bytes;
    size_t number = 0;
    bool counted = false;
    for (long line = 1; at < end && line <= wanted; line++) {
        const char *stop = line_end(at, end);
        if (is_separator(at, stop)) {
            counted = false;
        } else if (!counted && !is_empty(at, stop)) {
            counted = true;
            number++;
        }
        at = stop < end ? stop + 1 : end;
    }
    return number ? number : 1;
}

/* The line that a message of the reader names: "SOURCE: line 3, column 5: …"; 1 without one. */
static long line_in(const char *message)
{
    const char *line = strstr(message, ": line ");
    return line ? strtol(line + strlen(": line "), NULL, 10) : 1;
}

static json_t *read_documents(const char *bytes, size_t size, const char *source,
                              struct error **err)
{
    char number[32];
    auto_error struct error *failure = NULL;
    json_t *documents = ym_read(bytes, size, source, NULL, &failure);
    if (documents)
        return documents;
    ordinal(document_at(bytes, size, line_in(failure->message + strlen(source))), number);
    error_move_take(err, steal_ptr(failure));
    error_wrap(err, "failed to unmarshal the %s yaml document", number);
    return NULL;
}

static int keep_object(json_t *document, const char *source, json_t *objects, struct error **err)
{
    if (json_is_null(document))
        return 0;
    if (json_is_object(document)) {
        json_array_append(objects, document);
        return capi_fold(document, err);
    }
    char number[32];
    ordinal(json_array_size(objects) + 1, number);
    error_make(err, ERROR_PARSE,
               "failed to unmarshal the %s yaml document: %s: expected an object, got %s", number,
               source, js_type_name(document));
    return -1;
}

static int keep_all(const json_t *documents, const char *source, json_t *objects,
                    struct error **err)
{
    size_t i = 0;
    json_t *document = NULL;
    json_array_foreach (documents, i, document)
        if (keep_object(document, source, objects, err) < 0)
            return -1;
    return 0;
}

/* Where the document that begins at AT ends: before the next separator. */
static const char *document_end(const char *at, const char *end)
{
    const char *line = at;
    do {
        const char *stop = line_end(line, end);
        line = stop < end ? stop + 1 : end;
    } while (line < end && !is_separator(line, end));
    return line;
}

/*
 * One document after the other, so that never more than one is there at its full size. False when
 * one of them cannot be read by itself: what is wrong then, and whether, is told by all of them
 * together.
 */
static bool read_singly(const char *bytes, size_t size, const char *source, json_t *objects,
                        struct error **err)
{
    const char *end = bytes + size;
    const char *next = bytes;
    for (const char *at = bytes; at < end; at = next) {
        next = document_end(at, end);
        auto_error struct error *ignored = NULL;
        json_auto_t *documents = ym_read(at, (size_t)(next - at), source, NULL, &ignored);
        if (!documents || keep_all(documents, source, objects, err) < 0)
            return false;
    }
    return true;
}

/* JSON: a value behind a separator would be read as YAML when it stands alone. */
static bool is_json(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    while (bytes < end && strchr(" \t\r\n", *bytes))
        bytes++;
    return bytes < end && *bytes == '{';
}

json_t *capi_manifest_read(const char *bytes, size_t size, const char *source, struct error **err)
{
    json_auto_t *objects = json_array();
    auto_error struct error *failure = NULL;
    if (check_separators(bytes, size, err) < 0)
        return NULL;
    if (!is_json(bytes, size) && read_singly(bytes, size, source, objects, &failure))
        return steal_ptr(objects);
    if (failure) {
        error_move_take(err, steal_ptr(failure));
        return NULL;
    }
    json_array_clear(objects);
    json_auto_t *documents = read_documents(bytes, size, source, err);
    if (!documents || keep_all(documents, source, objects, err) < 0)
        return NULL;
    return steal_ptr(objects);
}
