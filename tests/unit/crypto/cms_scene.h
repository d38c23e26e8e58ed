/*
 * Keys and a passphrase for tests of what is sealed with them.
 */
#ifndef UNIT_CRYPTO_CMS_SCENE_H
#define UNIT_CRYPTO_CMS_SCENE_H

#include "support/unit.h"

#include "base/buf.h"
#include "crypto/cms.h"
#include "fakes/fake_pki.h"

static const char text[] = "what nobody else may read";

struct cms_scene {
    struct fake_pair first, second;
    struct secret passphrase;
};

static maybe_unused void cms_scene_begin(struct cms_scene *scene)
{
    scene->first = fake_pair_new("first", NULL, NULL, 0);
    scene->second = fake_pair_new("second", NULL, NULL, 0);
    secret_set(&scene->passphrase, "correct horse battery", 21);
}

static maybe_unused void cms_scene_end(struct cms_scene *scene)
{
    fake_pair_clear(&scene->first);
    fake_pair_clear(&scene->second);
    secret_clear(&scene->passphrase);
}

static maybe_unused void assert_opens(const struct buf *sealed, const struct cms_keys *keys)
{
    auto_buf struct buf plain = {0};
    struct error *err = NULL;
    int result = cms_decrypt(sealed->data, sealed->size, keys, &plain, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(plain.size, sizeof(text));
    assert_memory_equal(plain.data, text, sizeof(text));
}

#endif
