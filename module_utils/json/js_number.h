/*
 * Numbers as text, the way Go's encoding/json and JavaScript write them.
 */
#ifndef JSON_JS_NUMBER_H
#define JSON_JS_NUMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { JS_NUMBER_ROOM = 32 };

/*
 * The shortest digits that read back as VALUE: plain for 1e-6 <= |x| < 1e21, else 1e-7, 1e+21.
 * Integral values carry no fraction; minus zero is 0. VALUE must be finite. Writes a NUL behind
 * the text and returns its length.
 */
size_t js_number_text(double value, char text[JS_NUMBER_ROOM]);

/*
 * Like Go's %v of a float: plain for 1e-4 <= |x| < 1e6, else an exponent of at least two digits
 * (1e-05, 1e+06). SINGLE rounds to a 32-bit float first and writes its shortest digits; VALUE may
 * then overflow to +Inf or -Inf.
 */
size_t js_number_text_g(double value, bool single, char text[JS_NUMBER_ROOM]);

/*
 * A new JSON number for a real: an integer when its text is an integer within 64 bits, because
 * that is what a Kubernetes server reads back. VALUE must be finite.
 */
json_t *js_number_new(double value);

#endif
