import Files
import Foundation
import Graph
import IRFormat
import Tensors

/// A segment as an IR in a folder, its weights written slab by slab: the runtime maps them, so that they are never in
/// this process's own memory, however large a layer is.
struct SegmentFile {
  let xml: URL

  private static let slabElementCount = 1 << 20

  /// Writes `graph`, with logical weights, which become f32.
  init(_ graph: Graph, in folder: URL) throws {
    try Folders.make(folder.path)
    xml = folder.appending(path: "segment.xml")
    let weights = graph.weights
    let lowered = weights.isEmpty ? graph : try graph.lowered { _ in .dense(.f32) }
    var layout = BinLayout()
    layout.add(lowered)
    let file = try OpenFile(writing: folder.appending(path: "segment.bin").path)
    try file.truncate(to: 0)
    try file.truncate(to: layout.totalByteCount)
    let slab = ScratchBuffer()
    let reader = WeightReader()
    for entry in layout.entries {
      switch entry.content {
      case .bytes(let bytes): try bytes.withUnsafeBytes { try file.write($0, at: entry.offset) }
      case .blob(let blob):
        try Self.write(weights[blob.weightID].weight, to: file, at: entry.offset, slab, reader)
      }
    }
    try SmallFile.replace(
      xml.path, with: Array(IRWriter.xml(lowered, layout: layout, name: "segment").utf8))
  }

  private static func write(
    _ weight: Weight, to file: OpenFile, at offset: Int, _ slab: ScratchBuffer, _ reader: WeightReader
  ) throws {
    let (rows, columns) = (weight.shape.rows, weight.shape.columns)
    let step = max(1, slabElementCount / max(columns, 1))
    for start in stride(from: 0, to: rows, by: step) {
      let part = start..<min(start + step, rows)
      try slab.withBytes(part.count * columns * MemoryLayout<Float>.stride) { bytes in
        try reader.read(part, of: weight, into: bytes.bindMemory(to: Float.self))
        try file.write(
          UnsafeRawBufferPointer(bytes), at: offset + start * columns * MemoryLayout<Float>.stride)
      }
    }
  }
}
