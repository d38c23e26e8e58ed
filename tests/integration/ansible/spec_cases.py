"""The cases that test_oracle_spec.py gives to ansible-core and to our validation: written ones and generated ones."""
import itertools
import random

SCALARS = [
    None, True, False, 0, 1, -1, 5, 420, 2**31, 2**62, 1.0, 0.0, 1.5, -2.25, 1e16, 1e15, 1e22, 1e100, 1e-4, 1e-5, 0.1, 123456.789,
    "", " ", "a", "z", "None", "True", "False", "true", "TRUE", " yes ", "no", "on", "off", "y", "n", "t", "f", "0", "1",
    "2", "-7", "+7", " 42 ", "007", "1_000", "_1", "1__0", "1.0", "1.50", "100e-2", "1e3", "1E3", "1e", "e1", ".5", "5.", ".", "-", "0x10",
    "0o17", "1e400", "99999999999999999999", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "nan", "inf", "-Infinity", "1_0.5", "1_.5", "1,5", "\u00a07\u2003", "\u2028", "caf\u00e9", "it's", 'say "hi"', "it's \"both\"",
    "tab\there", "line\nbreak", "back\\slash", "\x7f", "\x01", "\U0001f600", "\ue000", "a,b", "a, b", ",", "a,,b", "a=1",
    "a=1 b=2", "a=1,b=2, c=3", " a=1", "a='x y' b=\"z,w\"", "a=b=c", "a=1 b", "=1", "a=", "a\\ b=1", "a=1\\", "a=\u00e9",
]
DICT_TEXTS = [
    "{}", '{"a": 1}', '{"a": [1, 2.5, null, true, "x"]}', '{"a": {"b": {}}}', '{"a": 1,}', "{'a': 1}", "{'a': None, 'b': True, 'c': False}",
    "{'a': (1, 2), 'b': (3), 'c': (4,), 'd': ()}", "{1: 'x', None: 'z', 2.5: 'w'}", "{True: 1, False: 2}", "{'a': 'it\\'s', \"b\": \"q\"}",
    "{'a': '\\x41\\u00e9\\U0001f600\\101\\n\\t\\\\'}", "{'a': r'\\n', 'b': u'x', 'c': 'one' 'two'}", "{'a': '''tri\nple'''}",
    "{'a': -5, 'b': +6, 'c': 1_000, 'd': 0x1F, 'e': 0o17, 'f': 0b101, 'g': 1e3, 'h': .5, 'i': 5., 'j': -1.5e-3}",
    "{'a': 007}", "{'a': 00}", "{'a': 1__0}", "{'a': 0x}", "{'a'}", "{'a': }", "{'a': 1 'b': 2}", "{'a': 1,, 'b': 2}", "{'a': b}",
    "{'a': f()}", "{'a': 1} trailing", "{'a': [1, 2,], 'b': [,]}", "{'a': [1, 2,]}", "{ 'a' : 1 , }  ", "{'a': 1, 'a': 2}",
    "{'a': [[[[[[1]]]]]]}", "{'a': 'unclosed}", "{", "}", "{'x': datetime.date(2020, 1, 2)}", "{'a': 'b\nc'}", "{'a': 1 # note\n}",
    "{'a': '\\q'}", "{'a': '\\x4'}", "{'a': ''}", "{'a': \"\"}", "{[]: 1}", "{'a': --1}", "{'a': True, 'b': true}", '{"a": true, "b": None}',
    '{"a": "\\u00e9"}', '{"a": 1} ', ' {"a": 1}',
]
SIZES = [
    "10", "1K", "1k", "1KB", "1kb", "1Kb", "1kB", "1 M", "1.5G", "0.5k", "2.5", "3.5", "0.5", "1B", "1b", "10 bytes", "10byte", "1kilobyte", "1 KiloByte", "1kilobit",
    "1Mb", "1MB", "1MiB", "1X", "1 K ", " 1K", "-1K", "1e3", "1.K", ".5K", "1..5K", "1T", "1P", "1E", "7E", "8E", "9E", "1Z", "1Y", "1zetabyte", "1 petabit",
    "K", "1KBB", "1 K B", "1\u00a0K", "10\n",
]
CONTAINERS = [[], [1], ["a", "b"], [None], [1, 2.5, True, None, "x"], [[1], [2]], [{}], {}, {"a": 1}, {"a": None, "b": [1, {"c": "d'e"}]},
              {"\u00e9": "\u2028"}, [{"a": 1}, {"b": 2}], ["a=1", "b=2"], ["{'a': 1}"], ["x"]]
