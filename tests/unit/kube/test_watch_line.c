#include "support/unit.h"

#include "base/mem.h"
#include "kube/watch_line.h"

/* The lines of PIECES, joined by "|", and what is left of one behind a ">". */
static char *read_all(const char *const *pieces, size_t count)
{
    auto_buf struct buf line = {0};
    struct buf seen = {0};
    for (size_t i = 0; i < count; i++) {
        const char *at = pieces[i];
        size_t length = strlen(at);
        while (length) {
            auto_error struct error *error = NULL;
            int whole = kube_watch_line(&line, &at, &length, &error);
            assert_no_error(error);
            if (!whole)
                continue;
            buf_printf(&seen, "%s|", buf_str(&line));
            buf_clear(&line);
        }
    }
    buf_printf(&seen, ">%s", buf_str(&line));
    return buf_steal(&seen);
}

static void test_watch_line__pieces_of_any_size__are_whole_lines(maybe_unused void **state)
{
    static const struct {
        const char *pieces[4];
        const char *seen;
    } rows[] = {
        {{"{1}\n", "{2}\n"}, "{1}|{2}|>"}, {{"{1}\n{2}\n{3"}, "{1}|{2}|>{3"},
        {{"{", "1", "}", "\n"}, "{1}|>"},  {{"{1}", "\n{2}\n"}, "{1}|{2}|>"},
        {{"\n\n{1}\r\n"}, "||{1}\r|>"},    {{"{1"}, ">{1"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        size_t count = 0;
        while (count < array_length(rows[i].pieces) && rows[i].pieces[count])
            count++;
        auto_free char *seen = read_all(rows[i].pieces, count);
        assert_string_equal(seen, rows[i].seen);
    }
}

static void test_watch_line__without_end__fails_at_the_limit(maybe_unused void **state)
{
    enum { PIECE = 16 * 1000 * 1000, PIECES = KUBE_EVENT_MAX_MB / 16 };
    auto_buf struct buf line = {0};
    auto_error struct error *error = NULL;
    auto_free char *piece = xcalloc(1, PIECE + 1);
    memset(piece, 'x', PIECE);
    for (size_t i = 0; i < PIECES; i++) {
        const char *at = piece;
        size_t length = PIECE;
        assert_int_equal(kube_watch_line(&line, &at, &length, &error), 0);
        assert_int_equal(length, 0);
    }
    const char *at = "x";
    size_t length = 1;
    assert_int_equal(kube_watch_line(&line, &at, &length, &error), -1);
    assert_int_equal(line.size, 0);
    assert_error(&error, ERROR_HTTP,
                 "the server sent an event of a watch that is larger than 64 MB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watch_line__pieces_of_any_size__are_whole_lines),
        cmocka_unit_test(test_watch_line__without_end__fails_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
