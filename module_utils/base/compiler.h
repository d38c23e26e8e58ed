/* Attributes of the compiler under readable names, and what it says of itself. Nothing else lives
 * here. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* The result must be looked at. */
#define must_check __attribute__((warn_unused_result))

/* printf-like: FORMAT and FIRST are the positions of the format and of its first argument. */
#define printf_like(FORMAT, FIRST) __attribute__((format(printf, FORMAT, FIRST)))

/* No pointer argument may be NULL. */
#define nonnull_all __attribute__((nonnull))

/* Never returns. */
#define no_return __attribute__((noreturn))

/* The parameter or the variable exists for a signature or for its cleanup only. */
#define maybe_unused __attribute__((unused))

/* Runs FUNCTION with a pointer to the variable when the variable leaves its scope. */
#define cleanup_with(FUNCTION) __attribute__((cleanup(FUNCTION)))

/*
 * Defines NAME_cleanup for use with cleanup_with: TYPE is the type of the variable, a pointer,
 * and FREE accepts NULL.
 */
#define define_cleanup(NAME, TYPE, FREE)                                                           \
    static inline maybe_unused void NAME##_cleanup(TYPE *p)                                        \
    {                                                                                              \
        FREE(*p);                                                                                  \
    }

/* Whether AddressSanitizer watches, which handles some signals itself. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define array_length(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

#endif
