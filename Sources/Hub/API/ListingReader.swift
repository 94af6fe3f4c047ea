import Digests
import Files
import JSON

/// Reads what `GET /api/models/{id}/revision/{revision}?blobs=true` answers.
package enum ListingReader {
  /// The largest listing that is read, in bytes.
  package static let byteLimit = 64 << 20
  /// The most files that a model may have.
  package static let fileLimit = 100_000
  /// The largest file that is believed: 8 TB.
  package static let sizeLimit = 8 << 40

  /// - Throws: `HubError`: `malformedListing`, or `unsafePath` for a name that would leave the model's folder.
  package static func model(id: HubModelID, revision: String, bytes: [UInt8]) throws(HubError) -> HubModel {
    let json: JSON
    do {
      json = try JSON(parsing: bytes, options: .init(maximumDepth: 64))
    } catch {
      throw malformed(id, "is no JSON: \(error)")
    }
    guard let commit = json["sha"]?.string, Hex.isHex(commit, count: 40) else {
      throw malformed(id, "names no commit")
    }
    guard let siblings = json["siblings"]?.array, siblings.count <= fileLimit else {
      throw malformed(id, "has no list of files, or more than \(fileLimit)")
    }
    var files: [HubFile] = []
    var seen: Set<String> = []
    for sibling in siblings {
      let file = try file(sibling, of: id)
      guard seen.insert(file.path).inserted else { throw malformed(id, "names \(file.path) twice") }
      files.append(file)
    }
    // `gated` is false, or says how access is granted: "auto" or "manual".
    let isGated = json["gated"].map { $0.string != nil || $0.bool == true } ?? false
    return HubModel(id: id, revision: revision, commit: commit, files: files, isGated: isGated)
  }

  private static func file(_ json: JSON, of id: HubModelID) throws(HubError) -> HubFile {
    guard let path = json["rfilename"]?.string else { throw malformed(id, "has a file without a name") }
    guard SafeName.isPath(path) else {
      throw HubError(
        .unsafePath,
        "\(id) has a file named \"\(printable(path))\", which would be written outside of its folder",
        mend: "Do not use this model: a hub does not hand out such names.")
    }
    let large = json["lfs"]
    guard let size = (large?["size"] ?? json["size"])?.int, (0...sizeLimit).contains(size) else {
      throw malformed(id, "gives no believable size for \(path)")
    }
    let sha256 = large?["sha256"]?.string ?? large?["oid"]?.string
    if let sha256, !Hex.isHex(sha256, count: 64) { throw malformed(id, "gives a bad SHA-256 for \(path)") }
    let blob = json["blobId"]?.string
    if let blob, !Hex.isHex(blob, count: 40) { throw malformed(id, "gives a bad blob name for \(path)") }
    return HubFile(path: path, size: size, etag: sha256 ?? blob, sha256: sha256)
  }

  private static func malformed(_ id: HubModelID, _ what: String) -> HubError {
    HubError(
      .malformedListing, "the listing of \(id) \(what)",
      mend: "If HF_ENDPOINT names a mirror, check that it answers /api/models as huggingface.co does.")
  }

  private static func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(100).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
  }
}
