#include "magnum_template/labels.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_coerce.h"
#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/rules.h"

#define DRIVER "the Cluster API driver"

/* ---- storing and comparing */

char *label_text(const json_t *value)
{
    return am_str(value);
}

bool label_equal(const json_t *wanted, const char *has)
{
    auto_free char *text = label_text(wanted);
    if (strcmp(text, has) == 0)
        return true;
    json_auto_t *stored = json_string(has);
    bool truth = false;
    return json_is_boolean(wanted) && am_coerce_truth(stored, &truth) &&
           truth == json_is_true(wanted);
}

json_t *labels_after(const json_t *wanted, const json_t *has, bool merge)
{
    json_t *after = merge && json_is_object(has) ? json_copy(js_iterable(has)) : json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(wanted), key, value) {
        const char *stored = js_str(has, key, NULL);
        auto_free char *text = label_text(value);
        if (json_is_null(value))
            json_object_del(after, key);
        else if (stored && label_equal(value, stored))
            json_object_set_new(after, key, json_string(stored));
        else
            json_object_set_new(after, key, json_string(text));
    }
    return after;
}

void labels_warn_numbers(const json_t *wanted, struct strv *texts)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(wanted), key, value) {
        bool version = str_ends_with(key, "_tag") || str_ends_with(key, "_version");
        if (!version || !json_is_number(value))
            continue;
        auto_free char *text = label_text(value);
        strv_printf(
            texts,
            "labels.%s: it is the number %s; YAML drops zeros at the end (1.30 is 1.3): put "
            "versions into quotes",
            key, text);
    }
}

/* ---- single values */

static bool is_flag(const char *text)
{
    json_auto_t *value = json_string(text);
    bool truth = false;
    return am_coerce_truth(value, &truth);
}

static bool is_word(const char *text)
{
    return str_equal_nocase(text, "true") || str_equal_nocase(text, "false");
}

static bool is_integer(const char *text)
{
    long long number = 0;
    return str_to_int(text, 0, 1LL << 31, &number);
}

static bool is_cidr(const char *text)
{
    auto_free char *address = xstrdup(text);
    char *slash = strchr(address, '/');
    unsigned char bytes[16];
    long long length = 0;
    if (!slash)
        return false;
    *slash = '\0';
    bool four = inet_pton(AF_INET, address, bytes) == 1;
    bool six = inet_pton(AF_INET6, address, bytes) == 1;
    return (four || six) && str_to_int(slash + 1, 0, four ? 32 : 128, &length);
}

/* "v1.34.6", perhaps with "-rc.1" behind it. */
static bool is_version(const char *text)
{
    const char *at = text;
    if (*at++ != 'v')
        return false;
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(at, "0123456789");
        if (!digits)
            return false;
        at += digits;
        if (part < 2 && *at++ != '.')
            return false;
    }
    return !*at || *at == '-' || *at == '+';
}

static bool is_among(const char *text, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(text, *names) == 0)
            return true;
    return false;
}

/* A comma list of known words; the driver drops the others silently. */
static bool are_among(const char *text, const char *const *names)
{
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, text, ',');
    for (size_t i = 0; i < parts.count; i++)
        if (!is_among(str_trim(parts.items[i]), names))
            return false;
    return true;
}

static bool fits(const struct label_rule *rule, const char *text)
{
    switch (rule->type) {
    case LABEL_TEXT:
        return true;
    case LABEL_FLAG:
        return is_flag(text);
    case LABEL_WORD:
        return is_word(text);
    case LABEL_INTEGER:
        return is_integer(text);
    case LABEL_CIDR:
        return is_cidr(text);
    case LABEL_VERSION:
        return is_version(text);
    case LABEL_CHOICE:
        return is_among(text, rule->allowed);
    case LABEL_CHOICES:
        return are_among(text, rule->allowed);
    }
    return true;
}

