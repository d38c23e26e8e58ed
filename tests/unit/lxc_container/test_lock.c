#include "support/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "lxc_container/lock.h"
#include "support/temp_dir.h"

/* A name that no container has, so that the lock folder of the machine can be used. */
#define LXCPATH "/nonexistent/mcapi-test-lock"

static void test_lock__taken_twice__the_second_gives_up_in_time(void **state)
{
    (void)state;
    struct lock one;
    struct lock two;
    struct error *err = NULL;
    assert_int_equal(lock_take(&one, LXCPATH, "a", 0, &err), 0);
    assert_no_error(err);
    assert_int_equal(lock_take(&two, LXCPATH, "a", 60, &err), -1);
    assert_error(&err, ERROR_TIMEOUT, "another run holds the lock");
    assert_int_equal(two.fd, -1);
    lock_remove(&one);
}

static void test_lock__released__can_be_taken_again(void **state)
{
    (void)state;
    struct lock lock;
    struct error *err = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(lock_take(&lock, LXCPATH, "a", 0, &err), 0);
        assert_no_error(err);
        lock_release(&lock);
        assert_int_equal(lock.fd, -1);
    }
    assert_int_equal(lock_take(&lock, LXCPATH, "a", 0, &err), 0);
    lock_remove(&lock);
}

static void test_lock__other_names_and_paths__do_not_wait(void **state)
{
    (void)state;
    struct lock locks[3];
    struct error *err = NULL;
    assert_int_equal(lock_take(&locks[0], LXCPATH, "a", 0, &err), 0);
    assert_int_equal(lock_take(&locks[1], LXCPATH, "b", 0, &err), 0);
    assert_int_equal(lock_take(&locks[2], LXCPATH "2", "a", 0, &err), 0);
    for (int i = 0; i < 3; i++)
        lock_remove(&locks[i]);
}

static void test_lock__held__is_not_inherited_by_programs(void **state)
{
    (void)state;
    struct lock lock;
    struct error *err = NULL;
    assert_int_equal(lock_take(&lock, LXCPATH, "a", 0, &err), 0);
    assert_true(fcntl(lock.fd, F_GETFD) & FD_CLOEXEC);
    lock_remove(&lock);
}

static void test_lock_check_folder__folder_of_others__is_refused(void **state)
{
    struct error *err = NULL;
    auto_free char *own = xasprintf("%s/own", (char *)*state);
    auto_free char *open_to_all = xasprintf("%s/all", (char *)*state);
    auto_free char *link = xasprintf("%s/link", (char *)*state);
    assert_int_equal(mkdir(own, 0700), 0);
    assert_int_equal(mkdir(open_to_all, 0700), 0);
    assert_int_equal(chmod(open_to_all, 0777), 0);
    assert_int_equal(symlink(own, link), 0);
    assert_int_equal(lock_check_folder(own, &err), 0);
    assert_no_error(err);
    assert_int_equal(lock_check_folder(open_to_all, &err), -1);
    assert_error(&err, ERROR_IO, "is not a folder of user");
    assert_int_equal(lock_check_folder(link, &err), -1);
    assert_error(&err, ERROR_IO, "is not a folder of user");
    assert_int_equal(lock_check_folder("/nonexistent/folder", &err), -1);
    assert_error(&err, ERROR_IO, "cannot look at");
}

static void test_lock_remove__file__is_gone_and_a_new_one_can_be_had(void **state)
{
    (void)state;
    struct lock lock;
    struct error *err = NULL;
    assert_int_equal(lock_take(&lock, LXCPATH, "a", 0, &err), 0);
    auto_free char *path = xstrdup(lock.path);
    assert_int_equal(access(path, F_OK), 0);
    lock_remove(&lock);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(lock_take(&lock, LXCPATH, "a", 0, &err), 0);
    lock_remove(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lock__taken_twice__the_second_gives_up_in_time),
        cmocka_unit_test(test_lock__released__can_be_taken_again),
        cmocka_unit_test(test_lock__other_names_and_paths__do_not_wait),
        cmocka_unit_test(test_lock__held__is_not_inherited_by_programs),
        cmocka_unit_test_setup_teardown(test_lock_check_folder__folder_of_others__is_refused,
                                        temp_dir_make, temp_dir_remove),
        cmocka_unit_test(test_lock_remove__file__is_gone_and_a_new_one_can_be_had),
    };
    /* Whoever runs the tests, root or not, has a folder for locks. */
    if (geteuid() != 0)
        setenv("XDG_RUNTIME_DIR", "/tmp", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
