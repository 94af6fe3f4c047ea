import ChatTemplates
import JSON
import Testing

@Suite("Templates cannot do harm")
struct SandboxTests {
  /// Limits that a build without optimisation reaches quickly.
  private let limits = TemplateLimits(steps: 100_000, bytes: 8 << 20)

  private func outcome(_ source: String, _ limits: TemplateLimits) -> Result<String, TemplateError> {
    Result { () throws(TemplateError) in
      try ChatTemplate(source: source, limits: limits).render([:], now: pinned)
    }
  }

  @Test(
    "what would take forever, fill the memory or overflow the stack is refused",
    arguments: [
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{{ 'x' * 10 ** 15 }}", "{{ [1] * 10 ** 12 }}", "{{ '%1000000000d' % 1 }}",
      "{{ '{:>99999999999}'.format(1) }}",
      "{{ 'a'.center(10 ** 12) }}", "{{ 'a'|indent(10 ** 12, true) }}", "{{ [1]|tojson(indent=10 ** 12) }}",
      "{{ 'a\tb'.expandtabs(10 ** 12) }}", "{{ '%.1000000000f' % 1.5 }}",
      "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
      "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('x', ns.s) %}{% endfor %}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(9000) %}{% set ns.l = [ns.l] %}{% endfor %}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
      "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
        + "{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
      "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
      "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
      "{% set ns = namespace(i=[1]) %}{% for x in range(9000) %}{% set ns.i = ns.i|map('string') %}{% endfor %}{{ ns.i|list }}",
      "{% set ns = namespace(c=1) %}{% for x in range(9000) %}{% set ns.c = cycler(ns.c) %}{% endfor %}",
      "{% set ns = namespace(f=1) %}{% for x in range(9000) %}{% set ns.f = [ns.f].count %}{% endfor %}",
      "{{ 9 ** 9 ** 9 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}",
      "{{ (-9223372036854775807 - 1) // -1 }}", "{{ range(-9223372036854775807, 9223372036854775807) }}",
      "{{ range(100001) }}",
      "{% set ns = namespace(s='a' * 1000000) %}{% for i in range(100000) %}{{ ns.s[::-1] }}{% endfor %}",
      String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
      "{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}",
      "{{ " + String(repeating: "[", count: 5000), "{{ " + String(repeating: "not ", count: 5000) + "1 }}",
      "{{ " + String(repeating: "-", count: 5000) + "1 }}",
      "{{ 1" + String(repeating: " + 1", count: 5000) + " }}",
      "{{ x" + String(repeating: ".a", count: 5000) + " }}",
      "{{ x" + String(repeating: "|e", count: 5000) + " }}",
      String(repeating: "{% if 1 %}", count: 5000), String(repeating: "{% for x in [1] %}", count: 5000),
      "{% set " + String(repeating: "(", count: 5000) + "a = 1 %}",
    ])
  func refused(source: String) {
    switch outcome(source, limits) {
    case .success(let text): #expect(text == source, "only text without tags may come through")
    case .failure(let error): #expect([.limit, .syntax, .value].contains(error.code), "\(error)")
    }
  }

  @Test("circles and long chains of values are freed")
  func chains() {
    let sources = [
      "{% set ns = namespace() %}{% for i in range(9000) %}{% set n2 = namespace(next=ns.next) %}{% set ns.next = n2 %}{% endfor %}ok",
      "{% set ns = namespace(m=1) %}{% macro wrap(old) %}{% macro inner() %}{{ old }}{% endmacro %}"
        + "{% set ns.m = inner %}{% endmacro %}{% for i in range(2000) %}{% if wrap(ns.m) %}{% endif %}{% endfor %}ok",
    ]
    for source in sources {
      guard case .success("ok") = outcome(source, .init()) else {
        Issue.record("\(source)")
        continue
      }
    }
  }

  /// Each took time that grew with the square of the text, or ran on for many seconds within the limits.
  @Test(
    "long texts take linear time, and what is slow costs more",
    arguments: [
      "{% set s = 'a' * 200000 %}{{ s|wordwrap(1)|length }}",
      "{% set s = 'a' * 400000 %}{% for i in range(100000) %}{% if s.isalpha() %}{% endif %}{% endfor %}",
      "{{ strftime_now('%c' * 1000000)|length }}",
      "{% set s = 'a' * 100000 %}{% for i in range(100000) %}{% set x = s|tojson %}{% endfor %}",
    ])
  func slowOperations(source: String) {
    switch outcome(source, limits) {
    case .success(let text): #expect(text == "399999")
    case .failure(let error): #expect(error.code == .limit && error.line == 1, "\(error)")
    }
  }