TYPES = ["str", "path", "bool", "int", "float", "list", "dict", "raw", "jsonarg", "bytes", "bits"]
PATHS = ["~", "~/", "~/x", "~root", "~root/x", "~nosuchuserhere/x", "/a/$ORACLE_SET/b", "${ORACLE_SET}x", "$ORACLE_UNSET/x", "${ORACLE_UNSET}", "$", "${",
         "${}", "a$$ORACLE_SET", "$ORACLE_SET$ORACLE_SET", "x~", "/~", "$ORACLE_TILDE/x", "~$ORACLE_SET", "$ORACLE_SET\u00e9", "${ORACLE_SET", "$1", ""]


def case(options, params, module="ns.coll.probe", **more):
    top = {key: more.pop(key) for key in list(more) if key not in ("scrub", "ignore_unknown")}
    return {"spec": dict({"options": options}, **top), "params": params, "module": module, **more}


def conversions():
    """Every type with every value: as an option, as a required one, as an element, below a dict and below a list."""
    values = SCALARS + DICT_TEXTS + SIZES + CONTAINERS + PATHS
    for kind, value in itertools.product(TYPES, values):
        yield case({"x": {"type": kind}}, {"x": value})
        yield case({"x": {"type": kind, "required": True}}, {"x": value})
    for kind, value in itertools.product(TYPES, SCALARS[:60] + CONTAINERS):
        yield case({"x": {"type": "list", "elements": kind}}, {"x": [value]})
        below = {"p": {"type": kind}}
        yield case({"o": {"type": "dict", "options": below}}, {"o": {"p": value}})
        yield case({"o": {"type": "list", "elements": "dict", "options": below}}, {"o": [{"p": value}]})
        yield case({"o": {"type": "dict", "options": {"p": {"type": "list", "elements": kind}}}}, {"o": {"p": [value]}})
    for value in values:
        yield case({"o": {"type": "dict", "options": {"a": {"type": "int"}}}}, {"o": value})
        yield case({"o": {"type": "list", "elements": "dict", "options": {"a": {}}}}, {"o": value})
        yield case({"o": {"type": "list", "elements": "dict", "options": {"a": {"no_log": True}}}}, {"o": [value]}, scrub=["1", "x1y", 1])


def choices():
    sets = [["a", "b"], ["yes", "no"], ["yes", "on"], ["off", "x"], ["0", "1"], ["True", "b"], ["", "a"], ["present", "absent"]]
    for chosen, value in itertools.product(sets, [None, True, False, 0, 1, "a", "yes", "True", "False", "", "x", ["a"], ["a", "q", 5], {"a": 1}]):
        for kind in ("str", "raw", "list"):
            yield case({"x": {"type": kind, "choices": chosen}}, {"x": value})
            yield case({"o": {"type": "dict", "options": {"x": {"type": kind, "choices": chosen}}}}, {"o": {"x": value}})
        yield case({"x": {"choices": chosen, "default": chosen[0]}}, {"x": value})
    for value in ["1", 1, 1.0, 2, "2", 3, True, "x", None]:
        yield case({"x": {"type": "int", "choices": [1, 2]}}, {"x": value})
        yield case({"x": {"type": "float", "choices": [1.0, 2.5]}}, {"x": value})
        yield case({"x": {"type": "list", "elements": "int", "choices": [1, 2]}}, {"x": [value]})
    yield case({"x": {"choices": ["a"], "default": "z"}}, {})


