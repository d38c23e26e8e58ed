/* container_command with its arguments, and what is waited for. */
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "lxc_container/args_priv.h"

#include <string.h>

/* "uid" or "uid:gid", in numbers: the names of the container are unknown here. */
static int read_user(struct ct_command *command, const char *user, struct error **err)
{
    command->uid = (uid_t)-1;
    command->gid = (gid_t)-1;
    if (!user)
        return 0;
    size_t length = strcspn(user, ":");
    auto_free char *uid = xmemdup(user, length);
    const char *gid = user[length] ? user + length + 1 : uid;
    long long number = 0;
    long long group = 0;
    if (!str_to_int(uid, 0, UINT32_MAX - 1, &number) ||
        !str_to_int(gid, 0, UINT32_MAX - 1, &group)) {
        error_make(err, ERROR_USAGE,
                   "container_command_args.user: \"%s\" is not of the form uid or uid:gid", user);
        return -1;
    }
    command->uid = (uid_t)number;
    command->gid = (gid_t)group;
    return 0;
}

/* No text but blanks, or an empty list: as good as none. */
static bool is_blank(const json_t *given)
{
    const char *text = json_string_value(given);
    return text ? !text[strspn(text, " \t\r\n")] : json_is_array(given) && !json_array_size(given);
}

static int read_program(struct ct_args *args, const json_t *params, struct error **err)
{
    json_t *given = json_object_get(params, "container_command");
    struct ct_command *command = &args->command;
    if (!given || json_is_null(given) || is_blank(given))
        return 0;
    args->has_command = true;
    if (json_is_string(given)) {
        command->script = json_string_value(given);
        return 0;
    }
    if (args_words(given, "container_command", &command->argv, err) < 0)
        return -1;
    if (command->argv.count && *command->argv.items[0])
        return 0;
    error_make(err, ERROR_USAGE, "container_command is empty");
    return -1;
}

static int check_command(const struct ct_args *args, struct error **err)
{
    if (!args->has_command || args->goal != CT_ABSENT)
        return 0;
    error_make(err, ERROR_USAGE, "container_command cannot run with state: absent");
    return -1;
}

static int read_wait(struct ct_args *args, const json_t *params, struct error **err)
{
    struct ct_wait *wait = &args->wait;
    wait->timeout_ms = am_seconds_ms(params, "wait_timeout");
    wait->interface = am_filled(params, "wait_interface");
    wait->family = am_text(params, "wait_family");
    size_t index = 0;
    json_t *item = NULL;
    bool command = false;
    json_array_foreach (json_object_get(params, "wait_for"), index, item) {
        const char *what = json_string_value(item);
        wait->systemd = wait->systemd || str_equal(what, "systemd");
        wait->network = wait->network || str_equal(what, "network");
        command = command || str_equal(what, "command");
    }
    if (!command)
        return 0;
    wait->command = am_filled(params, "wait_command");
    if (!str_empty(wait->command))
        return 0;
    error_make(err, ERROR_USAGE, "wait_for: command needs wait_command");
    return -1;
}

int args_read_command(struct ct_args *args, const json_t *params, struct error **err)
{
    const json_t *given = json_object_get(params, "container_command_args");
    struct ct_command *command = &args->command;
    command->executable = am_filled(given, "executable");
    command->chdir = am_filled(given, "chdir");
    command->timeout_ms = am_seconds_ms(given, "timeout");
    command->creates = am_filled(given, "creates");
    command->removes = am_filled(given, "removes");
    command->stdin_text = am_filled(given, "stdin");
    command->check_rc = js_true(given, "check_rc", NULL);
    command->ok_rcs = json_object_get(given, "ok_rcs");
    if (args_environment(given, "environment", &command->environment, err) < 0) {
        error_wrap(err, "container_command_args");
        return -1;
    }
    if (read_user(command, am_filled(given, "user"), err) < 0 ||
        read_program(args, params, err) < 0 || check_command(args, err) < 0)
        return -1;
    return read_wait(args, params, err);
}
