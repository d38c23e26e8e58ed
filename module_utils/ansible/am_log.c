#include "ansible/am_log.h"

#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "ansible/am_iter.h"
#include "ansible/am_repr.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- names of passwords */

static bool is_separator(char c)
{
    return c && strchr("-_ \t\r\n\v\f", c);
}

/* "[word|phrase|wrd|wd][<separator><anything>]" is all that may follow "pass". */
static bool ends_password_name(const char *rest)
{
    static const char *const words[] = {"", "word", "phrase", "wrd", "wd"};
    for (size_t i = 0; i < array_length(words); i++) {
        size_t length = strlen(words[i]);
        if (strncasecmp(rest, words[i], length) != 0)
            continue;
        if (!rest[length] || (is_separator(rest[length]) && rest[length + 1]))
            return true;
    }
    return false;
}

bool am_log_is_password_name(const char *name)
{
    for (const char *at = name; *at; at++) {
        bool starts = at == name || (at - name >= 2 && is_separator(at[-1]));
        if (!starts || strncasecmp(at, "pass", 4) != 0)
            continue;
        if (ends_password_name(at + 4) || (is_separator(at[4]) && ends_password_name(at + 5)))
            return true;
    }
    return false;
}

/* ---- user:password@ */

/* The last occurrence of PART that ends before END, or -1. */
static long find_last(const char *text, const char *part, long end)
{
    long length = (long)strlen(part);
    for (long at = end - length; at >= 0; at--)
        if (strncmp(text + at, part, (size_t)length) == 0)
            return at;
    return -1;
}

static long find_colon(const char *text, long start, long end)
{
    for (long at = start; at < end; at++)
        if (text[at] == ':')
            return at;
    return -1;
}

/*
 * The colon in front of the password that ends at the "@" at END, or -1. *begin becomes the
 * start of its URL. As in Ansible the nearest "://" wins, then those further left, then all.
 */
static long find_password(const char *text, long end, long *begin)
{
    long limit = end;
    for (;;) {
        long url = find_last(text, "://", limit);
        *begin = url < 0 ? 0 : url;
        long colon = find_colon(text, *begin + 3, end);
        if (colon >= 0 || *begin == 0)
            return colon;
        limit = *begin;
    }
}

/* A password: from behind the colon to the "@". */
struct span {
    long colon;
    long end;
};

/* The passwords of TEXT from the right to the left, owned. */
static struct span *find_passwords(const char *text, size_t *count)
{
    struct span *spans = NULL;
    long begin = (long)strlen(text);
    for (*count = 0;; ++*count) {
        long end = find_last(text, "@", begin);
        long colon = end < 0 ? -1 : find_password(text, end, &begin);
        if (colon < 0)
            return spans;
        spans = xreallocarray(spans, *count + 1, sizeof(*spans));
        spans[*count] = (struct span){.colon = colon, .end = end};
    }
}

char *am_log_sanitize(const char *text)
{
    size_t count = 0;
    auto_free struct span *spans = find_passwords(text, &count);
    struct buf clean;
    long at = 0;
    buf_init(&clean);
    while (count--) {
        buf_add(&clean, text + at, (size_t)(spans[count].colon + 1 - at));
        buf_add_str(&clean, "********");
        at = spans[count].end;
    }
    buf_add_str(&clean, text + at);
    return buf_steal(&clean);
}

/* ---- the invocation */

static const struct am_option *find_option(const struct am_spec *spec, const char *key)
{
    for (const struct am_option *option = spec->options; option->name; option++) {
        if (str_equal(option->name, key))
            return option;
        for (am_names alias = option->aliases; alias && *alias; alias++)
            if (str_equal(*alias, key))
                return option;
    }
    return NULL;
}

/* What the log shows of one parameter, owned. */
static char *shown_value(const struct am_option *option, const char *key, const json_t *value,
                         struct am_context *context)
{
    bool decided = option && (option->no_log || option->no_log_false);
    if (!decided && am_log_is_password_name(key)) {
        auto_free char *warning = xasprintf("Module did not set no_log for %s", key);
        strv_add_once(&context->warnings, warning);
        return xstrdup("NOT_LOGGING_PASSWORD");
    }
    if (option && option->no_log)
        return xstrdup("NOT_LOGGING_PARAMETER");
    auto_free char *text = am_str(value);
    auto_free char *clean = am_log_sanitize(text);
    return am_secrets_scrub_text(context->secrets, clean);
}

char *am_log_invocation_text(const struct am_spec *spec, const json_t *params,
                             struct am_context *context)
{
    const char *key = NULL;
    const json_t *value = NULL;
    auto_buf struct buf text;
    buf_init(&text);
    buf_add_str(&text, "Invoked");
    json_object_foreach (am_iter(params), key, value) {
        auto_free char *shown = shown_value(find_option(spec, key), key, value, context);
        buf_printf(&text, "%s %s=%s", text.size == strlen("Invoked") ? " with" : "", key, shown);
    }
    return am_secrets_scrub_text(context->secrets, buf_str(&text));
}

/* ---- syslog */

static int facility_of(const char *name)
{
    static const struct {
        const char *name;
        int facility;
    } facilities[] = {
        {"LOG_AUTH", LOG_AUTH},     {"LOG_AUTHPRIV", LOG_AUTHPRIV}, {"LOG_CRON", LOG_CRON},
        {"LOG_DAEMON", LOG_DAEMON}, {"LOG_KERN", LOG_KERN},         {"LOG_LOCAL0", LOG_LOCAL0},
        {"LOG_LOCAL1", LOG_LOCAL1}, {"LOG_LOCAL2", LOG_LOCAL2},     {"LOG_LOCAL3", LOG_LOCAL3},
        {"LOG_LOCAL4", LOG_LOCAL4}, {"LOG_LOCAL5", LOG_LOCAL5},     {"LOG_LOCAL6", LOG_LOCAL6},
        {"LOG_LOCAL7", LOG_LOCAL7}, {"LOG_LPR", LOG_LPR},           {"LOG_MAIL", LOG_MAIL},
        {"LOG_NEWS", LOG_NEWS},     {"LOG_SYSLOG", LOG_SYSLOG},     {"LOG_UUCP", LOG_UUCP},
    };
    for (size_t i = 0; i < array_length(facilities); i++)
        if (str_equal(facilities[i].name, name))
            return facilities[i].facility;
    return LOG_USER;
}

static void log_line(const struct am_context *context, const char *text)
{
    /* The log takes one datagram; a manifest of megabytes would be dropped as a whole. */
    enum { LONGEST = 64 * 1024 };
    auto_free char *ident = xasprintf("ansible-%s", context->module_name);
    const char *info = context->target_log_info ? context->target_log_info : "";
    auto_free char *line = xasprintf("%s%s%s", info, *info ? " " : "", text);
    auto_free char *clean = am_secrets_scrub_text(context->secrets, line);
    openlog(ident, 0, facility_of(context->syslog_facility));
    syslog(LOG_INFO, "%.*s", LONGEST, clean);
    closelog();
}

void am_log_invocation(const struct am_spec *spec, const json_t *params, struct am_context *context)
{
    if (context->no_log)
        return;
    auto_free char *text = am_log_invocation_text(spec, params, context);
    log_line(context, text);
}

void am_log_warnings(const struct am_context *context)
{
    for (size_t i = 0; !context->no_log && i < context->warnings.count; i++) {
        auto_free char *text = xasprintf("[WARNING] %s", context->warnings.items[i]);
        log_line(context, text);
    }
}
