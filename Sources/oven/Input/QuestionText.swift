import Files

/// What is asked: the words of the command line, the files that it names, and what comes on stdin.
struct QuestionText {
  private static let limit = 1 << 28

  /// The text that is asked, all parts of it with an empty line between them.
  ///
  /// - Throws: an `ErrorReport` where a part cannot be read or is no text, or where there is nothing.
  static func read(_ answer: AnswerOptions) throws -> String {
    var parts = [answer.prompt].compactMap { $0 }
    parts += try answer.files.map(file)
    if !Terminal.inputIsInteractive { parts.append(try standardInput()) }
    let text = parts.filter { $0.contains { !$0.isWhitespace } }.joined(separator: "\n\n")
    guard !text.isEmpty else {
      throw ErrorReport(
        what: "there is no question", why: "neither the command line nor stdin has any text",
        mend: "give one: \"What is the capital of France?\"", status: .usage)
    }
    return text
  }

  /// A file's text, without the line ends at its end.
  static func file(_ path: String) throws -> String {
    let place = UserFolders().expanded(path)
    guard let status = FileStatus(at: place) else {
      let near = Spelling.nearest(
        to: path.split(separator: "/").last.map(String.init) ?? path,
        in: Folders.readableNames(in: Folders.parent(of: place)))
      throw ErrorReport(
        what: "there is no file \(path)", why: "", mend: near.map { "did you mean \($0)?" } ?? "name another",
        status: .noInput)
    }
    guard !status.isFolder else {
      throw ErrorReport(
        what: "\(path) is a folder", why: "the text of a file is asked for", mend: "name one of its files",
        status: .noInput)
    }
    guard status.size <= limit, let bytes = try? OpenFile(reading: place).bytes(count: limit) else {
      throw ErrorReport(
        what: "\(path) cannot be read", why: status.size > limit ? "it is too long for any model" : "",
        mend: "look at its permissions", status: status.size > limit ? .badData : .permission)
    }
    return try text(bytes, of: path)
  }

  /// All of stdin, without the line ends at its end.
  static func standardInput() throws -> String {
    var isTold = false
    let bytes = try StandardInput.bytes(limit: limit) { milliseconds in
      guard milliseconds >= 2000, !isTold else { return }
      isTold = true
      Terminal.error.line("note: reading stdin to its end, which adds to the question; </dev/null for none")
    }
    return try text(bytes, of: "stdin")
  }

  private static func text(_ bytes: [UInt8], of name: String) throws -> String {
    do throws(PlainText.Fault) {
      let plain = try PlainText(bytes)
      if let note = plain.note { Terminal.error.line("note: \(name): \(note)") }
      var text = plain.text[...]
      while text.last?.isNewline == true { text.removeLast() }
      return String(text)
    } catch {
      throw ErrorReport(what: "\(name) \(error.reason)", why: "", mend: error.mend, status: .badData)
    }
  }
}
