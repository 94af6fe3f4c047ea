import Checkpoints
import Foundation
import JSON
import Tensors

/// A Hugging Face folder with the numbers of a GGUF in float32.
enum DequantizedFolder {
  /// Writes `config.json`, `model.safetensors` and the tokenizer's files, which are taken from a baked folder.
  static func write(_ gguf: URL, tokenizerOf baked: URL, into folder: TemporaryFolder) throws -> URL {
    let target = folder.url.appending(path: "hf-source")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: baked.path)
    where name.hasSuffix(".jinja") || name.hasSuffix(".json") && name != "oven.json" {
      try FileManager.default.copyItem(at: baked.appending(path: name), to: target.appending(path: name))
    }
    try writeWeights(
      try Checkpoint.open(path: gguf.path).weights, to: target.appending(path: "model.safetensors"))
    return target
  }

  private static func writeWeights(_ weights: any WeightSource, to file: URL) throws {
    var header = JSONObject()
    var offset = 0
    let tensors = weights.tensorNames.compactMap(weights.tensor(named:))
    for tensor in tensors {
      let end = offset + tensor.shape.elementCount * 4
      header[tensor.name] = [
        "dtype": "F32", "shape": .array(tensor.shape.dimensions.map(JSON.int)),
        "data_offsets": [.int(offset), .int(end)],
      ]
      offset = end
    }
    let text = Data(JSON.object(header).serialized().utf8)
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text)
    let reader = WeightReader()
    for tensor in tensors {
      var values = [Float](repeating: 0, count: tensor.shape.elementCount)
      try values.withUnsafeMutableBufferPointer {
        try reader.read(0..<tensor.shape.rows, of: Weight(tensor), into: $0)
      }
      try values.withUnsafeBytes { try handle.write(contentsOf: Data($0)) }
    }
    try handle.close()
  }
}
