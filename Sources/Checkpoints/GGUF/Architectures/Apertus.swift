import JSON
import Tensors

extension GGUFArchitecture {
  /// Apertus, whose activation's trained numbers are metadata.
  static let apertus = GGUFArchitecture(
    name: "apertus", modelType: "apertus", className: "ApertusForCausalLM",
    layer: [Name("attn_norm", "attention_layernorm"), Name("ffn_norm", "feedforward_layernorm")]
      + attention(permuted: false) + gatedMLP,
    literals: { context in
      let numbers: [(key: String, shape: Shape)] = [
        ("alpha_p", [1]), ("alpha_n", [1]), ("beta", []), ("eps", []),
      ]
      return try numbers.flatMap { key, shape in
        guard let values = context.file["xielu.\(key)"]?.floats, values.count >= context.layerCount else {
          throw CheckpointError(
            .malformed, "\(context.file.name) has no number 'xielu.\(key)' for each layer")
        }
        return (0..<context.layerCount).map { layer in
          DerivedTensor(
            name: "model.layers.\(layer).mlp.act_fn.\(key)", Weight([values[layer]], shape: shape))
        }
      }
    },
    configure: { context, config in
      context.addBiases(to: &config)
      config["hidden_act"] = "xielu"
    })
}
