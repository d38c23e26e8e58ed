/*
 * What the files that read the options share: small readers of validated parameters.
 */
#ifndef K8S_APPLY_ARGS_PRIV_H
#define K8S_APPLY_ARGS_PRIV_H

#include "k8s_apply/args.h"

/* The option's text, borrowed; NULL when it was not given. */
const char *args_text(const json_t *params, const char *name);
/* The option's value, borrowed; NULL when it was not given. */
json_t *args_value(const json_t *params, const char *name);
bool args_flag(const json_t *params, const char *name);
/* An option in seconds as milliseconds. */
long long args_seconds_ms(const json_t *params, const char *name);
/* Initialises OUT with the option's strings. */
void args_list(const json_t *params, const char *name, struct strv *out);
/* The position of VALUE in NAMES, whose order is an enum's; the option table has checked it. */
int args_choice(const char *value, const char *const *names, int count);

/* How objects are written: state, mode, manager, order, patience. */
int args_read_write(struct k8s_args *args, const json_t *params, struct strv *warnings,
                    struct error **err) must_check;
/* What is waited for, and how long. */
int args_read_wait(struct k8s_args *args, const json_t *params, struct error **err) must_check;

#endif
