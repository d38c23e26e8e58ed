#include "capi_backup/args.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

static const char *const state_names[CB_STATES] = {"present", "restored", "verified",
                                                   "listed",  "pruned",   "resumed"};

const char *cb_state_text(enum cb_state state)
{
    return state_names[state];
}

static long long number_of(const json_t *params, const char *name, long long otherwise)
{
    js_int(params, &otherwise, name, NULL);
    return otherwise;
}

static size_t count_of(const json_t *params, const char *name)
{
    return (size_t)number_of(params, name, 0);
}

/* ---- mode */

/* "0640", "640" and, as YAML 1.1 makes of 0640 without quotes, the number 416. */
static int read_mode(struct cb_args *args, const json_t *value, struct error **err)
{
    args->mode = args->group ? 0640 : 0600;
    if (!value || json_is_null(value))
        return 0;
    args->mode_given = true;
    long long number = json_is_integer(value) ? json_integer_value(value) : -1;
    const char *text = json_string_value(value);
    if (text && *text && strspn(text, "01234567") == strlen(text))
        number = strtol(text, NULL, 8);
    if (number < 0 || number > 0777) {
        error_make(err, ERROR_USAGE, "mode: expected permissions in quotes as '0640'");
        return -1;
    }
    args->mode = (mode_t)number;
    return 0;
}

/* ---- names */

static bool is_plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && str_is_utf8(name, strlen(name)) &&
           strlen(name) < 128;
}

static int read_namespaces(struct cb_args *args, const json_t *params, struct error **err)
{
    am_list(params, "namespaces", &args->namespaces);
    if (args->namespaces.count == 0) {
        error_make(err, ERROR_USAGE, "namespaces: name at least one, or '*' for all of them");
        return -1;
    }
    if (!strv_contains(&args->namespaces, "*"))
        return 0;
    if (args->namespaces.count > 1) {
        error_make(err, ERROR_USAGE, "namespaces: '*' stands alone");
        return -1;
    }
    strv_clear(&args->namespaces);
    return 0;
}

/* ---- what belongs together */

static int check_extra(const struct cb_args *args, struct error **err)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(args->extra_resources), index, item)
        if ((am_filled(item, "name") != NULL) == (am_filled(item, "label_selector") != NULL)) {
            error_make(err, ERROR_USAGE,
                       "extra_resources, entry %zu: needs either name or label_selector",
                       index + 1);
            return -1;
        }
    return 0;
}

static int check(const struct cb_args *args, struct error **err)
{
    if (!is_plain_name(args->name_prefix)) {
        error_make(err, ERROR_USAGE,
                   "name_prefix: expected the beginning of a file's name, without '/' and not "
                   "starting with '.'");
        return -1;
    }
    if (args->encryption && args->state == CB_PRESENT && args->osa_compat) {
        error_make(err, ERROR_USAGE,
                   "osa_compat: what is encrypted cannot be read by OpenStack-Ansible's scripts; "
                   "drop one of osa_compat and encryption");
        return -1;
    }
    if (args->magnum_lock) {
        error_make(err, ERROR_USAGE,
                   "magnum_lock: the locks of Magnum's driver cannot be taken: their names are not "
                   "part of any interface, and they end by themselves; quiesce: verify sees what "
                   "the driver changes meanwhile, and quiesce: pause keeps controllers away");
        return -1;
    }
    return check_extra(args, err);
}

/* ---- */

static void read_archive_options(struct cb_args *args, const json_t *params)
{
    args->path = am_text(params, "path");
    args->create_path = am_flag(params, "create_path");
    args->src = am_filled(params, "src");
    args->name_prefix = am_text(params, "name_prefix");
    args->owner = am_filled(params, "owner");
    args->group = am_filled(params, "group");
    args->encryption = am_value(params, "encryption");
    args->decryption = am_value(params, "decryption");
    args->osa_compat =
        am_value(params, "osa_compat") ? am_flag(params, "osa_compat") : args->encryption == NULL;
    args->only_if_changed = am_flag(params, "only_if_changed");
    args->keep_last = count_of(params, "keep_last");
    args->keep_daily = count_of(params, "keep_daily");
    args->keep_weekly = count_of(params, "keep_weekly");
    args->keep_monthly = count_of(params, "keep_monthly");
    args->keep_min = count_of(params, "keep_min");
    am_list(params, "keep_names", &args->keep_names);
    args->sign_cert = am_filled(params, "sign_cert");
    args->sign_key = am_filled(params, "sign_key");
    args->verify_ca = am_filled(params, "verify_ca");
    args->lock_timeout_ms = am_seconds_ms(params, "lock_timeout");
    args->state_dir = am_text(params, "state_dir");
}

