#include "support/unit.h"

#include <unistd.h>

#include "base/str.h"
#include "lxc_container/include.h"
#include "support/temp_dir.h"

#define RANDOM  "00:16:3e:xx:xx:xX"
#define FIXED   "00:16:3e:00:00:22"
#define ADDRESS "lxc.net.0.hwaddr = "

static const struct {
    const char *what, *text;
    const char *keys; /* that are made up, with blanks in between */
} rows[] = {
    {"nothing", "lxc.net.0.type = veth\n", ""},
    {"an x", ADDRESS RANDOM "\n", "lxc.net.0.hwaddr"},
    {"no x", ADDRESS FIXED "\n", ""},
    {"an x elsewhere", "lxc.net.0.name = x\nlxc.uts.name = xX\n# " ADDRESS RANDOM "\n", ""},
    {"the last line counts", ADDRESS RANDOM "\n" ADDRESS FIXED "\n", ""},
    {"the last line has one", ADDRESS FIXED "\n" ADDRESS RANDOM "\n", "lxc.net.0.hwaddr"},
    {"a file", "lxc.include = file\n", "lxc.net.1.hwaddr"},
    {"a file within a file", "lxc.include = outer\n", "lxc.net.1.hwaddr"},
    {"a folder", "lxc.include = folder\n", "lxc.net.3.hwaddr"},
    {"a line behind the file", "lxc.include = file\nlxc.net.1.hwaddr = " FIXED "\n", ""},
    {"a line before the file", "lxc.net.1.hwaddr = " FIXED "\nlxc.include = file\n",
     "lxc.net.1.hwaddr"},
    {"a file that is not there", "lxc.include = none\n", ""},
    {"a pipe", "lxc.include = pipe\n", ""},
    {"a circle", "lxc.include = circle\n", "lxc.net.4.hwaddr"},
};

static void test_include_made_up__every_place_of_an_address__is_looked_at(void **state)
{
    auto_free char *folder = temp_path(state, "folder");
    auto_free char *pipe = temp_path(state, "pipe");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    temp_put(state, "file", "lxc.net.1.hwaddr = " RANDOM "\n");
    temp_put(state, "outer", "lxc.include = file\n");
    temp_put(state, "folder/a.conf", "lxc.net.3.hwaddr = " RANDOM "\n");
    temp_put(state, "folder/b.config", "lxc.net.2.hwaddr = " RANDOM "\n");
    temp_put(state, "circle", "lxc.net.4.hwaddr = " RANDOM "\nlxc.include = circle\n");
    assert_int_equal(chdir(*state), 0);
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_text struct text text;
        auto_strv struct strv keys;
        text_init(&text);
        strv_init(&keys);
        text_read(&text, rows[i].text);
        include_made_up(&text, &keys);
        auto_free char *found = strv_join(&keys, " ");
        if (!str_equal(found, rows[i].keys))
            fail_msg("%s: \"%s\"", rows[i].what, found);
    }
    assert_int_equal(chdir("/"), 0);
}

static const struct {
    const char *what, *path;
    bool counts;
    const char *keys; /* with blanks in between */
} key_rows[] = {
    {"a file", "file", true, "lxc.uts.name lxc.group"},
    {"a file of others", "file", false, ""},
    {"a file of the container", "own/a.conf", false, "lxc.arch"},
    {"a file within a file", "outer", true, "lxc.uts.name lxc.group lxc.tty.max"},
    {"a file of others within one of the container", "own/b.conf", false, "lxc.uts.name lxc.group"},
    {"a file of the container within one of others", "wrapper", false, "lxc.arch"},
    {"a folder", "own", false, "lxc.arch lxc.uts.name lxc.group"},
    {"a folder whose name begins alike", "own2", false, ""},
    {"a file that is not there", "none", true, ""},
    {"a circle", "circle", true, "lxc.arch"},
};

static void test_include_keys__files_that_count__are_read_to_the_end(void **state)
{
    auto_free char *own = temp_path(state, "own");
    auto_free char *other = temp_path(state, "own2");
    assert_int_equal(mkdir(own, 0700), 0);
    assert_int_equal(mkdir(other, 0700), 0);
    temp_put(state, "file", "lxc.uts.name = a\nlxc.group = x\nlxc.group = y\n");
    temp_put(state, "outer", "lxc.include = file\nlxc.tty.max = 1\n");
    temp_put(state, "wrapper", "lxc.tty.max = 1\nlxc.include = own/a.conf\nlxc.pty.max = 1\n");
    temp_put(state, "own/a.conf", "lxc.arch = x86_64\n");
    temp_put(state, "own/b.conf", "lxc.include = file\n");
    temp_put(state, "own/c.config", "lxc.pty.max = 1\n");
    temp_put(state, "own2/a.conf", "lxc.pty.max = 1\n");
    temp_put(state, "circle", "lxc.arch = x86_64\nlxc.include = circle\n");
    assert_int_equal(chdir(*state), 0);
    for (size_t i = 0; i < array_length(key_rows); i++) {
        auto_strv struct strv keys;
        strv_init(&keys);
        include_keys(key_rows[i].path, "own", key_rows[i].counts, &keys);
        auto_free char *found = strv_join(&keys, " ");
        if (!str_equal(found, key_rows[i].keys))
            fail_msg("%s: \"%s\"", key_rows[i].what, found);
    }
    assert_int_equal(chdir("/"), 0);
}

static void test_include_read__what_is_no_plain_file__is_left_alone(void **state)
{
    auto_text struct text text;
    text_init(&text);
    auto_free char *none = temp_path(state, "none");
    auto_free char *file = temp_file(state, "file", "lxc.start.auto = 1\n");
    assert_false(include_read(none, &text));
    assert_false(include_read(*state, &text));
    assert_int_equal(text.count, 0);
    assert_true(include_read(file, &text));
    assert_int_equal(text.count, 1);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, temp_dir_make, temp_dir_remove)
    const struct CMUnitTest tests[] = {
        UNIT(test_include_made_up__every_place_of_an_address__is_looked_at),
        UNIT(test_include_keys__files_that_count__are_read_to_the_end),
        UNIT(test_include_read__what_is_no_plain_file__is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
