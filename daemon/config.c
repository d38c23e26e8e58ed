#include "daemon/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"

enum { NAME_MAX_ = 256, MS_PER_SECOND = 1000 };

static const struct {
    const char *option;
    enum config_action action;
    const char *help;
} actions[] = {
    {"--check-config", ACTION_CHECK, "check all settings, print them as JSON, and leave"},
    {"--once", ACTION_ONCE, "publish once without listening, and leave"},
    {"--dump", ACTION_DUMP, "print the clusters that qualify and their namespaces, and leave"},
    {"--help", ACTION_HELP, "print this"},
    {"--version", ACTION_VERSION, "print the version"},
};

void config_init(struct config *config)
{
    *config = (struct config){0};
}

void config_clear(struct config *config)
{
    free(config->bind);
    free(config->allow);
    free(config->netns_dir);
    strv_clear(&config->netns_prefixes);
    free(config->pod_ip);
    free(config->kubeconfig);
    free(config->hostname);
    free(config->namespace);
    free(config->forward_bind);
    free(config->forward_hosts);
    free(config->routes);
    free(config->metrics);
    *config = (struct config){0};
}

static const char *find_variable(char **environ_, const char *name)
{
    size_t length = strlen(name);
    for (char **entry = environ_; entry && *entry; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return NULL;
}

static int read_one(const struct setting *setting, struct config *config, const char *name,
                    const char *value, struct error **err)
{
    if (setting->type->read(setting, config, value, err) == 0)
        return 0;
    error_wrap(err, "%s=%s", name, value);
    return -1;
}

static int read_environment(struct config *config, char **environ_, struct error **err)
{
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *value = find_variable(environ_, table[i].variable);
        if (read_one(&table[i], config, table[i].variable, value ? value : table[i].fallback, err) <
            0)
            return -1;
    }
    return 0;
}

static bool read_action(struct config *config, const char *option)
{
    for (size_t i = 0; i < array_length(actions); i++) {
        if (str_equal(option, actions[i].option)) {
            config->action = actions[i].action;
            return true;
        }
    }
    return false;
}

static const struct setting *find_option(const char *name)
{
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (str_equal(name, table[i].option))
            return &table[i];
    }
    return NULL;
}

/* Reads the option at ARGV[*at], "--x value" or "--x=value", and moves *at past it. */
static int read_option(struct config *config, char **argv, int *at, struct error **err)
{
    auto_free char *name = xstrdup(argv[*at]);
    char *equals = strchr(name, '=');
    if (equals)
        *equals = '\0';
    const struct setting *setting = find_option(name);
    if (!setting) {
        error_make(err, ERROR_USAGE, "%s: there is no such option, see --help", name);
        return -1;
    }
    const char *value = equals ? equals + 1 : argv[*at + 1];
    if (!value) {
        error_make(err, ERROR_USAGE, "%s: a value is missing", name);
        return -1;
    }
    *at += equals ? 1 : 2;
    return read_one(setting, config, name, value, err);
}

/* The host's name as it may stand in names of Kubernetes objects. */
static void complete(struct config *config)
{
    char name[NAME_MAX_] = "localhost";
    if (!config->hostname) {
        gethostname(name, sizeof(name) - 1);
        config->hostname = xstrdup(name);
    }
    for (char *c = config->hostname; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

/* Who writes its sign of life more seldom than the others are patient is deleted by them. */
static int check_patience(const struct config *config, struct error **err)
{
    if (2 * config->cycle_ms <= config->expiry_ms)
        return 0;
    error_make(err, ERROR_USAGE,
               "PROXY_EXPIRY (%g s) must be at least twice PROXY_CYCLE (%g s): other hosts take "
               "this one for dead otherwise",
               (double)config->expiry_ms / MS_PER_SECOND, (double)config->cycle_ms / MS_PER_SECOND);
    return -1;
}

int config_read(struct config *config, int argc, char **argv, char **environ_, struct error **err)
{
    if (read_environment(config, environ_, err) < 0)
        return -1;
    int at = 1;
    while (at < argc) {
        if (read_action(config, argv[at]))
            at++;
        else if (read_option(config, argv, &at, err) < 0)
            return -1;
    }
    complete(config);
    return check_patience(config, err);
}

char *config_help(void)
{
    enum { COLUMN = 34 };
    struct buf text = {0};
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    buf_add_str(&text,
                "magnum-cluster-api-proxy: reach API servers of tenants by TLS server name\n\n");
    for (size_t i = 0; i < array_length(actions); i++)
        buf_printf(&text, "  %-*s %s\n", COLUMN, actions[i].option, actions[i].help);
    buf_add_str(&text, "\nSettings, each as an option with a value or in the environment:\n\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(&text, "  %-*s %s\n", COLUMN, table[i].option, table[i].variable);
        buf_printf(&text, "  %-*s %s", COLUMN, "", table[i].help);
        if (*table[i].fallback)
            buf_printf(&text, " (default %s)", table[i].fallback);
        buf_add_char(&text, '\n');
    }
    return buf_steal(&text);
}

json_t *config_to_json(const struct config *config)
{
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, table[i].variable, table[i].type->show(&table[i], config));
    return object;
}
