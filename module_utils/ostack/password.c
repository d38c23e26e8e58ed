#include "ostack/password.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ostack/client_priv.h"

static void begin(struct osk_call *call, const struct osk_password *password)
{
    json_auto_t *body =
        json_pack("{s:{s:{s:[s], s:{s:{s:s, s:s}}}, s:s}}", "auth", "identity", "methods",
                  "password", "password", "user", "id", password->user_id, "password",
                  password->password, "scope", "unscoped");
    osk_call_init(call, OSK_KEYSTONE, "POST", xstrdup("/auth/tokens?nocatalog"));
    osk_call_body(call, body);
    call->credentials = true;
    call->takes_401 = true;
}

static int judge(struct osk_client *client, struct osk_call *call, bool *good, struct error **err)
{
    const struct http_response *response = &call->job.response;
    const char *token = http_response_header(response, "X-Subject-Token");
    if (token && client->options.secret)
        client->options.secret(client->options.secret_context, token);
    /* A second factor is asked for once the password was right. */
    bool receipt = http_response_header(response, "Openstack-Auth-Receipt") != NULL;
    *good = !call->error || receipt;
    if (*good || response->status == 401)
        return 0;
    osk_call_error_move(call, err);
    return -1;
}

int osk_passwords_check(struct osk_client *client, struct osk_password *passwords, size_t count,
                        struct error **err)
{
    auto_osk_calls struct osk_calls calls = {0};
    calls.list = xcalloc(count + 1, sizeof(*calls.list));
    for (; calls.count < count; calls.count++)
        begin(&calls.list[calls.count], &passwords[calls.count]);
    if (count && osk_client_all(client, calls.list, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (judge(client, &calls.list[i], &passwords[i].good, err) < 0)
            return -1;
    return 0;
}
