/*
 * The types of settings: how the text of one becomes a member of struct config, and how that member
 * is shown. Each is checked in full when it is read, so nothing else has to. Pure.
 */
#ifndef DAEMON_SETTING_TYPES_H
#define DAEMON_SETTING_TYPES_H

#include "daemon/settings.h"

extern const struct setting_type setting_text;     /* char *, NULL when empty */
extern const struct setting_type setting_required; /* char *, the default when empty */
extern const struct setting_type setting_path;     /* the same, absolute */
extern const struct setting_type setting_address;  /* char *, IPv4 or IPv6, NULL when empty */
extern const struct setting_type setting_bind;     /* char *, the same or "*" */
extern const struct setting_type setting_port;     /* uint16_t */
extern const struct setting_type setting_count;    /* long long from LOW to HIGH */
extern const struct setting_type setting_seconds;  /* long long, milliseconds from LOW to HIGH */
extern const struct setting_type setting_flag;     /* bool */
extern const struct setting_type setting_probe;    /* enum config_probe */
extern const struct setting_type setting_prefixes; /* struct strv, of names of namespaces */
extern const struct setting_type setting_allow;    /* allow and allow_count */
extern const struct setting_type setting_metrics;  /* char *, a path or a local address:port */
extern const struct setting_type setting_endpoint; /* char *, address:port, NULL when empty */

#endif
