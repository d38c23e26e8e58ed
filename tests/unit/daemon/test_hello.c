#include "base/buf.h"
#include "daemon/hello.h"
#include "support/unit.h"

static void add_number(struct buf *buf, size_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_add_char(buf, (char)(value >> (8 * i) & 0xff));
}

static void add_vector(struct buf *buf, const struct buf *inside, int bytes)
{
    add_number(buf, inside->size, bytes);
    buf_add(buf, buf_str(inside), inside->size);
}

static void add_extension(struct buf *extensions, size_t type, const struct buf *body)
{
    add_number(extensions, type, 2);
    add_vector(extensions, body, 2);
}

/* A ClientHello with PADDING bytes of another extension before the name; NAME NULL: none. */
static struct buf message_for(const char *name, size_t name_size, size_t padding)
{
    auto_buf struct buf extensions = {0};
    auto_buf struct buf body = {0};
    struct buf message = {0};
    auto_buf struct buf other = {0};
    for (size_t i = 0; i < padding; i++)
        buf_add_char(&other, 'x');
    add_extension(&extensions, 21, &other);
    if (name) {
        auto_buf struct buf entry = {0};
        auto_buf struct buf list = {0};
        add_number(&entry, 0, 1);
        add_number(&entry, name_size, 2);
        buf_add(&entry, name, name_size);
        add_vector(&list, &entry, 2);
        add_extension(&extensions, 0, &list);
    }
    add_number(&body, 0x0303, 2);
    for (int i = 0; i < 32; i++)
        buf_add_char(&body, 'r');
    add_number(&body, 0, 1);
    add_number(&body, 2, 2);
    add_number(&body, 0x1301, 2);
    add_number(&body, 1, 1);
    add_number(&body, 0, 1);
    add_vector(&body, &extensions, 2);
    add_number(&message, 1, 1);
    add_vector(&message, &body, 3);
    return message;
}

/* MESSAGE in records of at most SIZE bytes. */
static struct buf records_of(const struct buf *message, size_t size)
{
    struct buf wire = {0};
    for (size_t at = 0; at < message->size; at += size) {
        size_t here = message->size - at < size ? message->size - at : size;
        add_number(&wire, 0x160301, 3);
        add_number(&wire, here, 2);
        buf_add(&wire, message->data + at, here);
    }
    return wire;
}

static struct buf wire_for(const char *name, size_t padding, size_t record)
{
    auto_buf struct buf message = message_for(name, name ? strlen(name) : 0, padding);
    return records_of(&message, record);
}

static enum hello_result parse(const struct buf *wire, size_t size, struct hello *hello)
{
    /* A copy of its own size: the sanitizer sees a read past the end. */
    auto_free uint8_t *copy = xmalloc(size);
    memcpy(copy, wire->data, size);
    return hello_parse(copy, size, hello);
}

static void test_hello__name__found_in_lower_case_without_dot(void **state)
{
    (void)state;
    static const char *const names[] = {"k8s.magnum-system", "K8S.Magnum-System",
                                        "k8s.magnum-system."};
    for (size_t i = 0; i < array_length(names); i++) {
        struct hello hello;
        auto_buf struct buf wire = wire_for(names[i], 0, HELLO_RECORD);
        assert_int_equal(parse(&wire, wire.size, &hello), HELLO_FOUND);
        assert_string_equal(hello.name, "k8s.magnum-system");
    }
}

/* Follows "need" from one byte on, as a connection does. */
static unsigned rounds_until_found(const struct buf *wire, const char *name)
{
    struct hello hello;
    unsigned rounds = 1;
    size_t size = 1;
    enum hello_result result = HELLO_MORE;
    while ((result = parse(wire, size, &hello)) == HELLO_MORE) {
        assert_true(hello.need > size);
        assert_true(hello.need <= wire->size);
        size = hello.need;
        rounds++;
    }
    assert_int_equal(result, HELLO_FOUND);
    assert_string_equal(hello.name, name);
    return rounds;
}

static void test_hello__split_anywhere__more_is_wanted_until_it_is_whole(void **state)
{
    (void)state;
    struct hello hello;
    auto_buf struct buf wire = wire_for("c.magnum-system", 100, HELLO_RECORD);
    for (size_t size = 1; size < wire.size; size++)
        assert_int_equal(parse(&wire, size, &hello), HELLO_MORE);
    assert_int_equal(rounds_until_found(&wire, "c.magnum-system"), 3);
}

static void test_hello__nine_kilobytes__found(void **state)
{
    (void)state;
    auto_buf struct buf wire = wire_for("c", 9000, HELLO_RECORD);
    assert_int_equal(rounds_until_found(&wire, "c"), 3);
}

static void test_hello__fragments_of_any_size__found(void **state)
{
    (void)state;
    for (size_t record = 1; record < 300; record += 7) {
        auto_buf struct buf wire = wire_for("c.magnum-system.svc", 100, record);
        rounds_until_found(&wire, "c.magnum-system.svc");
    }
}

static void test_hello__bytes_behind_it__do_not_matter(void **state)
{
    (void)state;
    struct hello hello;
    auto_buf struct buf wire = wire_for("c", 0, HELLO_RECORD);
    buf_add_str(&wire, "early data");
    assert_int_equal(parse(&wire, wire.size, &hello), HELLO_FOUND);
}

