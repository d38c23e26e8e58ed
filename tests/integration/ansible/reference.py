"""Validates the cases on standard input with the ansible-core of this Python; prints the list of outcomes.

The cases and the outcomes are those of tests/support/spec_probe.c. A case that makes ansible-core itself crash has the
outcome {"crash": text}; values that JSON cannot hold are printed as {"unprintable": repr}.
"""
import json
import math
import sys

from ansible.module_utils.common import warnings
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import env_fallback, remove_values
from ansible.module_utils.errors import UnsupportedError

RULES = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")


def python_spec(options):
    spec = {}
    for name, row in options.items():
        row = dict(row)
        if "env" in row:
            row["fallback"] = (env_fallback, row.pop("env"))
        if "options" in row:
            row["options"] = python_spec(row["options"])
        spec[name] = row
    return spec


def printable(value):
    if isinstance(value, dict):
        return {str(k) if isinstance(k, (int, float)) and not isinstance(k, bool) else
                json.dumps(k) if not isinstance(k, str) else k: printable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"unprintable": repr(value)}
    if isinstance(value, int) and not -2**63 <= value < 2**63:
        return {"unprintable": "a number of %d bits" % value.bit_length()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    return {"unprintable": repr(value)}


def error_text(case, errors):
    if not errors.messages:
        return None
    text = errors.msg
    if isinstance(errors[0], UnsupportedError):
        if case.get("ignore_unknown"):
            return None
        text = "Unsupported parameters for (%s) module: %s" % (case["module"], text)
    return text


def run_case(case):
    described = case["spec"]
    warnings._global_warnings.clear()
    rules = {key: described.get(key) for key in RULES}
    validator = ArgumentSpecValidator(python_spec(described["options"]), **rules)
    result = validator.validate(case["params"])
    texts = ["Both option {option} and its alias {alias} are set.".format(**w) for w in result._warnings]
    outcome = {
        "params": printable(result.validated_parameters),
        "warnings": texts + [str(w) for w in warnings.get_warning_messages()],
    }
    text = error_text(case, result.errors)
    if text is not None:
        outcome["error"] = text
    if "scrub" in case:
        outcome["scrubbed"] = remove_values(case["scrub"], result._no_log_values)
    return outcome


def main():
    outcomes = []
    for case in json.load(sys.stdin):
        try:
            outcomes.append(run_case(case))
        except Exception as error:  # the reference's own defects are an outcome too
            outcomes.append({"crash": "%s: %s" % (type(error).__name__, error)})
    json.dump(outcomes, sys.stdout)


main()
