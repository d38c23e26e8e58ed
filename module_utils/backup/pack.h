/*
 * A draft as the bytes of an archive, a gzipped tar; and the proof that bytes are the archive of a
 * draft.
 */
#ifndef BACKUP_PACK_H
#define BACKUP_PACK_H

#include <stddef.h>
#include <time.h>

#include "backup/draft.h"
#include "base/error.h"
#include "base/stream.h"

/*
 * Gives the archive of DRAFT to OUT: MANIFEST.json, SHA256SUMS, the folder, its files. MTIME is the
 * time of all members: the same draft and time give the same bytes. The bytes of the files are
 * wiped and freed on the way, their digests stay. Fails as OUT does.
 */
int backup_pack(struct backup_draft *draft, time_t mtime, const struct sink *out,
                struct error **err) must_check;

/* 0 when BYTES unpack to exactly the members of DRAFT, with their digests. ERROR_PARSE. */
int backup_pack_check(const struct backup_draft *draft, const void *bytes, size_t size,
                      struct error **err) must_check;

#endif