static void test_hello__without_name__says_so(void **state)
{
    (void)state;
    struct hello hello;
    auto_buf struct buf wire = wire_for(NULL, 10, HELLO_RECORD);
    assert_int_equal(parse(&wire, wire.size, &hello), HELLO_NO_NAME);
}

static void test_hello__other_protocols__not_tls_at_the_first_bytes(void **state)
{
    (void)state;
    static const char *const texts[] = {"G", "GET / HTTP/1.1\r\n", "SSH-2.0-x", "\x80\x2e\x01",
                                        "\x16\x02"};
    for (size_t i = 0; i < array_length(texts); i++) {
        struct hello hello;
        assert_int_equal(hello_parse((const uint8_t *)texts[i], strlen(texts[i]), &hello),
                         HELLO_NOT_TLS);
    }
}

static void test_hello__name_with_foreign_bytes__malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t size;
    } rows[] = {{"a\0b", 3}, {"a b", 3}, {"a/b", 3}, {"", 0}, {".", 1}, {"\xc3\xa4", 2}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct hello hello;
        auto_buf struct buf message = message_for(rows[i].name, rows[i].size, 0);
        auto_buf struct buf wire = records_of(&message, HELLO_RECORD);
        assert_int_equal(parse(&wire, wire.size, &hello), HELLO_MALFORMED);
    }
}

static void test_hello__name_of_300_bytes__malformed(void **state)
{
    (void)state;
    char name[301];
    memset(name, 'a', 300);
    name[300] = '\0';
    struct hello hello;
    auto_buf struct buf wire = wire_for(name, 0, HELLO_RECORD);
    assert_int_equal(parse(&wire, wire.size, &hello), HELLO_MALFORMED);
}

static void test_hello__lengths_that_lie__malformed(void **state)
{
    (void)state;
    auto_buf struct buf message = message_for("cluster", 7, 0);
    /* Each length inside the message, made larger than what follows. */
    static const size_t places[] = {38, 39, 43, 45, 49, 53, 55, 58};
    for (size_t i = 0; i < array_length(places); i++) {
        struct hello hello;
        auto_buf struct buf bad = {0};
        buf_add(&bad, message.data, message.size);
        bad.data[places[i]] = (char)0xff;
        auto_buf struct buf wire = records_of(&bad, HELLO_RECORD);
        assert_int_equal(parse(&wire, wire.size, &hello), HELLO_MALFORMED);
    }
}

static void test_hello__other_message_or_empty_record__malformed(void **state)
{
    (void)state;
    static const uint8_t server_hello[] = {22, 3, 3, 0, 4, 2, 0, 0, 0};
    static const uint8_t empty[] = {22, 3, 3, 0, 0};
    static const uint8_t alert_between[] = {22, 3, 3, 0, 1, 1, 21, 3, 3, 0, 2};
    static const uint8_t huge[] = {22, 3, 3, 0x40, 1};
    struct hello hello;
    assert_int_equal(hello_parse(server_hello, sizeof(server_hello), &hello), HELLO_MALFORMED);
    assert_int_equal(hello_parse(empty, sizeof(empty), &hello), HELLO_MALFORMED);
    assert_int_equal(hello_parse(alert_between, sizeof(alert_between), &hello), HELLO_MALFORMED);
    assert_int_equal(hello_parse(huge, sizeof(huge), &hello), HELLO_MALFORMED);
}

static void test_hello__promise_of_a_megabyte__too_long(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {22, 3, 3, 0x10, 0, 1, 0x10, 0, 0};
    struct hello hello;
    assert_int_equal(hello_parse(bytes, sizeof(bytes), &hello), HELLO_TOO_LONG);
}

static void test_hello__one_byte_records_of_a_long_message__too_long(void **state)
{
    (void)state;
    struct hello hello = {.need = 1};
    auto_buf struct buf wire = wire_for("c", 12000, 1);
    enum hello_result result = HELLO_MORE;
    while (result == HELLO_MORE)
        result = parse(&wire, hello.need, &hello);
    assert_int_equal(result, HELLO_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello__name__found_in_lower_case_without_dot),
        cmocka_unit_test(test_hello__split_anywhere__more_is_wanted_until_it_is_whole),
        cmocka_unit_test(test_hello__nine_kilobytes__found),
        cmocka_unit_test(test_hello__fragments_of_any_size__found),
        cmocka_unit_test(test_hello__bytes_behind_it__do_not_matter),
        cmocka_unit_test(test_hello__without_name__says_so),
        cmocka_unit_test(test_hello__other_protocols__not_tls_at_the_first_bytes),
        cmocka_unit_test(test_hello__name_with_foreign_bytes__malformed),
        cmocka_unit_test(test_hello__name_of_300_bytes__malformed),
        cmocka_unit_test(test_hello__lengths_that_lie__malformed),
        cmocka_unit_test(test_hello__other_message_or_empty_record__malformed),
        cmocka_unit_test(test_hello__promise_of_a_megabyte__too_long),
        cmocka_unit_test(test_hello__one_byte_records_of_a_long_message__too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
