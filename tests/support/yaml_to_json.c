/*
 * yaml_to_json FILE [SOURCE]: what our reader makes of a file, as one line of JSON, a list with
 * one element per document; its warnings on standard error. Exit code 1 and the error on standard
 * error when the file does not parse. For tests that compare readers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "yaml/ym_read.h"
#include "json/js_write.h"

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
    auto_free char *text = documents ? js_write_dup(documents, JS_WRITE_SORT, &error) : NULL;
    if (!text) {
        fprintf(stderr, "error: %s\n", error->message);
        return 1;
    }
    puts(text);
    return 0;
}
