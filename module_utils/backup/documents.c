#include "backup/documents.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "yaml/ym_read.h"

static size_t blanks(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && bytes[at] && strchr(" \t\r\n", bytes[at]))
        at++;
    return at;
}

/* One JSON object and nothing else, the usual case; NULL when it is anything else. */
static json_t *read_json(const char *bytes, size_t size)
{
    json_error_t where;
    size_t start = blanks(bytes, size);
    if (start == size || bytes[start] != '{')
        return NULL;
    return js_read(bytes, size, &where);
}

static int keep(json_t *list, json_t *document, const char *name, size_t number, struct error **err)
{
    if (json_is_null(document))
        return 0;
    if (!json_is_object(document)) {
        error_make(err, ERROR_PARSE, "%s: document %zu is a %s, not an object", name, number,
                   js_type_name(document));
        return -1;
    }
    json_array_append(list, document);
    return 0;
}

/* The length of "WORD N" at TEXT, 0 when it is something else. */
static size_t counted(const char *text, const char *word)
{
    size_t size = str_starts_with(text, word) ? strlen(word) : 0;
    size_t digits = size ? strspn(text + size, "0123456789") : 0;
    return digits ? size + digits : 0;
}

/* The parsers quote what they stumble over, which may be a secret: only the place is told. */
static void hide(const char *name, struct error **err)
{
    auto_error struct error *told = *err;
    *err = NULL;
    const char *place = strstr(told->message, "line ");
    size_t line = place ? counted(place, "line ") : 0;
    size_t column = line ? counted(place + line, ", column ") : 0;
    if (column)
        error_make(err, ERROR_PARSE, "%s: %.*s: neither JSON nor YAML", name, (int)(line + column),
                   place);
    else
        error_make(err, ERROR_PARSE, "%s: neither JSON nor YAML", name);
}

/* NULL with *err hidden. */
static json_t *read_yaml(const char *name, const char *bytes, size_t size, struct strv *warnings,
                         struct error **err)
{
    auto_strv struct strv doubts;
    auto_error struct error *problem = NULL;
    strv_init(&doubts);
    json_t *documents = ym_read_core(bytes, size, name, &doubts, &problem);
    if (!documents) {
        hide(name, &problem);
        error_move_take(err, steal_ptr(problem));
    } else if (doubts.count) {
        strv_printf(warnings, "%s: %zu places that other readers of YAML may take differently",
                    name, doubts.count);
    }
    return documents;
}

json_t *backup_documents(const char *name, const char *bytes, size_t size, struct strv *warnings,
                         struct error **err)
{
    json_auto_t *list = json_array();
    json_t *single = read_json(bytes, size);
    if (single) {
        json_array_append_new(list, single);
        return steal_ptr(list);
    }
    json_auto_t *documents = read_yaml(name, bytes, size, warnings, err);
    if (!documents)
        return NULL;
    size_t index = 0;
    json_t *document = NULL;
    json_array_foreach (documents, index, document)
        if (keep(list, document, name, index + 1, err) < 0)
            return NULL;
    return steal_ptr(list);
}
