/*
 * What a failed answer of an OpenStack service means, in an error for people. Reads the shapes of
 * Keystone, Magnum, Nova, Neutron and Glance, and what proxies put in their place. No network.
 */
#ifndef OSTACK_FAILURE_H
#define OSTACK_FAILURE_H

#include <jansson.h>

#include "base/error.h"
#include "http/request.h"

/*
 * The service's own words in the body of RESPONSE, owned: the whole message, or the beginning of
 * what is no message ("" is never returned). *out_code receives the service's code of the error,
 * such as "magnum.microversion-unsupported", owned, or NULL.
 */
char *osk_failure_text(const struct http_response *response, char **out_code) must_check;

/*
 * Makes the error of a failed answer: "SERVICE answered 400 Bad Request to PATCH /v1/…: WORDS".
 * METHOD and URL are those of the request; of the URL only the path is shown. Kind ERROR_AUTH for
 * 401 and 403, ERROR_CONFLICT for 409, else ERROR_STATUS; code = status. detail: reason (the HTTP
 * phrase), status, error (the words alone), request_id where there is one.
 */
void osk_failure_make(const struct http_response *response, const char *service, const char *method,
                      const char *url, struct error **err);

/* The service's identification of a request; borrowed from RESPONSE, or NULL. */
const char *osk_request_id(const struct http_response *response);

#endif
