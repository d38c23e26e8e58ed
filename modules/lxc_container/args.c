#include "lxc_container/args_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

/* ---- readers, see args_priv.h */

int args_environment(const json_t *params, const char *name, struct strv *out, struct error **err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (json_object_get(params, name), key, value) {
        if (!*key || strchr(key, '=')) {
            error_make(err, ERROR_USAGE, "%s: \"%s\" is no name of a variable", name, key);
            return -1;
        }
        auto_free char *text = json_is_null(value) ? xstrdup("") : am_str(value);
        strv_printf(out, "%s=%s", key, text);
    }
    return 0;
}

/* ---- what the module does */

/* The name is a folder below lxcpath and a part of the path of a socket. */
static int check_name(const char *option, const char *name, struct error **err)
{
    if (!name || (*name && *name != '.' && !strpbrk(name, "/ \t\r\n")))
        return 0;
    error_make(err, ERROR_USAGE, "%s: \"%s\" is no name of a container", option, name);
    return -1;
}

static void read_goal(struct ct_args *args, const json_t *params)
{
    static const char *const goals[] = {"started", "stopped", "restarted", "absent",
                                        "frozen",  "clone",   "present"};
    static const char *const restarts[] = {"if_needed", "never", "always"};
    args->goal = (enum ct_goal)am_choice(params, "state", goals, array_length(goals));
    args->restart = (enum ct_restart)am_choice(params, "restart", restarts, array_length(restarts));
    args->force = am_flag(params, "force");
    args->force_stop = am_flag(params, "force_stop");
    args->destroy_snapshots = am_flag(params, "destroy_snapshots");
    args->skip_unsupported = am_flag(params, "skip_unsupported_config");
    args->backup = am_flag(params, "backup");
    args->stop_timeout_ms = am_seconds_ms(params, "stop_timeout");
    args->start_timeout_ms = am_seconds_ms(params, "start_timeout");
    args->lock_timeout_ms = am_seconds_ms(params, "lock_timeout");
}

static int read_template(struct ct_args *args, const json_t *params, struct error **err)
{
    args->template_ = am_filled(params, "template");
    args->config_file = am_filled(params, "config");
    if (str_equal(args->template_, "none")) {
        args->template_ = NULL;
        args->no_template = true;
    }
    if (args_environment(params, "template_environment", &args->template_environment, err) < 0)
        return -1;
    return args_words(json_object_get(params, "template_options"), "template_options",
                      &args->template_options, err);
}

/* ---- what is made of the container */

static void read_clone(struct ct_args *args, const json_t *params)
{
    args->clone = (struct ct_clone){
        .name = am_filled(params, "clone_name"),
        .path = am_filled(params, "clone_path"),
        .snapshot = am_flag(params, "clone_snapshot"),
        .keep_name = am_flag(params, "clone_keep_name"),
        .keep_mac = am_flag(params, "clone_keep_mac"),
    };
}

static int read_snapshot(struct ct_args *args, const json_t *params, struct error **err)
{
    static const char *const goals[] = {"present", "absent", "restored"};
    const json_t *given = json_object_get(params, "snapshot");
    if (!json_is_object(given))
        return 0;
    args->snapshot = (struct ct_snapshot){
        .wanted = true,
        .goal = (enum ct_snapshot_goal)am_choice(given, "state", goals, array_length(goals)),
        .name = am_filled(given, "name"),
        .comment = am_filled(given, "comment"),
        .new_name = am_filled(given, "new_name"),
    };
    /* That is the container itself, as without a name. */
    if (str_equal(args->snapshot.new_name, args->name))
        args->snapshot.new_name = NULL;
    if (args->snapshot.goal == CT_SNAPSHOT_PRESENT || args->snapshot.name)
        return check_name("snapshot.new_name", args->snapshot.new_name, err);
    error_make(err, ERROR_USAGE, "snapshot: state %s needs name", am_text(given, "state"));
    return -1;
}

static void read_archive(struct ct_args *args, const json_t *params)
{
    static const struct {
        const char *name;
        const char *suffix;
        const char *option;
        const char *program;
    } kinds[] = {{"gzip", ".tar.tgz", "--gzip", "gzip"},
                 {"bzip2", ".tar.bz2", "--bzip2", "bzip2"},
                 {"none", ".tar", NULL, NULL}};
    if (!am_flag(params, "archive"))
        return;
    const char *wanted = am_text(params, "archive_compression");
    for (size_t i = 0; i < array_length(kinds); i++)
        if (str_equal(wanted, kinds[i].name))
            args->archive = (struct ct_archive){.path = am_filled(params, "archive_path"),
                                                .suffix = kinds[i].suffix,
                                                .tar_option = kinds[i].option,
                                                .program = kinds[i].program};
}

