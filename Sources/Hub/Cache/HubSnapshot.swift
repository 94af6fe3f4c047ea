import Digests
import Files
import Foundation

/// A model in the cache.
package struct HubSnapshot: Sendable {
  /// Why the network was or was not used.
  package enum Origin: Sendable, Equatable {
    /// The hub was asked for the listing.
    case hub
    /// Network use was forbidden.
    case offlineCache
    /// The hub could not be reached, for this reason; what was fetched earlier is used.
    case cacheAfterFailure(String)
  }

  /// The folder with the files under their own names.
  package var folder: String
  /// The model.
  package var id: HubModelID
  /// The branch, tag or commit that was asked for.
  package var revision: String
  /// The commit of the files.
  package var commit: String
  /// The selected files; `sha256` where the hub or the cache knows it.
  package var files: [HubFile]
  /// Bytes that came over the network.
  package var bytesFetched: Int
  /// Why the network was or was not used.
  package var origin: Origin
}

extension HubCache {
  /// What the cache has of `revision`, described like a listing; files whose blob is missing are left out.
  package func localModel(revision: String) -> HubModel? {
    guard let commit = commit(of: revision), let folder = snapshotFolder(revision: revision),
      FileStatus(at: folder)?.isFolder == true
    else { return nil }
    let files: [HubFile] = Folders.paths(below: folder).compactMap { path in
      guard let size = Disk.fileSize("\(folder)/\(path)") else { return nil }
      let blob = Links.target(of: "\(folder)/\(path)")?.split(separator: "/").last.map(String.init)
      return HubFile(
        path: path, size: size, etag: blob, sha256: blob.flatMap { Hex.isHex($0, count: 64) ? $0 : nil })
    }
    return HubModel(id: id, revision: revision, commit: commit, files: files)
  }
}
