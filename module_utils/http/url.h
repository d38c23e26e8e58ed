/*
 * Building and taking apart URLs; no network.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Adds TEXT percent-encoded: only A-Z a-z 0-9 - . _ ~ stay. For path segments and query parts. */
void url_escape(struct buf *out, const char *text);

/* Adds "?NAME=VALUE" or "&NAME=VALUE", both escaped, depending on whether OUT holds a '?'. */
void url_query(struct buf *out, const char *name, const char *value);

/* LENGTH bytes of a path without their encoding, owned: "%2F" is '/'. What is no encoding stays,
 * and
 * "%00" too. */
char *url_unescape(const char *text, size_t length) must_check;
/* The same of a value in a query, where '+' is a blank. */
char *url_unescape_value(const char *text, size_t length) must_check;

struct url {
    char *scheme; /* lower case */
    char *host;   /* without brackets */
    int port;     /* explicit, or the default of http, https and socks5, else 0 */
    char *path;   /* with leading '/', "" when there is none; no trailing '/' */
    bool has_userinfo;
};

/*
 * Takes an absolute URL apart; ERROR_USAGE names what is wrong, without user and password. Query
 * and fragment are refused. OUT is written on success only.
 */
int url_parse(const char *text, struct url *out, struct error **err) must_check;
void url_clear(struct url *url);
#define auto_url cleanup_with(url_clear)

/* "HOST:PORT" of an absolute URL, for messages: no user, no password, no path. Owned. */
char *url_host_port(const char *text) must_check;

/* The password of an absolute URL as it stands there, to be hidden; the user when there is none
 * beside it, since it may be a token. Owned; NULL when the URL names neither. TEXT may be NULL. */
char *url_password(const char *text) must_check;

#endif
