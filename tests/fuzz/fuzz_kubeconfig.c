/*
 * Any bytes as a kubeconfig, as far as a configuration gets without a file or a program of this
 * machine being touched; and as the answer of an exec plugin.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kube/auth.h"
#include "kube/exec_plugin.h"
#include "yaml/ym_read.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A fuzzer must not choose what is read here. */
static void forget_files(json_t *value)
{
    static const char *const names[] = {"certificate-authority", "client-certificate",
                                        "client-key"};
    const char *key = NULL;
    json_t *member = NULL;
    size_t index = 0;
    for (size_t i = 0; i < array_length(names); i++)
        json_object_del(value, names[i]);
    json_object_foreach (value, key, member)
        forget_files(member);
    json_array_foreach (value, index, member)
        forget_files(member);
}

static void load(json_t *kubeconfig)
{
    auto_kube_config struct kube_config config = {0};
    auto_strv struct strv headers = {0};
    forget_files(kubeconfig);
    if (kube_config_load(&(struct kube_options){.kubeconfig = kubeconfig}, &config, NULL))
        return;
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    kube_auth_headers(auth, &headers);
    free(kube_auth_describe_certificate(auth));
    if (config.exec)
        free(exec_plugin_request(&config, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_exec_credential struct exec_credential credential = {0};
    if (size > INPUT_LIMIT)
        return 0;
    json_auto_t *documents = ym_read((const char *)data, size, "fuzzer", NULL, NULL);
    if (json_is_object(json_array_get(documents, 0)))
        load(json_array_get(documents, 0));
    /* Whether it is a good answer does not matter here. */
    int result = exec_plugin_answer((const char *)data, size, "client.authentication.k8s.io/v1",
                                    &credential, NULL);
    return result > 0;
}
