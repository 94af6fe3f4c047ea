import Patterns
import Testing

@Suite("Pattern engine")
struct EngineTests {
  /// Each would take quadratic or exponential time in a matcher that forgets what has failed.
  @Test(arguments: [
    #"(a+)+b"#, #"(?:a|aa)+$x"#, #" {2,}y"#, #"(?>a+)b"#, #"(?:a?)*?b"#, #"a*?b"#, #".*?y"#, #"(?:a|a)*b"#,
    #"\s+$y"#, #"(?:a*)*b"#, #"a{2,}b"#,
  ])
  func costlyPatternsStayLinear(_ regex: String) throws {
    let pattern = try Pattern(generalRegex: regex)
    for text in [String(repeating: "a", count: 100_000), String(repeating: " ", count: 100_000)] {
      #expect(matches(pattern, text).isEmpty)
    }
  }

  @Test func longMatchesDoNotOverflowTheStack() throws {
    let text = String(repeating: "ab", count: 200_000)
    #expect(matches(try Pattern(generalRegex: "(?:ab)+"), text) == [[0, 400_000]])
    #expect(matches(try Pattern(generalRegex: "(?:a|b)*?$"), text) == [[0, 400_000]])
    #expect(matches(try Pattern(generalRegex: "(a|b)+"), text) == [[0, 400_000]])
  }

  /// The memo that makes matching linear must not change what matches.
  @Test func rememberedFailuresKeepTheMeaning() throws {
    for regex in ["(a+)+b|a", "(?:a|ab)(?:c|bcd)?", "(?:a?)*b", "(?>a|ab)+?c|a", "(?:a(?=a))+|b"] {
      let pattern = try Pattern(generalRegex: regex)
      let unit = "aaabacabcdaab"
      let one = matches(pattern, unit + "\n")
      let many = matches(pattern, String(repeating: unit + "\n", count: 3000))
      #expect(Array(many.suffix(one.count)) == one.map { $0.map { $0 + 2999 * (unit.count + 1) } })
    }
  }

  @Test(arguments: [
    "(", ")", "[a", "a**b(", "*a", "(?<n>a", #"\p{Nonsense}"#, "[b-a]", #"\k<none>"#, #"\X"#, "(?s:a)",
    #"a\"#,
    "(?P<n>a)", #"[a-\d]"#, "(?:(?:ab){1000}){1000}",
  ])
  func badPatternsAreRefused(_ regex: String) {
    #expect(throws: PatternError.self) { try Pattern(regex: regex) }
  }

  @Test func deepNestingIsRefused() {
    let regex = String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000)
    #expect(throws: PatternError.self) { try Pattern(regex: regex) }
  }

  /// Each overflowed the stack, or never ended, when the nesting of groups was all that was counted.
  @Test(arguments: [
    String(repeating: "[", count: 200_000), "a" + String(repeating: "*", count: 200_000),
    "a" + String(repeating: "{2}?", count: 200_000), String(repeating: "(?i)", count: 200_000),
    String(repeating: "(?:", count: 190) + "a"
      + String(repeating: String(repeating: "+", count: 190) + ")", count: 190),
    String(repeating: "[a&&", count: 200_000), "(?:(?:(?:(?:a{99999}){99999}){99999}){99999}b)*",
    "(?:" + String(repeating: "(?:a{99999}){99999}", count: 50) + ")*",
  ])
  func deepAndWideTreesAreRefused(_ regex: String) {
    #expect(throws: PatternError.self) { try Pattern(regex: regex) }
  }

  /// What is empty however often it is repeated; the reference accepts these too.
  @Test(arguments: [
    "(?:){99999}{99999}{99999}a", "(?:(?:){99999}(?:){99999}){99999}a", "(?:(?:(?:){9}){99999}){99999}a",
  ])
  func repeatedNothingEnds(_ regex: String) throws {
    #expect(matches(try Pattern(regex: regex), "xaa") == [[1, 2], [2, 3]])
  }

  /// Their states cannot be told apart, or are too many to be remembered: they give up, in time.
  @Test(arguments: [
    #"(?:(?:a*)*(?:a*)*(?:a*)*(?:a*)*(?:a*)*)*b"#, #"(a+)+\1b"#, #"(?:\Ga|a)*(?:a|a)*(?:a|a)*b"#,
    "(?:a?){30000}c",
  ])
  func hopelessPatternsGiveUp(_ regex: String) throws {
    let pattern = try Pattern(generalRegex: regex)
    #expect(matches(pattern, String(repeating: "a", count: 20_000)).isEmpty)
  }

  @Test func literals() {
    #expect(matches(Pattern(literal: "ab"), "abxabab") == [[0, 2], [3, 5], [5, 7]])
    #expect(matches(Pattern(literal: ""), "abc").isEmpty)
    #expect(matches(Pattern(literal: "aa"), "aaa") == [[0, 2]])
    #expect(matches(Pattern(literal: "a"), "").isEmpty)
  }

  @Test func emptyMatchesFollowFindIter() throws {
    let text = Array("axxb".utf8)
    var found: [Range<Int>] = []
    try text.withUnsafeBufferPointer { bytes in
      try Pattern(regex: "x*").forEachMatch(in: bytes) { found.append($0) }
    }
    #expect(found == [0..<0, 1..<3, 4..<4])
  }
}
