/* Matching globs, with the rules of Go's path.Match but for '/', which is nothing special here.
 * See capi/variables_priv.h. */
#include <stdint.h>

#include "capi/variables_priv.h"

/* One code point of a class, maybe behind a backslash; false when there is none. */
static bool take_member(const unsigned *pattern, size_t size, size_t *at, unsigned *member)
{
    if (*at < size && (pattern[*at] == '-' || pattern[*at] == ']'))
        return false;
    if (*at < size && pattern[*at] == '\\')
        (*at)++;
    if (*at >= size)
        return false;
    *member = pattern[(*at)++];
    return *at < size;
}

/* A class whose '[' lies before *AT: does RUNE belong to it? *AT moves behind ']'. */
static bool in_class(const unsigned *pattern, size_t size, size_t *at, unsigned rune)
{
    bool negated = *at < size && pattern[*at] == '^';
    bool found = false;
    *at += negated;
    for (size_t ranges = 0;; ranges++) {
        unsigned low = 0;
        if (ranges && *at < size && pattern[*at] == ']')
            break;
        if (!take_member(pattern, size, at, &low))
            return false;
        unsigned high = low;
        if (pattern[*at] == '-') {
            (*at)++;
            if (!take_member(pattern, size, at, &high))
                return false;
        }
        found |= low <= rune && rune <= high;
    }
    (*at)++;
    return found != negated;
}

/* Matches what is no star against RUNE and moves *AT behind it. */
static bool match_one(const unsigned *pattern, size_t size, size_t *at, unsigned rune)
{
    unsigned sign = pattern[(*at)++];
    if (sign == '?')
        return true;
    if (sign == '[')
        return in_class(pattern, size, at, rune);
    if (sign == '\\') {
        if (*at >= size)
            return false;
        sign = pattern[(*at)++];
    }
    return sign == rune;
}

bool capi_glob(const unsigned *pattern, size_t pattern_size, const unsigned *name, size_t name_size)
{
    size_t at = 0;
    size_t done = 0;
    size_t star = SIZE_MAX; /* behind the last star, and how much of the name it has eaten */
    size_t eaten = 0;
    while (done < name_size || at < pattern_size) {
        if (at < pattern_size && pattern[at] == '*') {
            star = ++at;
            eaten = done;
            continue;
        }
        size_t next = at;
        if (at < pattern_size && done < name_size &&
            match_one(pattern, pattern_size, &next, name[done])) {
            at = next;
            done++;
            continue;
        }
        if (star == SIZE_MAX || eaten >= name_size)
            return false;
        at = star;
        done = ++eaten;
    }
    return true;
}
