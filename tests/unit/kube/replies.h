/*
 * What a scripted server says of the one ConfigMap that unit/kube/writing.h writes.
 */
#ifndef TESTS_KUBE_REPLIES_H
#define TESTS_KUBE_REPLIES_H

#include "unit/kube/writing.h"

#define OLD WRITING_MAP("u-1", "1", "\"data\":{\"k\":\"w\"}")
#define NEW WRITING_MAP("u-2", "5", "\"data\":{\"k\":\"w\"}")
#define THERE(ANSWER)                                                                              \
    {                                                                                              \
        .when = "GET " WRITING_PATH, .body = (ANSWER)                                              \
    }
#define THERE_ONCE(ANSWER)                                                                         \
    {                                                                                              \
        .when = "GET " WRITING_PATH, .times = 1, .body = (ANSWER)                                  \
    }
#define GONE                                                                                       \
    {                                                                                              \
        .when = "GET " WRITING_PATH, .status = 404,                                                \
        .body = WRITING_REFUSAL("404", "NotFound", "configmaps \\\"a\\\" not found")               \
    }
#define TURNED_AWAY(METHOD)                                                                        \
    {                                                                                              \
        .when = METHOD " ", .times = 1, .status = 429, .headers = "Retry-After: 0\r\n"             \
    }
#define LOST_CREATION                                                                              \
    {                                                                                              \
        .when = "POST ", .times = 1, .fault = FAKE_CLOSE                                           \
    }
#define ALREADY_EXISTS                                                                             \
    {                                                                                              \
        .when = "POST ", .status = 409,                                                            \
        .body = WRITING_REFUSAL("409", "AlreadyExists", "already exists")                          \
    }
#define LOST(METHOD)                                                                               \
    {                                                                                              \
        .when = METHOD " " WRITING_PATH, .times = 1, .fault = FAKE_CLOSE                           \
    }

#endif
