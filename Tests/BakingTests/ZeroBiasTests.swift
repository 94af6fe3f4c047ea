import Baking
import Foundation
import Tensors
import Testing

/// Programs that quantise leave biases of zeros beside weights that have none: they are left out, wherever the file is.
@Suite struct ZeroBiasTests {
  private func bake(isRemote: Bool, first: UInt8) throws -> [String] {
    let folder = try TemporaryFolder()
    var weights = try ChangedWeights(of: "llama")
    for name in ["self_attn.q_proj", "mlp.up_proj"] {
      weights.tensors.append(
        .init(
          name: "model.layers.1.\(name).bias", type: "F16", shape: [64],
          bytes: [first] + [UInt8](repeating: 0, count: 127)))
    }
    try weights.write(to: folder["source"])
    var options = tinyBake(folder["source"], folder["baked"])
    if isRemote {
      let file = MemoryByteSource(name: "model.safetensors", bytes: ChangedWeights.file(weights.tensors))
      options.remoteWeights = NotedWeights(files: [file])
    }
    let notes = Notes()
    _ = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    return notes.texts
  }

  @Test(arguments: [false, true]) func areLeftOut(isRemote: Bool) throws {
    #expect(try bake(isRemote: isRemote, first: 0).contains { $0.hasPrefix("2 biases of nothing but zeros") })
    #expect(throws: BakeError.self) { try bake(isRemote: isRemote, first: 1) }
  }
}
