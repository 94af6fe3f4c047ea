import Foundation
import Generation
import Grammars
import JSON
import Testing
import Tokenization

@Suite struct GrammarEngineTests {
  static func matcher(_ language: OutputConstraint.Language) throws -> GrammarMatcher {
    try GrammarCompiler(vocabulary: .bytes, endTokens: [GrammarVocabulary.endOfBytes])
      .compile(OutputConstraint(language))
  }

  static func smollm2() throws -> Tokenizer {
    let file = AnswerParserTests.folder.appending(path: "tokenizers/smollm2/tokenizer.json")
    return try Tokenizer(json: JSON(parsing: try Data(contentsOf: file)))
  }

  @Test(arguments: [
    (#"[a-z]+x"#, ["abx", "xx"], ["x", "abc", ""]),
    (#"(?:ab|a)(?:c|bcd)"#, ["ac", "abc", "abcd", "abbcd"], ["ab", "abcdd"]),
    (#"\d{4}-\d{2}"#, ["2026-11"], ["٢٠٢٦-11", "2026-1"]),
    (#"é{2,3}|[^a]"#, ["éé", "ééé", "b", "日", "\n"], ["é\u{301}", "a", "éééé"]),
    (#"(?!ab)[a-c]{2}"#, ["aa", "ba", "bc"], ["ab"]),
    (#"(?=.*\d)(?=.*[a-z])\w{3,}"#, ["a1b", "12c"], ["abc", "123", "a1"]),
    (#"a{0,50000}b"#, ["b", "aaab"], ["ba"]),
    (#"(a*)*b"#, ["b", "aab"], ["a"]),
    (#"\p{Lu}\P{L}"#, ["É1"], ["é1", "ÉÉ"]),
    (#"^a$|^\u{1F600}$"#, ["a", "😀"], ["aa"]),
  ])
  func expressions(_ pattern: String, _ good: [String], _ bad: [String]) throws {
    let matcher = try Self.matcher(.regex(pattern))
    for text in good { #expect(matcher.takes(text), "\(text)") }
    for text in bad { #expect(!matcher.takes(text), "\(text)") }
  }

  @Test(arguments: [
    (#"(a)\1"#, "\\1"), (#"\bword"#, "\\b"), (#"(?<=a)b"#, "(?<"), (#"a++"#, "+"), (#"[b-a]"#, "["),
    (#"(a"#, "("),
    (#"(?:a^)*"#, "(?"), (#"\p{Nonsense}"#, "\\p{Nonsense}"),
  ])
  func whatNoAutomatonFollowsIsRefused(_ pattern: String, _ construct: String) {
    #expect {
      _ = try Self.matcher(.regex(pattern))
    } throws: {
      ($0 as? GrammarError)?.keyword == construct
    }
  }

  @Test func gbnf() throws {
    let matcher = try Self.matcher(
      .grammar(
        #"""
        # arithmetic, as llama.cpp's examples write it
        root  ::= (expr "=" ws term "\n")+
        expr  ::= term ([-+*/] term)*
        term  ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num   ::= [0-9]+ ws
        ws    ::= [ \t\n]*
        """#))
    #expect(matcher.takes("x +(1*2)= 3\n"))
    #expect(matcher.takes("((a))=b\nc=1\n"))
    #expect(!matcher.takes("x + = 3\n"))
    #expect(!matcher.takes("(a=b\n"))
  }

  @Test func lark() throws {
    let matcher = try Self.matcher(
      .grammar(
        #"""
        start: "call" NAME args -> call
        args: "(" [value ("," value)*] ")"
        ?value: NUMBER | STRING | args | %json {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}
        NAME: /[a-z]+/
        STRING: "'" /[^']*/ "'"
        %import common.NUMBER
        %ignore " "
        """#))
    #expect(matcher.takes("call f(1, 'two', (3))"))
    #expect(matcher.takes("callf()"))
    #expect(matcher.takes(#"call f({"a": 7} , 1)"#))
    #expect(!matcher.takes(#"call f({"b": 7})"#))
    #expect(!matcher.takes("call f(1 2)"))
  }

  @Test func aRuleThatBeginsWithItselfIsRefused() {
    #expect(throws: GrammarError.self) { _ = try Self.matcher(.grammar(#"root ::= root "a" | "b""#)) }
    #expect(throws: GrammarError.self) { _ = try Self.matcher(.grammar(#"root ::= "a" root"#)) }
  }

  // MARK: Bounds

  @Test func blanksAndDigitsEnd() throws {
    var matcher = try Self.matcher(.jsonSchema("{}"))
    var digits = 0
    while matcher.accept(0x31), digits < 1000 { digits += 1 }
    #expect(digits < 50)
    matcher = try Self.matcher(.jsonObject)
    let began = matcher.accept(0x7B)
    #expect(began)
    var blanks = 0
    while matcher.accept(0x20), blanks < 1000 { blanks += 1 }
    #expect(blanks < 100)
  }

  @Test func longStringsAreCounted() throws {
    let matcher = try Self.matcher(.jsonSchema(#"{"type": "string", "maxLength": 65536}"#))
    #expect(matcher.takes("\"" + String(repeating: "é", count: 3000) + "\""))
    let short = try Self.matcher(.jsonSchema(#"{"type": "string", "minLength": 2, "maxLength": 3}"#))
    #expect(short.takes(#""日本\n""#))
    #expect(!short.takes(#""日""#))
    #expect(!short.takes(#""日本語!""#))
  }

  /// Far from its limits and near them, a counter lets exactly those tokens come that fit.
  @Test func whatFitsIntoACountedStringMayCome() throws {
    let longest = 8
    var tokens: [GrammarVocabulary.Token] = [.bytes([0x22]), .special("<end>")]
    for length in 1...longest { tokens.append(.bytes([UInt8](repeating: 0x61, count: length))) }
    let compiler = GrammarCompiler(vocabulary: GrammarVocabulary(tokens), endTokens: [1])
    let (least, most) = (31, 60)
    var matcher = try compiler.compile(
      OutputConstraint(.jsonSchema(#"{"type":"string","minLength":\#(least),"maxLength":\#(most)}"#)))
    let began = matcher.accept(0)
    #expect(began)
    for count in 0...most {
      var words: [UInt64] = [.max]
      matcher.mask(&words)
      func isAllowed(_ token: Int) -> Bool { words[0] >> UInt64(token) & 1 != 0 }
      for length in 1...longest { #expect(isAllowed(length + 1) == (count + length <= most)) }
      #expect(isAllowed(0) == (count >= least) && !isAllowed(1))
      if count < most {
        let wentOn = matcher.accept(2)
        #expect(wentOn)
      }
    }
  }

  // MARK: Tokens

  @Test func tokensOfATokenizerAreItsBytes() throws {
    let tokenizer = try Self.smollm2()
    let vocabulary = GrammarVocabulary(tokenizer)
    let text = "Zürich 日本語 \u{1F600}\n\t{\"a\": [1, 2]}  end"
    var bytes: [UInt8] = []
    for id in tokenizer.encode(text, addSpecialTokens: false) {
      guard case .bytes(let own) = vocabulary.tokens[id] else { continue }
      bytes += own
    }
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  /// The mask against the slow way: every token tried.
  @Test(arguments: [
    #"{"type":"object","properties":{"name":{"type":"string","maxLength":9},"n":{"type":"integer","maximum":120}},"required":["name"]}"#,
    #"{"anyOf":[{"enum":["red","green","blue"]},{"type":"array","items":{"type":"string","pattern":"^[A-Z][a-z]+$"}}]}"#,
  ])
  func masksAreWhatEveryTokenTriedSays(_ schema: String) throws {
    let tokenizer = try Self.smollm2()
    let vocabulary = GrammarVocabulary(tokenizer)
    let compiler = GrammarCompiler(vocabulary: vocabulary, endTokens: [2])
    var matcher = try compiler.compile(OutputConstraint(.jsonSchema(schema)))
    for step in 0..<12 {
      var wrong: [Int] = []
      var words = [UInt64](repeating: .max, count: (vocabulary.tokens.count + 63) / 64)
      matcher.mask(&words)
      var allowed: [Int] = []
      for token in vocabulary.tokens.indices {
        let isAllowed = words[token / 64] >> UInt64(token % 64) & 1 != 0
        var copy = matcher
        if copy.accept(token) != isAllowed { wrong.append(token) }
        if isAllowed, token != 2 { allowed.append(token) }
      }
      #expect(wrong == [])
      guard !allowed.isEmpty else { break }
      // Any choice does, as long as it is the same in each run.
      let next = allowed[step * 7919 % allowed.count]
      let wentOn = matcher.accept(next)
      #expect(wentOn)
    }
  }

  /// Rules that each need the next one: neither the stack nor the time grows with the chain as it would by following it.
  @Test func chainsOfRulesAreShort() throws {
    func chain(_ count: Int, _ more: String = "") -> OutputConstraint.Language {
      let rules = (0..<count).map { "r\($0) ::= r\($0 + 1) \(more)\n" }.joined()
      return .grammar("root ::= r0\n\(rules)r\(count) ::= \"x\"\n")
    }
    #expect(try Self.matcher(chain(20_000)).takes("x"))
    #expect(try Self.matcher(chain(2_000, "| \"(\" root \")\"")).takes("((x))"))
    let references = (0..<5_000).map { "\"d\($0)\": {\"$ref\": \"#/$defs/d\($0 + 1)\"}" }.joined(
      separator: ", ")
    let schema = "{\"$ref\": \"#/$defs/d0\", \"$defs\": {\(references), \"d5000\": {\"type\": \"integer\"}}}"
    let error = #expect(throws: GrammarError.self) { try Self.matcher(.jsonSchema(schema)) }
    #expect(error?.keyword == "$ref")
  }

  /// Every byte of such a text has more readings than the one before: it ends before they fill the memory.
  @Test func aTextOfTooManyReadingsEnds() throws {
    var matcher = try Self.matcher(.grammar(#"root ::= "a" root root | "a" root "b" | "a""#))
    var count = 0
    while count < 20_000, matcher.accept(Int(UInt8(ascii: "a"))) { count += 1 }
    #expect((200..<20_000).contains(count))
    #expect(matcher.mayEnd)
  }

  @Test func rollbackAndEnd() throws {
    let tokenizer = try Self.smollm2()
    let compiler = GrammarCompiler(vocabulary: GrammarVocabulary(tokenizer), endTokens: [2])
    var matcher = try compiler.compile(
      OutputConstraint(.jsonSchema(#"{"type":"array","items":{"type":"integer"}}"#)))
    let ids = tokenizer.encode("[1, 23, 4]", addSpecialTokens: false)
    for id in ids {
      #expect(!matcher.mayEnd)
      let ended = matcher.accept(id)
      #expect(ended)
    }
    #expect(matcher.mayEnd)
    let endedEarly = matcher.accept(2)
    #expect(endedEarly)
    matcher.rollback(ids.count)
    #expect(!matcher.mayEnd)
    let tooEarly = matcher.accept(2)
    #expect(!tooEarly)
    for id in ids.dropFirst() {
      let isTaken = matcher.accept(id)
      #expect(isTaken)
    }
    #expect(matcher.mayEnd)
  }

  @Test func aConstraintMayBeginAfterATag() throws {
    let tokenizer = try Self.smollm2()
    let compiler = GrammarCompiler(vocabulary: GrammarVocabulary(tokenizer), endTokens: [2])
    var matcher = try compiler.compile(
      OutputConstraint(.jsonSchema(#"{"type":"integer"}"#), begin: "</think>"))
    func take(_ text: String) -> Bool {
      tokenizer.encode(text, addSpecialTokens: false).allSatisfy { matcher.accept($0) }
    }
    #expect(take("Anything {] at all < </thin"))
    #expect(!matcher.mayEnd)
    #expect(take("k>\n\n4"))
    #expect(matcher.mayEnd)
    #expect(!take("x"))
  }
}
