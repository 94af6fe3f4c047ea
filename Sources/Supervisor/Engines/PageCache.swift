import Files
import OpenVINO

/// The blocks of all layers' keys and values, in memory that is taken only where something was written.
final class PageCache {
  private let memories: [(bytes: UnsafeMutableRawBufferPointer, blockBytes: Int)]
  /// Kept alive: they own the memory.
  private let tensors: [Tensor]

  /// Gives a request so many blocks.
  init(
    _ interface: PagedInterface, blocks: Int, request: InferRequest, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    var memories: [(bytes: UnsafeMutableRawBufferPointer, blockBytes: Int)] = []
    var tensors: [Tensor] = []
    for cache in interface.caches {
      let (tensor, bytes) = try PageMemory.tensor(
        cache.elementType, shape: [blocks] + cache.blockShape, runtime: runtime)
      try request.setInput(cache.input, tensor)
      tensors.append(tensor)
      memories.append((bytes, try PageMemory.byteCount(cache.elementType, shape: cache.blockShape)))
    }
    self.memories = memories
    self.tensors = tensors
  }

  /// The bytes of one block in all layers, at the precision that was compiled.
  static func blockBytes(_ interface: PagedInterface) throws(OpenVINOError) -> Int {
    var total = 0
    for cache in interface.caches {
      total += try PageMemory.byteCount(cache.elementType, shape: cache.blockShape)
    }
    return total
  }

  /// Gives a request tables with so many rows of recurrent states, where the model has any.
  static func connectStates(
    _ interface: PagedInterface, rows: Int, request: InferRequest, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    for table in interface.states {
      let shape = [rows] + table.blockShape
      try request.setInput(
        table.input, try PageMemory.tensor(table.elementType, shape: shape, runtime: runtime).tensor)
    }
  }

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
