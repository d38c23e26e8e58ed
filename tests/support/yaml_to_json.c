/*
 * yaml_to_json FILE [SOURCE]: what our reader makes of a file, as one line of JSON, a list with
 * one element per document; its warnings on standard error. Exit code 1 and the error on standard
 * error when the file does not parse. For tests that compare readers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js_write.h"
#include "yaml/ym_read.h"

static int read_file(const char *path, struct buf *bytes)
{
    char block[65536];
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t got = 0;
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        buf_add(bytes, block, got);
    return fclose(file);
}

/* Each document on its own: a list around them would count as a level of nesting. */
static int write_documents(struct buf *out, const json_t *documents, struct error **err)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(documents); i++) {
        if (i)
            buf_add_char(out, ',');
        if (js_write(out, json_array_get(documents, i), JS_WRITE_SORT, err) < 0)
            return -1;
    }
    buf_add_char(out, ']');
    return 0;
}

int main(int argc, char **argv)
{
    auto_buf struct buf bytes = {0};
    auto_strv struct strv warnings = {0};
    auto_error struct error *error = NULL;
    if (argc < 2 || read_file(argv[1], &bytes) != 0) {
        fprintf(stderr, "usage: yaml_to_json FILE [SOURCE]\n");
        return 2;
    }
    json_auto_t *documents =
        ym_read(buf_str(&bytes), bytes.size, argc > 2 ? argv[2] : argv[1], &warnings, &error);
    for (size_t i = 0; i < warnings.count; i++)
        fprintf(stderr, "warning: %s\n", warnings.items[i]);
    auto_buf struct buf text = {0};
    if (!documents || write_documents(&text, documents, &error) < 0) {
        fprintf(stderr, "error: %s\n", error->message);
        return 1;
    }
    puts(buf_str(&text));
    return 0;
}
