import Files

/// A compiled model in a file of its own: whole under its name, or not there.
struct BlobFile {
  /// Where it will be.
  var path: String

  /// Refuses a place that cannot be written to, before a compiler works for minutes.
  func check() throws(SupervisorError) {
    let folder = Folders.parent(of: path)
    guard FileStatus(at: folder)?.isFolder == true else { throw refusal("there is no folder \(folder)") }
    guard FileStatus(at: path)?.isFolder != true else { throw refusal("it is a folder") }
    guard Owners.allows(.writeInFolder, folder) else {
      throw refusal("this user may not write in \(folder)")
    }
  }

  private func refusal(_ why: String) -> SupervisorError {
    SupervisorError(
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
