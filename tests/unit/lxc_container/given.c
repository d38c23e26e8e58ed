#include "unit/lxc_container/given.h"

#include "ansible/am_secrets.h"

/* As am_run does it: the table first, then the struct. */
static int read_json(struct given *given, const char *json, struct error **err)
{
    *given = (struct given){.params = json_loads(json, 0, NULL)};
    assert_non_null(given->params);
    struct am_context context = {.module_name = "lxc_container", .secrets = am_secrets_new()};
    strv_init(&context.warnings);
    int result = am_spec_validate(&lxc_container_spec, given->params, &context, err);
    if (result == 0)
        result = ct_args_read(&given->args, given->params, &given->warnings, err);
    am_secrets_free(context.secrets);
    strv_clear(&context.warnings);
    return result;
}

void given_clear(struct given *given)
{
    ct_args_clear(&given->args);
    strv_clear(&given->warnings);
    json_decref(given->params);
}

void given_accept(struct given *given, const char *json)
{
    struct error *err = NULL;
    int result = read_json(given, json, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

void given_refuse(const char *json, const char *part)
{
    struct given given;
    struct error *err = NULL;
    assert_int_equal(read_json(&given, json, &err), -1);
    assert_error(&err, ERROR_USAGE, part);
    given_clear(&given);
}
