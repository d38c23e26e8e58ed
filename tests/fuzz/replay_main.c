/*
 * Runs a fuzz target over files and directories of files, without a fuzzer: the corpus as a test
 * in every build, and the way to look at a crash.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    auto_buf struct buf bytes = {0};
    char block[65536];
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t got = 0;
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        buf_add(&bytes, block, got);
    if (fclose(file))
        return -1;
    printf("%s\n", path);
    fflush(stdout);
    return LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&bytes), bytes.size);
}

static int replay(const char *path)
{
    DIR *directory = opendir(path);
    int result = 0;
    if (!directory)
        return replay_file(path);
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        auto_free char *inner = xasprintf("%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && replay(inner))
            result = -1;
    }
    closedir(directory);
    return result;
}

int main(int argc, char **argv)
{
    int result = 0;
    for (int i = 1; i < argc; i++)
        if (replay(argv[i])) {
            fprintf(stderr, "%s: cannot be replayed\n", argv[i]);
            result = 1;
        }
    return result;
}
