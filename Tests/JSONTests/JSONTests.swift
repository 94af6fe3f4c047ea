import JSON
import Testing

/// Expected values are those of RFC 8259 and of Python's `json` module.
@Suite struct JSONTests {
  @Test func readsEveryKindOfValue() throws {
    let value = try JSON(parsing: #" {"a": [1, -2.5, 1e3, true, false, null], "b": {"c": "d"}, "e": 1.0} "#)
    #expect(value["a"] == [1, -2.5, 1000.0, true, false, nil])
    #expect(value["b"]?["c"]?.string == "d")
    #expect(value["e"] == .double(1))
    #expect(value["e"]?.int == 1)
    #expect(value.object?.keys == ["a", "b", "e"])
  }

  @Test func readsEscapes() throws {
    let value = try JSON(parsing: #""a\n\t\"\\\/\u0041\u00e9\ud83d\ude00\ud83d.""#)
    #expect(value.string == "a\n\t\"\\/Aé😀\u{FFFD}.")
  }

  @Test func readsBigAndPythonicNumbers() throws {
    let value = try JSON(parsing: "[9223372036854775807, 9223372036854775808, NaN, -Infinity, Infinity]")
    #expect(value[0] == .int(.max))
    #expect(value[1] == .double(9_223_372_036_854_775_808))
    #expect(value[2]?.double?.isNaN == true)
    #expect(value[3]?.double == -.infinity)
    #expect(value[4]?.double == .infinity)
  }

  @Test(arguments: [
    ("", JSONError.Code.truncated), ("{", .truncated), (#"{"a""#, .truncated), (#"{"a" 1}"#, .unexpected),
    ("[1,]", .unexpected), ("[1 2]", .unexpected), ("tru", .truncated), ("trux", .unexpected),
    (#""\x""#, .badString), (#""\u12g4""#, .badString), ("\"a\nb\"", .badString), ("1 2", .trailing),
    ("-", .badNumber), ("1.2.3", .badNumber), (".5", .badNumber), ("+1", .badNumber), ("\"a", .truncated),
  ])
  func refusesWhatIsNoJSON(text: String, code: JSONError.Code) {
    #expect { try JSON(parsing: text) } throws: { ($0 as? JSONError)?.code == code }
  }

  @Test func refusesInvalidUTF8() {
    let bytes: [UInt8] = [0x22, 0xFF, 0x22]
    #expect { try JSON(parsing: bytes) } throws: { ($0 as? JSONError)?.code == .badString }
  }

  @Test func boundsDepth() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect { try JSON(parsing: deep) } throws: { ($0 as? JSONError)?.code == .tooDeep }
    let fine = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    _ = try JSON(parsing: fine)
  }

  @Test func refusesDuplicatesOnRequest() throws {
    let text = #"{"a": 1, "a": 2}"#
    #expect(try JSON(parsing: text)["a"] == 2)
    #expect {
      try JSON(parsing: text, options: .init(refusesDuplicateKeys: true))
    } throws: {
      ($0 as? JSONError)?.code == .duplicateKey
    }
  }

  /// Two spellings of one letter are two members, as everywhere outside of Swift.
  @Test func namesAreComparedByTheirBytes() throws {
    let text = "{\"\u{e9}\":1,\"e\u{301}\":2}"
    var members = try #require(
      try JSON(parsing: text, options: .init(refusesDuplicateKeys: true)).object)
    #expect(members.count == 2 && members["\u{e9}"] == 1 && members["e\u{301}"] == 2)
    #expect(JSON.object(members).serialized() == text)
    members["e\u{301}"] = nil
    #expect(members.keys.map { Array($0.utf8) } == [[0xC3, 0xA9]])
    #expect(members.merging(["e\u{301}": 3]) { $1 }.count == 2)
    #expect(members != ["e\u{301}": 1])
  }

  @Test func writesWhatPythonWrites() throws {
    let value: JSON = ["a": [1, 2.5, 1e-05, nil], "b": "é\"\u{01}\n", "c": [:]]
    #expect(value.serialized() == #"{"a":[1,2.5,1e-05,null],"b":"é\"\u0001\n","c":{}}"#)
    #expect(try JSON(parsing: value.serialized(.pretty)) == value)
    #expect(JSON.array([1]).serialized(.pretty) == "[\n  1\n]")
  }
}
