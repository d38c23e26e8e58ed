#include "capi/peek.h"

#include "support/json_text.h"
#include "support/unit.h"

static char *peek(const char *text)
{
    return capi_peek_namespace(text, strlen(text));
}

#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: capo-system\n"
#define OTHER     "kind: Service\nspec:\n  kind: Namespace\n"

static void test_peek_namespace__wherever_it_stands__is_found(maybe_unused void **state)
{
    static const char *const texts[] = {
        NAMESPACE,
        "---\n" NAMESPACE "---\n" OTHER,
        OTHER "--- # x\n" NAMESPACE,
        "a: ${X:=1}\n---\n" NAMESPACE "---\n" OTHER,
        "apiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: capo-system\r\n",
        "metadata: {name: capo-system}\nkind: Namespace",
    };
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_free char *name = peek(texts[i]);
        if (!name || strcmp(name, "capo-system") != 0)
            fail_msg("%zu: %s", i, name ? name : "nothing");
    }
}

static void test_peek_namespace__whatever_is_not_plain__is_left_to_others(maybe_unused void **state)
{
    static const char *const texts[] = {
        "",
        OTHER,
        NAMESPACE "---\n" NAMESPACE,
        "kind: Namespace\nmetadata:\n  name: ${X}\n",
        "kind: Namespace\nmetadata:\n  name: [\n",
        "kind: Namespace\nmetadata: {}\n",
        NAMESPACE "---\nkind: 'Namespace'\n",
        NAMESPACE "---\n{\"kind\": \"Namespace\"}\n",
        "kind: NamespaceX\nmetadata:\n  name: x\n",
    };
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_free char *name = peek(texts[i]);
        if (name)
            fail_msg("%zu: %s", i, name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peek_namespace__wherever_it_stands__is_found),
        cmocka_unit_test(test_peek_namespace__whatever_is_not_plain__is_left_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
