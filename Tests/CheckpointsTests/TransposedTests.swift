import Checkpoints
import Tensors
import Testing

@Suite struct TransposedTests {
  /// GPT-2's matrices are stored transposed in GGUF; exchanging the axes once more gives the stored matrix.
  @Test func exchangesAxesWithoutLoss() throws {
    let opened = try Checkpoint.open(path: Fixtures.path("gguf/models/gpt2.gguf"))
    let tensor = try #require(opened.weights.tensor(named: "transformer.h.0.mlp.c_fc.weight"))
    let stored = try #require(opened.gguf?.tensors.first { $0.name == "blk.0.ffn_up.weight" })
    let weight = Weight(tensor).transposed()
    #expect(weight.shape == stored.shape && weight.elementType == .f16 && tensor.elementType == nil)
    // Whoever counts the tensors that a model uses does so by name.
    #expect(weight.tensors.map(\.name) == [tensor.name])
    var floats = [Float](repeating: 0, count: weight.shape.elementCount)
    try floats.withUnsafeMutableBufferPointer {
      try WeightReader().read(0..<weight.shape.rows, of: weight, into: $0)
    }
    #expect(try floats == stored.floats())
  }
}
