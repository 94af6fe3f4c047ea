"""Compare `oven template` with Jinja2 on random small templates over the features that chat templates use.

    scripts/peers jinja2==3.1.6
    .venv-peers/bin/python Tests/Peers/template_fuzz.py .build/release/oven [--seed N] [--count N]

Text must be the same, or both must raise; what Jinja2 renders and Oven stops by its limits counts as a difference.
The environment is the one that transformers makes. Exits with 1 where something differs.
"""
import argparse
import collections
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

warnings.simplefilter("ignore")
NOW = datetime.datetime(2026, 1, 14, 21, 0, 0)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller): return caller()


def environment(optimized=True):
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols], optimized=optimized)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message): raise jinja2.exceptions.TemplateError(message)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = lambda form: NOW.strftime(form)
    return made


CONTEXT = {
    "xs": [3, 1, 2], "ys": [1.5, -2, 0], "names": ["b", "A", "c", "a"], "s": "Hello, World", "u": "Zürich 日本 e\u0301 ß", "n": None, "t": True, "f": False,
    "i": 7, "neg": -7, "d": 2.5, "big": 1e22, "empty": "", "el": [], "em": {}, "quote": "it's \"q\" \\ \n\t\x07 <&>", "ws": "  a b\t c \n", "lines": "one\ntwo\r\n\nthree\n",
    "m": {"b": 1, "a": [1, 2, {"k": "v"}], "é": "ü", "z": None}, "nested": [[1, [2, [3]]], [4]], "pairs": [["x", 1], ["y", 2], ["z", 0]],
    "messages": [{"role": "system", "content": "Be nice. "}, {"role": "user", "content": "Hi\n", "name": "Ann"}, {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1, "ü": [True, None]}}}]}, {"role": "tool", "content": "42"}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}], "bos_token": "<s>",
}
LITERALS = ["1", "0", "-1", "2", "3", "10", "2.5", "-0.5", "1.0", "1e3", "0.1", "100000000000", "true", "false", "none", "True", "None", "''", "'a'", "'abc'", "\"it's\"", "'é'", "'e\\u0301'", "'a\\nb'", "' x '", "'a,b,c'", "'日本'",
            "[]", "[1, 2, 3]", "['b', 'a']", "(1, 2)", "(1,)", "()", "{}", "{'a': 1}", "{'b': [1], 'a': 'x'}", "range(3)", "range(1, 8, 3)", "[none, true, 1.0]", "[[1, 2], [3]]", "dict(a=1, b=2)"]
NAMES = list(CONTEXT) * 2 + ["missing", "loop", "x", "y", "ns"]
STRING_METHODS = ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip()", "rstrip()", "strip('a ')", "split()", "split(',')", "split(' ', 1)", "rsplit(',', 1)", "splitlines()", "splitlines(true)", "replace('a', 'b')", "replace('', '-')", "startswith('a')", "endswith(('a', 'b'))",
                  "find('a')", "rfind('o')", "index('a')", "count('a')", "join(names)", "join(['x', 'y'])", "partition(',')", "rpartition(' ')", "isdigit()", "isalpha()", "isspace()", "isupper()", "zfill(5)", "center(9, '*')", "ljust(6)", "rjust(6, '.')", "removeprefix('a')", "removesuffix('c')", "format(1, 2)", "encode()", "casefold()", "isalnum()", "istitle()", "expandtabs(4)"]
