/* What the tests of options share: a validation, and what it leaves behind. */
#ifndef UNIT_ANSIBLE_OUTCOME_H
#define UNIT_ANSIBLE_OUTCOME_H

#include "ansible/am_run.h"
#include "support/json_text.h"
#include "support/unit.h"

/* What a validation left behind. */
struct outcome {
    json_t *params;
    struct am_context context; /* owns its secrets and warnings */
    struct error *err;
};

static inline maybe_unused struct outcome validate_as(const struct am_spec *spec,
                                                      const char *params, bool ignore_unknown)
{
    struct outcome outcome = {
        .params = json_from(params),
        .context = {.module_name = "ns.coll.mod",
                    .ignore_unknown_options = ignore_unknown,
                    .secrets = am_secrets_new()},
    };
    int status = am_spec_validate(spec, outcome.params, &outcome.context, &outcome.err);
    assert_int_equal(status, outcome.err ? -1 : 0);
    return outcome;
}

static inline maybe_unused struct outcome validate(const struct am_spec *spec, const char *params)
{
    return validate_as(spec, params, false);
}

static inline maybe_unused void outcome_clear(struct outcome *outcome)
{
    json_decref(outcome->params);
    am_secrets_free(outcome->context.secrets);
    strv_clear(&outcome->context.warnings);
    error_free(outcome->err);
}

static inline maybe_unused void assert_valid(const struct am_spec *spec, const char *params,
                                             const char *wanted)
{
    struct outcome outcome = validate(spec, params);
    assert_no_error(outcome.err);
    assert_json(outcome.params, wanted);
    outcome_clear(&outcome);
}

static inline maybe_unused void assert_invalid(const struct am_spec *spec, const char *params,
                                               const char *message)
{
    struct outcome outcome = validate(spec, params);
    assert_non_null(outcome.err);
    assert_string_equal(outcome.err->message, message);
    assert_int_equal(outcome.err->kind, ERROR_USAGE);
    outcome_clear(&outcome);
}

#endif
