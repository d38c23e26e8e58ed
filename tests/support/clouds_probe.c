/*
 * clouds_probe: reads lines of JSON {"cloud": …, "auth": …, "region_name": …} from standard input
 * and writes for each what osk_cloud_load makes of it: {"config": …}, or {"error": …}. Files and
 * variables are those of the process; a member "cwd" changes the folder first, "env" the variables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "json/js_get.h"
#include "ostack/clouds.h"

static void set_variables(const json_t *variables)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(variables), name, value)
        if (json_is_string(value))
            setenv(name, json_string_value(value), 1);
        else
            unsetenv(name);
}

static json_t *answer(const json_t *question)
{
    auto_strv struct strv warnings = {0};
    auto_error struct error *err = NULL;
    struct osk_cloud cloud = {0};
    const struct osk_cloud_options options = {
        .cloud = json_object_get(question, "cloud"),
        .auth = json_object_get(question, "auth"),
        .auth_type = js_str(question, "auth_type", NULL),
        .region_name = js_str(question, "region_name", NULL),
        .interface = js_str(question, "interface", NULL),
        .validate_certs = json_object_get(question, "verify"),
        .ca_cert = js_str(question, "cacert", NULL),
        .client_cert = js_str(question, "cert", NULL),
        .client_key = js_str(question, "key", NULL),
        .api_timeout = json_object_get(question, "api_timeout"),
    };
    if (osk_cloud_load(&cloud, &options, &warnings, &err) < 0)
        return json_pack("{s:s}", "error", err->message);
    json_t *out = json_pack("{s:s, s:O}", "name", cloud.name, "config", cloud.config);
    osk_cloud_clear(&cloud);
    return out;
}

int main(void)
{
    auto_free char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        json_auto_t *question = json_loads(line, 0, NULL);
        const char *folder = js_str(question, "cwd", NULL);
        if (folder && chdir(folder) < 0)
            return 1;
        set_variables(json_object_get(question, "env"));
        json_auto_t *out = answer(question);
        auto_free char *text = json_dumps(out, JSON_COMPACT | JSON_SORT_KEYS);
        printf("%s\n", text);
        fflush(stdout);
    }
    return 0;
}
