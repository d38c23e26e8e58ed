#include <stdlib.h>
#include <string.h>

#include "base/hide.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "kube/kubeconfig_priv.h"

static void strv_wipe(struct strv *vector)
{
    for (size_t i = 0; i < vector->count; i++)
        mem_wipe(vector->items[i], strlen(vector->items[i]));
    strv_clear(vector);
}

void kube_config_clear(struct kube_config *config)
{
    free(config->server);
    free(config->origin);
    free(config->namespace_);
    free(config->user);
    free(config->cert_origin);
    free(config->ca_pem);
    free(config->tls_server_name);
    free(config->proxy);
    free(config->no_proxy);
    strv_wipe(&config->proxy_headers);
    free(config->client_cert_pem);
    secret_free_text(config->client_key_pem);
    secret_free_text(config->token);
    free(config->token_file);
    free(config->username);
    secret_free_text(config->password);
    json_decref(config->exec);
    free(config->exec_dir);
    json_decref(config->exec_config);
    strv_clear(&config->impersonate);
    strv_wipe(&config->secrets);
    memset(config, 0, sizeof(*config));
}

void kube_draft_init(struct kube_draft *draft)
{
    memset(draft, 0, sizeof(*draft));
}

void kube_draft_clear(struct kube_draft *draft)
{
    kube_config_clear(&draft->config);
    free(draft->context);
    free(draft->cluster);
    free(draft->ca_file);
    free(draft->client_cert_file);
    free(draft->client_key_file);
    free(draft->auth_provider);
    free(draft->as);
    free(draft->as_uid);
    strv_clear(&draft->as_groups);
    json_decref(draft->as_extra);
    memset(draft, 0, sizeof(*draft));
}

void kube_draft_set(char **slot, const char *text)
{
    char *copy = text ? xstrdup(text) : NULL;
    free(*slot);
    *slot = copy;
}

void kube_draft_secret(struct kube_draft *draft, const char *text)
{
    if (!str_empty(text))
        hide_add(&draft->config.secrets, text);
}

void kube_draft_drop_token(struct kube_draft *draft)
{
    kube_draft_set(&draft->config.token, NULL);
    kube_draft_set(&draft->config.token_file, NULL);
}

void kube_draft_drop_basic(struct kube_draft *draft)
{
    kube_draft_set(&draft->config.username, NULL);
    kube_draft_set(&draft->config.password, NULL);
}

void kube_draft_drop_exec(struct kube_draft *draft)
{
    json_decref(draft->config.exec);
    draft->config.exec = NULL;
    kube_draft_set(&draft->auth_provider, NULL);
}
