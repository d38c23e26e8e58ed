/*
 * Any bytes as a kubeconfig, as far as a configuration gets without a file or a program of this
 * machine being touched; and as the answer of an exec plugin.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kube/exec_plugin.h"
#include "kube/kubeconfig_priv.h"
#include "yaml/ym_read.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fuzzers must not choose what is read here. */
static void forget_files(struct kube_draft *draft)
{
    kube_draft_set(&draft->ca_file, NULL);
    kube_draft_set(&draft->client_cert_file, NULL);
    kube_draft_set(&draft->client_key_file, NULL);
}

static void complete(struct kube_draft *draft)
{
    auto_error struct error *err = NULL;
    kube_draft_set(&draft->config.origin, "fuzzer");
    forget_files(draft);
    if (kube_draft_complete(draft, &err) == 0 && draft->config.exec)
        free(exec_plugin_request(&draft->config, NULL));
}

static void read_config(const json_t *config)
{
    auto_kube_merged struct kube_merged merged;
    auto_kube_draft struct kube_draft draft;
    auto_error struct error *err = NULL;
    kube_merged_init(&merged);
    kube_draft_init(&draft);
    kube_entry_secrets(config, &draft.config.secrets);
    if (kube_merged_add(&merged, config, "fuzzer", "/nonexistent", &err) == 0 &&
        kube_merged_read_lookup(&merged, NULL, &draft, &err) >= 0)
        complete(&draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_exec_credential struct exec_credential credential = {0};
    if (size > INPUT_LIMIT)
        return 0;
    json_auto_t *documents = ym_read((const char *)data, size, "fuzzer", NULL, NULL);
    if (json_array_size(documents) > 0)
        read_config(json_array_get(documents, 0));
    if (exec_plugin_answer((const char *)data, size, "client.authentication.k8s.io/v1", &credential,
                           NULL))
        return 0;
    return 0;
}
