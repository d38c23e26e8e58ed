#include "lxc_container/wait.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/attach.h"
#include "lxc_container/net.h"

enum { SYSTEMD_MS = 100, NETWORK_MS = 100, COMMAND_MS = 500, NOT_FOUND = 127 };

/* One look: 1 when it is so, 0 when not yet, -1 for an error. *why becomes what is missing. */
typedef int look_function(struct ct *ct, long long left_ms, char **why, struct error **err);

static void set_why(char **why, const char *text)
{
    free(*why);
    *why = xstrdup(text);
}

/* ---- systemd */

int wait_judge_systemd(const char *word, int rc)
{
    static const char *const booted[] = {"running", "degraded"};
    static const char *const lost[] = {"maintenance", "stopping"};
    if (rc == NOT_FOUND)
        return -1;
    for (size_t i = 0; i < array_length(booted); i++)
        if (str_equal(word, booted[i]))
            return 1;
    for (size_t i = 0; i < array_length(lost); i++)
        if (str_equal(word, lost[i]))
            return -1;
    return 0; /* starting, initializing, or systemd does not answer yet */
}

static int look_at_systemd(struct ct *ct, long long left_ms, char **why, struct error **err)
{
    auto_strv struct strv argv;
    strv_init(&argv);
    strv_add(&argv, "systemctl");
    strv_add(&argv, "is-system-running");
    /* Once it answers, it tells by itself when it has booted; asking again and again would slow it
     * down. A systemd older than 240 answers at once, and is asked again. */
    if (*why && str_equal(*why, "starting"))
        strv_add(&argv, "--wait");
    struct attach_request request = attach_script(NULL);
    request.argv = &argv;
    request.timeout_ms = left_ms;
    auto_attach_result struct attach_result ran = {0};
    if (attach_run(ct, &request, &ran, err) < 0)
        return -1;
    auto_free char *word = str_trim(xstrdup(buf_str(&ran.output)));
    int verdict = wait_judge_systemd(word, ran.rc);
    if (verdict < 0 && ran.rc == NOT_FOUND)
        error_make(err, ERROR_USAGE, "wait_for: systemd: the container %s has no program systemctl",
                   ct->args.name);
    else if (verdict < 0)
        error_make(err, ERROR_STATUS, "systemd of the container %s is in state %s", ct->args.name,
                   word);
    if (!ran.timed_out)
        set_why(why, *word ? word : "no answer");
    if (verdict > 0) {
        free(ct->done.systemd_state);
        ct->done.systemd_state = steal_ptr(word);
    }
    return verdict;
}

/* ---- network */

static int look_at_network(struct ct *ct, long long left_ms, char **why, struct error **err)
{
    (void)left_ms;
    auto_strv struct strv addresses;
    strv_init(&addresses);
    pid_t init = ct->container->init_pid(ct->container);
    int family = str_equal(ct->args.wait.family, "inet6") ? AF_INET6 : AF_INET;
    if (init <= 0)
        return 0;
    if (net_look(init, ct->args.wait.interface, family, NULL, &addresses, err) < 0)
        return -1;
    set_why(why, "there is no address");
    return addresses.count ? 1 : 0;
}

/* ---- command */

static int look_at_command(struct ct *ct, long long left_ms, char **why, struct error **err)
{
    struct attach_request request = attach_script(ct->args.wait.command);
    request.timeout_ms = left_ms;
    auto_attach_result struct attach_result ran = {0};
    if (attach_run(ct, &request, &ran, err) < 0)
        return -1;
    auto_free char *text = xasprintf("the exit code is %d", ran.rc);
    set_why(why, ran.timed_out ? "it does not end" : text);
    return ran.rc == 0 ? 1 : 0;
}

/* ---- all of them */

static int check_alive(const struct ct *ct, off_t mark, struct error **err)
{
    const char *word = ct->container->state(ct->container);
    if (!str_equal(word, "STOPPED"))
        return 0;
    capture_fail(&ct->capture, mark, err, "the container %s stopped while it was waited for",
                 ct->args.name);
    return -1;
}

static int wait_one(struct ct *ct, const char *what, look_function *look, long long deadline,
                    long long pause_ms, struct error **err)
{
    off_t mark = capture_mark(&ct->capture);
    auto_free char *why = NULL;
    for (;;) {
        long long left = clock_left_ms(deadline);
        auto_error struct error *failure = NULL;
        int met = look(ct, left ? left : 1, &why, &failure);
        if (met > 0)
            return 0;
        /* What stops is the reason, not what then cannot be done in it. */
        if (check_alive(ct, mark, err) < 0 || interrupt_check(err) < 0)
            return -1;
        if (met < 0) {
            error_move_take(err, steal_ptr(failure));
            return -1;
        }
        if (clock_passed(deadline))
            break;
        clock_sleep_ms(pause_ms);
    }
    error_make(err, ERROR_TIMEOUT, "wait_for: %s was not met within %lld s: %s", what,
               ct->args.wait.timeout_ms / 1000, why ? why : "nothing is known");
    return -1;
}

int wait_run(struct ct *ct, struct error **err)
{
    const struct ct_wait *wait = &ct->args.wait;
    const struct {
        bool wanted;
        const char *what;
        look_function *look;
        long long pause_ms;
    } rows[] = {{wait->systemd, "systemd", look_at_systemd, SYSTEMD_MS},
                {wait->network, "network", look_at_network, NETWORK_MS},
                {wait->command != NULL, "command", look_at_command, COMMAND_MS}};
    long long deadline = clock_deadline_ms(wait->timeout_ms);
    for (size_t i = 0; i < array_length(rows); i++)
        if (rows[i].wanted &&
            wait_one(ct, rows[i].what, rows[i].look, deadline, rows[i].pause_ms, err) < 0)
            return -1;
    return 0;
}
