/*
 * Reading collections page by page.
 */
#ifndef KUBE_LIST_H
#define KUBE_LIST_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"
#include "kube/object.h"

struct kube_list_options {
    const struct kube_resource *resource;
    const char *namespace_;             /* NULL: all */
    const struct strv *label_selectors; /* all must hold; or NULL */
    const struct strv *field_selectors;
    bool metadata_only; /* PartialObjectMetadata */
    unsigned page;      /* objects of one request; 0: 500 */
    long long end_at;   /* of every request, see struct kube_call; 0: none */
    /* Drops of each item, as it arrives, what is not needed; NULL: nothing. */
    void (*shrink)(json_t *item);
};

/* The path of one page, owned: the first when TOKEN is NULL or empty, else the one that a page
 * named. */
char *kube_list_path(const struct kube_list_options *options, const char *token) must_check;

/* Adds kind and apiVersion to an item of a list, where the server leaves them out. */
void kube_list_fill_in(const struct kube_resource *resource, json_t *item);

/*
 * Adds every object of a collection to ITEMS, 500 a request (fewer where these are larger than an
 * answer may be), with apiVersion and kind filled in
 * where the server leaves them out. A continue token that expired is followed as far as the server
 * allows, else the list starts over. An unknown collection (404) adds nothing. A 400 for a
 * selector is an error.
 */
int kube_list(struct kube_client *client, const struct kube_list_options *options, json_t *items,
              struct error **err) must_check;

#endif
