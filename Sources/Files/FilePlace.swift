/// A place where a file is to be written later on.
package enum FilePlace {
  /// Why no file can be written there; nil where one can, as far as can be told before.
  package static func refusal(_ path: String) -> String? {
    let folder = Folders.parent(of: path)
    guard FileStatus(at: folder)?.isFolder == true else { return "there is no folder \(folder)" }
    guard FileStatus(at: path)?.isFolder != true else { return "it is a folder" }
    guard Owners.allows(.writeInFolder, folder) else { return "this user may not write in \(folder)" }
    return nil
  }
}