static void read_export_options(struct cb_args *args, const json_t *params)
{
    static const char *const quiesce[] = {"verify", "pause", "none"};
    static const char *const readiness[] = {"per_cluster", "strict", "skip"};
    am_list(params, "clusters", &args->clusters);
    args->include_unused_classes = am_flag(params, "include_unused_classes");
    args->cloud_config_secrets = am_flag(params, "cloud_config_secrets");
    args->identities = am_flag(params, "identities");
    args->extra_resources = am_value(params, "extra_resources");
    args->quiesce = (enum cb_quiesce)am_choice(params, "quiesce", quiesce, array_length(quiesce));
    args->readiness =
        (enum cb_readiness)am_choice(params, "readiness", readiness, array_length(readiness));
    args->allow_inconsistent = am_flag(params, "allow_inconsistent");
    args->retries = (unsigned)number_of(params, "retries", 0);
    args->retry_delay_ms = am_seconds_ms(params, "retry_delay");
    args->pause_timeout_ms = am_seconds_ms(params, "pause_timeout");
    args->magnum_lock = am_flag(params, "magnum_lock");
    args->request_timeout_ms = am_seconds_ms(params, "request_timeout");
    args->timeout_ms = am_seconds_ms(params, "timeout");
}

static void read_import_options(struct cb_args *args, const json_t *params)
{
    static const char *const conflict[] = {"skip", "fail", "update", "uid_match"};
    static const char *const missing[] = {"fail", "skip", "drop"};
    static const char *const deleting[] = {"fail", "skip", "restore"};
    static const char *const providers[] = {"error", "warn", "ignore"};
    static const char *const resume[] = {"auto", "always", "never"};
    args->conflict =
        (enum backup_conflict)am_choice(params, "conflict", conflict, array_length(conflict));
    args->missing_owner =
        (enum backup_missing)am_choice(params, "missing_owner", missing, array_length(missing));
    args->deleting =
        (enum backup_deleting)am_choice(params, "deleting", deleting, array_length(deleting));
    args->provider_check = (enum backup_providers)am_choice(params, "provider_check", providers,
                                                            array_length(providers));
    args->go_on = str_equal(am_text(params, "on_error"), "continue");
    args->resume = (enum backup_resume)am_choice(params, "resume", resume, array_length(resume));
    args->restore_managed_fields = am_flag(params, "restore_managed_fields");
    args->restore_namespaces = am_flag(params, "restore_namespaces");
    args->max_age_s = number_of(params, "max_age", -1);
    args->force = am_flag(params, "force");
    args->wait = am_flag(params, "wait");
    args->wait_timeout_ms = am_seconds_ms(params, "wait_timeout");
    args->webhook_timeout_ms = am_seconds_ms(params, "webhook_timeout");
    args->ignore_unknown_files = am_flag(params, "ignore_unknown_files");
    args->compare = am_flag(params, "compare");
    args->drill = am_flag(params, "drill");
}

int cb_args_read(struct cb_args *args, const json_t *params, struct error **err)
{
    *args = (struct cb_args){
        .state = (enum cb_state)am_choice(params, "state", state_names, CB_STATES),
    };
    connect_init(&args->connection, params);
    read_archive_options(args, params);
    read_export_options(args, params);
    read_import_options(args, params);
    if (read_mode(args, am_value(params, "mode"), err) == 0 &&
        read_namespaces(args, params, err) == 0 && check(args, err) == 0)
        return 0;
    cb_args_clear(args);
    return -1;
}

void cb_args_clear(struct cb_args *args)
{
    connect_clear(&args->connection);
    strv_clear(&args->keep_names);
    strv_clear(&args->namespaces);
    strv_clear(&args->clusters);
}