def rules():
    abc = {"a": {}, "b": {}, "c": {"type": "int"}, "d": {"type": "bool", "default": False}, "e": {"default": "E"}}
    tables = [
        {"mutually_exclusive": [["a", "b"]]}, {"mutually_exclusive": [["a", "b"], ["b", "c"]]}, {"mutually_exclusive": [["a", "e"]]},
        {"required_together": [["a", "b", "c"]]}, {"required_together": [["a", "e"]]},
        {"required_one_of": [["a", "b"]]}, {"required_one_of": [["e", "b"]]}, {"required_one_of": [["a"], ["b"]]},
        {"required_if": [["a", "x", ["b", "c"]]]}, {"required_if": [["a", "x", ["b", "c"], True]]}, {"required_if": [["c", 5, ["a"]]]},
        {"required_if": [["d", True, ["a", "b"]]]}, {"required_if": [["d", False, ["a"]]]}, {"required_if": [["c", 1.0, ["a"]]]},
        {"required_if": [["a", None, ["b"]]]}, {"required_if": [["e", "E", ["a"]], ["a", "x", ["b"]]]},
        {"required_by": {"a": ["b", "c"]}}, {"required_by": {"c": ["a"]}}, {"required_by": {"e": ["a"]}},
        {"mutually_exclusive": [["a", "b"]], "required_one_of": [["c"]], "required_by": {"a": ["c"]}},
    ]
    given = [{}, {"a": "x"}, {"a": None}, {"b": "y"}, {"a": "x", "b": "y"}, {"a": "x", "b": None}, {"c": 5}, {"c": "5", "a": "x"}, {"c": 1},
             {"d": "yes"}, {"d": 1, "a": "q"}, {"a": "x", "b": "y", "c": 1}, {"a": "x", "c": None}, {"e": None}, {"zz": 1}, {"a": "x", "zz": 1}]
    for table, params in itertools.product(tables, given):
        yield case(abc, dict(params), **table)
        yield case({"o": dict({"type": "dict", "options": abc}, **table)}, {"o": dict(params)})
        yield case({"o": {"type": "list", "elements": "dict", "options": {"p": dict({"type": "dict", "options": abc}, **table)}}},
                   {"o": [{"p": dict(params)}]})


def written():
    state = {"name": {"required": True, "aliases": ["n", "nm"]}, "count": {"type": "int", "default": 3}, "state": {"aliases": ["s"]}}
    for params in [{}, {"n": "x"}, {"n": "x", "name": "y"}, {"n": "x", "nm": "z"}, {"name": None}, {"name": "x", "bar": 1, "foo": 2},
                   {"foo": 1}, {"name": "x", "count": None}, {"name": "x", "count": "z", "foo": 1}, {"n": None, "count": "7"}, {"name": 5}]:
        yield case(state, dict(params))
        yield case(state, dict(params), ignore_unknown=True)
        yield case({"o": {"type": "dict", "options": state, "aliases": ["p"]}}, {"p": dict(params)})
        yield case({"o": {"type": "list", "elements": "dict", "options": state}}, {"o": [{"name": "ok"}, dict(params)]})
        yield case({"o": {"type": "dict", "options": {"q": {"type": "list", "elements": "dict", "options": state}}}}, {"o": {"q": [dict(params)]}})
    two = {"b": {"required": True}, "a": {"required": True}, "c": {}}
    yield case(two, {})
    yield case({"o": {"type": "dict", "options": two}}, {"o": {}})
    yield case({"x": {"required": True, "default": "q"}}, {})
    for defaults in [{}, {"apply_defaults": True}]:
        for value in [{}, {"o": None}, {"o": {}}, {"o": {"b": "1"}}]:
            yield case({"o": dict({"type": "dict", "options": {"a": {"type": "int", "default": "5"}, "b": {}}}, **defaults)}, dict(value))
            yield case({"o": dict({"type": "dict"}, **defaults)}, dict(value))
    yield case({"o": {"type": "dict", "default": {"a": "x"}, "options": {"a": {"type": "int"}}}}, {})
    for env in [["ORACLE_SET"], ["ORACLE_UNSET", "ORACLE_SET"], ["ORACLE_EMPTY", "ORACLE_SET"], ["ORACLE_UNSET"]]:
        for row in [{}, {"required": True}, {"type": "int"}, {"default": "d"}, {"no_log": True}, {"type": "list"}]:
            yield case({"x": dict(row, env=env)}, {}, scrub=["value", "a value b"])
            yield case({"x": dict(row, env=env)}, {"x": None})
            yield case({"o": {"type": "dict", "options": {"x": dict(row, env=env)}}}, {"o": {}}, scrub=["value"])


