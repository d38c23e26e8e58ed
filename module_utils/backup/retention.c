#include "backup/retention.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { DAY = 86400, WEEK = 7 * DAY };

/* ---- names */

/* LENGTH digits at *text as a number, or -1; *text moves behind them. */
static int digits(const char **text, int length)
{
    int value = 0;
    for (int i = 0; i < length; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return -1;
        value = value * 10 + (**text - '0');
    }
    return value;
}

static bool skip(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

/* A calendar knows no 31 February: what timegm moves to another day is no time. */
static bool parse_time(const char **text, time_t *out)
{
    struct tm parts = {0};
    parts.tm_year = digits(text, 4) - 1900;
    parts.tm_mon = parts.tm_year < -1900 ? -1 : digits(text, 2) - 1;
    parts.tm_mday = parts.tm_mon < 0 ? -1 : digits(text, 2);
    if (parts.tm_mday < 1 || !skip(text, 'T'))
        return false;
    parts.tm_hour = digits(text, 2);
    parts.tm_min = parts.tm_hour < 0 ? -1 : digits(text, 2);
    parts.tm_sec = parts.tm_min < 0 ? -1 : digits(text, 2);
    if (parts.tm_sec < 0 || !skip(text, 'Z'))
        return false;
    struct tm same = parts;
    *out = timegm(&same);
    return same.tm_mon == parts.tm_mon && same.tm_mday == parts.tm_mday &&
           same.tm_hour == parts.tm_hour && same.tm_min == parts.tm_min &&
           same.tm_sec == parts.tm_sec;
}

bool backup_name_parse(const char *name, const char *prefix, time_t *time, bool *encrypted)
{
    const char *rest = str_after(name, prefix);
    time_t found = 0;
    if (!rest || !skip(&rest, '-') || !parse_time(&rest, &found))
        return false;
    bool cms = str_equal(rest, ".tar.gz.cms");
    if (!cms && !str_equal(rest, ".tar.gz"))
        return false;
    *time = found;
    *encrypted = cms;
    return true;
}

char *backup_name_make(const char *prefix, time_t time, bool encrypted)
{
    struct tm parts = {0};
    gmtime_r(&time, &parts);
    return xasprintf("%s-%04d%02d%02dT%02d%02d%02dZ.tar.gz%s", prefix, parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     encrypted ? ".cms" : "");
}

/* ---- periods */

static long long floor_div(long long value, long long by)
{
    long long quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

static long long day_of(time_t time)
{
    return floor_div(time, DAY);
}

/* 1970-01-01 was a Thursday: three days into its week. */
static long long week_of(time_t time)
{
    return floor_div((long long)time + 3LL * DAY, WEEK);
}

static long long month_of(time_t time)
{
    struct tm parts = {0};
    gmtime_r(&time, &parts);
    return parts.tm_year * 12LL + parts.tm_mon;
}

/* Keeps the newest of each of the COUNT newest periods. */
static void keep_periods(struct backup_age *archives, size_t count, size_t periods,
                         long long (*period_of)(time_t))
{
    long long last = 0;
    size_t found = 0;
    for (size_t i = 0; i < count && found < periods; i++) {
        long long period = period_of(archives[i].time);
        if (found && period == last)
            continue;
        archives[i].keep = true;
        last = period;
        found++;
    }
}

/* ---- what stays in any case */

static void keep_first(struct backup_age *archives, size_t count, enum backup_consistent which,
                       bool *found)
{
    for (size_t i = 0; i < count && !*found; i++)
        if (archives[i].consistent == which)
            *found = archives[i].keep = true;
}

static void keep_least(struct backup_age *archives, size_t count, size_t least)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += archives[i].keep;
    for (size_t i = 0; i < count && kept < least; i++)
        if (!archives[i].keep) {
            archives[i].keep = true;
            kept++;
        }
}

static int newest_first(const void *a, const void *b)
{
    const struct backup_age *left = a;
    const struct backup_age *right = b;
    if (left->time != right->time)
        return left->time < right->time ? 1 : -1;
    return strcmp(right->name, left->name);
}

void backup_retention(struct backup_age *archives, size_t count, const struct backup_keep *keep)
{
    bool prunes = keep->last || keep->daily || keep->weekly || keep->monthly;
    bool consistent = false;
    if (count)
        qsort(archives, count, sizeof(*archives), newest_first);
    for (size_t i = 0; i < count; i++)
        archives[i].keep = !prunes || i < keep->last || archives[i].fresh ||
                           (keep->names && strv_contains(keep->names, archives[i].name));
    keep_periods(archives, count, keep->daily, day_of);
    keep_periods(archives, count, keep->weekly, week_of);
    keep_periods(archives, count, keep->monthly, month_of);
    keep_first(archives, count, BACKUP_CONSISTENT, &consistent);
    keep_first(archives, count, BACKUP_UNKNOWN, &consistent);
    keep_least(archives, count, keep->least);
}
