#include "support/unit.h"

#include "base/str.h"
#include "http/redirect.h"

#define ASKED "https://u:p@h:8443/a/b.yaml?x=1"

static const struct {
    const char *what, *asked;
    int status;
    const char *location; /* NULL: no such header */
    const char *next;     /* NULL: it is not followed */
} rows[] = {
    {"an answer", ASKED, 200, "https://other/c", NULL},
    {"several to choose from", ASKED, 300, "https://other/c", NULL},
    {"nothing new", ASKED, 304, "https://other/c", NULL},
    {"a proxy to use", ASKED, 305, "https://other/c", NULL},
    {"an error", ASKED, 404, "https://other/c", NULL},
    {"moved for good", ASKED, 301, "https://other/c", "https://other/c"},
    {"found", ASKED, 302, "https://other/c", "https://other/c"},
    {"see other", ASKED, 303, "https://other/c", "https://other/c"},
    {"moved for now", ASKED, 307, "https://other/c", "https://other/c"},
    {"moved for good, same method", ASKED, 308, "https://other/c", "https://other/c"},
    {"nowhere", ASKED, 302, NULL, NULL},
    {"to nothing", ASKED, 302, "", NULL},
    {"a path keeps host and password", ASKED, 302, "/c?y=2", "https://u:p@h:8443/c?y=2"},
    {"a path from no path", "http://h", 302, "/c", "http://h/c"},
    {"a path from a query", "http://h?x=/1", 302, "/c", "http://h/c"},
    {"another host gets no password", ASKED, 302, "https://h/c", "https://h/c"},
    {"from https to http", ASKED, 302, "http://h/c", NULL},
    {"from http to http", "http://h/a", 302, "http://other/c", "http://other/c"},
    {"from http to https", "http://h/a", 302, "https://other/c", "https://other/c"},
    {"a host without scheme", ASKED, 302, "//other/c", NULL},
    {"a path from here", ASKED, 302, "c.yaml", NULL},
    {"a file of this host", ASKED, 302, "file:///etc/passwd", NULL},
    {"another protocol", ASKED, 302, "ftp://other/c", NULL},
};

static void test_http_redirect__every_kind_of_answer__is_followed_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct http_job job;
        http_job_init(&job, "GET", xstrdup(rows[i].asked));
        job.response.status = rows[i].status;
        if (rows[i].location)
            strv_printf(&job.response.headers, "location: %s", rows[i].location);
        auto_free char *next = http_redirect(&job);
        if (!str_equal(next, rows[i].next))
            fail_msg("%s: %s", rows[i].what, next ? next : "not followed");
        http_job_clear(&job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_redirect__every_kind_of_answer__is_followed_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
