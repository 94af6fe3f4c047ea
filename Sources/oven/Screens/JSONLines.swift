import JSON

/// A JSON value a line in, one a line out, as scripts like it.
enum JSONLines {
  /// Answers every line of stdin on stdout; a line that fails gives `{"error": …}`. Empty lines are left out.
  ///
  /// - Returns: How many lines there were, and how many of them failed.
  static func process(_ answer: (JSON) throws -> JSON) throws -> (count: Int, failed: Int) {
    var (count, failed) = (0, 0)
    var input = StandardInput()
    while let line = try input.nextLine() {
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      count += 1
      var result: JSON
      do {
        result = try answer(try JSON(parsing: line))
      } catch {
        failed += 1
        result = ["error": .string("\(error.withOptions)")]
      }
      Terminal.output.line(result.serialized())
    }
    return (count, failed)
  }

  /// All of stdin as text.
  static func standardInput() throws -> String {
    let bytes = try StandardInput.bytes()
    do throws(PlainText.Fault) {
      // What the tokenizer is asked about is all of it, a mark at the beginning included.
      let plain = try PlainText(bytes)
      return plain.note == nil || !bytes.starts(with: [0xEF, 0xBB, 0xBF])
        ? plain.text : "\u{FEFF}" + plain.text
    } catch {
      throw ErrorReport(what: "stdin \(error.reason)", why: "", mend: error.mend, status: .badData)
    }
  }
}