  /// The numbers at the edges of their types, and long texts, for every filter, method and test in every place.
  @Test("whatever is given to a filter, a method or a test, it answers or refuses in time")
  func sweep() throws {
    let long = "('ab <\u{e9}>\\n' * 2000000)"
    let values = [
      "(-9223372036854775807 - 1)", "9223372036854775807", "-1", "0", "('nan'|float)", "('inf'|float)",
      "1e308", "'a b'",
      "[]", "none", "missing", "(1, 'a')", "{'a': 1}", "range(9)", "('<'|safe)", long, "(\(long)|safe)",
    ]
    let arguments = [
      "", "(-9223372036854775807 - 1)", "9223372036854775807", "-1", "0", "('nan'|float)", "'x'", "none",
      long,
    ]
    let clock = ContinuousClock()
    var slowest = (duration: Duration.zero, source: "")
    func render(_ source: String) {
      let duration = clock.measure {
        _ = try? ChatTemplate(source: source).render(["missing": .null], now: pinned)
      }
      if duration > slowest.duration { slowest = (duration, source) }
    }
    for value in values {
      let isLong = value.contains("2000000")
      for argument in arguments {
        // Long texts take their time: each is tried alone, and as an argument of a short one; a shorter one with what
        // makes it longer.
        if isLong, !["", "-1", "9223372036854775807"].contains(argument) { continue }
        let value = argument.isEmpty ? value : value.replacing("2000000", with: "50000")
        if argument == long, value != "'a b'" { continue }
        let call = argument.isEmpty ? "" : "(\(argument))"
        for name in BuiltinNames.filters {
          render(
            "{% set x = \(value)|\(name)\(call) %}{% if x == 1 %}{% endif %}{% for y in x %}{% break %}{% endfor %}"
          )
        }
        for name in BuiltinNames.tests { render("{% if \(value) is \(name)\(call) %}{% endif %}") }
        for name in BuiltinNames.methods { render("{% set x = \(value).\(name)(\(argument)) %}") }
      }
    }
    for pair in [
      ("(-9223372036854775807 - 1)", "-1"), ("9223372036854775807", "(-9223372036854775807 - 1)"),
      ("-1", "0"), ("('nan'|float)", "9223372036854775807"),
    ] {
      for name in BuiltinNames.filters {
        render(
          "{{ 12345|\(name)(\(pair.0), \(pair.1)) }}{{ 'a b'|\(name)(\(pair.0), \(pair.1)) }}{{ [1, 2]|\(name)(\(pair.0), \(pair.1))|list }}"
        )
      }
      for name in BuiltinNames.methods {
        render("{{ 'a b'.\(name)(\(pair.0), \(pair.1)) }}{{ 'a b'.\(name)('a', \(pair.0), \(pair.1)) }}")
      }
      for sign in ["+", "-", "*", "/", "//", "%", "**", "~", "<", "in"] {
        render("{{ \(pair.0) \(sign) \(pair.1) }}")
      }
      render(
        "{{ 'abc'[\(pair.0):\(pair.1):\(pair.0)] }}{{ [1, 2][\(pair.1):\(pair.0):\(pair.1)] }}{{ range(9)[\(pair.0)::\(pair.1)] }}"
      )
      render("{{ '%*d|%.*f|%c|%x' % (\(pair.0), 1, \(pair.1), 1.5, \(pair.0), \(pair.1)) }}")
      render("{{ range(\(pair.0), \(pair.1), \(pair.0))|list }}")
    }
    // Not a measure of speed: a hang would take minutes.
    #expect(slowest.duration < .seconds(60), "\(slowest.source)")
  }

