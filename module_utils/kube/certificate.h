/*
 * What can be said about certificates before TLS says no. Trust is not decided here.
 */
#ifndef KUBE_CERTIFICATE_H
#define KUBE_CERTIFICATE_H

#include <time.h>

#include "base/error.h"

/* PEM has to hold at least one certificate, none of them damaged. ERROR_PARSE. */
int kube_certificate_check_authority(const char *pem, struct error **err) must_check;

/* KEY has to be the readable private key of the first certificate of PEM. ERROR_USAGE. */
int kube_certificate_check_pair(const char *pem, const char *key, struct error **err) must_check;

/*
 * "client certificate CN = admin of ORIGIN expired on 2026-01-02T03:04:05Z" or "… is not valid
 * before …", owned; NULL when its dates are fine at NOW, or it cannot be read. PEM and ORIGIN may
 * be NULL.
 */
char *kube_certificate_describe(const char *pem, const char *origin, time_t now) must_check;

#endif
