import Errors
import Files
import Foundation

/// What stands where a bake is to put its result, and whether it may be replaced.
struct Destination {
  let url: URL

  /// Whether nothing is lost by writing there: there is nothing, or an empty folder.
  var isFree: Bool {
    guard let status = FileStatus(at: url.path, followsLinks: false) else { return true }
    return status.isFolder && (try? Folders.names(in: url.path))?.isEmpty == true
  }

  /// Refuses what a bake must not replace.
  ///
  /// - Parameters:
  ///   - source: the checkpoint, which must survive its bake.
  ///   - replaces: whether the user asked for a replacement. Even then only a model's folder is replaced: whoever
  ///     names the home folder or a source by mistake keeps it.
  /// - Throws: `BakeError` of code `cannotCreate`.
  func check(source: URL, replaces: Bool) throws(BakeError) {
    let places = [
      ("the source", source.path), ("the folder you are in", Folders.realPath(".") ?? "."),
      ("your home folder", NSHomeDirectory()),
    ]
    for (name, path) in places where Self.contains(url, path) {
      throw BakeError(
        .cannotCreate, "the result cannot take the place of \(name)",
        why: "\(url.path) is or contains \(path)", advice: "choose another folder with \(setting: .output)")
    }
    guard !isFree else { return }
    guard replaces else { throw BakeError.destinationExists(url.path) }
    let isModel = [Manifest.fileName, "openvino_model.xml"].contains {
      FileStatus(at: url.appending(path: $0).path) != nil
    }
    guard isModel else {
      throw BakeError(
        .cannotCreate, wording: "\(url.path) is no baked folder, and is not replaced",
        why:
          "it has neither \(Manifest.fileName) nor openvino_model.xml; \(setting: .replacesDestination) replaces models only",
        mend: "choose another folder with \(setting: .output), or remove this one yourself")
    }
  }

  /// Whether `path` is the folder or in it. Links are followed.
  private static func contains(_ folder: URL, _ path: String) -> Bool {
    func components(_ url: URL) -> [String] {
      url.standardizedFileURL.resolvingSymlinksInPath().pathComponents.filter { $0 != "/" }
    }
    return components(URL(filePath: path)).starts(with: components(folder))
  }
}
