/*
 * Exec credential plugins: programs that print a token or a client certificate.
 *
 * Run without a shell and without a terminal; their stderr never reaches ours, its last lines
 * become part of the error. Follows client.authentication.k8s.io/v1 and /v1beta1 as kubectl 1.33
 * does. Knows nothing of when to run one: kube/auth.h does.
 */
#ifndef KUBE_EXEC_PLUGIN_H
#define KUBE_EXEC_PLUGIN_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"
#include "kube/kubeconfig.h"

enum { EXEC_PLUGIN_TIMEOUT_MS = 60000 };

/* What a plugin answered. Everything is owned; token, or certificate and key, or all three. */
struct exec_credential {
    char *token;
    char *certificate; /* PEM */
    char *key;
    bool expires;
    time_t expires_at; /* when EXPIRES */
};

void exec_credential_clear(struct exec_credential *credential);
#define auto_exec_credential cleanup_with(exec_credential_clear)

/*
 * Runs CONFIG's plugin and reads its answer into OUT, which is initialised. What it answered is
 * added to config->secrets. ERROR_AUTH with kubectl's texts for everything that the plugin does
 * wrong, also for taking longer than TIMEOUT_MS; ERROR_INTERRUPTED.
 */
int exec_plugin_run(struct kube_config *config, long long timeout_ms, struct exec_credential *out,
                    struct error **err) must_check;

/* ---- its parts, for tests */

/*
 * The program of COMMAND, as an owned absolute path: as it is, below DIRECTORY when it holds a
 * '/', else the first executable in PATH (absolute directories only). NULL with ERROR_AUTH and
 * the INSTALL_HINT (may be NULL) when a bare name is not found.
 */
char *exec_plugin_find(const char *command, const char *directory, const char *install_hint,
                       struct error **err) must_check;

/* The value of KUBERNETES_EXEC_INFO, owned; NULL with an error. */
char *exec_plugin_request(const struct kube_config *config, struct error **err) must_check;

/* Reads an answer of SIZE bytes, which has to be of VERSION. */
int exec_plugin_answer(const char *bytes, size_t size, const char *version,
                       struct exec_credential *out, struct error **err) must_check;

#endif
