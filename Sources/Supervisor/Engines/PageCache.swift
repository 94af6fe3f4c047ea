import Files
import OpenVINO

/// The blocks of all layers' keys and values, in memory that is taken only where something was written.
final class PageCache {
  private let memories: [(bytes: UnsafeMutableRawBufferPointer, blockBytes: Int)]
  /// Kept alive: they own the memory.
  private let tensors: [Tensor]

  /// Gives all requests so many blocks.
  init(_ graphs: PagedGraphs, blocks: Int, runtime: OpenVINORuntime) throws(OpenVINOError) {
    var memories: [(bytes: UnsafeMutableRawBufferPointer, blockBytes: Int)] = []
    var tensors: [Tensor] = []
    for (number, cache) in graphs.interface.caches.enumerated() {
      let (tensor, bytes) = try KeyValueBlocks.tensor(
        cache.elementType, shape: [blocks] + cache.blockShape, runtime: runtime)
      for graph in graphs.all { try graph.request.setInput(graph.interface.caches[number].input, tensor) }
      tensors.append(tensor)
      memories.append((bytes, try KeyValueBlocks.byteCount(cache.elementType, shape: cache.blockShape)))
    }
    self.memories = memories
    self.tensors = tensors
  }

  /// The bytes of one block in all layers, at the precision that was compiled.
  static func blockBytes(_ interface: PagedInterface) throws(OpenVINOError) -> Int {
    var total = 0
    for cache in interface.caches {
      total += try KeyValueBlocks.byteCount(cache.elementType, shape: cache.blockShape)
    }
    return total
  }

  /// Gives all requests tables with so many rows of recurrent states, where the model has any.
  static func connectStates(
    _ graphs: PagedGraphs, rows: Int, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    for (number, table) in graphs.interface.states.enumerated() {
      let shape = [rows] + table.blockShape
      let tensor = try KeyValueBlocks.tensor(table.elementType, shape: shape, runtime: runtime).tensor
      for graph in graphs.all { try graph.request.setInput(graph.interface.states[number].input, tensor) }
    }
  }

  /// The bytes of a block, of one layer's keys or values after the other.
  func bytes(of block: Int) -> [UInt8] {
    withExtendedLifetime(tensors) {
      var result: [UInt8] = []
      result.reserveCapacity(blockBytes)
      for (bytes, size) in memories {
        result.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: bytes[(block * size)..<((block + 1) * size)]))
      }
      return result
    }
  }

  /// Puts bytes back that `bytes(of:)` gave.
  func fill(_ block: Int, with content: [UInt8]) {
    withExtendedLifetime(tensors) {
      content.withUnsafeBytes { content in
        var place = 0
        for (bytes, size) in memories {
          UnsafeMutableRawBufferPointer(rebasing: bytes[(block * size)..<((block + 1) * size)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: content[place..<(place + size)]))
          place += size
        }
      }
    }
  }

  /// The bytes of one block in all layers.
  var blockBytes: Int { memories.reduce(0) { $0 + $1.blockBytes } }

  /// Copies a block to another place.
  func copy(_ source: Int, to target: Int) {
    withExtendedLifetime(tensors) {
      for (bytes, blockBytes) in memories {
        let from = UnsafeRawBufferPointer(
          rebasing: bytes[(source * blockBytes)..<((source + 1) * blockBytes)])
        UnsafeMutableRawBufferPointer(rebasing: bytes[(target * blockBytes)..<((target + 1) * blockBytes)])
          .copyMemory(from: from)
      }
    }
  }
}
