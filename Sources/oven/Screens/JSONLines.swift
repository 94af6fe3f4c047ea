import Foundation
import JSON

/// A JSON value a line in, one a line out, as scripts like it.
enum JSONLines {
  /// Answers every line of stdin on stdout; a line that fails gives `{"error": …}`. Empty lines are left out.
  ///
  /// - Returns: How many lines there were, and how many of them failed.
  static func process(_ answer: (JSON) throws -> JSON) throws -> (count: Int, failed: Int) {
    var (count, failed) = (0, 0)
    while let line = readLine() {
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      count += 1
      var result: JSON
      do {
        result = try answer(try JSON(parsing: line))
      } catch {
        failed += 1
        result = ["error": .string("\(error)")]
      }
      Terminal.output.line(result.serialized())
    }
    return (count, failed)
  }

  /// All of stdin as text.
  static func standardInput() throws -> String {
    guard let text = String(validating: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) else {
      throw ErrorReport(
        what: "stdin is no UTF-8 text", why: "", mend: "convert it, for example with iconv -t UTF-8",
        status: .badData)
    }
    return text
  }
}
