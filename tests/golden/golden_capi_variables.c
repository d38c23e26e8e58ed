/*
 * golden_capi_variables DIRECTORY: fills DIRECTORY/input, a template, with the values of
 * DIRECTORY/env ("NAME=value" a line) and compares with what lies beside it: `want`, the text, or
 * `error`, the message; and `variables`, the names it mentions, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "capi/variables.h"
#include "golden/golden.h"

static const char *get(const void *context, const char *name)
{
    const struct strv *lines = context;
    for (size_t i = 0; i < lines->count; i++) {
        const char *behind = str_after(lines->items[i], name);
        if (behind && *behind == '=')
            return behind + 1;
    }
    return NULL;
}

static char *names_of(const struct capi_template *template)
{
    auto_strv struct strv names = {0};
    auto_buf struct buf out = {0};
    capi_template_names(template, &names);
    for (size_t i = 0; i < names.count; i++)
        buf_printf(&out, "%s\n", names.items[i]);
    return buf_steal(&out);
}

int main(int argc, char **argv)
{
    auto_buf struct buf input = {0};
    auto_buf struct buf env = {0};
    auto_buf struct buf want = {0};
    auto_strv struct strv lines = {0};
    auto_error struct error *error = NULL;
    if (argc != 2 || !golden_read(argv[1], "input", &input)) {
        fprintf(stderr, "usage: golden_capi_variables DIRECTORY\n");
        return 2;
    }
    if (golden_read(argv[1], "env", &env))
        strv_split(&lines, buf_str(&env), '\n');
    const struct capi_values values = {get, &lines};
    auto_capi_template struct capi_template *template =
        capi_template_new(buf_str(&input), input.size, &error);
    auto_free char *names = template ? names_of(template) : xstrdup("");
    if (template && capi_template_fill(template, &values, &want, &error) < 0)
        buf_clear(&want);
    bool passed = golden_matches(argv[1], "want", buf_str(&want));
    passed &= golden_matches(argv[1], "error", error ? error->message : "");
    passed &= golden_matches(argv[1], "variables", names);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
