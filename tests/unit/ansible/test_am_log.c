/* The hardened build calls __syslog_chk in place of syslog; both are replaced below. */
#undef _FORTIFY_SOURCE
#include "support/unit.h"

#include <syslog.h>

#include "ansible/am_log.h"
#include "base/buf.h"
#include "support/json_text.h"

/* The C library's log is replaced: each message as "IDENT FACILITY PRIORITY TEXT\n". */
static struct buf logged;
static char *log_ident;
static int log_facility;

void openlog(const char *ident, int option, int facility)
{
    assert_int_equal(option, 0);
    log_ident = xstrdup(ident);
    log_facility = facility;
}

static printf_like(2, 0) void keep_line(int priority, const char *format, va_list arguments)
{
    auto_free char *text = xvasprintf(format, arguments);
    buf_printf(&logged, "%s %d %d %s\n", log_ident, log_facility >> 3, priority, text);
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep_line(priority, format, arguments);
    va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...) printf_like(3, 4);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    keep_line(priority, format, arguments);
    va_end(arguments);
}

void closelog(void)
{
    free(log_ident);
    log_ident = NULL;
}

static int clear_log(void **state)
{
    (void)state;
    buf_clear(&logged);
    return 0;
}

static void test_am_log__names_of_passwords__are_recognised(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "pass",        "password",    "PassWord", "passwd",           "passwrd",     "passphrase",
        "pass_phrase", "pass-word",   "db_pass",  "db-password-file", "my password", "pass file",
        "a_pass",      "x pass-wd_y", "pass_x",   "pass__x",          "bypass-pass", "pass_"};
    static const char *const no[] = {"",      "passport", "passwords", "compass", "token", "pas",
                                     "_pass", "bypass",   "password-", "dbpass",  "passx"};
    for (size_t i = 0; i < array_length(yes); i++)
        if (!am_log_is_password_name(yes[i]))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < array_length(no); i++)
        if (am_log_is_password_name(no[i]))
            fail_msg("%s", no[i]);
}

static void test_am_log__passwords_in_addresses__are_starred_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *clean;
    } rows[] = {
        {"", ""},
        {"no address", "no address"},
        {"me@here", "me@here"},
        {"http://user:secret@host/x", "http://user:********@host/x"},
        {"a http://u:p@h and https://v:q@i end",
         "a http://u:********@h and https://v:********@i end"},
        {"user:secret@host", "user:********@host"},
        {"http://host:80/x and user@host", "http://host:********@host"},
        {"http://user@host", "http:********@host"},
        {"x://y http://u:p@@h", "x://y http://u:********@h"},
        {"http://u:p@h, mail me@x", "http://u:********@x"},
        {"ab:pw@host", "ab:pw@host"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *clean = am_log_sanitize(rows[i].text);
        assert_string_equal(clean, rows[i].clean);
    }
}

static const struct am_option options[] = {
    {.name = "name", .aliases = AM_NAMES("n")},
    {.name = "token", .no_log = true},
    {.name = "db_pass"},
    {.name = "pass_count", .type = AM_INT, .no_log_false = true},
    {.name = "count", .type = AM_INT},
    {0},
};
static const struct am_spec spec = {.options = options};

static void test_am_log__an_invocation__shows_every_parameter_but_secrets(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets};
    json_auto_t *params =
        json_from("{'name': 'has hush', 'n': 'x', 'token': 'hush', 'db_pass': 'p', 'pass_count': 1,"
                  "'count': null, 'list': [1, 'http://u:p@h'], 'password': 'z'}");
    strv_init(&context.warnings);
    am_secrets_add(secrets, "hush");
    auto_free char *text = am_log_invocation_text(&spec, params, &context);
    assert_string_equal(
        text,
        "Invoked with name=has ******** n=x token=NOT_LOGGING_PARAMETER "
        "db_pass=NOT_LOGGING_PASSWORD "
        "pass_count=1 count=None list=[1, 'http://u:********@h'] password=NOT_LOGGING_PASSWORD");
    assert_int_equal(context.warnings.count, 2);
    assert_string_equal(context.warnings.items[0], "Module did not set no_log for db_pass");
    assert_string_equal(context.warnings.items[1], "Module did not set no_log for password");
    strv_clear(&context.warnings);
}

static void test_am_log__nothing_given__is_just_invoked(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets};
    json_auto_t *params = json_object();
    auto_free char *text = am_log_invocation_text(&spec, params, &context);
    assert_string_equal(text, "Invoked");
}

static void test_am_log__the_system_log__gets_identity_facility_and_info(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets,
                                 .module_name = "ns.coll.mod",
                                 .target_log_info = "hush:",
                                 .syslog_facility = "LOG_LOCAL3"};
    json_auto_t *params = json_from("{'count': 5}");
    am_secrets_add(secrets, "hush");
    am_log_invocation(&spec, params, &context);
    assert_string_equal(buf_str(&logged),
                        "ansible-ns.coll.mod 19 6 ********: Invoked with count=5\n");
}

static void test_am_log__an_unknown_facility__is_user(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {
        .secrets = secrets, .module_name = "m", .syslog_facility = "LOG_NONE"};
    json_auto_t *params = json_object();
    am_log_invocation(&spec, params, &context);
    context.syslog_facility = NULL;
    am_log_invocation(&spec, params, &context);
    assert_string_equal(buf_str(&logged), "ansible-m 1 6 Invoked\nansible-m 1 6 Invoked\n");
}

static void test_am_log__a_huge_value__is_cut(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets, .module_name = "m"};
    auto_free char *huge = xmalloc(200001);
    memset(huge, 'x', 200000);
    huge[200000] = '\0';
    json_auto_t *params = json_pack("{s:s}", "name", huge);
    am_log_invocation(&spec, params, &context);
    assert_int_equal(logged.size, strlen("ansible-m 1 6 ") + 64 * 1024 + 1);
}

static void test_am_log__warnings__are_logged_too(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets, .module_name = "m"};
    strv_init(&context.warnings);
    strv_add(&context.warnings, "one");
    strv_add(&context.warnings, "two");
    am_log_warnings(&context);
    assert_string_equal(buf_str(&logged),
                        "ansible-m 1 6 [WARNING] one\nansible-m 1 6 [WARNING] two\n");
    strv_clear(&context.warnings);
}

static void test_am_log__no_log__writes_nothing(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct am_context context = {.secrets = secrets, .module_name = "m", .no_log = true};
    json_auto_t *params = json_from("{'db_pass': 'x'}");
    strv_init(&context.warnings);
    am_log_invocation(&spec, params, &context);
    assert_int_equal(context.warnings.count, 0);
    strv_add(&context.warnings, "one");
    am_log_warnings(&context);
    assert_int_equal(logged.size, 0);
    strv_clear(&context.warnings);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, clear_log, clear_log)
    const struct CMUnitTest tests[] = {
        UNIT(test_am_log__names_of_passwords__are_recognised),
        UNIT(test_am_log__passwords_in_addresses__are_starred_out),
        UNIT(test_am_log__an_invocation__shows_every_parameter_but_secrets),
        UNIT(test_am_log__nothing_given__is_just_invoked),
        UNIT(test_am_log__the_system_log__gets_identity_facility_and_info),
        UNIT(test_am_log__an_unknown_facility__is_user),
        UNIT(test_am_log__a_huge_value__is_cut),
        UNIT(test_am_log__warnings__are_logged_too),
        UNIT(test_am_log__no_log__writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