OTHER_METHODS = ["items()", "keys()", "values()", "get('a')", "get('q', 5)", "get('q')", "index(1)", "count(1)", "copy()", "append(1)", "pop()", "update({})", "foo()", "is_integer()", "items", "a", "b", "role", "content", "0", "x.y"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "trim('a')", "length", "count", "first", "last", "list", "reverse", "reverse|list", "sort", "sort(true)", "sort(reverse=true)", "sort(attribute='role')", "sort(case_sensitive=true)", "unique|list", "join", "join(', ')", "join('-', attribute='role')", "tojson", "tojson(indent=2)", "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "tojson(sort_keys=true)",
           "default('d')", "default('d', true)", "d(1)", "int", "int(5)", "float", "string", "abs", "round", "round(1)", "round(0, 'floor')", "round(method='ceil')", "sum", "min", "max", "map('upper')|list", "map(attribute='role')|list", "map(attribute='name', default='?')|join(',')", "map('string')|join", "map('length')|list", "select|list", "select('odd')|list", "reject('none')|list", "select('string')|list", "selectattr('role', 'equalto', 'user')|list|length", "rejectattr('name')|list|length", "selectattr('name', 'defined')|map(attribute='role')|list",
           "items|list", "dictsort", "dictsort(reverse=true)", "dictsort(false, 'value')", "groupby('role')|length", "batch(2)|list", "batch(2, 'x')|list", "slice(2)|list", "replace('a', 'b')", "replace('l', 'L', 1)", "indent", "indent(2, true)", "indent(4, blank=true)", "truncate(5)", "truncate(6, true, '~')", "wordwrap(6)", "wordcount", "e", "escape", "safe", "urlencode", "striptags", "center(9)", "format(1)", "filesizeformat", "attr('role')", "xmlattr", "forceescape", "random|string|length", "nofilter"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "sequence", "iterable", "callable", "odd", "even", "divisibleby(2)", "divisibleby 3", "eq 1", "equalto('a')", "ne(1)", "gt 1", "lt(2)", "ge 1", "le 1", "in([1, 2])", "in 'abc'", "sameas true", "upper", "lower", "escaped", "filter", "test"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
SPACES = ["", "", " ", "\n", "\n  ", "  \n", "\t", "a", "a ", " b\n", "é\n", "x\n\n  "]


class Maker:
    def __init__(self, seed): self.r = random.Random(seed)

    def expression(self, depth=0):
        r = self.r
        kind = r.random()
        if depth > 3 or kind < 0.3: return r.choice(LITERALS) if r.random() < 0.5 else r.choice(NAMES)
        inner = lambda: self.expression(depth + 1)
        if kind < 0.42: return f"{self.operand(depth)} {r.choice(BINARY)} {self.operand(depth)}"
        if kind < 0.62: return f"{self.operand(depth)}|{r.choice(FILTERS)}"
        if kind < 0.70: return f"{self.operand(depth)} is {r.choice(['', '', 'not '])}{r.choice(TESTS)}"
        if kind < 0.78: return f"{self.operand(depth)}.{r.choice(STRING_METHODS + OTHER_METHODS)}"
        if kind < 0.82: return f"{self.operand(depth)}[{r.choice(['0', '-1', '1', '5', repr('a'), repr('role'), 'i', ':1', '1:', '::-1', ':-1', '1:5:2', '-2:', 'none:2', ':', inner()])}]"
        if kind < 0.85: return f"{inner()} if {inner()}" + (f" else {inner()}" if r.random() < 0.7 else "")
        if kind < 0.88: return r.choice(["not ", "-", "+"]) + self.operand(depth)
        if kind < 0.90: return f"[{inner()}, {inner()}]"
        if kind < 0.92: return f"{{'k': {inner()}, {r.choice(LITERALS)}: {inner()}}}"
        if kind < 0.94: return f"{self.operand(depth)} {r.choice(['<', '<=', '==', '!='])} {self.operand(depth)} {r.choice(['<', '>', '==', 'in'])} {self.operand(depth)}"
        if kind < 0.96: return r.choice(["namespace(a=1)", "namespace(x=xs).x", "joiner(',')()", "cycler(1, 2).next()", "strftime_now('%d %b %Y')", "raise_exception('no')", "loop.index", "loop.last", "ns.a", "dict(xs=1)", "dict(pairs)", "range(i)|list", "caller()", "mac(1)", "mac(1, b=2)", "mac()"])
        if kind < 0.98: return "'%s|%5d|%-4s|%.2f' % (" + ", ".join(self.operand(3) for _ in range(4)) + ")"
        return r.choice(["'{} {:>5}|{:.2f}'.format(s, i, d)", "'{0}{1}{0}'.format(xs, m)", "'{a!r:<6}'.format(a=s)", "'{:,}'.format(1234567)", "'{:05.1f}'.format(d)", "'{:x}{:b}'.format(i, i)"])

    def operand(self, depth):
        text = self.expression(depth + 1)
        return text if self.r.random() < 0.4 else f"({text})"

    def tag(self, body):
        r = self.r
        return "{%" + r.choice(["", "", "", "-", "-", "+"]) + " " + body + " " + r.choice(["", "", "", "-", "-", "+"]) + "%}"

    def output(self):
        r = self.r
        return "{{" + r.choice(["", "", "-"]) + " " + self.expression() + " " + r.choice(["", "", "-"]) + "}}"

    def space(self): return self.r.choice(SPACES)

    def body(self, depth):
        return "".join(self.space() + self.statement(depth + 1) + self.space() for _ in range(self.r.choice([1, 1, 2, 3])))

    def statement(self, depth=0):
        r = self.r
        kind = r.random()
        if depth > 3 or kind < 0.35: return self.output()
        if kind < 0.47:
            middle = self.tag("elif " + self.expression()) + self.body(depth) if r.random() < 0.3 else ""
            last = self.tag("else") + self.body(depth) if r.random() < 0.5 else ""
            return self.tag("if " + self.expression()) + self.body(depth) + middle + last + self.tag("endif")
        if kind < 0.65:
            target = r.choice(["x", "x", "x", "x, y", "loop" if r.random() < 0.1 else "y", "a, (b, c)" if r.random() < 0.2 else "x"])
            over = r.choice(["xs", "names", "pairs", "messages", "m", "m.items()", "range(3)", "s", "el", "missing", "nested", "tree", "messages[1:]", "m|dictsort", self.expression(2)])
            condition = f" if {self.expression(2)}" if r.random() < 0.2 else ""
            recursive = " recursive" if r.random() < 0.1 else ""
            extra = r.choice(["", "", "{{ x }}", "{{ loop.index }}{{ loop.first }}{{ loop.last }}", "{{ loop.revindex0 }}{{ loop.length }}", "{{ loop.cycle('p', 'q') }}", "{{ loop.previtem }}|{{ loop.nextitem }}", "{{ loop.changed(x) }}", "{{ loop(x.kids) }}" if recursive else "", "{% if loop.index == 2 %}{% break %}{% endif %}", "{% if x == 1 %}{% continue %}{% endif %}", "{{ loop.depth }}", "{% set ns.a = x %}", "{{ x.role }}: {{ x['content'] }}"])
            last = self.tag("else") + self.body(depth) if r.random() < 0.3 else ""
            return self.tag(f"for {target} in {over}{condition}{recursive}") + extra + self.body(depth) + last + self.tag("endfor")
        if kind < 0.75:
            value = self.expression(1)
            return self.tag(r.choice([f"set x = {value}", f"set y = {value}", f"set s = {value}", f"set ns = namespace(a=1, b={value})", f"set ns = namespace(a={value})", f"set ns.a = {value}", f"set x, y = {value}, 1", f"set x, y = {value}"]))
        if kind < 0.80: return self.tag("set x" + r.choice(["", " | upper", " | trim | replace('a', 'b')"])) + self.body(depth) + self.tag("endset")
        if kind < 0.86:
            uses = r.choice(["", "{{ caller() }}", "{{ varargs }}{{ kwargs }}", "{{ caller(1) }}" if r.random() < 0.5 else ""])
            return self.tag(r.choice(["macro mac(a, b='B')", "macro mac(a=1)", "macro mac()", "macro mac(a, b=a)"])) + "{{ a }}{{ b }}" + uses + self.body(depth) + self.tag("endmacro") + r.choice(["", "{{ mac(i) }}", "{{ mac(i, 2) }}", "{{ mac(b=1, a=2) }}"])
        if kind < 0.89: return self.tag(r.choice(["call mac(1)", "call(q) mac(2)", "call mac()"])) + "{{ q }}" + self.body(depth) + self.tag("endcall")
        if kind < 0.92: return self.tag("filter " + r.choice(["upper", "trim", "replace('a', 'b')|lower", "indent(2)", "length", "tojson"])) + self.body(depth) + self.tag("endfilter")
        if kind < 0.94: return self.tag(f"with x = {self.expression(2)}, q = {self.expression(2)}") + "{{ q }}" + self.body(depth) + self.tag("endwith")
        if kind < 0.96: return self.tag("generation") + self.body(depth) + self.tag("endgeneration")
        return r.choice(["{# c #}", "{#- c -#}", "{% raw %}{{ x }}{% endraw %}", "{%- raw -%} {{ {% {% endraw %}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% block b %}{{ x }}{% endblock %}", "{% print x %}", "{% do x %}", "{{", "{% if %}", "{% endfor %}", "{{ x y }}"])

    def template(self): return "".join(self.space() + self.statement() for _ in range(self.r.choice([1, 1, 2, 3, 5]))) + self.space()


def draft(maker):
    """A template with what Jinja2 makes of it; most random ones raise, so that several are tried for one that renders."""
    may_raise = maker.r.random() < 0.25
    for _ in range(12):
        source = maker.template()
        try:
            return source, environment().from_string(source).render(**json.loads(json.dumps(CONTEXT))), ""
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            if may_raise: break
    return source, None, why


def same_unfolded(source, got):
    """Whether Jinja2 does the same when it computes nothing in advance: its constants do not raise where values do."""
    try:
        return environment(False).from_string(source).render(**json.loads(json.dumps(CONTEXT))) == got
    except Exception:
        return got is None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oven")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--show", type=int, default=40)
    options = parser.parse_args()
    failed, seen = 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t.jinja")
        for number in range(options.seed, options.seed + options.count):
            source, wanted, why = draft(Maker(number))
            # Addresses and random choices are nobody's business.
            if wanted is not None and (" at 0x" in wanted or "random" in source or "Markup(" in wanted): continue
            with open(path, "w", newline="") as file: file.write(source)
            done = subprocess.run([options.oven, "template", path, "--jsonl"], input=json.dumps(CONTEXT).encode() + b"\n", capture_output=True, env={**os.environ, "OVEN_TEMPLATE_NOW": NOW.isoformat()})
            try:
                answer = json.loads(done.stdout) if done.stdout.strip() else {"error": done.stderr.decode()}
            except ValueError:
                answer = {"error": "BAD OUTPUT", "crash": True}
            got = answer if isinstance(answer, str) else None
            seen["rendered" if wanted is not None else "raised"] += 1
            if got != wanted and "crash" not in answer and done.returncode in (0, 65) and same_unfolded(source, got): continue
            if done.returncode not in (0, 65) or got != wanted:
                failed += 1
                if failed <= options.show:
                    print(f"seed {number}: {source!r}\n  expected {wanted!r} {why[:200]}\n  got      {got!r} {answer if got is None else ''}")
    print(f"{options.count} templates ({dict(seen)}): {failed} differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
