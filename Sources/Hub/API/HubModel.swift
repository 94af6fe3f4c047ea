/// One file of a model at one commit.
package struct HubFile: Sendable, Hashable {
  /// The name inside of the model, with `/` between folders. Checked: it stays below the model's folder.
  package var path: String
  /// The size in bytes.
  package var size: Int
  /// The name of the content in the cache: the SHA-256 of a big file, the git blob's SHA-1 of a small one.
  /// Nil where the listing does not tell; the server is asked then.
  package var etag: String?
  /// The SHA-256 of the content in lower-case hexadecimal, where the hub knows it (files in large-file storage).
  package var sha256: String?

  /// Names a file.
  package init(path: String, size: Int, etag: String?, sha256: String? = nil) {
    self.path = path
    self.size = size
    self.etag = etag
    self.sha256 = sha256
  }

  /// The last part of the path.
  package var name: Substring {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { Substring($0) } ?? ""
  }

  /// Whether the file lies in no folder of the model.
  package var isAtRoot: Bool { !path.utf8.contains(UInt8(ascii: "/")) }
}

/// What a model consists of at one commit.
package struct HubModel: Sendable, Hashable {
  /// The model's name.
  package var id: HubModelID
  /// The branch, tag or commit that was asked for.
  package var revision: String
  /// The commit that `revision` meant: 40 hexadecimal digits.
  package var commit: String
  /// All files, in the order of the listing.
  package var files: [HubFile]
  /// Whether its users must accept terms first.
  package var isGated: Bool

  /// Describes a model.
  package init(id: HubModelID, revision: String, commit: String, files: [HubFile], isGated: Bool = false) {
    self.id = id
    self.revision = revision
    self.commit = commit
    self.files = files
    self.isGated = isGated
  }

  /// The file named `path`.
  package func file(_ path: String) -> HubFile? { files.first { $0.path == path } }
}
