#include "capi_backup/keys.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "json/js_get.h"

enum { FILE_MAX = 1 << 20 };

static int read_file(const char *option, const char *path, struct buf *out, struct error **err)
{
    if (file_read(path, FILE_MAX, out, err) == 0)
        return 0;
    error_wrap(err, "%s", option);
    return -1;
}

static int read_secret(const char *option, const char *path, struct secret *out, struct error **err)
{
    struct buf bytes;
    buf_init(&bytes);
    if (read_file(option, path, &bytes, err) < 0)
        return -1;
    secret_set(out, buf_str(&bytes), bytes.size);
    buf_wipe(&bytes);
    return 0;
}

static char *read_text(const char *option, const char *path, struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (read_file(option, path, &bytes, err) < 0)
        return NULL;
    return buf_steal(&bytes);
}

/* The first line of a file: an editor leaves a newline behind it. */
static int read_line(const char *option, const char *path, struct secret *out, struct error **err)
{
    struct secret whole = {0};
    if (read_secret(option, path, &whole, err) < 0)
        return -1;
    secret_set(out, secret_peek(&whole), strcspn(secret_peek(&whole), "\r\n"));
    secret_clear(&whole);
    if (out->size)
        return 0;
    error_make(err, ERROR_USAGE, "%s: the first line of %s is empty", option, path);
    return -1;
}

/* Of the two ways to give a passphrase; OUT stays empty when neither is used. */
static int read_passphrase(const json_t *options, const char *option, struct secret *out,
                           struct error **err)
{
    const char *text = am_text(options, "passphrase");
    const char *path = am_text(options, "passphrase_file");
    if (!str_empty(text))
        secret_set(out, text, strlen(text));
    else if (!str_empty(path))
        return read_line(option, path, out, err);
    return 0;
}

/* ---- reading archives */

static int read_decryption(struct cb_keys *keys, const json_t *options, struct error **err)
{
    const char *key = am_text(options, "key_file");
    const char *passphrase = am_text(options, "key_passphrase_file");
    const char *certificate = am_text(options, "cert_file");
    if (!str_empty(key) && read_secret("decryption.key_file", key, &keys->key, err) < 0)
        return -1;
    if (!str_empty(passphrase) &&
        read_line("decryption.key_passphrase_file", passphrase, &keys->key_passphrase, err) < 0)
        return -1;
    if (!str_empty(certificate)) {
        keys->certificate = read_text("decryption.cert_file", certificate, err);
        if (!keys->certificate)
            return -1;
    }
    return read_passphrase(options, "decryption.passphrase_file", &keys->passphrase, err);
}

/* A run that writes meets its own archives before any others. What only reads may do without: it is
 * told of an archive that needs the passphrase. */
static int read_own_passphrase(struct cb_keys *keys, const struct cb_args *args, struct error **err)
{
    const char *option = "encryption.passphrase_file";
    if (args->state == CB_PRESENT)
        return read_passphrase(args->encryption, option, &keys->passphrase, err);
    auto_error struct error *problem = NULL;
    if (!args->decryption &&
        read_passphrase(args->encryption, option, &keys->passphrase, &problem) < 0)
        keys->missing = xstrdup(problem->message);
    return 0;
}

int cb_keys_read(struct cb_keys *keys, const struct cb_args *args, struct error **err)
{
    *keys = (struct cb_keys){0};
    int result = args->decryption ? read_decryption(keys, args->decryption, err) : 0;
    if (result == 0)
        result = read_own_passphrase(keys, args, err);
    if (result == 0 && args->verify_ca) {
        keys->authorities = read_text("verify_ca", args->verify_ca, err);
        result = keys->authorities ? 0 : -1;
    }
    keys->cms = (struct cms_keys){
        .key = keys->key.text,
        .key_passphrase = keys->key_passphrase.size ? &keys->key_passphrase : NULL,
        .certificate = keys->certificate,
        .passphrase = keys->passphrase.size ? &keys->passphrase : NULL,
        .missing = keys->missing,
    };
    if (result < 0)
        cb_keys_clear(keys);
    return result;
}

void cb_keys_clear(struct cb_keys *keys)
{
    secret_clear(&keys->key);
    secret_clear(&keys->key_passphrase);
    secret_clear(&keys->passphrase);
    free(keys->certificate);
    free(keys->authorities);
    free(keys->missing);
    *keys = (struct cb_keys){0};
}

/* ---- writing archives */

static int read_recipients(struct cb_recipients *recipients, const json_t *options,
                           struct error **err)
{
    am_list(options, "recipients", &recipients->names);
    for (size_t i = 0; i < recipients->names.count; i++) {
        char *text = read_text("encryption.recipients", recipients->names.items[i], err);
        if (!text)
            return -1;
        strv_add_take(&recipients->certificates, text);
    }
    return read_passphrase(options, "encryption.passphrase_file", &recipients->passphrase, err);
}

static int read_encryption(struct cb_recipients *recipients, const json_t *options,
                           struct strv *warnings, struct error **err)
{
    long long iterations = 0;
    js_int(options, &iterations, "iterations", NULL);
    if (read_recipients(recipients, options, err) < 0)
        return -1;
    recipients->cms = (struct cms_recipients){
        .certificates = &recipients->certificates,
        .names = &recipients->names,
        .passphrase = recipients->passphrase.size ? &recipients->passphrase : NULL,
        .iterations = (unsigned)iterations,
    };
    if (cms_check_recipients(&recipients->cms, warnings, err) == 0)
        return 0;
    error_wrap(err, "encryption");
    return -1;
}

static int read_signer(struct cb_recipients *recipients, const struct cb_args *args,
                       struct error **err)
{
    auto_buf struct buf trial = {0};
    if (!args->sign_cert)
        return 0;
    recipients->sign_cert = read_text("sign_cert", args->sign_cert, err);
    if (!recipients->sign_cert ||
        read_secret("sign_key", args->sign_key, &recipients->sign_key, err) < 0)
        return -1;
    if (cms_sign("", 0, recipients->sign_cert, recipients->sign_key.text, &trial, err) == 0)
        return 0;
    error_wrap(err, "sign_cert, sign_key");
    return -1;
}

int cb_recipients_read(struct cb_recipients *recipients, const struct cb_args *args,
                       struct strv *warnings, struct error **err)
{
    *recipients = (struct cb_recipients){0};
    if ((!args->encryption || read_encryption(recipients, args->encryption, warnings, err) == 0) &&
        read_signer(recipients, args, err) == 0)
        return 0;
    cb_recipients_clear(recipients);
    return -1;
}

void cb_recipients_clear(struct cb_recipients *recipients)
{
    strv_clear(&recipients->certificates);
    strv_clear(&recipients->names);
    secret_clear(&recipients->passphrase);
    secret_clear(&recipients->sign_key);
    free(recipients->sign_cert);
    *recipients = (struct cb_recipients){0};
}
