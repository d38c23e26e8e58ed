/*
 * golden_yaml_read DIRECTORY: reads DIRECTORY/input and compares with what lies beside it: `want`,
 * the values as one line of JSON with sorted keys, or `error`, "line L, column C: text"; and
 * `warnings`, one a line in the same form, none when the file is absent. Prints what differs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "golden/golden.h"
#include "json/js_equal.h"
#include "json/js_write.h"
#include "yaml/ym_read.h"
#include "yaml/ym_write.h"

/* What was read must survive being written as YAML. */
static bool survives(const json_t *documents)
{
    auto_error struct error *error = NULL;
    for (size_t i = 0; i < json_array_size(documents); i++) {
        auto_buf struct buf text = {0};
        json_auto_t *again = NULL;
        const json_t *value = json_array_get(documents, i);
        if (ym_write(&text, value, &error) == 0)
            again = ym_read(buf_str(&text), text.size, "again", NULL, &error);
        if (!error && js_equal(json_array_get(again, 0), value))
            continue;
        printf("document %zu does not survive: %s\n%s\n", i, error ? error->message : "differs",
               buf_str(&text));
        return false;
    }
    return true;
}

/* The list of documents, each written on its own: a list around them would count as a level. */
static char *write_all(const json_t *documents)
{
    auto_buf struct buf out = {0};
    for (size_t i = 0; i < json_array_size(documents); i++) {
        buf_add_char(&out, i ? ',' : '[');
        if (js_write(&out, json_array_get(documents, i), JS_WRITE_SORT, NULL) < 0)
            buf_add_str(&out, "unwritable");
    }
    buf_add_str(&out, json_array_size(documents) ? "]\n" : "[]\n");
    return buf_steal(&out);
}

/* The lines without the source that each begins with. */
static char *join(const struct strv *lines)
{
    auto_buf struct buf out = {0};
    for (size_t i = 0; i < lines->count; i++)
        buf_printf(&out, "%s\n", str_after(lines->items[i], "input: "));
    return buf_steal(&out);
}

int main(int argc, char **argv)
{
    auto_buf struct buf input = {0};
    auto_strv struct strv warnings = {0};
    auto_error struct error *error = NULL;
    if (argc != 2 || !golden_read(argv[1], "input", &input)) {
        fprintf(stderr, "usage: golden_yaml_read DIRECTORY\n");
        return 2;
    }
    json_auto_t *documents = ym_read(buf_str(&input), input.size, "input", &warnings, &error);
    auto_free char *want = documents ? write_all(documents) : xstrdup("");
    auto_free char *failure =
        error ? xasprintf("%s\n", str_after(error->message, "input: ")) : xstrdup("");
    auto_free char *warned = join(&warnings);
    bool passed = golden_matches(argv[1], "want", want);
    passed &= golden_matches(argv[1], "error", failure);
    passed &= golden_matches(argv[1], "warnings", warned);
    passed &= !documents || survives(documents);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
