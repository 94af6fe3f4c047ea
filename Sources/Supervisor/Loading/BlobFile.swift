import Files

/// A compiled model in a file of its own: whole under its name, or not there.
struct BlobFile {
  /// Where it will be.
  var path: String

  /// Refuses a place that cannot be written to, before a compiler works for minutes.
  func check() throws(SupervisorError) {
    guard let why = FilePlace.refusal(path) else { return }
    throw SupervisorError(
      .cannotCreate, "\(path) cannot be written: \(why)",
      advice: "Name a new file in a folder where you may write.")
  }

  /// Has `write` write a file beside it, which takes its place at once.
  func write(_ write: (String) throws -> Void) throws {
    let new = Temporary.name(beside: path)
    do {
      try write(new)
      try Rename.replace(new, to: path)
    } catch {
      Removal.quietly(new)
      throw error
    }
  }
}
