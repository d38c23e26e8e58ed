/*
 * Keys, certificates and passphrases that the options name, read from their files.
 */
#ifndef CAPI_BACKUP_KEYS_H
#define CAPI_BACKUP_KEYS_H

#include "base/error.h"
#include "base/strv.h"
#include "capi_backup/args.h"
#include "crypto/cms.h"
#include "crypto/secret.h"

/* What archives are read with. */
struct cb_keys {
    struct cms_keys cms; /* of what follows; members are NULL where nothing was given */
    struct secret key, key_passphrase, passphrase;
    char *certificate;
    char *authorities; /* PEM of verify_ca, or NULL */
    char *missing;     /* why the passphrase of encryption could not be read, or NULL */
};

/* The passphrase of encryption is one of them: with state present rather than that of decryption,
 * else without decryption, and then it may be missing. ERROR_USAGE and ERROR_IO name the option. */
int cb_keys_read(struct cb_keys *keys, const struct cb_args *args, struct error **err) must_check;
void cb_keys_clear(struct cb_keys *keys);
#define auto_cb_keys cleanup_with(cb_keys_clear)

/* What archives are written with. */
struct cb_recipients {
    struct cms_recipients cms;
    struct strv certificates, names;
    struct secret passphrase;
    char *sign_cert;        /* PEM, or NULL */
    struct secret sign_key; /* PEM */
};

/* Also checks that all of them can be used. WARNINGS: as of cms_sealer_new. */
int cb_recipients_read(struct cb_recipients *recipients, const struct cb_args *args,
                       struct strv *warnings, struct error **err) must_check;
void cb_recipients_clear(struct cb_recipients *recipients);

#endif