static const char *wanted_words(enum label_type type)
{
    static const char *const words[] = {
        [LABEL_TEXT] = "text",
        [LABEL_FLAG] = "a boolean",
        [LABEL_WORD] = "true or false, as a word",
        [LABEL_INTEGER] = "an integer from 0",
        [LABEL_CIDR] = "a network like 10.100.0.0/16",
        [LABEL_VERSION] = "a version like v1.34.6",
        [LABEL_CHOICE] = "one of",
        [LABEL_CHOICES] = "a comma-separated list of",
    };
    return words[type];
}

static char *join_names(const char *const *names)
{
    auto_strv struct strv list;
    strv_init(&list);
    for (; names && *names; names++)
        strv_add(&list, *names);
    return strv_join(&list, ", ");
}

static void check_value(const struct label_rule *rule, const char *text, struct strv *texts)
{
    if (fits(rule, text))
        return;
    auto_free char *names = join_names(rule->allowed);
    strv_printf(texts, "labels.%s: \"%s\" is not %s%s%s; " DRIVER " %s", rule->name, text,
                wanted_words(rule->type), *names ? " " : "", names,
                rule->otherwise ? rule->otherwise : "cannot create a cluster with it");
}

/* ---- unknown names */

enum { NEAR = 2, NAME_MAX_LENGTH = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many letters have to be changed, added or removed; NAME_MAX_LENGTH for long names. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 1];
    size_t width = strlen(b);
    if (strlen(a) > NAME_MAX_LENGTH || width > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (size_t i = 0; i <= width; i++)
        row[i] = i;
    for (size_t line = 1; *a; a++, line++) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t i = 1; i <= width; i++) {
            size_t above = row[i];
            row[i] = least(above + 1, row[i - 1] + 1, diagonal + (*a != b[i - 1]));
            diagonal = above;
        }
    }
    return row[width];
}

static const char *nearest(const char *name)
{
    const char *best = NULL;
    size_t best_distance = NEAR + 1;
    for (size_t i = 0; i < label_rule_count; i++) {
        size_t far = distance(name, label_rules[i].name);
        if (far < best_distance) {
            best = label_rules[i].name;
            best_distance = far;
        }
    }
    return best;
}

static void check_unknown(const char *name, struct strv *texts)
{
    const char *documented = label_documented_as(name);
    const char *near = nearest(name);
    if (documented)
        strv_printf(texts,
                    "labels.%s: " DRIVER " does not read this name although it documents it; "
                    "use %s",
                    name, documented);
    else if (label_is_of_heat(name))
        strv_printf(texts, "labels.%s: ignored by this driver, it is a label of the Heat driver",
                    name);
    else if (near)
        strv_printf(texts, "labels.%s: unknown label, did you mean %s? " DRIVER " ignores it", name,
                    near);
    else
        strv_printf(texts, "labels.%s: unknown label, " DRIVER " ignores it", name);
}

static const struct label_rule *rule_of(const char *name)
{
    for (size_t i = 0; i < label_rule_count; i++)
        if (strcmp(label_rules[i].name, name) == 0)
            return &label_rules[i];
    return NULL;
}

static void check_labels(const json_t *labels, struct strv *texts)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(labels), name, value) {
        const struct label_rule *rule = rule_of(name);
        auto_free char *text = label_text(value);
        if (rule)
            check_value(rule, text, texts);
        else
            check_unknown(name, texts);
    }
}

/* ---- the template as a whole */

static const char *const distros[] = {"ubuntu",  "ubuntu-focal", "debian",
                                      "flatcar", "rockylinux",   NULL};

static bool is_set(const json_t *template_, const char *attribute)
{
    const char *text = js_str(template_, attribute, NULL);
    return text && *text;
}

