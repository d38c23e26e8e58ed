#include "capi/image.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { TAG_MOST = 128, NAME_MOST = 255 };

static const char alnum[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char lower_alnum[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char hex[] = "0123456789abcdefABCDEF";
static const char bad_format[] = "invalid reference format";

static int refuse(struct error **err, const char *format, ...) printf_like(2, 3);

static int refuse(struct error **err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(err, ERROR_PARSE, format, arguments);
    va_end(arguments);
    error_wrap(err, "couldn't parse image name");
    return -1;
}

static bool has_upper(const char *text)
{
    for (; *text; text++)
        if (isupper((unsigned char)*text))
            return true;
    return false;
}

/* "a", "a-b", "a.b-c", "[::1]", each with an optional ":port". */
static bool is_domain(const char *text)
{
    auto_free char *copy = xstrdup(text);
    char *colon = strrchr(copy, ':');
    if (*copy == '[') {
        char *end = strchr(copy, ']');
        size_t inside = end ? (size_t)(end - copy) - 1 : 0;
        if (!inside || strspn(copy + 1, "0123456789abcdefABCDEF:") != inside)
            return false;
        return !end[1] || (end[1] == ':' && end[2] && !end[2 + strspn(end + 2, "0123456789")]);
    }
    if (colon && (!colon[1] || colon[1 + strspn(colon + 1, "0123456789")]))
        return false;
    if (colon)
        *colon = '\0';
    auto_strv struct strv parts = {0};
    strv_split(&parts, copy, '.');
    for (size_t i = 0; i < parts.count; i++) {
        const char *part = parts.items[i];
        size_t size = strlen(part);
        if (!size || part[0] == '-' || part[size - 1] == '-')
            return false;
        for (const char *c = part; *c; c++)
            if (!strchr(alnum, *c) && *c != '-')
                return false;
    }
    return true;
}

/* Lower-case letters and digits with single dots, one or two underscores or any dashes between. */
static bool is_path_part(const char *text)
{
    for (;;) {
        size_t word = strspn(text, lower_alnum);
        if (!word)
            return false;
        text += word;
        if (!*text)
            return true;
        size_t dashes = strspn(text, "-");
        size_t lines = strspn(text, "_");
        if (dashes)
            text += dashes;
        else if (lines == 1 || lines == 2)
            text += lines;
        else if (*text == '.')
            text++;
        else
            return false;
    }
}

static bool is_path(const char *text)
{
    auto_strv struct strv parts = {0};
    strv_split(&parts, text, '/');
    for (size_t i = 0; i < parts.count; i++)
        if (!is_path_part(parts.items[i]))
            return false;
    return true;
}

static bool is_tag(const char *text)
{
    size_t size = strlen(text);
    if (!size || size > TAG_MOST || *text == '.' || *text == '-')
        return false;
    for (const char *c = text; *c; c++)
        if (!strchr(alnum, *c) && !strchr("_.-", *c))
            return false;
    return true;
}

static const struct algorithm {
    const char *name;
    size_t digits;
} algorithms[] = {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}};

static int check_digest(const char *digest, struct error **err)
{
    const char *colon = strchr(digest, ':');
    size_t digits = colon ? strlen(colon + 1) : 0;
    if (!colon || !isalpha((unsigned char)*digest) || digits < 32 ||
        strspn(colon + 1, hex) != digits)
        return refuse(err, "%s", bad_format);
    for (size_t i = 0; i < array_length(algorithms); i++) {
        size_t size = strlen(algorithms[i].name);
        if ((size_t)(colon - digest) != size || strncmp(digest, algorithms[i].name, size) != 0)
            continue;
        if (digits != algorithms[i].digits)
            return refuse(err, "invalid checksum digest length");
        if (has_upper(colon + 1))
            return refuse(err, "invalid checksum digest format");
        return 0;
    }
    return refuse(err, "unsupported digest algorithm");
}

/* True when the part before the first slash names a server and no folder of the default one. */
static bool names_server(const char *domain)
{
    return strpbrk(domain, ".:") || strcmp(domain, "localhost") == 0 || has_upper(domain);
}

/* Splits NAME (no tag, no digest) and checks that it is written in full. */
static int take_name(struct capi_image *image, const char *name, struct error **err)
{
    const char *slash = strchr(name, '/');
    auto_free char *domain = xmemdup(name, slash ? (size_t)(slash - name) : 0);
    bool server = slash && names_server(domain);
    const char *path = server ? slash + 1 : name;
    if (!*name)
        return refuse(err, "%s", bad_format);
    if (strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64)
        return refuse(
            err, "invalid repository name (%s), cannot specify 64-byte hexadecimal strings", name);
    if (has_upper(path))
        return refuse(err, "%s: repository name (%s) must be lowercase", bad_format, path);
    if ((server && !is_domain(domain)) || !is_path(path))
        return refuse(err, "%s", bad_format);
    if (strlen(path) > NAME_MOST)
        return refuse(err, "repository name must not be more than %d characters", NAME_MOST);
    /* What the library would complete or rename is not canonical. */
    if (!server || strcmp(domain, "index.docker.io") == 0 ||
        (strcmp(domain, "docker.io") == 0 && !strchr(path, '/')))
        return refuse(err, "repository name must be canonical");
    const char *last = strrchr(name, '/');
    image->repository = xmemdup(name, (size_t)(last - name));
    image->name = xstrdup(last + 1);
    return 0;
}

static int parse(struct capi_image *image, const char *text, struct error **err)
{
    auto_free char *name = xstrdup(text);
    char *at = strchr(name, '@');
    if (at) {
        *at = '\0';
        image->digest = xstrdup(at + 1);
    }
    char *slash = strrchr(name, '/');
    char *colon = strchr(slash ? slash : name, ':');
    if (colon) {
        *colon = '\0';
        image->tag = xstrdup(colon + 1);
    }
    if (image->tag && !is_tag(image->tag))
        return refuse(err, "%s", bad_format);
    if (image->digest && check_digest(image->digest, err) < 0)
        return -1;
    return take_name(image, name, err);
}

int capi_image_parse(const char *text, struct capi_image *out, struct error **err)
{
    struct capi_image image = {0};
    if (parse(&image, text, err) < 0) {
        capi_image_clear(&image);
        return -1;
    }
    *out = image;
    return 0;
}

void capi_image_clear(struct capi_image *image)
{
    free(image->repository);
    free(image->name);
    free(image->tag);
    free(image->digest);
    *image = (struct capi_image){0};
}

char *capi_image_text(const struct capi_image *image)
{
    return xasprintf("%s/%s%s%s%s%s", image->repository, image->name, image->tag ? ":" : "",
                     image->tag ? image->tag : "", image->digest ? "@" : "",
                     image->digest ? image->digest : "");
}