/* ---- the log */

static int read_log(struct ct_args *args, const json_t *params, struct error **err)
{
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                         "ERROR", "CRIT",  "ALERT", "FATAL"};
    args->owned_log_level = xstrdup(am_text(params, "container_log_level"));
    for (char *c = args->owned_log_level; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    args->log_level = args->owned_log_level;
    bool known = false;
    for (size_t i = 0; i < array_length(levels); i++)
        known = known || str_equal(args->log_level, levels[i]);
    if (!known) {
        error_make(err, ERROR_USAGE,
                   "container_log_level: \"%s\" is none of TRACE, DEBUG, INFO, NOTICE, WARN, "
                   "ERROR, CRIT, ALERT, FATAL",
                   am_text(params, "container_log_level"));
        return -1;
    }
    args->log_file = am_filled(params, "log_file");
    if (!args->log_file && am_flag(params, "container_log")) {
        args->owned_log_file = xasprintf("/var/log/lxc/lxc-%s.log", args->name);
        args->log_file = args->owned_log_file;
    }
    return 0;
}

/* ---- what belongs together */

static int check_paths(const struct ct_args *args, struct error **err)
{
    const struct {
        const char *option;
        const char *path;
    } paths[] = {{"lxc_path", args->lxc_path},
                 {"clone_path", args->clone.path},
                 {"config", args->config_file},
                 {"archive_path", args->archive.path},
                 {"log_file", args->log_file}};
    for (size_t i = 0; i < array_length(paths); i++) {
        if (!paths[i].path || paths[i].path[0] == '/')
            continue;
        error_make(err, ERROR_USAGE, "%s: \"%s\" is not absolute", paths[i].option, paths[i].path);
        return -1;
    }
    return 0;
}

/* The option table lets empty ones pass. */
static int check_needs(const struct ct_args *args, const json_t *params, struct error **err)
{
    const struct {
        bool missing;
        const char *what;
    } needs[] = {{am_flag(params, "archive") && !args->archive.path, "archive needs archive_path"},
                 {args->goal == CT_CLONE && !args->clone.name, "state: clone needs clone_name"}};
    for (size_t i = 0; i < array_length(needs); i++) {
        if (!needs[i].missing)
            continue;
        error_make(err, ERROR_USAGE, "%s", needs[i].what);
        return -1;
    }
    return 0;
}

static int check_clone(const struct ct_args *args, struct error **err)
{
    if (check_name("clone_name", args->clone.name, err) < 0)
        return -1;
    if (!args->clone.name || args->clone.path || !str_equal(args->clone.name, args->name))
        return 0;
    error_make(err, ERROR_USAGE, "clone_name is the name of the container itself");
    return -1;
}

int ct_args_read(struct ct_args *args, const json_t *params, struct strv *warnings,
                 struct error **err)
{
    *args = (struct ct_args){.name = am_text(params, "name"),
                             .lxc_path = am_filled(params, "lxc_path")};
    read_goal(args, params);
    read_clone(args, params);
    read_archive(args, params);
    if (check_name("name", args->name, err) < 0 || read_log(args, params, err) < 0 ||
        read_snapshot(args, params, err) < 0 || check_paths(args, err) < 0 ||
        check_needs(args, params, err) < 0 || check_clone(args, err) < 0 ||
        read_template(args, params, err) < 0 || args_read_store(args, params, warnings, err) < 0 ||
        args_read_command(args, params, err) < 0 ||
        wanted_read(&args->wanted, params, &args->sources, err) < 0) {
        ct_args_clear(args);
        return -1;
    }
    return 0;
}

void ct_args_clear(struct ct_args *args)
{
    strv_clear(&args->template_options);
    strv_clear(&args->template_environment);
    strv_clear(&args->sources);
    strv_clear(&args->command.argv);
    strv_clear(&args->command.environment);
    wanted_clear(&args->wanted);
    free(args->owned_log_file);
    free(args->owned_log_level);
    *args = (struct ct_args){0};
}