def secrets():
    table = {"p": {"no_log": True}, "n": {"type": "int", "no_log": True}, "d": {"type": "dict", "no_log": True},
             "o": {"type": "dict", "options": {"t": {"no_log": True}, "u": {}}}, "z": {"no_log": True, "default": "dflt"}}
    seen = ["hush", "my hush-hush", "hush1", 5, 1234, 12, 1.25, "12", "key", {"hush": "hush"}, [["hush"]], "deep", "a deep b", "dflt", ""]
    for params in [{"p": "hush"}, {"p": ""}, {"n": "12"}, {"n": 12}, {"d": {"key": "hush", "l": ["deep", 5, True, None]}}, {"o": {"t": "hush", "u": "deep"}},
                   {"o": "t=hush u=deep"}, {"o": '{"t": "hush"}'}, {"p": "h", "o": {"t": "hush"}}, {"p": "hush", "o": {"t": "hush1"}}, {}]:
        yield case(table, dict(params), scrub=seen)


def random_cases(count, seed=2019):
    """Small tables and small parameters that often nearly fit."""
    dice = random.Random(seed)
    names = ["a", "b", "c", "d"]

    def option(depth):
        kind = dice.choice(TYPES[:8])
        row = {"type": kind}
        if dice.random() < 0.2:
            row["required"] = True
        elif dice.random() < 0.3:
            row["default"] = dice.choice(["1", 1, "x", "yes", True, "a=1", {"a": "1"}, ["1"]])
        if dice.random() < 0.2:
            row["aliases"] = dice.sample(["al", "am", "an"], dice.randint(1, 2))
        if kind == "list" and dice.random() < 0.6:
            row["elements"] = dice.choice(TYPES[:8])
        # Our tables hold choices as text, so they are compared where the values are text as well.
        if dice.random() < 0.15 and row.get("elements", kind) in ("str", "list"):
            row["choices"] = dice.sample(["1", "x", "yes", "no", "a=1"], 3)
        if depth and (kind == "dict" or row.get("elements") == "dict") and dice.random() < 0.8:
            row["options"] = table(depth - 1)
            row.update(some_rules())
        return row

    def table(depth):
        return {name: option(depth) for name in dice.sample(names, dice.randint(1, 4))}

    def some_rules():
        found = {}
        if dice.random() < 0.2:
            found["mutually_exclusive"] = [dice.sample(names, 2)]
        if dice.random() < 0.2:
            found["required_together"] = [dice.sample(names, 2)]
        if dice.random() < 0.2:
            found["required_one_of"] = [dice.sample(names, 2)]
        if dice.random() < 0.2:
            found["required_if"] = [[dice.choice(names), dice.choice(["1", 1, True, "x"]), dice.sample(names, 2), dice.random() < 0.5]]
        if dice.random() < 0.2:
            found["required_by"] = {dice.choice(names): dice.sample(names, 1)}
        return found

    def value(depth):
        if depth and dice.random() < 0.5:
            return dice.choice([params, lambda d: [value(d) for _ in range(dice.randint(0, 2))]])(depth - 1)
        return dice.choice([1, "1", "x", "yes", True, None, "a=1", "a=1 b=x", "{'a': 1}", 2.5, "5", "no"])

    def params(depth):
        return {name: value(depth) for name in dice.sample(names + ["al", "am", "zz"], dice.randint(0, 4))}

    for _ in range(count):
        yield case(table(2), params(3), **some_rules())


def all_cases():
    return list(itertools.chain(conversions(), choices(), rules(), written(), secrets(), random_cases(6000)))
