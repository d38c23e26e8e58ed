#include "capi/peek.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/components.h"
#include "capi/variables.h"
#include "json/js_get.h"

#define KIND "kind: Namespace"

/* ---- the manifest */

/* The start of the line behind the one at LINE. */
static const char *next_line(const char *line, const char *end)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    return newline ? newline + 1 : end;
}

static bool starts(const char *line, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - line) >= length && memcmp(line, text, length) == 0;
}

/* "kind: Namespace" and nothing behind it. */
static bool is_kind(const char *line, const char *end)
{
    if (!starts(line, end, KIND))
        return false;
    const char *rest = line + strlen(KIND);
    return rest == end || *rest == '\n' || *rest == '\r';
}

/* The name in the document between START and END; NULL when it is not plain. */
static char *name_in(const char *start, const char *end)
{
    size_t size = (size_t)(end - start);
    auto_free char *text = xmemdup(start, size);
    if (strstr(text, "${"))
        return NULL;
    auto_error struct error *ignored = NULL; /* whoever reads all of it says what is wrong */
    json_auto_t *objects = capi_manifest_read(text, size, "", &ignored);
    const char *name = js_str(json_array_get(objects, 0), "metadata", "name", NULL);
    return json_array_size(objects) == 1 && name ? xstrdup(name) : NULL;
}

char *capi_peek_namespace(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    const char *document = bytes;
    const char *found = NULL;
    const char *found_end = NULL;
    size_t count = 0;
    for (const char *line = bytes; line < end; line = next_line(line, end)) {
        if (starts(line, end, "---")) {
            document = next_line(line, end);
            if (found && !found_end)
                found_end = line;
        } else if (is_kind(line, end)) {
            found = document;
            count++;
        } else if (starts(line, end, "kind: \"") || starts(line, end, "kind: '") ||
                   starts(line, end, "{")) {
            return NULL; /* not how kustomize writes: it may be anything */
        }
    }
    if (count != 1)
        return NULL;
    return name_in(found, found_end ? found_end : end);
}

/* ---- the file */

static const char *get_variable(const void *context, const char *name)
{
    return capi_config_variable(context, name);
}

/* False when a variable has no value. */
static bool read_variables(const struct buf *bytes, const struct capi_config *config,
                           struct strv *variables)
{
    const struct capi_values values = {get_variable, config};
    auto_error struct error *ignored = NULL;
    auto_capi_template struct capi_template *template =
        capi_template_new(buf_str(bytes), bytes->size, &ignored);
    if (!template)
        return false;
    auto_strv struct strv missing;
    strv_init(&missing);
    capi_template_missing(template, &values, &missing);
    if (missing.count)
        return false;
    auto_strv struct strv names;
    strv_init(&names);
    capi_template_names(template, &names);
    for (size_t i = 0; i < names.count; i++)
        strv_add_once(variables, names.items[i]);
    return true;
}

int capi_peek(struct capi_repository *repository, const struct capi_config *config,
              const char *version, char **target, struct strv *variables)
{
    auto_error struct error *ignored = NULL;
    auto_buf struct buf bytes = {0};
    const char *used = version ? version : capi_repository_version(repository);
    if (!used || capi_repository_read(repository, used, capi_repository_file(repository), &bytes,
                                      NULL, &ignored) < 0)
        return 0;
    char *name = capi_peek_namespace(buf_str(&bytes), bytes.size);
    if (name && read_variables(&bytes, config, variables)) {
        *target = name;
        return 1;
    }
    free(name);
    return 0;
}
