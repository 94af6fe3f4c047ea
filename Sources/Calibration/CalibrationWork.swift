import Files
import Foundation
import JSON
import OpenVINO
import Quantization
import Tensors

/// What a calibration keeps on the disk while it runs: the layers that are done, and what the last one computed.
struct CalibrationWork {
  let folder: URL
  let fingerprint: String
  let resumes: Bool

  private func url(layer: Int) -> URL { folder.appending(path: "layer_\(layer).bin") }
  private func stateURL(after layer: Int) -> URL { folder.appending(path: "state_\(layer).bin") }
  private func stateURL(in layer: Int, part: Int) -> URL {
    folder.appending(path: "state_\(layer)_\(part).bin")
  }
  private var textURL: URL { folder.appending(path: "text.json") }

  /// Keeps the windows of the text: a model takes its time to write it.
  func keep(_ windows: [[Int]]) throws {
    try Folders.make(folder.path)
    let list: JSON = ["fingerprint": .string(fingerprint), "windows": Self.json(windows)]
    try SmallFile.replace(textURL.path, with: Array(list.serialized().utf8))
  }

  /// The windows that were kept.
  var windows: [[Int]]? {
    guard resumes, let bytes = SmallFile.bytes(at: textURL.path, limit: 1 << 30),
      let list = try? JSON(parsing: bytes), list["fingerprint"]?.string == fingerprint,
      let windows = list["windows"].map(Self.tokens), !windows.isEmpty, windows.allSatisfy({ !$0.isEmpty })
    else { return nil }
    return windows
  }

  private static func json(_ windows: [[Int]]) -> JSON { .array(windows.map { .array($0.map(JSON.int)) }) }
  private static func tokens(_ json: JSON) -> [[Int]] {
    (json.array ?? []).map { ($0.array ?? []).compactMap(\.int) }
  }

  /// The layers from the first on that a stopped bake of the same thing finished, and what the one after them reads.
  ///
  /// Where that is damaged, or the bake was killed before it was listed, it goes on after an earlier layer, or anew.
  func finished(_ count: Int, format: (String) -> CompressedFormat?) throws -> (
    layers: [LayerFile], batches: [TextBatch]?
  ) {
    guard resumes else { return ([], nil) }
    var layers: [LayerFile] = []
    for index in 0..<count {
      guard let layer = LayerFile(finished: url(layer: index), fingerprint: fingerprint, format: format)
      else { break }
      layers.append(layer)
    }
    if layers.count == count { return (layers, nil) }
    while !layers.isEmpty {
      if let batches = try batches(after: layers.count) { return (layers, batches) }
      layers.removeLast()
    }
    return ([], nil)
  }

  /// A new file for a layer.
  func layerFile(_ index: Int, folds: [ChannelFold]) throws -> LayerFile {
    try Folders.make(folder.path)
    return try LayerFile(url(layer: index), folds: folds)
  }

  /// A file for what layers after this one read.
  func batchFile(after layer: Int) throws -> BatchFile {
    try Folders.make(folder.path)
    return try BatchFile(stateURL(after: layer))
  }

  /// A file for what the next part of a layer reads. Its name goes at once: only this process needs it.
  func batchFile(in layer: Int, part: Int) throws -> BatchFile {
    try Folders.make(folder.path)
    let url = stateURL(in: layer, part: part)
    let file = try BatchFile(url)
    Removal.file(url.path)
    return file
  }

  /// Lists what the file holds, and removes the one of the layer before: from here a stopped bake goes on.
  func keep(_ batches: [TextBatch], after layer: Int) throws {
    let url = stateURL(after: layer)
    let list: JSON = [
      "fingerprint": .string(fingerprint), "batches": .array(batches.map(Self.json)),
      "sum": .string(try SmallFile.digest(of: url.path)),
    ]
    try SmallFile.replace(
      url.appendingPathExtension("json").path, with: Array(list.serialized().utf8))
    guard layer > 0 else { return }
    let last = stateURL(after: layer - 1)
    Removal.file(last.path)
    Removal.file(last.appendingPathExtension("json").path)
  }

  private static func json(_ batch: TextBatch) -> JSON {
    let values = batch.values.sorted { $0.key < $1.key }.map { name, value -> JSON in
      [
        "name": .string(name), "type": .string(value.type.rawValue),
        "shape": .array(value.shape.map(JSON.int)), "offset": .int(value.offset),
        "bytes": .int(value.byteCount),
      ]
    }
    return ["tokens": json(batch.tokens), "values": .array(values)]
  }

  /// What was kept after so many layers; nil where that is not there, or damaged.
  private func batches(after layers: Int) throws -> [TextBatch]? {
    let url = stateURL(after: layers - 1)
    guard let bytes = SmallFile.bytes(at: url.appendingPathExtension("json").path, limit: 1 << 30),
      let list = try? JSON(parsing: bytes),
      list["fingerprint"]?.string == fingerprint, let entries = list["batches"]?.array,
      let sum = list["sum"]?.string, (try? SmallFile.digest(of: url.path)) == sum,
      let file = try? OpenFile(reading: url.path), let size = try? file.status.size
    else { return nil }
    var batches: [TextBatch] = []
    for entry in entries {
      var batch = TextBatch(entry["tokens"].map(Self.tokens) ?? [])
      for value in entry["values"]?.array ?? [] {
        guard let name = value["name"]?.string, let type = value["type"]?.string,
          let offset = value["offset"]?.int, let count = value["bytes"]?.int,
          let shape = value["shape"]?.array, offset >= 0, count >= 0, count <= size, offset <= size - count
        else { return nil }
        batch.values[name] = BatchValue(
          shape: shape.compactMap(\.int), type: OpenVINO.ElementType(rawValue: type), file: file,
          offset: offset, byteCount: count)
      }
      batches.append(batch)
    }
    return batches
  }
}
