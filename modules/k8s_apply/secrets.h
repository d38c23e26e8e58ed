/*
 * What must not be shown of Secrets that a task writes: in its parameters, and in texts in which
 * a server quotes what it was sent.
 */
#ifndef K8S_APPLY_SECRETS_H
#define K8S_APPLY_SECRETS_H

#include "k8s_apply/state.h"

/* Removes the values of Secrets from the errors and warnings about them. */
void k8s_hide_in_errors(struct k8s *k8s);

/* Registers what options hold that must not be shown, whatever is wrong with them: the secrets of a
 * kubeconfig, passwords in URLs. */
void k8s_option_secrets(const json_t *params, struct am_secrets *secrets);

/* Hides Secrets, texts that may hold one and secrets of options in the parameters that Ansible
 * shows. */
void k8s_redact(void *state, json_t *params);

#endif
