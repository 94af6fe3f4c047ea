import Files
import JSON
import Tensors

/// The index of a checkpoint in several files (`*.index.json`): which file holds which tensor.
struct ShardIndex {
  /// The path, for messages.
  let name: String
  /// Tensor name → file name.
  private let files: [String: String]
  /// The files without repetition, sorted, which is the order in which they were written.
  let fileNames: [String]

  init(_ source: any ByteSource) throws {
    name = source.name
    let index = try JSONFile.read(source, maximumByteCount: 100_000_000)
    guard let map = index["weight_map"]?.object, !map.isEmpty else {
      throw CheckpointError(.malformed, "\(name) has no 'weight_map'")
    }
    var files: [String: String] = [:]
    for (tensor, file) in map {
      guard let file = file.string, SafeName.isName(file) else {
        throw CheckpointError(.malformed, "\(name) gives '\(tensor)' a file that is not a plain name")
      }
      files[tensor] = file
    }
    self.files = files
    fileNames = Set(files.values).sorted()
  }

  /// Checks that every tensor of the index is there. More than the index names is allowed.
  func check(_ tensors: [any StoredTensor]) throws(CheckpointError) {
    let present = Set(tensors.map(\.name))
    guard let missing = files.keys.filter({ !present.contains($0) }).min() else { return }
    throw CheckpointError(
      .inconsistent, "\(name) promises '\(missing)' in \(files[missing] ?? "?"), which does not have it",
      mend: "Fetch the folder again: its files are of different versions.")
  }
}
