#include "golden/golden.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

bool golden_read(const char *directory, const char *name, struct buf *bytes)
{
    char block[4096];
    auto_free char *path = xasprintf("%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t got = 0;
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        buf_add(bytes, block, got);
    fclose(file);
    return true;
}

bool golden_matches(const char *directory, const char *name, const char *got)
{
    auto_buf struct buf want = {0};
    bool found = golden_read(directory, name, &want);
    if (strcmp(buf_str(&want), got) == 0 && (found || !*got))
        return true;
    printf("%s differs\n  want: %s\n  got:  %s\n", name, buf_str(&want), got);
    return false;
}
