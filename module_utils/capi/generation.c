#include "capi/generation.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

#define CERT_MANAGER_URL(VERSION)                                                                  \
    "https://github.com/cert-manager/cert-manager/releases/" VERSION "/cert-manager.yaml"

/* Oldest first. */
static const struct capi_generation generation_table[] = {
    {
        .contract = "v1beta1",
        .release = "v1.10.10",
        .accepted = {"v1beta1"},
        .upgradable = {"v1beta1"},
        .cert_manager_version = "v1.19.1",
        .cert_manager_url = CERT_MANAGER_URL("v1.19.1"),
        .crd_generator = "v0.17.2",
        .first = true,
    },
    {
        .contract = "v1beta2",
        .release = "v1.14.0",
        .accepted = {"v1beta1", "v1beta2"},
        .upgradable = {"v1beta2", "v1beta1"},
        .cert_manager_version = "v1.21.1",
        .cert_manager_url = CERT_MANAGER_URL("v1.21.1"),
        .crd_generator = "v0.21.0",
    },
};

/* What works with a core of a contract besides that contract itself. */
static const struct compatible_row {
    const char *core;
    const char *also;
} compatible_table[] = {
    {"v1beta2", "v1beta1"},
};

const struct capi_generation *capi_generation_find(const char *contract)
{
    for (size_t i = 0; i < array_length(generation_table); i++)
        if (str_equal(generation_table[i].contract, contract))
            return &generation_table[i];
    return NULL;
}

const struct capi_generation *capi_generation_default(void)
{
    return &generation_table[array_length(generation_table) - 1];
}

bool capi_generation_accepts(const struct capi_generation *generation, const char *contract)
{
    for (const char *const *accepted = generation->accepted; *accepted; accepted++)
        if (str_equal(*accepted, contract))
            return true;
    return false;
}

char *capi_generation_accepted_text(const struct capi_generation *generation)
{
    auto_strv struct strv contracts = {0};
    for (const char *const *accepted = generation->accepted; *accepted; accepted++)
        strv_add(&contracts, *accepted);
    return strv_join(&contracts, ", ");
}

static const char *also_compatible(const char *core)
{
    for (size_t i = 0; i < array_length(compatible_table); i++)
        if (str_equal(compatible_table[i].core, core))
            return compatible_table[i].also;
    return NULL;
}

bool capi_contract_compatible(const char *core, const char *provider)
{
    const char *also = also_compatible(core);
    return str_equal(core, provider) || (also && str_equal(also, provider));
}

char *capi_contract_compatible_text(const char *core)
{
    const char *also = also_compatible(core);
    return also ? xasprintf("%s,%s", also, core) : xstrdup(core);
}
