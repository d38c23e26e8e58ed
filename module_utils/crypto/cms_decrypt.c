#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/cms.h"
#include "crypto/cms_priv.h"

static CMS_ContentInfo *read_info(const void *bytes, size_t size, struct error **err)
{
    const unsigned char *end = bytes;
    CMS_ContentInfo *cms = size > INT_MAX ? NULL : d2i_CMS_ContentInfo(NULL, &end, (long)size);
    if (!cms || end != (const unsigned char *)bytes + size) {
        CMS_ContentInfo_free(cms);
        cms = NULL;
        error_make(err, ERROR_PARSE, "the encrypted file is damaged or is no CMS");
    }
    ERR_clear_error();
    return cms;
}

static int check_form(CMS_ContentInfo *cms, struct error **err)
{
    int form = OBJ_obj2nid(CMS_get0_type(cms));
    if (form == NID_id_smime_ct_authEnvelopedData)
        return 0;
    error_make(err, ERROR_PARSE,
               form == NID_pkcs7_enveloped
                   ? "the encryption of the file does not show whether it was changed; encrypt it "
                     "with AES-256-GCM"
                   : "the file is CMS, but not encrypted");
    return -1;
}

static bool has_recipient(CMS_ContentInfo *cms, int type)
{
    STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(all); i++) {
        int found = CMS_RecipientInfo_type(sk_CMS_RecipientInfo_value(all, i));
        if (found == type || (type != CMS_RECIPINFO_PASS && found != CMS_RECIPINFO_PASS))
            return true;
    }
    return false;
}

static int no_fit(struct error **err)
{
    ERR_clear_error();
    error_make(err, ERROR_AUTH,
               "the file cannot be decrypted: it is for another key or passphrase");
    return -1;
}

/*
 * Without a certificate OpenSSL tries each recipient. It would hide that a key does not fit behind
 * a random one, so that nobody who asks from afar can learn by trying; whoever owns the file may
 * know, which is what this call without anything to do switches on.
 */
static int unlock_key(CMS_ContentInfo *cms, const struct cms_keys *keys, struct error **err)
{
    auto_cms_pkey EVP_PKEY *key = cms_private_key(keys->key, keys->key_passphrase, err);
    auto_cms_x509 X509 *certificate = NULL;
    if (!key)
        return -1;
    if (keys->certificate) {
        certificate = cms_certificate(keys->certificate, "the certificate of the key", err);
        if (!certificate)
            return -1;
    }
    CMS_decrypt(cms, NULL, NULL, NULL, NULL, CMS_DEBUG_DECRYPT);
    return CMS_decrypt_set1_pkey(cms, key, certificate) == 1 ? 0 : no_fit(err);
}

static int unlock_passphrase(CMS_ContentInfo *cms, const struct secret *passphrase,
                             struct error **err)
{
    unsigned char *copy = (unsigned char *)xmemdup(passphrase->text, passphrase->size);
    int done = CMS_decrypt_set1_password(cms, copy, (ossl_ssize_t)passphrase->size);
    mem_wipe(copy, passphrase->size);
    free(steal_ptr(copy));
    return done == 1 ? 0 : no_fit(err);
}

/* Either of both will do: the key may be one of other archives. */
static int unlock(CMS_ContentInfo *cms, const struct cms_keys *keys, struct error **err)
{
    bool by_phrase = keys && keys->passphrase && has_recipient(cms, CMS_RECIPINFO_PASS);
    auto_error struct error *problem = NULL;
    if (keys && keys->key && has_recipient(cms, CMS_RECIPINFO_TRANS)) {
        if (unlock_key(cms, keys, &problem) == 0)
            return 0;
        if (problem->kind != ERROR_AUTH || !by_phrase) {
            error_move_take(err, steal_ptr(problem));
            return -1;
        }
    }
    if (by_phrase)
        return unlock_passphrase(cms, keys->passphrase, err);
    if (keys && (keys->key || keys->passphrase))
        return no_fit(err);
    error_make(err, ERROR_AUTH, "the file is encrypted: decryption needs key_file or a passphrase");
    if (keys && keys->missing && has_recipient(cms, CMS_RECIPINFO_PASS))
        error_append(err, "; %s", keys->missing);
    return -1;
}

static void take_text(struct buf *out, BIO *bio)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);
    if (length > 0) {
        buf_add(out, bytes, (size_t)length);
        mem_wipe(bytes, (size_t)length);
    }
}

int cms_decrypt(const void *bytes, size_t size, const struct cms_keys *keys, struct buf *out,
                struct error **err)
{
    auto_cms_info CMS_ContentInfo *cms = read_info(bytes, size, err);
    if (!cms || check_form(cms, err) < 0 || unlock(cms, keys, err) < 0)
        return -1;
    auto_cms_bio BIO *sink = BIO_new(BIO_s_mem());
    int done = CMS_decrypt(cms, NULL, NULL, NULL, sink, CMS_BINARY);
    if (done != 1) {
        ERR_clear_error();
        error_make(err, ERROR_PARSE,
                   "the encrypted file was changed or is damaged, or the key is "
                   "another one");
        return -1;
    }
    take_text(out, sink);
    return 0;
}
