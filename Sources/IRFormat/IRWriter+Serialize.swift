import Graph
import Tensors

extension IRWriter {
  /// A whole small graph in memory, with all weights as f32. For tests, and for graphs such as tokenizers.
  /// - Throws: what reading a weight throws, and `IRError` for blobs that are not plain f32.
  package static func serialize(
    _ graph: Graph, name: String = "model", runtimeInfo: RuntimeInfo = RuntimeInfo()
  ) throws -> (xml: String, bin: [UInt8]) {
    let weights = graph.weights
    let lowered = weights.isEmpty ? graph : try graph.lowered { _ in .dense(.f32) }
    var layout = BinLayout()
    layout.add(lowered)
    let reader = WeightReader()
    let bin = try [UInt8](unsafeUninitializedCapacity: layout.totalByteCount) { buffer, count in
      buffer.initialize(repeating: 0)
      for entry in layout.entries {
        let place = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[entry.offset..<entry.offset + entry.byteCount])
        switch entry.content {
        case .bytes(let bytes): place.copyBytes(from: bytes)
        case .blob(let blob):
          guard blob.elementType == .f32, blob.weightID < weights.count else {
            throw IRError(.cannotWrite, "only plain f32 weights can be written to memory")
          }
          let weight = weights[blob.weightID].weight
          try reader.read(0..<weight.shape.rows, of: weight, into: place.bindMemory(to: Float.self))
        }
      }
      count = layout.totalByteCount
    }
    return (try xml(lowered, layout: layout, name: name, runtimeInfo: runtimeInfo), bin)
  }
}