static void check_network(const json_t *template_, struct strv *texts)
{
    const char *driver = js_str(template_, "network_driver", NULL);
    if (!str_equal(driver, "calico") && !str_equal(driver, "cilium"))
        strv_printf(texts,
                    "network_driver: it is %s%s; " DRIVER " takes calico or cilium and refuses to "
                    "create a cluster otherwise",
                    driver ? driver : "not set",
                    driver ? ""
                           : " (Magnum then fills in its own default, flannel unless configured)");
    if (!is_set(template_, "dns_nameserver"))
        strv_printf(texts,
                    "dns_nameserver: it is not set; " DRIVER " needs it to create a cluster");
    if (!is_set(template_, "external_network_id"))
        strv_printf(texts,
                    "external_network_id: it is not set; " DRIVER " looks the external network "
                    "up when it creates a cluster");
}

static void check_machines(const json_t *template_, struct strv *texts)
{
    static const char *const flavors[] = {"flavor_id", "master_flavor_id"};
    const char *distro = js_str(template_, "cluster_distro", NULL);
    const char *server = js_str(template_, "server_type", NULL);
    for (size_t i = 0; i < array_length(flavors); i++)
        if (!is_set(template_, flavors[i]))
            strv_printf(texts, "%s: it is not set; then each cluster has to name its flavor",
                        flavors[i]);
    if (!json_is_true(json_object_get(template_, "master_lb_enabled")))
        strv_printf(texts,
                    "is_master_lb_enabled: it is false; " DRIVER " needs the load balancer of "
                    "the control plane");
    if (distro && !is_among(distro, distros)) {
        auto_free char *names = join_names(distros);
        strv_printf(texts, "image_id: the image's os_distro is %s; " DRIVER " knows %s", distro,
                    names);
    }
    if (server && strcmp(server, "vm") != 0)
        strv_printf(texts, "server_type: it is %s; " DRIVER " knows vm", server);
}

static void check_proxy(const json_t *template_, struct strv *texts)
{
    bool http = is_set(template_, "http_proxy");
    bool https = is_set(template_, "https_proxy");
    if (!http && !https && is_set(template_, "no_proxy"))
        strv_printf(texts, "no_proxy: it does nothing without http_proxy and https_proxy");
    if (http != https)
        strv_printf(texts,
                    "%s: it is not set although %s is; " DRIVER " then writes the word None in "
                    "its place",
                    http ? "https_proxy" : "http_proxy", http ? "http_proxy" : "https_proxy");
}

static void check_combinations(const json_t *labels, struct strv *texts)
{
    const char *algorithm = js_str(labels, "octavia_lb_algorithm", NULL);
    const char *prefix = js_str(labels, "container_infra_prefix", NULL);
    if (!js_str(labels, "kube_tag", NULL))
        strv_printf(texts,
                    "labels.kube_tag: it is not set; " DRIVER " needs the version of Kubernetes, "
                    "such as v1.34.6, to create and to upgrade a cluster");
    if (str_equal(js_str(labels, "octavia_provider", NULL), "ovn") && algorithm &&
        strcmp(algorithm, "SOURCE_IP_PORT") != 0)
        strv_printf(
            texts,
            "labels.octavia_lb_algorithm: \"%s\" does not go with octavia_provider ovn, which "
            "knows SOURCE_IP_PORT alone; leave it out",
            algorithm);
    if (prefix && str_ends_with(prefix, "/"))
        strv_printf(
            texts,
            "labels.container_infra_prefix: \"%s\" must not end in \"/\"; only parts of " DRIVER
            " cut that off",
            prefix);
}

bool labels_concern(const json_t *template_)
{
    const char *driver = js_str(template_, "driver", NULL);
    const char *distro = js_str(template_, "cluster_distro", NULL);
    if (driver && *driver)
        return str_starts_with(driver, "k8s_cluster_api_");
    return distro && is_among(distro, distros);
}

void labels_check(const json_t *template_, struct strv *texts)
{
    const json_t *labels = json_object_get(template_, "labels");
    check_network(template_, texts);
    check_machines(template_, texts);
    check_proxy(template_, texts);
    check_labels(labels, texts);
    check_combinations(labels, texts);
}