  @Test(
    "what is made twice is charged before it is made",
    arguments: [
      "{% set s = 'a,' * 10000000 %}{{ s.split(',')|length }}",
      "{% set s = 'a\\n' * 10000000 %}{{ s.splitlines()|length }}",
      "{% set s = 'a ' * 10000000 %}{{ s.split()|length }}",
      "{% set s = 'a' * 20000000 %}{{ (s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s)|length }}",
      "{% set s = 'a' * 20000000 %}{{ '{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'.format(s)|length }}",
      "{% set s = 'a' * 20000000 %}{{ ('%s' * 14 % (s, s, s, s, s, s, s, s, s, s, s, s, s, s))|length }}",
      "{% set s = '<' * 60000000 %}{{ s|e|length }}",
      "{% set s = '/' * 100000000 %}{{ {'a': s}|urlencode|length }}",
      "{% set s = 'a\\n' * 10000000 %}{{ s|indent(40)|length }}",
      "{% set ns = namespace(d={}) %}{% for i in range(100000) %}{% set x = range(i + 1) in [range(1)] %}{% endfor %}{{ ('a' * 300000000)|length }}",
    ])
  func chargedBefore(source: String) {
    switch outcome(source, .init()) {
    case .success(let text): Issue.record("made \(text)")
    case .failure(let error): #expect(error.code == .limit, "\(error)")
    }
  }

  @Test func longConversationsAreNoProblem() throws {
    let turn: JSON = ["role": "user", "content": .string(String(repeating: "word ", count: 2000))]
    let context: JSONObject = [
      "messages": .array(Array(repeating: turn, count: 100)), "add_generation_prompt": true,
    ]
    let source = "{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}</s>\n{% endfor %}"
    #expect(try ChatTemplate(source: source).render(context).utf8.count > 900_000)
  }

  @Test func errorsNameTheLine() {
    let cases = [
      ("a\n{{ 1 }}\n{{ x.y.z }}", 3), ("{% if a %}\n\n{{ b c }}", 3), ("\n\n{{ raise_exception('no') }}", 3),
      ("{# \n\n #}\n{{ 'a\nb' + 1 }}", 4), ("{% macro f() %}\n{{ none + 1 }}{% endmacro %}\n\n{{ f() }}", 2),
      ("{% for x in [1] %}\n{{ x.a.b }}\n{% endfor %}", 2), ("x\n{% if 1 %}\ny", 3),
    ]
    for (source, line) in cases {
      guard case .failure(let error) = outcome(source, .init()) else {
        Issue.record("no error: \(source)")
        continue
      }
      #expect(error.line == line, "\(source): \(error)")
    }
  }

  @Test("changed templates give text or an error, never a crash")
  func mutations() throws {
    var random = SplitMix(state: 7)
    let context = try #require(try Fixtures.lines("Kimi-K3.jsonl")[6]["context"]?.object)
    let limits = TemplateLimits(steps: 10_000, bytes: 4 << 20)
    for name in Fixtures.templates {
      let source = Array(try Fixtures.text(name + ".jinja").unicodeScalars)
      for _ in 0..<6 {
        let changed = random.mutate(source)
        let text = String(String.UnicodeScalarView(changed))
        _ = try? ChatTemplate(source: text, limits: limits).render(context, now: pinned)
      }
    }
  }
}

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// The text with a few pieces deleted, doubled, exchanged or put in.
  mutating func mutate(_ source: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let pieces = [
      "{%", "%}", "{{", "}}", "(", ")", "[", "]", "|", ".", " if ", " else ", "'", "-", "{% endfor %}",
      "{% else %}", "{#",
      " is ", " not ", "loop", "none", "0", "-1", "[::-1]", "|list", "|tojson", "~", "*", "%", "\u{1F600}",
      "{% set x = ",
      "|length", "|join", "messages", "namespace(", ",", ":", "=", "\\", "{% raw %}", "{% break %}", "|map('",
      "1e9", "//",
    ]
    var text = source
    for _ in 0..<Int.random(in: 1...4, using: &self) where !text.isEmpty {
      let at = Int.random(in: 0..<text.count, using: &self)
      let length = min(Int.random(in: 1...30, using: &self), text.count - at)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: text.removeSubrange(at..<(at + length))
      case 1:
        text.insert(
          contentsOf: Array(text[at..<(at + length)]), at: Int.random(in: 0..<text.count, using: &self))
      case 2:
        text.insert(contentsOf: Array((pieces.randomElement(using: &self) ?? "").unicodeScalars), at: at)
      default:
        text.replaceSubrange(
          at..<(at + 1), with: Array((pieces.randomElement(using: &self) ?? "").unicodeScalars))
      }
    }
    return text
  }
}
