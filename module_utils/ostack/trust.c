#include "ostack/trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "json/js_get.h"

enum { PEM_MAX = 16 * 1024 * 1024 };

/* PATH with a leading ~ replaced. Owned. */
static char *expand(const char *path)
{
    const char *home = getenv("HOME");
    bool tilde = path[0] == '~' && (path[1] == '/' || !path[1]);
    return tilde && home ? xasprintf("%s%s", home, path + 1) : xstrdup(path);
}

static void closedir_cleanup(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

/* Adds all certificates of a directory. OpenSSL would want it hashed; what is in it counts. */
static int read_folder(const char *path, struct buf *out, struct error **err)
{
    cleanup_with(closedir_cleanup) DIR *dir = opendir(path);
    if (!dir) {
        error_make_errno(err, errno, "cannot read the folder %s", path);
        return -1;
    }
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        auto_free char *name = xasprintf("%s/%s", path, entry->d_name);
        auto_buf struct buf text;
        struct stat info;
        buf_init(&text);
        if (stat(name, &info) < 0 || !S_ISREG(info.st_mode) ||
            file_read(name, PEM_MAX, &text, NULL) < 0)
            continue;
        if (str_contains(buf_str(&text), "-----BEGIN ")) {
            buf_add(out, text.data, text.size);
            buf_add_char(out, '\n');
        }
    }
    if (out->size)
        return 0;
    error_make(err, ERROR_USAGE, "the folder %s holds no certificate in PEM format", path);
    return -1;
}

/* The PEM text of the file or folder that KEY names. */
static int read_pem(const char *key, const char *path, struct buf *out, struct error **err)
{
    auto_free char *expanded = expand(path);
    struct stat info;
    bool folder = stat(expanded, &info) == 0 && S_ISDIR(info.st_mode);
    int result = folder ? read_folder(expanded, out, err) : file_read(expanded, PEM_MAX, out, err);
    if (result == 0 && !str_contains(buf_str(out), "-----BEGIN ")) {
        error_make(err, ERROR_USAGE, "%s is not in PEM format", expanded);
        result = -1;
    }
    error_wrap(err, "%s", key);
    return result;
}

static const char *authorities(const json_t *config)
{
    static const char *const names[] = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"};
    const char *path = js_str(config, "cacert", NULL);
    for (size_t i = 0; str_empty(path) && i < array_length(names); i++)
        path = getenv(names[i]);
    return str_empty(path) ? NULL : path;
}

static int read_authorities(const json_t *config, struct osk_trust *out, struct error **err)
{
    const char *path = authorities(config);
    auto_buf struct buf text;
    buf_init(&text);
    if (!path || out->insecure)
        return 0;
    if (read_pem(js_str(config, "cacert", NULL) ? "ca_cert (cacert)" : "REQUESTS_CA_BUNDLE", path,
                 &text, err) < 0)
        return -1;
    out->ca_pem = buf_steal(&text);
    return 0;
}

static int read_identity(const json_t *config, struct osk_trust *out, struct error **err)
{
    const char *cert = js_str(config, "cert", NULL);
    const char *key = js_str(config, "key", NULL);
    struct buf text;
    buf_init(&text);
    if (str_empty(cert))
        return 0;
    if (read_pem("client_cert (cert)", cert, &text, err) < 0) {
        buf_clear(&text);
        return -1;
    }
    out->cert_pem = buf_steal(&text);
    /* One file may hold both. */
    bool own = !str_empty(key);
    if (read_pem(own ? "client_key (key)" : "client_cert (cert)", own ? key : cert, &text, err) <
        0) {
        buf_wipe(&text);
        return -1;
    }
    secret_set_take(&out->key, buf_steal(&text));
    if (strstr(secret_peek(&out->key), "PRIVATE KEY-----"))
        return 0;
    error_make(err, ERROR_USAGE,
               "client_cert (cert): %s holds no private key; name its file in client_key (key)",
               own ? key : cert);
    return -1;
}

int osk_trust_read(const json_t *config, struct osk_trust *out, struct error **err)
{
    *out = (struct osk_trust){.insecure = json_is_false(json_object_get(config, "verify"))};
    if (read_authorities(config, out, err) == 0 && read_identity(config, out, err) == 0)
        return 0;
    osk_trust_clear(out);
    return -1;
}

void osk_trust_clear(struct osk_trust *trust)
{
    free(trust->ca_pem);
    free(trust->cert_pem);
    secret_clear(&trust->key);
    *trust = (struct osk_trust){0};
}
