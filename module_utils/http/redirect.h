/*
 * Where answers send those on who follow redirects: the client never does by itself.
 */
#ifndef HTTP_REDIRECT_H
#define HTTP_REDIRECT_H

#include "http/client.h"

/* The address that the answer of JOB redirects to, owned; NULL when it does not, or to what must
 * not be followed: other schemes than http and https, and from https to http. User and password
 * of the address that was asked stay with its host. */
char *http_redirect(const struct http_job *job);

#endif
