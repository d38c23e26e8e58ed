#include "capi/provider.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static const struct capi_type_row type_table[] = {
    [CAPI_CORE] = {"CoreProvider", 0, "", "core-components.yaml", "core_provider", "--core"},
    [CAPI_BOOTSTRAP] = {"BootstrapProvider", 1, "bootstrap-", "bootstrap-components.yaml",
                        "bootstrap_providers", "--bootstrap"},
    [CAPI_CONTROL_PLANE] = {"ControlPlaneProvider", 2, "control-plane-",
                            "control-plane-components.yaml", "control_plane_providers",
                            "--control-plane"},
    [CAPI_INFRASTRUCTURE] = {"InfrastructureProvider", 3, "infrastructure-",
                             "infrastructure-components.yaml", "infrastructure_providers",
                             "--infrastructure"},
    [CAPI_IPAM] = {"IPAMProvider", 4, "ipam-", "ipam-components.yaml", "ipam_providers", "--ipam"},
    [CAPI_RUNTIME_EXTENSION] = {"RuntimeExtensionProvider", 5, "runtime-extension-",
                                "runtime-extension-components.yaml", "runtime_extension_providers",
                                "--runtime-extension"},
    [CAPI_ADDON] = {"AddonProvider", 6, "addon-", "addon-components.yaml", "addon_providers",
                    "--addon"},
    [CAPI_OTHER] = {"", 99, "", "cert-manager.yaml", "cert_manager", ""},
};
_Static_assert(array_length(type_table) == CAPI_TYPES, "a row for every type");

const struct capi_type_row *capi_type_row(enum capi_type type)
{
    return &type_table[type];
}

enum capi_type capi_type_find(const char *name)
{
    for (size_t i = 0; i < CAPI_OTHER; i++)
        if (str_equal(type_table[i].name, name))
            return (enum capi_type)i;
    return CAPI_OTHER;
}

char *capi_label(enum capi_type type, const char *name)
{
    return xasprintf("%s%s", type_table[type].prefix, name);
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || isdigit((unsigned char)c);
}

/* Lower-case letters, digits and '-' in the middle. */
static bool is_dns_part(const char *text, size_t size)
{
    if (!size || !is_alnum(text[0]) || !is_alnum(text[size - 1]))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_alnum(text[i]) && text[i] != '-')
            return false;
    return true;
}

const char *capi_bad_label(const char *text)
{
    size_t size = strlen(text);
    if (size > 63)
        return "must be no more than 63 characters";
    if (!is_dns_part(text, size))
        return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
               "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
               "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    return NULL;
}

const char *capi_bad_subdomain(const char *text)
{
    if (strlen(text) > 253)
        return "must be no more than 253 characters";
    for (const char *part = text;; part++) {
        size_t size = strcspn(part, ".");
        if (!is_dns_part(part, size))
            return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                   "characters, '-' or '.', and must start and end with an alphanumeric character "
                   "(e.g. 'example.com', regex used for validation is "
                   "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        part += size;
        if (!*part)
            return NULL;
    }
}
