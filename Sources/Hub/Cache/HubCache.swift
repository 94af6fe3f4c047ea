import Digests
import Files

/// The places of a model in the hub cache that all tools of this family share:
/// `models--owner--name/{blobs,refs,snapshots}` and `.locks` beside it.
/// (Layout: huggingface.co/docs/huggingface_hub/guides/manage-cache.)
package struct HubCache: Sendable {
  /// The folder that holds all models.
  package let folder: String
  /// The model.
  package let id: HubModelID

  /// Names the places of `id` below `folder`.
  package init(folder: String, id: HubModelID) {
    self.folder = folder
    self.id = id
  }

  /// The folder of this model.
  package var modelFolder: String { "\(folder)/\(id.cacheFolderName)" }

  package func blob(_ etag: String) -> String { "\(modelFolder)/blobs/\(etag)" }
  /// What has arrived of a blob: always its first bytes, without holes, so that every tool may go on from there.
  package func partialBlob(_ etag: String) -> String { blob(etag) + ".incomplete" }
  package func lock(_ etag: String) -> String { "\(folder)/.locks/\(id.cacheFolderName)/\(etag).lock" }
  package func reference(_ revision: String) -> String { "\(modelFolder)/refs/\(revision)" }
  package func snapshot(_ commit: String) -> String { "\(modelFolder)/snapshots/\(commit)" }
  package func pointer(_ commit: String, _ path: String) -> String { "\(snapshot(commit))/\(path)" }

  /// The commit that `revision` meant when it was last fetched.
  package func commit(of revision: String) -> String? {
    if Hex.isHex(revision, count: 40) { return revision }
    guard let text = SmallFile.text(at: reference(revision))?.trimmingSpace, Hex.isHex(text, count: 40) else {
      return nil
    }
    return text
  }

  /// The snapshot folder of `revision`, complete or not, where there is one.
  package func snapshotFolder(revision: String) -> String? {
    guard let commit = commit(of: revision) else { return nil }
    let folder = snapshot(commit)
    return FileStatus(at: folder)?.isFolder == true ? folder : nil
  }

  /// Whether `file` is in the cache with the size that the hub tells, as a file of the snapshot or as a blob.
  package func has(_ file: HubFile, commit: String) -> Bool {
    if Disk.fileSize(pointer(commit, file.path)) == file.size { return true }
    return file.etag.map { Disk.fileSize(blob($0)) == file.size } ?? false
  }

  /// Bytes of `files` that have to be stored still.
  package func missingByteCount(_ files: [HubFile], of model: HubModel) -> Int {
    var count = 0
    for file in files where !has(file, commit: model.commit) {
      let arrived = file.etag.flatMap { Disk.fileSize(partialBlob($0)) } ?? 0
      count += max(0, file.size - arrived)
    }
    return count
  }

  /// Remembers what `revision` means. A commit needs no note.
  package func remember(revision: String, commit: String) throws(HubError) {
    guard revision != commit, self.commit(of: revision) != commit else { return }
    let path = reference(revision)
    try Disk.makeFolders(Folders.parent(of: path))
    try Disk.write(commit, to: path)
  }

  /// Puts the blob into the snapshot by a relative link.
  package func point(_ path: String, commit: String, to etag: String) throws(HubError) {
    let pointer = pointer(commit, path)
    let ups = String(repeating: "../", count: path.utf8.split(separator: UInt8(ascii: "/")).count + 1)
    let target = "\(ups)blobs/\(etag)"
    if Links.target(of: pointer) == target { return }
    try Disk.makeFolders(Folders.parent(of: pointer))
    try Disk.link(pointer, to: target)
  }

  /// Makes the folders, and the note by which backup programs know a cache (bford.info/cachedir).
  package func prepare() throws(HubError) {
    try Disk.makeFolders(modelFolder + "/blobs")
    try Disk.makeFolders(modelFolder + "/snapshots")
    try Disk.makeFolders("\(folder)/.locks/\(id.cacheFolderName)")
    let tag = folder + "/CACHEDIR.TAG"
    if Disk.fileSize(tag) == nil {
      try Disk.write(
        "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of models from the hub.\n", to: tag)
    }
  }
}
