/// One file of a model at one commit.
public struct HubFile: Sendable, Hashable {
  /// The name inside of the model, with `/` between folders. Checked: it stays below the model's folder.
  public var path: String
  /// The size in bytes.
  public var size: Int
  /// The name of the content in the cache: the SHA-256 of a big file, the git blob's SHA-1 of a small one.
  /// Nil where the listing does not tell; the server is asked then.
  public var etag: String?
  /// The SHA-256 of the content in lower-case hexadecimal, where the hub knows it (files in large-file storage).
  public var sha256: String?

  /// Names a file.
  public init(path: String, size: Int, etag: String?, sha256: String? = nil) {
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
public struct HubModel: Sendable, Hashable {
  /// The model's name.
  public var id: HubModelID
  /// The branch, tag or commit that was asked for.
  public var revision: String
  /// The commit that `revision` meant: 40 hexadecimal digits.
  public var commit: String
  /// All files, in the order of the listing.
  public var files: [HubFile]
  /// Whether its users must accept terms first.
  public var isGated: Bool

  /// Describes a model.
  public init(id: HubModelID, revision: String, commit: String, files: [HubFile], isGated: Bool = false) {
    self.id = id
    self.revision = revision
    self.commit = commit
    self.files = files
    self.isGated = isGated
  }

  /// The file named `path`.
  public func file(_ path: String) -> HubFile? { files.first { $0.path == path } }
}
