import JSON

/// A `tokenizer.json` taken apart: the tables of the model, and all the rest as JSON.
///
/// A vocabulary of 128,000 tokens would take most of the loading time as `JSON`, so the two tables are read
/// straight from the bytes.
struct TokenizerFile {
  let json: JSON
  /// Nil where the file is unusual; then `json` has everything.
  let tables: ModelTables?

  init(_ bytes: [UInt8]) throws(TokenizerError) {
    var bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let found = bytes.withUnsafeBufferPointer { buffer -> (tables: ModelTables, rest: [UInt8])? in
      guard String(validating: buffer, as: UTF8.self) != nil else { return nil }
      var scanner = TableScanner(buffer)
      guard scanner.scanDocument() else { return nil }
      return (scanner.tables, scanner.rest())
    }
    tables = found?.tables
    do {
      json = try JSON(parsing: found?.rest ?? bytes)
    } catch {
      if bytes.starts(with: "version https://git-lfs".utf8) {
        throw TokenizerError(
          .malformed, "tokenizer.json is a Git-LFS pointer and not the file itself",
          mend: "fetch the content: git lfs pull in the folder")
      }
      throw TokenizerError(.malformed, "tokenizer.json is not JSON: \(error)")
    }
  }
}

/// Finds `model.vocab` and `model.merges`. Gives up, by returning false, at whatever it does not expect; the
/// JSON parser then says what is wrong.
private struct TableScanner {
  var tables = ModelTables()
  private var scanner: JSONScanner
  private var cut: [Range<Int>] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>) { scanner = JSONScanner(bytes) }

  /// The text with `null` in place of the tables.
  func rest() -> [UInt8] {
    var rest: [UInt8] = []
    var done = 0
    for range in cut {
      rest += scanner.bytes[done..<range.lowerBound]
      rest += "null".utf8
      done = range.upperBound
    }
    rest += scanner.bytes[done...]
    return rest
  }

  mutating func scanDocument() -> Bool {
    var hasVocabulary = false
    let isRead = scanner.members { scanner, key in
      guard key == "model" else { return scanner.skipValue() }
      return scanner.members { scanner, key in
        let start = scanner.position
        switch key {
        case "vocab":
          guard !hasVocabulary, tables.readVocabulary(&scanner) else { return false }
          hasVocabulary = true
        case "merges":
          guard !tables.hasMerges, tables.readMerges(&scanner) else { return false }
        default: return scanner.skipValue()
        }
        cut.append(start..<scanner.position)
        return true
      }
    }
    return isRead && hasVocabulary
  }
}

extension ModelTables {
  /// Reads an object of ids, or a list of tokens with scores.
  fileprivate mutating func readVocabulary(_ scanner: inout JSONScanner) -> Bool {
    tokens.reserve(strings: scanner.bytes.count / 32, bytes: scanner.bytes.count / 4)
    if scanner.peek() == UInt8(ascii: "{") {
      return scanner.elements(open: "{", close: "}") { scanner in
        guard scanner.string(into: &tokens), scanner.take(":"), let id = scanner.integer() else {
          return false
        }
        ids.append(id)
        return true
      }
    }
    return scanner.elements(open: "[", close: "]") { scanner in
      guard scanner.take("["), scanner.string(into: &tokens), scanner.take(","),
        let score = ReferenceNumber.parse(scanner.number()), scanner.take("]")
      else { return false }
      ids.append(Int32(ids.count))
      scores.append(score)
      return true
    }
  }

  /// Reads a list of pairs, or of lines with two tokens.
  fileprivate mutating func readMerges(_ scanner: inout JSONScanner) -> Bool {
    merges.reserve(strings: scanner.bytes.count / 16, bytes: scanner.bytes.count / 4)
    hasMerges = true
    return scanner.elements(open: "[", close: "]") { scanner in
      if scanner.peek() == UInt8(ascii: "[") {
        return scanner.take("[") && scanner.string(into: &merges) && scanner.take(",")
          && scanner.string(into: &merges) && scanner.take("]")
      }
      var line = ByteStrings()
      guard scanner.string(into: &line) else { return false }
      do {
        try append(mergeLine: line[0], index: merges.count / 2)
      } catch {
        return false
      }
      return true
    }
  }
}
