/*
 * Any bytes as a backup: as an archive with or without gzip, as its manifest alone, and as the one
 * object file of an archive.
 */
#include <stdint.h>
#include <stdlib.h>

#include "backup/check.h"
#include "backup/contents.h"
#include "backup/manifest_read.h"
#include "backup/members.h"
#include "base/mem.h"
#include "crypto/cms.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_members(struct backup_members *members)
{
    auto_backup_contents struct backup_contents contents = {0};
    auto_strv struct strv problems;
    strv_init(&problems);
    const struct backup_read_options options = {.ignore_unknown = true};
    if (backup_contents_read(&contents, members, &options, NULL) < 0)
        return;
    if (backup_check(&contents, &problems, NULL) == 0)
        json_decref(backup_expires(&contents));
}

static void as_archive(const uint8_t *data, size_t size)
{
    auto_backup_members struct backup_members members = {0};
    size_t length = 0;
    free(backup_members_manifest(data, size, &length, NULL));
    if (backup_members_unpack(&members, data, size, NULL) == 0)
        read_members(&members);
}

static void as_file(const uint8_t *data, size_t size)
{
    auto_backup_members struct backup_members members = {
        .items = xcalloc(1, sizeof(struct backup_member)), .count = 1, .room = 1};
    members.items[0] = (struct backup_member){
        .path = xstrdup("d/x.yaml"), .bytes = xmemdup(data, size), .size = size};
    read_members(&members);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_buf struct buf plain = {0};
    if (size > INPUT_LIMIT)
        return 0;
    as_archive(data, size);
    as_file(data, size);
    json_decref(backup_manifest_read((const char *)data, size, NULL));
    int read = cms_is(data, size) ? cms_decrypt(data, size, NULL, &plain, NULL) : 0;
    return read > 0;
}
