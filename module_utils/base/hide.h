/*
 * Words that must not be read in a text: what they are kept in, and the text without them.
 */
#ifndef BASE_HIDE_H
#define BASE_HIDE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/strv.h"

/* What stands for a hidden word, as in Ansible's output. */
#define HIDDEN_WORD "********"

/*
 * Adds a copy of WORD to WORDS, which are distinct and stand with the longest first, because a word
 * may be a part of another one. False when it was there, or is empty or NULL.
 */
bool hide_add(struct strv *words, const char *word);

/* TEXT with HIDDEN_WORD in place of each of WORDS (made by hide_add), owned. */
char *hide_words(const char *text, const struct strv *words) must_check nonnull_all;

/* The same with the message of ERROR, in place; its detail stays. NULL is allowed. */
void hide_in_error(struct error *error, const struct strv *words);

#endif
