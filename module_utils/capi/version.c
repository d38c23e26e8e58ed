#include "capi/version.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

static const char identifier[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.";

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* Reads digits at *AT and moves it behind them. ZEROS: leading zeros are fine. */
static bool take_number(const char **at, bool zeros, unsigned long long *value)
{
    size_t digits = strspn(*at, "0123456789");
    if (!digits || (!zeros && digits > 1 && **at == '0'))
        return false;
    auto_free char *copy = xmemdup(*at, digits);
    errno = 0;
    *value = strtoull(copy, NULL, 10);
    *at += digits;
    return errno == 0;
}

/* True for dotted, non-empty parts; with NUMBERS their numbers must not have leading zeros. */
static bool are_identifiers(const char *text, bool numbers)
{
    auto_strv struct strv parts = {0};
    strv_split(&parts, text, '.');
    for (size_t i = 0; i < parts.count; i++) {
        const char *part = parts.items[i];
        if (!*part || (numbers && is_number(part) && part[0] == '0' && part[1]))
            return false;
    }
    return text[strspn(text, identifier)] == '\0';
}

/* EXTRA is what follows the numbers: "", "-pre", "+build" or both. */
static bool take_extra(const char *extra, struct capi_version *version)
{
    const char *plus = strchr(extra, '+');
    size_t before = plus ? (size_t)(plus - extra) : strlen(extra);
    if (plus)
        version->build = xstrdup(plus + 1);
    if (*extra == '-')
        version->pre = xmemdup(extra + 1, before - 1);
    else if (before)
        return false;
    return (!version->pre || are_identifiers(version->pre, true)) &&
           (!version->build || are_identifiers(version->build, false));
}

static bool keep(bool valid, struct capi_version *version, struct capi_version *out)
{
    if (valid && out)
        *out = *version;
    else
        capi_version_clear(version);
    return valid;
}

bool capi_version_parse(const char *text, struct capi_version *out)
{
    struct capi_version version = {0};
    if (!text)
        return false;
    const char *at = *text == 'v' ? text + 1 : text;
    bool valid = take_number(&at, false, &version.major) && *at++ == '.' &&
                 take_number(&at, false, &version.minor) && *at++ == '.' &&
                 take_number(&at, false, &version.patch) && take_extra(at, &version);
    return keep(valid, &version, out);
}

bool capi_version_parse_tolerant(const char *text, struct capi_version *out)
{
    struct capi_version version = {0};
    auto_free char *copy = str_trim(xstrdup(text ? text : ""));
    unsigned long long *numbers[] = {&version.major, &version.minor, &version.patch};
    const char *at = *copy == 'v' ? copy + 1 : copy;
    bool valid = take_number(&at, true, numbers[0]);
    size_t found = 1;
    for (; valid && found < array_length(numbers) && *at == '.'; found++) {
        at++;
        valid = take_number(&at, true, numbers[found]);
    }
    /* As blang/semver: what is short of a part has no room for a suffix. */
    valid = valid && (found == array_length(numbers) || !*at) && take_extra(at, &version);
    return keep(valid, &version, out);
}

void capi_version_clear(struct capi_version *version)
{
    free(version->pre);
    free(version->build);
    *version = (struct capi_version){0};
}

struct capi_version capi_version_dup(const struct capi_version *version)
{
    struct capi_version copy = *version;
    copy.pre = version->pre ? xstrdup(version->pre) : NULL;
    copy.build = version->build ? xstrdup(version->build) : NULL;
    return copy;
}

char *capi_version_text(const struct capi_version *version)
{
    return xasprintf("v%llu.%llu.%llu%s%s%s%s", version->major, version->minor, version->patch,
                     version->pre ? "-" : "", version->pre ? version->pre : "",
                     version->build ? "+" : "", version->build ? version->build : "");
}

static int compare_numbers(unsigned long long a, unsigned long long b)
{
    return (a > b) - (a < b);
}

/* Numbers of any length, without leading zeros. */
static int compare_digits(const char *a, const char *b)
{
    size_t long_a = strlen(a);
    size_t long_b = strlen(b);
    return long_a == long_b ? strcmp(a, b) : compare_numbers(long_a, long_b);
}

/* Parts of a pre-release: numbers below texts. */
static int compare_parts(const char *a, const char *b)
{
    bool number_a = is_number(a);
    bool number_b = is_number(b);
    if (number_a && number_b)
        return compare_digits(a, b);
    return number_a == number_b ? strcmp(a, b) : number_b - number_a;
}

static int compare_pre(const char *a, const char *b)
{
    if (!a || !b)
        return (b != NULL) - (a != NULL);
    auto_strv struct strv parts_a = {0};
    auto_strv struct strv parts_b = {0};
    strv_split(&parts_a, a, '.');
    strv_split(&parts_b, b, '.');
    for (size_t i = 0; i < parts_a.count && i < parts_b.count; i++) {
        int order = compare_parts(parts_a.items[i], parts_b.items[i]);
        if (order)
            return order;
    }
    return compare_numbers(parts_a.count, parts_b.count);
}

int capi_version_compare(const struct capi_version *a, const struct capi_version *b)
{
    int order = compare_numbers(a->major, b->major);
    if (!order)
        order = compare_numbers(a->minor, b->minor);
    if (!order)
        order = compare_numbers(a->patch, b->patch);
    return order ? order : compare_pre(a->pre, b->pre);
}

static enum capi_order order_of(int order)
{
    return order < 0 ? CAPI_LOWER : order > 0 ? CAPI_HIGHER : CAPI_SAME;
}

static enum capi_order order_build_part(const char *a, const char *b)
{
    bool number_a = is_number(a);
    bool number_b = is_number(b);
    if (number_a && number_b)
        return order_of(compare_digits(a + strspn(a, "0"), b + strspn(b, "0")));
    if (number_a != number_b)
        return number_a ? CAPI_LOWER : CAPI_HIGHER;
    return strcmp(a, b) == 0 ? CAPI_SAME : CAPI_DIFFERENT;
}

static enum capi_order order_build(const char *a, const char *b)
{
    auto_strv struct strv parts_a = {0};
    auto_strv struct strv parts_b = {0};
    if (a)
        strv_split(&parts_a, a, '.');
    if (b)
        strv_split(&parts_b, b, '.');
    for (size_t i = 0; i < parts_a.count && i < parts_b.count; i++) {
        enum capi_order order = order_build_part(parts_a.items[i], parts_b.items[i]);
        if (order != CAPI_SAME)
            return order;
    }
    return order_of(compare_numbers(parts_a.count, parts_b.count));
}

enum capi_order capi_version_order(const struct capi_version *a, const struct capi_version *b)
{
    int order = capi_version_compare(a, b);
    return order ? order_of(order) : order_build(a->build, b->build);
}
