"""Render small templates with Jinja2 (3.1.6), one feature each, set up as transformers sets it up.

engine_cases.py > engine_cases.json    (a JSON list of {"template", "context", "rendered" | "error"})
The environment is that of template_cases.py, which stands beside this file.
"""
import json, os, sys
sys.argv = ["template_cases.py", os.devnull.replace("null", "shm/engine-cases")]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import io, contextlib
with contextlib.redirect_stdout(io.StringIO()):
    from template_cases import env

CONTEXT = {
    "xs": [3, 1, 2], "names": ["b", "A", "c", "a"], "s": "Hello, World", "u": "Zürich 日本 e\u0301 ß", "n": None, "t": True, "f": False,
    "i": 7, "neg": -7, "d": 2.5, "big": 1e22, "small": 1e-7, "empty": "", "el": [], "em": {},
    "m": {"b": 1, "a": [1, 2, {"k": "v"}], "items": "shadow", "é": "ü"}, "nested": [[1, [2, [3]]], [4]],
    "people": [{"name": "Ann", "age": 30, "tags": ["x"]}, {"name": "bob", "age": 25}, {"name": "Cy", "age": 30, "ok": True}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}],
    "quote": "it's \"q\" \\ \n\t\x07 \u200b \x7f", "ws": "  a b\t c \n", "lines": "one\ntwo\r\nthree\x0bfour\n", "html": "<b>&'\"</b>",
}
CASES = r'''
{{ 1 + 2 * 3 - 4 / 2 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 7 % -3 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}|{{ 2 ** 3 ** 2 }}
{{ 7.5 // 2 }}|{{ -7.5 // 2 }}|{{ 7.5 % 2 }}|{{ -7.5 % 2 }}|{{ 1 / 3 }}|{{ 10 / 5 }}|{{ d * 2 }}|{{ big }}|{{ small }}|{{ 1e16 }}|{{ 123456789012345.0 }}|{{ 0.0001 }}|{{ 1.0 }}|{{ -0.0 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1.0 % 0 }}
{{ true + true }}|{{ true * 3 }}|{{ -true }}|{{ +true }}|{{ not none }}
{{ 'a' * 3 }}|{{ 3 * 'a' }}|{{ 'a' * -1 }}|{{ [1, 2] * 2 }}|{{ (1,) * 2 }}|{{ [1] + [2] }}|{{ (1,) + (2,) }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + (2,) }}
{{ n + 1 }}
{{ missing + 1 }}
{{ 'a' + missing }}
{{ missing }}|{{ missing ~ 'x' }}|{{ missing == missing }}|{{ missing|length }}|{{ missing|list }}|{{ 'a' in missing }}|{{ not missing }}
{{ missing.x }}
{{ missing[0] }}
{{ missing() }}
{{ m.zzz }}|{{ m.zzz is defined }}|{{ m['zzz'] is undefined }}|{{ xs[10] is defined }}|{{ n.x is defined }}|{{ i.x is defined }}
{{ m.zzz.y }}
{{ n.x.y }}
{{ xs.foo.bar }}
{{ 1 ~ 2 ~ none ~ true ~ 1.5 ~ [1, 'a'] ~ {'a': none} }}
{{ xs }}|{{ m }}|{{ (1,) }}|{{ () }}|{{ (1, 2) }}|{{ el }}|{{ em }}|{{ n }}|{{ t }}|{{ nested }}
{{ quote }}|{{ [quote] }}|{{ ["it's"] }}|{{ ['say "x"'] }}|{{ [u] }}
{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 1 == 1.0 }}|{{ true == 1 }}|{{ 'a' < 'b' }}|{{ [1, 2] < [1, 3] }}|{{ (1, 'a') <= (1, 'a') }}|{{ 1 != 2 }}|{{ 'a' == 1 }}|{{ [1] == (1,) }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ [1] >= 2 }}
{{ missing < 1 }}
{{ 1 in xs }}|{{ 9 not in xs }}|{{ 'lo' in s }}|{{ 'b' in m }}|{{ '' in s }}|{{ (1) in (1, 2) }}|{{ 2 in range(3) }}|{{ 'z' not in 'abc' }}|{{ 1 in m.values() }}
{{ 1 in s }}
{{ none in s }}
{{ 1 in none }}
{{ [1] in m }}
{{ 1 if t else 2 }}|{{ 1 if f }}|{{ 1 if f else 2 if f else 3 }}|{{ 'a' if n is none else 'b' }}
{{ ws.split(none, 1) }}|{{ ws.rsplit(none, 1) }}|{{ ' a b '.split(none, 0) }}
{{ (1 if f).x }}
{{ t and 5 }}|{{ f or 'x' }}|{{ f and 1/0 }}|{{ t or 1/0 }}|{{ not t or t }}|{{ n or empty or el or 'last' }}
{{ xs[0] }}|{{ xs[-1] }}|{{ xs[1:] }}|{{ xs[:-1] }}|{{ xs[::-1] }}|{{ xs[::2] }}|{{ xs[5:] }}|{{ xs[-100:2] }}|{{ s[1:4] }}|{{ s[::-1] }}|{{ s[-5:] }}|{{ s[0] }}|{{ (1,2,3)[1:] }}|{{ xs[:] }}|{{ xs[true] }}|{{ u[::-1] }}|{{ u[7:9] }}
{{ xs[none:2] }}|{{ xs[2:0:-1] }}|{{ xs[:0:-1] }}|{{ range(10)[2:5] }}|{{ range(10)[::-3]|list }}|{{ range(5)[1] }}
{{ xs[::0] }}
{{ xs['a':] }}
{{ m[1:2] }}
{{ n[1:2] }}
{{ missing[1:2] }}
{{ m.items is callable }}
{{ m['items'] }}|{{ m.items()|list }}|{{ m.keys()|list }}|{{ m.values()|list }}|{{ m.get('b') }}|{{ m.get('q') }}|{{ m.get('q', 5) }}|{{ m.keys() }}|{{ m.items()|length }}
{{ m.b }}|{{ m['b'] }}|{{ m.a[2].k }}|{{ m['a'][2]['k'] }}|{{ m.é }}|{{ nested.0.1.1.0 }}|{{ xs.0 }}
{{ m.pop('b') }}
{{ m.update({'x': 1}) }}
{{ xs.append(1) }}
{{ xs.append }}|{{ xs.sort is defined }}|{{ xs.append is callable }}
{{ s.__class__ }}|{{ s.__class__ is defined }}
{{ s.__class__.__mro__ }}
{{ s.upper() }}|{{ s.lower() }}|{{ s.title() }}|{{ s.capitalize() }}|{{ s.swapcase() }}|{{ u.upper() }}|{{ u.title() }}|{{ "they're bill's".title() }}|{{ "they're bill's"|title }}|{{ 'a-b (c) [d] <e>'|title }}
{{ ws.strip() }}|{{ ws.lstrip() }}|{{ ws.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abcba'.strip('ab') }}|{{ ws|trim }}|{{ 'xax'|trim('x') }}|{{ 'a'.strip(none) }}
{{ 'a,b,,c'.split(',') }}|{{ ws.split() }}|{{ 'a b c d'.split(' ', 1) }}|{{ 'a b  c'.split(none, 1) }}|{{ 'a,b,c'.rsplit(',', 1) }}|{{ ' a b  c '.rsplit(none, 1) }}|{{ 'abc'.split('') if f else 1 }}|{{ ''.split(',') }}|{{ ''.split() }}|{{ 'a--b--c'.rsplit('--') }}|{{ 'a,b'.split(sep=',') }}|{{ 'a,b,c'.split(',', maxsplit=1) }}
{{ 'abc'.split('') }}
{{ s.split(1) }}
{{ lines.splitlines() }}|{{ lines.splitlines(true) }}|{{ 'a=b=c'.partition('=') }}|{{ 'a=b=c'.rpartition('=') }}|{{ 'abc'.partition('x') }}|{{ 'abc'.rpartition('x') }}
{{ 'aXbXc'.replace('X', '--') }}|{{ 'aaa'.replace('a', 'b', 2) }}|{{ 'abc'.replace('', '-') }}|{{ 'aaa'|replace('a', 'b', 1) }}|{{ 121|replace(1, 'x') }}|{{ 'abc'.replace('', '-', 2) }}
{{ s.startswith('He') }}|{{ s.endswith(('ld', 'x')) }}|{{ s.startswith(('a', 'H')) }}|{{ s.find('o') }}|{{ s.rfind('o') }}|{{ s.find('z') }}|{{ s.index('W') }}|{{ s.count('l') }}|{{ s.startswith('World', 7) }}|{{ u.find('日') }}|{{ 'aaaa'.count('aa') }}|{{ 'abc'.count('') }}|{{ s.find('o', 5) }}|{{ s.find('o', -3, -1) }}|{{ 'a'.startswith('') }}
{{ s.startswith(1) }}
{{ s.startswith(none) }}
{{ s.index('zz') }}
{{ 'ab'.center(7, '*') }}|{{ 'abc'.center(6, '*') }}|{{ 'ab'.ljust(5, '.') }}|{{ 'ab'.rjust(5) }}|{{ '-5'.zfill(5) }}|{{ '42'.zfill(5) }}|{{ 'a\tb'.expandtabs(4) }}|{{ 'ab'|center(6) }}|
{{ 'abc'.isalpha() }}|{{ 'ab1'.isalnum() }}|{{ '12'.isdigit() }}|{{ '²'.isdigit() }}|{{ '½'.isnumeric() }}|{{ ' '.isspace() }}|{{ ''.isspace() }}|{{ 'Ab'.isupper() }}|{{ 'AB1'.isupper() }}|{{ 'ab'.islower() }}|{{ 'Ab Cd'.istitle() }}|{{ 'é'.isascii() }}|{{ 'a1'.isidentifier() }}|{{ '١'.isdecimal() }}
{{ 'pre-x'.removeprefix('pre-') }}|{{ 'x.py'.removesuffix('.py') }}|{{ 'x'.removesuffix('') }}|{{ ','.join(['a', 'b']) }}|{{ '-'.join('abc') }}
{{ ','.join([1]) }}
{{ 'a %s b %d c %.2f %5s|%-5s|%05d|%x|%X|%o|%e|%g|%%|%r|%c|%+d|% d' % ('x', 5, 2.345, 'r', 'l', 42, 255, 255, 8, 12345.678, 0.0001, 'q', 'z', 3, 4) }}
{{ '%(a)s-%(b)05.1f' % {'a': 'x', 'b': 3.14159} }}|{{ '%s' % 5 }}|{{ '%s' % [1, 2] }}|{{ '%s' % none }}|{{ '%5.1f|%-8.3e|%G' % (3.14159, 1234.5, 1e-10) }}|{{ '%d' % 3.9 }}|{{ '%*d' % (5, 42) }}|{{ '%.3s' % 'abcdef' }}|{{ '%#x %#o' % (255, 8) }}
{{ '%s %s' % 'a' }}
{{ '%s' % (1, 2) }}
{{ '%d' % 'a' }}
{{ 'abc' % 5 }}
{{ 'abc' % [1] }}|{{ 'abc' % {} }}|{{ '%s' % missing }}
{{ '%q' % 1 }}
{{ '%s, %s!'|format('Hi', 'you') }}|{{ '%(x)s'|format(x=1) }}
{{ '{} {}'.format('a', 1) }}|{{ '{0}{1}{0}'.format('a', 'b') }}|{{ '{x} {y.b} {z[0]}'.format(x=1, y=m, z=xs) }}|{{ '{{}} {!r:>6}'.format('a') }}|{{ '{:>8}|{:<8}|{:^8}|{:*^9}'.format('a', 'b', 'c', 'd') }}
{{ '{:d} {:5d} {:05d} {:,} {:_} {:x} {:#x} {:b} {:o} {:+d} {:e} {:.2f} {:10.3f} {:%} {:.1%} {:g}'.format(1, 2, 3, 1234567, 1234567, 255, 255, 5, 8, 3, 12345.678, 2.345, 3.14159, 0.25, 0.256, 1e10) }}|{{ '{:.3}'.format('abcdef') }}|{{ '{:.3}'.format(3.14159) }}|{{ '{:{}}'.format('a', 5) }}|{{ '{:>{w}}'.format(1, w=4) }}|{{ '{}'.format(none) }}|{{ '{:,.2f}'.format(1234567.891) }}|{{ '{:08.3f}'.format(-3.14159) }}|{{ '{:s}'.format('a') }}|{{ '{:}'.format([1]) }}|{{ '{:5}|'.format(true) }}
{{ '{} {1}'.format(1, 2) }}
{{ '{}'.format() }}
{{ '{x}'.format() }}
{{ '{:d}'.format('a') }}
{{ '{:5}'.format(none) }}
{{ '{' }}{{ '}'.format() }}
{{ '{0.__class__}'.format('a') }}
{{ m|tojson }}|{{ [1, 2.0, none, true, 'é"\n\u2028/<>&'] | tojson }}|{{ {} | tojson }}|{{ [] | tojson }}|{{ (1, 2) | tojson }}|{{ 1e22 | tojson }}|{{ quote | tojson }}
{{ m|tojson(indent=2) }}|{{ [[], {}, [1]]|tojson(indent=4) }}|{{ m|tojson(ensure_ascii=true) }}|{{ m|tojson(separators=(',', ':')) }}|{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }}|{{ m|tojson(true, 1) }}|{{ [1, 2]|tojson(indent='--') }}|{{ [1]|tojson(indent=0) }}|{{ '😀'|tojson(ensure_ascii=True) }}
{{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }}
{{ missing|tojson }}
{{ [missing]|tojson }}
{{ m.items()|tojson }}
{{ {(1, 2): 3}|tojson }}
{{ range(3)|tojson }}
{{ xs|sort }}|{{ names|sort }}|{{ names|sort(true) }}|{{ names|sort(case_sensitive=true) }}|{{ people|sort(attribute='age')|map(attribute='name')|list }}|{{ people|sort(attribute='age,name')|map(attribute='name')|list }}|{{ people|sort(true, attribute='age')|map(attribute='name')|join }}
{{ [1, 'a']|sort }}
{{ names|unique|list }}|{{ names|unique(true)|list }}|{{ people|unique(attribute='age')|map(attribute='name')|list }}|{{ xs|min }}|{{ xs|max }}|{{ names|min }}|{{ people|max(attribute='age') }}|{{ []|min }}|{{ xs|sum }}|{{ people|sum(attribute='age') }}|{{ xs|sum(start=10) }}
{{ [[1]]|unique|list }}
{{ xs|first }}|{{ xs|last }}|{{ []|first }}|{{ ''|last }}|{{ s|first }}|{{ m|first }}|{{ xs|reverse|list }}|{{ s|reverse }}|{{ xs|length }}|{{ m|count }}|{{ u|length }}|{{ xs|list }}|{{ s|list }}|{{ m|list }}
{{ 5|length }}
{{ xs|map('string')|length }}
{{ (xs|map('string'))[0] is defined }}|{{ 'y' if xs|selectattr('x') else 'n' }}|{{ xs|map('string')|first }}|{{ xs|map('string') is iterable }}|{{ xs|map('string') is sequence }}
{{ xs|map('string')|last }}
{% set g = xs|map('string') %}{{ g|list }}{{ g|list }}
{{ xs|join }}|{{ xs|join(', ') }}|{{ people|join('; ', attribute='name') }}|{{ 'abc'|join('-') }}|{{ [1, none, missing]|join('|') }}|{{ xs|join(d='+') }}
{{ 5|join }}
{{ people|map(attribute='tags')|list }}|{{ people|map(attribute='tags', default='none')|list }}|{{ names|map('upper')|list }}|{{ names|map('replace', 'a', 'Z')|list }}|{{ [[1, 2], [3]]|map('sum')|list }}|{{ people|map('length')|list }}
{{ people|map(attribute='tags.0')|list }}
{{ xs|map('nofilter')|list }}
{{ xs|map|list }}
{{ xs|select('odd')|list }}|{{ xs|reject('odd')|list }}|{{ [0, 1, '', 'a']|select|list }}|{{ xs|select('>', 1)|list }}|{{ xs|select('in', [1, 2])|list }}|{{ people|selectattr('ok')|map(attribute='name')|list }}|{{ people|rejectattr('ok', 'defined')|map(attribute='name')|list }}|{{ people|selectattr('age', 'equalto', 30)|map(attribute='name')|list }}|{{ people|selectattr('age', '<', 30)|list|length }}
{{ xs|select('nosuch')|list }}
{{ people|groupby('age') }}|{% for k, v in people|groupby('age') %}{{ k }}:{{ v|map(attribute='name')|join(',') }};{% endfor %}|{% for g in people|groupby('ok', default=false) %}{{ g.grouper }}={{ g.list|length }} {% endfor %}|{{ names|groupby('0')|list if f else '' }}
{{ range(7)|batch(3)|list }}|{{ range(7)|batch(3, 'x')|list }}|{{ range(7)|slice(3)|list }}|{{ range(7)|slice(3, 'x')|list }}
{{ m|dictsort }}|{{ {'B': 1, 'a': 3, 'C': 2}|dictsort }}|{{ {'B': 1, 'a': 3}|dictsort(true) }}|{{ {'B': 1, 'a': 3}|dictsort(false, 'value') }}|{{ {'B': 1, 'a': 3}|dictsort(reverse=true) }}|{{ m|items|list }}|{{ missing|items|list }}
{{ 5|dictsort }}
{{ 5|items|list }}
{{ missing|default('d') }}|{{ empty|default('d') }}|{{ empty|default('d', true) }}|{{ n|default('d') }}|{{ n|d('d', boolean=true) }}|{{ m.q|default(m.b) }}|{{ missing|default }}
{{ '42'|int }}|{{ '42.7'|int }}|{{ 'x'|int }}|{{ 'x'|int(5) }}|{{ '0x1f'|int(base=16) }}|{{ 'ff'|int(0, 16) }}|{{ 3.9|int }}|{{ -3.9|int }}|{{ true|int }}|{{ none|int }}|{{ ' 12 '|int }}|{{ '1_000'|int }}|{{ '3.5'|float }}|{{ 'x'|float }}|{{ 'x'|float(1.5) }}|{{ 3|float }}|{{ '1e3'|float }}|{{ '1e3'|int }}|{{ 'inf'|float }}|{{ '.5'|float }}|{{ '5.'|float }}
{{ 2.5|round }}|{{ 3.5|round }}|{{ 2.675|round(2) }}|{{ 42.55|round(1, 'floor') }}|{{ 42.51|round(1, 'ceil') }}|{{ 5|round }}|{{ 1234|round(-2) }}|{{ 1250|round(-2) }}|{{ 2.4|round|int }}|{{ -2.5|round }}|{{ 5|round(method='floor') }}
{{ -5|abs }}|{{ -2.5|abs }}|{{ (-5)|abs }}|{{ true|abs }}
{{ 'a'|abs }}
{{ missing|int }}
{{ 'foo bar baz qux'|truncate(9) }}|{{ 'foo bar baz qux'|truncate(9, true) }}|{{ 'foo bar baz qux'|truncate(11) }}|{{ 'foo bar baz qux'|truncate(11, false, '...', 0) }}|{{ 'foobar'|truncate(4, false, '', 0) }}
{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb\n\nc'|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ 'a\nb'|indent('> ') }}|{{ 'a\nb\n'|indent(2, first=true) }}
{{ 'the quick brown fox jumps'|wordwrap(10) }}|{{ 'abcdefghijkl mn'|wordwrap(5) }}|{{ 'abcdefghijkl mn'|wordwrap(5, false) }}|{{ 'Hello, big world-9'|wordcount }}|{{ 'a\nb c d e'|wordwrap(3, wrapstring='/') }}
{{ html|e }}|{{ html|escape }}|{{ html|striptags }}|{{ '<a>x  y</a> &amp; z'|striptags }}|{{ 'a b/c?d=é&'|urlencode }}|{{ {'a b': 'c/d', 'e': 1}|urlencode }}|{{ {'a': 'x"y', 'b': none}|xmlattr }}|{{ 13000|filesizeformat }}|{{ 1048576|filesizeformat(true) }}|{{ 1|filesizeformat }}|{{ 999|filesizeformat }}
{{ 5|string ~ 'a' }}|{{ none|string }}|{{ [1]|string }}|{{ 'ab'|upper }}|{{ 'AB'|lower }}|{{ 5|upper }}|{{ 'hello WORLD'|capitalize }}|{{ missing|upper }}|{{ html|safe }}
{{ m|attr('b') is defined }}|{{ s|attr('upper') is callable }}|{{ people[0]|attr('name')|default('no') }}
{{ s|nofilter }}
{{ s is nosuchtest }}
{% if f %}{{ s|nofilter }}{% endif %}ok
{% if t %}{{ s|nofilter }}{% endif %}
{% if t %}{% for x in el %}{{ x|nofilter }}{% endfor %}{% endif %}
{{ s|nofilter if f else 'ok' }}
{{ (s|nofilter) if f }}
{{ 'upper' is filter }}|{{ 'nope' is filter }}|{{ 'odd' is test }}
{{ 1 is odd }}|{{ 2 is even }}|{{ 9 is divisibleby 3 }}|{{ 9 is divisibleby(2) }}|{{ t is boolean }}|{{ 1 is boolean }}|{{ 1 is integer }}|{{ t is integer }}|{{ 1.0 is float }}|{{ t is number }}|{{ 'a' is number }}|{{ 'a' is string }}|{{ m is mapping }}|{{ xs is mapping }}
{{ xs is sequence }}|{{ s is sequence }}|{{ m is sequence }}|{{ 1 is sequence }}|{{ missing is sequence }}|{{ missing is iterable }}|{{ n is iterable }}|{{ range(2) is sequence }}|{{ m.items() is sequence }}|{{ m.items() is iterable }}|{{ m.keys is callable }}|{{ n is none }}|{{ n is not none }}|{{ t is true }}|{{ 1 is true }}|{{ f is false }}
{{ 'AB' is upper }}|{{ 'ab' is lower }}|{{ 1 is eq 1 }}|{{ 1 is ne 2 }}|{{ 1 is lt 2 }}|{{ 2 is gt 1 }}|{{ 1 is ge 1 }}|{{ 1 is le 0 }}|{{ 1 is in [1] }}|{{ 1 is equalto 1 }}|{{ t is sameas true }}|{{ 1 is sameas true }}|{{ s is not in [1] }}|{{ s is escaped }}
{{ 1 is == 1 }}
{{ x is defined and x }}|{{ s is defined and not n is defined }}|{{ not s is string }}|{{ s is string and s|length > 3 }}
{{ s is string is defined }}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{{ loop.previtem|default('-') }}{{ loop.nextitem|default('-') }}{{ loop.changed(x > 1) }};{% endfor %}
{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }}={{ x }} {% else %}none{% endfor %}|{% for x in xs if x > 10 %}{{ x }}{% else %}none{% endfor %}|{% for x in [] %}a{% else %}b{% endfor %}|{% for x in missing %}a{% else %}c{% endfor %}
{% for k, v in m.items() %}{{ k }}={{ v }},{% endfor %}|{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}|{% for k in m %}{{ k }}{% endfor %}|{% for c in 'añb' %}<{{ c }}>{% endfor %}|{% for x in (1, 2) %}{{ x }}{% endfor %}|{% for x in 1, 2 %}{{ x }}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% for x in 5 %}{{ x }}{% endfor %}
{% for x in none %}{{ x }}{% endfor %}
{% for n in tree recursive %}[{{ n.v }}@{{ loop.depth }}{% if n.kids %}{{ loop(n.kids) }}{% endif %}]{% endfor %}
{% for n in tree %}{{ loop(n.kids) }}{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}|{% for x in xs %}{% for y in xs %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}
{% break %}
{% for x in xs %}{% set y = x %}{% endfor %}{{ y is defined }}|{% set z = 1 %}{% for x in xs %}{% set z = z + x %}{{ z }}{% endfor %}{{ z }}|{% if t %}{% set w = 5 %}{% endif %}{{ w }}|{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set ns = namespace(a=1, b='x') %}{% for x in xs %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}{{ ns }}|{% set ns2 = namespace({'q': 1}, r=2) %}{{ ns2.q }}{{ ns2.r }}{{ ns2['q'] }}
{% set m.b = 5 %}
{% set q.b = 5 %}
{% set x %}a{{ 1 }}b{% endset %}{{ x }}|{% set y | upper %}abc{% endset %}{{ y }}|{% set z | replace('a', 'b') | upper %}aac{% endset %}{{ z }}
{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, 3) }}|{{ f(1, c='z') }}|{{ f(a=5) }}|{{ f() }}|{{ f.name }}{{ f.arguments }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}
{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, 3, x=4) }}|{{ f() }}
{% macro f(a, b=a + 1) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}|{% macro r(n) %}{% if n > 0 %}{{ n }}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}|{% set x = 1 %}{% macro g() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ g() }}|{{ f(*[1, 2]) }}|{{ f(**{'a': 3}) }}
{% macro f(a) %}<{{ caller() }}{{ a }}>{% endmacro %}{% call f(1) %}body{{ i }}{% endcall %}|{% macro g() %}{{ caller(1, y=2) }}{% endmacro %}{% call(x, y) g() %}{{ x }}{{ y }}{% endcall %}|{% macro h() %}{{ 'c' if caller else 'n' }}{% endmacro %}{{ h() }}
{% macro f() %}x{% endmacro %}{% call f() %}b{% endcall %}
{% macro f(x) %}{% set x = x ~ '!' %}{{ x }}{% endmacro %}{{ f('a') }}{{ x is defined }}|{{ f('b')|upper }}
{% filter upper %}abc{{ s }}{% endfilter %}|{% filter replace('a', 'b') | upper %}aac{% endfilter %}|{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}|{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}|{% print 1, 2 %}
{% generation %}a{% set q = 1 %}{{ q }}{% endgeneration %}{{ q is defined }}|{% block b %}{{ s }}{% endblock %}|{% autoescape false %}{{ html }}{% endautoescape %}
{% raw %}{{ x }}{% y %}{# z #}{% endraw %}|{%- raw -%}  a  {%- endraw -%}  b|{# comment {{ x }} #}c|{#- c -#}  d
a  {%- if t %}  b  {%- endif %}  c|a  {{- 1 -}}  b|a {{- 1 }} b
a  {%- if t -%}  b  {%- endif -%}  c
{% set j = joiner('|') %}{{ j() }}a{{ j() }}b{{ j() }}|{% set c = cycler('x', 'y') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% if c.reset() %}{% endif %}{{ c.current }}|{{ dict(a=1, b=2) }}|{{ dict([('x', 1)], y=2) }}|{{ dict({'a': 1}) }}
{{ range(3)|list }}|{{ range(1, 10, 3)|list }}|{{ range(5, 0, -2)|list }}|{{ range(3) }}|{{ range(0)|list }}|{{ range(1, 3, 2) }}
{{ range(1000000) }}
{{ range(0, 5, 0) }}
{{ range('a') }}
{{ raise_exception('boom ' ~ 1) }}
{{ strftime_now('%d %b %Y %H:%M:%S %A %a %B %j %y %I %p %-d %e %U %W %u %w %V %G %% %F %T %D %C %h %Z|%z|%x %X %c') }}
{% include 'x' %}
{{ 'abc' 'def' }}|{{ "a\x41\u00e9\n\t\\\"\'\q\101" }}|{{ 'é\é' }}|{{ 'a' ~ 'b' }}|{{ 0x1f }}|{{ 1_000 }}|{{ 0b11 }}|{{ 0o17 }}|{{ 1.5e3 }}|{{ 1e-3 }}|{{ 00 }}
{{ {'a': 1, 'b': [1, 2], 3: 'c', 'a': 2} }}|{{ {'a': {'b': {'c': 1}}}.a.b.c }}|{{ [1, [2, (3, 4)], 'x',] }}|{{ {} }}|{{ {'a': 1,} }}|{{ {1: 'a', 1.0: 'b', true: 'c'} }}
{{ {[1]: 2} }}
{{ {'a': 1}.items()|list }}|{{ 'a,b'.split(',')[1] }}|{{ ('a' ~ 'b').upper() }}|{{ (1, 2)[0] }}|{{ -xs[0] }}|{{ -5|abs }}|{{ not 1 == 2 }}|{{ 2 * 3 ~ 4 }}|{{ 1 + 2 ~ 3 }}
{{ 'a' ~ 1 + 2 }}
{{ xs.index(1) }}|{{ xs.count(1) }}|{{ xs.copy() }}|{{ (1, 2, 1).count(1) }}|{{ m.copy() == m }}|{{ (2.0).is_integer() }}
{{ xs.index(99) }}
{{ s.nomethod() }}
{{ s() }}
{{ none() }}
{{ lower('A') }}
{{ 'a' if }}
{{ }}
{{ 1 + }}
{% if %}a{% endif %}
{% if t %}a
{% endif %}
{% for x xs %}{% endfor %}
{% unknown %}
{{ 'abc }}
{{ (1 }}
{{ 1) }}
{# abc
{% raw %}abc
{{ a b }}
{% set 1 = 2 %}
{% set none = 2 %}
{% for loop in xs %}{% endfor %}
{% macro f(a=1, b) %}{% endmacro %}
{{ f(a=1, 2) }}
{{ f(**m, *xs) }}
{{ x.1y }}
{{ "\x4" }}
{{ a.'b' }}
{{ ! }}
{{ @ }}
{% do xs %}
{% elif t %}
{% endfor %}
{{ [1, 2 }}
{{ {'a' 1} }}
{{ s | }}
{{ s is }}
{{ html|e }}|{{ html|escape }}|{{ html|safe }}|{{ html|e|e }}|{{ html|safe|e }}|{{ html|e|forceescape }}|{{ html|safe|forceescape }}|{{ n|e }}|{{ missing|e }}|{{ missing|safe }}|{{ 5|safe }}|{{ [html]|e }}
{{ (html|e) + html }}|{{ html + (html|e) }}|{{ (html|safe) + '<' }}|{{ '<' + (html|safe) }}|{{ (html|safe) ~ '<' }}|{{ '<' ~ (html|e) ~ '>' }}|{{ (html|safe) * 2 }}|{{ 2 * (html|safe) + '<' }}
{{ ('<%s>'|safe) % html }}|{{ ('<%s %s>'|safe) % (html, html|safe) }}|{{ '<%s>' % (html|e) }}|{{ ('<%d %5.1f>'|safe) % (3, 2.5) }}|{{ ('%r'|safe) % html }}|{{ ('%(a)s'|safe) % {'a': '<'} }}|{{ '<%s>'|safe|format(html) }}|{{ '<%s>'|format(html|e) }}
{{ ('<{}>'|safe).format(html) }}|{{ ('<{0} {a}>'|safe).format(html|safe, a='&') }}|{{ '<{}>'.format(html|e) }}|{{ ('{:>5}'|safe).format('<') }}
{{ ('{:>5}'|safe).format('<'|safe) }}
{{ (html|safe).upper() + '<' }}|{{ (html|safe).replace('b', '<') }}|{{ (html|safe).strip('<>') + '&' }}|{{ ('a<b'|safe).split('<')[0] + '<' }}|{{ ('a<b'|safe).partition('<') }}|{{ (', '|safe).join([html, html|safe, 5]) }}|{{ ', '.join([html|e]) }}|{{ ('x'|safe).center(5, '-') + '<' }}
{{ ('x'|safe).center(5, '<') }}
{{ (html|safe)|upper + '<' }}|{{ (html|safe)|lower + '<' }}|{{ (html|safe)|capitalize + '<' }}|{{ (html|safe)|title + '<' }}|{{ (html|safe)|trim + '<' }}|{{ (html|safe)|replace('b', '<') + '<' }}|{{ (html|safe)|string + '<' }}|{{ (html|safe)|striptags + '<' }}
{{ (html|safe)|indent + '<' }}|{{ ('a\nb'|safe)|indent('<') + '<' }}|{{ (html|safe)|center(20) + '<' }}|{{ ('a<b c<d e<f g'|safe)|truncate(5, leeway=0) }}|{{ ('a<b c<d e<f g'|safe)|truncate(5, true, '<', 0) }}|{{ (html|safe)|wordwrap(3) + '<' }}|{{ (html|safe)|default('x') + '<' }}
{{ [html|safe, html]|join('<') + '<' }}|{{ (html|safe)|reverse + '<' }}|{{ (html|safe)|first + '<' }}|{{ (html|safe)|last + '<' }}|{{ (html|safe)[0] + '<' }}|{{ (html|safe)[1:3] + '<' }}|{{ (html|safe)|list }}|{{ (html|safe)|length }}|{{ (html|safe)|urlencode }}|{{ (html|safe)|tojson }}
{{ html|safe is escaped }}|{{ html is escaped }}|{{ html|safe is string }}|{{ html|safe is sequence }}|{{ html|safe == html }}|{{ {html: 1}[html|safe] }}|{{ 'b' in (html|safe) }}|{{ (html|safe) in [html] }}|{{ [html|safe] }}|{{ (html|safe)|pprint }}|{{ {'a': html|e} }}
{{ (html|safe) + 5 }}
{{ (html|safe) + missing }}
{{ (html|safe).nothing is defined }}|{{ ['b'|safe, 'a']|sort }}|{{ ['a'|safe, 'a']|unique|list|length }}|{{ ('5'|safe)|int + 1 }}|{{ ('5.5'|safe)|float }}|{{ ['<'|e]|map('upper')|join }}|{{ ['<']|map('e')|list }}
{% set x %}{{ html|e }}{% endset %}{{ x + '<' }}|{% macro f(a) %}{{ a }}{% endmacro %}{{ f(html|safe) + '<' }}|{% filter e %}<b>{% endfilter %}|{% set y = html|e %}{{ y + '<' }}
{{ 15|round(-1) }}|{{ 25|round(-1) }}|{{ (-15)|round(-1) }}|{{ (-25)|round(-1) }}|{{ 14|round(-1) }}|{{ 123456|round(-3) }}|{{ 4|round(-1) }}|{{ 5|round(-400) }}|{{ 5|round(-500) }}|{{ 2.5|round(-500) }}|{{ 5000000000000000000|round(-19) }}|{{ (-5)|round(-1) }}|{{ (-6)|round(-1) }}
{{ 'a,b,,c'.split(',') }}|{{ 'a,b,,c'.split(',', 1) }}|{{ 'abab'.count('ab') }}|{{ 'aaa'.count('aa') }}|{{ 'aaa'.replace('aa', 'xyz') }}|{{ '5'.zfill(-3) }}|{{ '-5'.zfill(5) }}|{{ 'a\n\nb\n'.splitlines() }}|{{ 'a b'|urlencode }}|{{ 'ü/ä?'|urlencode }}|{{ {'a b': 'ü/'}|urlencode }}
{{ '%*d|%-*d|%*d' % (5, 1, 5, 2, -5, 3) }}|{{ '%.*f' % (2, 1.005) }}
{{ {range(3): 1}[range(3)] }}|{{ [range(3), range(0, 3), range(2)]|unique|list|length }}|{{ [range(0), range(5, 5)]|unique|list|length }}|{{ range(10)[::-2]|list }}|{{ range(10)[2:8:3]|list }}
{{ 99999999999 * 99 }}|{{ 1000000 ** 3 }}|{{ 10 ** 18 }}
'''
EXTRA = [
    "a\n  {% if t %}\n  b\n  {% endif %}\n  c\n", "  {%+ if t %}x{% endif +%}\n y", "{% if t +%}\nx{% endif %}", "x\n\t{# c #}\ny", "  {{ 1 }}\n\n{% set a = 1 %}\n\nb\n\n",
    "a\r\nb\rc\n{{ 'x\r\ny' }}", "{% for x in xs %}\n  - {{ x }}\n{% endfor %}\nend", "{%- for x in xs -%}\n {{ x }} \n{%- endfor -%}\n", "line\n   {%- if t %} a{% endif %}\n", "\n\n{{ 1 }}\n\n",
    "{% raw %}\n  {{ a }}\n{% endraw %}\nb", "a\n  {% raw %}x{% endraw %}\n  b", "{{ 'a\nb' }}", "{{\n  1\n  +\n  2\n}}", "{% if t\n and s %}x{% endif\n%}", "{#\n multi\n#}\nx", "a {# x #} b", "  {#- x #}\n  {#+ y #}\n  {# z -#}\n  q", "{{ 1 -}}\n  {{- 2 }}",
    "{% if t %}\n\n{% endif %}x", "x {% if t %}y {% endif %} z\n", "{%if t%}a{%else%}b{%endif%}", "{{1}}{{2}}", "{{ {'a': {'b': 1}}['a'] }}", "{{ '}}' }}{{ '%}' }}{% if '%}' %}x{% endif %}", "{ { x } }", "{{ '{%' }}", "{%- set x = 1 %}{{ x -}} \n y", " \u00a0{%- if t %}x{% endif %}", "\u3000{% if t %}x{% endif %}\u3000\n",
    "{% set x = 1 -%}\n  \n  y", "{{ 1 }}\n", "{{ 1 }}\n\n", "\n", "", " ", "{% if t %}{% elif f %}{% else %}{% endif %}", "{% for x in xs %}{% if loop.last %}{{ x }}{% else %}{{ x }}, {% endif %}{% endfor %}",
    "{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}\n{% endfor %}", "{% set ns = namespace(found=false) %}{% for p in people %}{% if p.name == 'bob' %}{% set ns.found = true %}{% break %}{% endif %}{% endfor %}{{ ns.found }}",
    "{% macro show(v, d=0) %}{% if v is mapping %}{% for k, w in v|dictsort %}{{ '  ' * d }}{{ k }}:\n{{ show(w, d + 1) }}{% endfor %}{% elif v is iterable and v is not string %}{% for w in v %}{{ show(w, d + 1) }}{% endfor %}{% else %}{{ '  ' * d }}{{ v }}\n{% endif %}{% endmacro %}{{ show(m) }}",
    "{% set loop_messages = people[1:] if people[0].name == 'Ann' else people %}{{ loop_messages|length }}", "{{ people|map(attribute='name')|map('upper')|join(' & ') }}", "{{ (people|selectattr('age', 'ge', 30)|first).name }}", "{{ (people|selectattr('age', 'ge', 90)|first).name }}",
    "{%- macro a() -%}\n  x\n{%- endmacro -%}\n[{{ a() }}]", "{% call(x) undefinedmacro() %}{% endcall %}", "{% set a = [] %}{% for x in xs %}{% set a = a + [x] %}{% endfor %}{{ a }}", "{% set x = 1 %}{% macro f() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}",
    "{% if x is not defined %}{% set x = 'dflt' %}{% endif %}{{ x }}", "{% if s is not defined %}{% set s = 'dflt' %}{% endif %}{{ s }}", "{% for x in xs %}{% set s = s ~ x %}{{ s }};{% endfor %}{{ s }}", "{% set range = 5 %}{{ range }}", "{% block a %}{% set q = 1 %}{% endblock %}{{ q is defined }}", "{% for x in xs %}{% block b %}{{ x is defined }}{% endblock %}{% endfor %}",
    "{% for x in xs %}{{ x }}{% if loop.index == 2 %}{% break %}{% endif %}{% else %}E{% endfor %}", "{% for x in xs %}{% break %}{% else %}E{% endfor %}", "{% for x in xs %}{% continue %}{% else %}E{% endfor %}", "{% for x in 'ab' %}{% for y in 'cd' %}{{ x }}{{ y }}{{ loop.parent is defined }}{% endfor %}{% endfor %}", "{% for a in [[1, 2], [3]] recursive %}{% if a is number %}{{ a }}{% else %}({{ loop(a) }}){% endif %}{% endfor %}",
    "{{ [1, none] | truncate(5) }}|{{ missing | truncate }}|{{ {'a': 1} | truncate(3) }}|{{ range(4) | truncate(3) }}", "{{ [1, 2, 3, 4, 5, 6, 7, 8, 9] | truncate(3) }}", "{{ 5 | truncate }}",
    "{{ xs | sort(attribute='role') }}|{{ [none, none] | sort }}|{{ [missing, missing] | sort | length }}|{{ [{}, {}] | sort(reverse=true) }}", "{{ [none, 1] | sort }}", "{{ people | sort(attribute='ok') }}",
    "{{ 'abc' % missing }}|{{ '%s' % missing }}", "{% autoescape false %}{{ html }}{% endautoescape %}", "{{ dict(é=1) }}",
    "{{ u == 'Zürich 日本 é ß' }}|{{ 'é' == 'e\u0301' }}|{{ 'e\u0301'|length }}|{{ '\r\n'|length }}|{{ 'e\u0301x'.split('x')[0] == 'é' }}|{{ 'é' in 'e\u0301' }}|{{ {'é': 1, 'e\u0301': 2}|length }}",
]
cases = [line for line in CASES.strip("\n").split("\n")] + EXTRA
seen = []
for template in cases:
    try: result = {"rendered": env().from_string(template).render(**json.loads(json.dumps(CONTEXT)))}
    except Exception as error: result = {"error": f"{type(error).__name__}: {error}"[:200]}
    seen.append({"template": template, **result})
print(json.dumps({"context": CONTEXT, "cases": seen}, ensure_ascii=False, indent=1))
