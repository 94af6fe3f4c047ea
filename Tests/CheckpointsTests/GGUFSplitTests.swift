import Checkpoints
import Tensors
import Testing

/// A quantised model in several files, with permuted rows (`make_gguf_split.py`).
@Suite struct GGUFSplitTests {
  private let names = [
    ("token_embd", "model.embed_tokens"), ("output", "lm_head"), ("output_norm", "model.norm"),
    ("blk.0.attn_q", "model.layers.0.self_attn.q_proj"), ("blk.0.attn_k", "model.layers.0.self_attn.k_proj"),
    ("blk.0.attn_v", "model.layers.0.self_attn.v_proj"), ("blk.0.ffn_down", "model.layers.0.mlp.down_proj"),
    ("blk.0.ffn_up", "model.layers.0.mlp.up_proj"),
  ]

  @Test(arguments: [1, 3]) func readsAllParts(first: Int) throws {
    let opened = try Checkpoint.open(path: Fixtures.path("gguf/split-0000\(first)-of-00003.gguf"))
    let golden = try Fixtures.golden("gguf/split.safetensors")
    #expect(opened.files.count == 3 && opened.weights.tensorNames.count == 12)
    #expect(opened.config?["model_type"] == "llama")
    for (stored, name) in names {
      let tensor = try #require(opened.weights.tensor(named: name + ".weight"))
      let expected = try #require(golden.tensor(named: stored + ".weight")).floats()
      #expect(try tensor.floats() == expected, "\(name)")
      guard tensor.keptFormat != nil else { continue }
      // Parts of heads too: rows 3 to 12 begin and end inside of one.
      let columns = tensor.shape.columns
      for rows in [0..<tensor.shape.rows, 3..<13] {
        let part = expected[rows.lowerBound * columns..<rows.upperBound * columns]
        let kept = try tensor.keptFloats(rows: rows)
        #expect(zip(kept, part).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name)")
      }
    }
  }
}
