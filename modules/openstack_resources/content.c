#include "openstack_resources/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"

enum { PIECE = 1024 * 1024, SHA256_DIGITS = 64, SHA512_DIGITS = 128 };

int content_expect(struct content *content, const char *checksum, struct error **err)
{
    const struct {
        const char *prefix;
        size_t digits;
        char **out;
    } algorithms[] = {{"sha256:", SHA256_DIGITS, &content->sha256},
                      {"sha512:", SHA512_DIGITS, &content->sha512}};
    for (size_t i = 0; i < array_length(algorithms); i++) {
        const char *digits = str_after(checksum, algorithms[i].prefix);
        if (!digits || strlen(digits) != algorithms[i].digits ||
            strspn(digits, "0123456789abcdefABCDEF") != algorithms[i].digits)
            continue;
        free(*algorithms[i].out);
        *algorithms[i].out = xstrdup(digits);
        for (char *c = *algorithms[i].out; *c; c++)
            if (*c >= 'A' && *c <= 'F')
                *c = (char)(*c - 'A' + 'a');
        return 0;
    }
    error_make(err, ERROR_USAGE,
               "\"%s\" is none: give \"sha256:\" and 64 hexadecimal digits, or \"sha512:\" and 128",
               checksum);
    return -1;
}

static int open_file(const char *path, struct error **err)
{
    struct stat status;
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) < 0) {
        error_make_errno(err, errno, "%s cannot be opened", path);
        return -1;
    }
    if (S_ISREG(status.st_mode) && status.st_size > 0)
        return steal_fd(&fd);
    error_make(err, ERROR_USAGE, "%s is %s", path,
               S_ISREG(status.st_mode) ? "empty" : "no regular file");
    return -1;
}

/* Whether SAID, where there is something, is what the file's HAS is. */
static int check(const char *algorithm, const char *said, const char *has, const char *path,
                 struct error **err)
{
    if (!said || strcmp(said, has) == 0)
        return 0;
    error_make(err, ERROR_USAGE,
               "%s has the %s %s and not %s: it is damaged or another file; fetch it again, or "
               "correct the checksum",
               path, algorithm, has, said);
    return -1;
}

static int keep(struct content *content, char *sha256_take, char *sha512_take, const char *path,
                struct error **err)
{
    auto_free char *sha256 = sha256_take;
    auto_free char *sha512 = sha512_take;
    if (check("SHA-256", content->sha256, sha256, path, err) < 0 ||
        check("SHA-512", content->sha512, sha512, path, err) < 0)
        return -1;
    free(content->sha256);
    free(content->sha512);
    content->sha256 = steal_ptr(sha256);
    content->sha512 = steal_ptr(sha512);
    content->read = true;
    return 0;
}

int content_read(struct content *content, const char *path, struct error **err)
{
    auto_digest struct digest *sha256 = digest_new();
    auto_digest struct digest *sha512 = digest_new_sha512();
    auto_free char *piece = xmalloc(PIECE);
    auto_close int fd = open_file(path, err);
    unsigned long long size = 0;
    if (fd < 0)
        return -1;
    for (;;) {
        ssize_t got = read(fd, piece, PIECE);
        if (interrupt_check(err) < 0)
            return -1;
        if (got < 0) {
            error_make_errno(err, errno, "%s cannot be read", path);
            return -1;
        }
        if (!got)
            break;
        digest_add(sha256, piece, (size_t)got);
        digest_add(sha512, piece, (size_t)got);
        size += (unsigned long long)got;
    }
    content->size = size;
    return keep(content, digest_hex(sha256), digest_hex(sha512), path, err);
}

void content_clear(struct content *content)
{
    free(content->sha256);
    free(content->sha512);
    *content = (struct content){0};
}
