import Baking
import Files
import Foundation
import JSON

/// A scheme's folder that an earlier sweep may have left.
struct SweepFolder {
  let url: URL

  /// Whether it holds what a bake with these options would make.
  /// - Throws: where there is another bake: of another source, or by other options.
  func has(_ options: BakeOptions) throws -> Bool {
    guard FileStatus(at: url.path) != nil else { return false }
    let path = url.appending(path: Manifest.fileName).path
    guard let bytes = SmallFile.bytes(at: path, limit: 1 << 30), let manifest = try? JSON(parsing: bytes)
    else {
      throw refusal("it has no \(Manifest.fileName) that can be read")
    }
    if let difference = difference(manifest, options) ?? changedSource(options, since: path) {
      throw refusal(difference)
    }
    return true
  }

  private func refusal(_ why: String) -> ErrorReport {
    ErrorReport(
      what: "\(url.path) is no bake that this sweep would make", why: why,
      mend: "--force bakes it again; or give another folder with -o", status: .cannotCreate)
  }

  private func difference(_ manifest: JSON, _ options: BakeOptions) -> String? {
    let source = options.source.standardizedFileURL.resolvingSymlinksInPath().path
    let known = manifest["source"]?["path"]?.string ?? "another source"
    guard URL(filePath: known).standardizedFileURL.resolvingSymlinksInPath().path == source else {
      return "it was baked from \(known)"
    }
    guard manifest["oven_version"]?.string == OvenVersion.current else {
      return "it was baked by another version of oven"
    }
    let recipe = manifest["recipe"]
    var wanted: [(name: String, value: String?)] = []
    if let format = options.recipe.weightFormat { wanted.append(("weight_format", format.rawValue)) }
    if let isSymmetric = options.recipe.isSymmetric { wanted.append(("sym", String(isSymmetric))) }
    if let size = options.recipe.groupSize { wanted.append(("group_size", String(size))) }
    let settings = options.calibrator?.settings ?? []
    for name in ["calibrate", "calibration_stages", "calibration_windows"] {
      wanted.append((name, settings.first { $0.name == name }?.value))
    }
    guard let other = wanted.first(where: { recipe?[$0.name]?.string != $0.value }) else { return nil }
    return
      "its \(other.name) is \(recipe?[other.name]?.string ?? "not set"), not \(other.value ?? "unset")"
  }

  /// Whether a file of the source was written after the folder was.
  private func changedSource(_ options: BakeOptions, since manifest: String) -> String? {
    let written = FileStatus(at: manifest)?.modifiedNanoseconds ?? 0
    let isFolder = FileStatus(at: options.source.path)?.kind == .folder
    let names = Folders.readableNames(in: options.source.path)
    let files = isFolder ? names.map { options.source.appending(path: $0) } : [options.source]
    let newer = files.first { (FileStatus(at: $0.path)?.modifiedNanoseconds ?? 0) > written }
    return newer.map { "\($0.lastPathComponent) was changed since" }
  }
}
