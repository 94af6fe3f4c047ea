import Graph
import JSON
import Tensors

/// A family of language models: how a `config.json` and the tensors of a checkpoint become a graph.
///
/// To add one: a file in `Families`, a line in `ArchitectureRegistry.all`, and a test.
package protocol Architecture: Sendable {
  /// The values of `model_type` in `config.json` that this family reads.
  static var modelTypes: [String] { get }

  /// What transformers takes for keys of `config.json` that are absent, where a family's model type has a default that
  /// this program would not take by itself. A key that is `null` is not absent.
  static func defaults(for modelType: String) -> JSONObject

  /// Reads the configuration and refuses what is not supported, before anything is built.
  /// - Throws: `ArchitectureError`.
  init(_ config: ModelConfiguration) throws

  /// The configuration it was made from.
  var config: ModelConfiguration { get }

  /// Tensors that checkpoints of the family contain and the graph does not need. A star at the beginning or the
  /// end of a pattern stands for anything.
  var ignoredTensors: [String] { get }

  /// The graph of the model over the weights of a checkpoint, with Hugging Face's names.
  /// - Throws: `TensorError` for a tensor that is missing or misshapen, `GraphError` where the parts do not fit.
  func build(weights: WeightScope, options: GraphOptions) throws -> Graph
}

extension Architecture {
  /// The graph of the model in the form that its options and its layers ask for.
  ///
  /// A graph for NPUs takes two or three heads apart. NPUW does not turn the values of such a layer, but it turns those of all
  /// layers or of none, and what the host chooses experts for comes out wrong where it does not (docs/npu.md): so not where
  /// layers differ in their heads, or have experts.
  package func graph(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let graph = try build(weights: weights, options: options)
    guard options.isForNPU, options.kind == .stateful, options.takesHeadsApart else { return graph }
    let heads = Set(graph.variables.filter(\.isCache).map { $0.shape[1] })
    guard heads.count > 1 || graph.weights.contains(where: { $0.role == .expert }) else { return graph }
    var whole = options
    whole.takesHeadsApart = false
    return try build(weights: weights, options: whole)
  }

  /// Most families do without.
  package static func defaults(for modelType: String) -> JSONObject { [:] }

  /// Whether the family does without the tensor of that name.
  package func ignores(tensor name: String) -> Bool {
    ignoredTensors.contains { pattern in
      switch (pattern.hasPrefix("*"), pattern.hasSuffix("*")) {
      case (true, _): name.hasSuffix(pattern.dropFirst())
      case (false, true): name.hasPrefix(pattern.dropLast())
      case (false, false): name == pattern
      }
    }
  }
}

/// All families.
package enum ArchitectureRegistry {
  /// One line a family.
  package static let all: [any Architecture.Type] = [
    Apertus.self,
    Arcee.self,
    Baichuan.self,
    Bamba.self,
    BitNet.self,
    Bloom.self,
    ChatGLM.self,
    Cohere.self,
    DBRX.self,
    DeepSeek.self,
    Ernie45.self,
    Ernie45MoE.self,
    Exaone.self,
    Exaone4.self,
    Falcon.self,
    FalconH1.self,
    Gemma.self,
    Gemma2.self,
    Gemma3n.self,
    Gemma4.self,
    GLM4.self,
    GLM4MoE.self,
    GPT2.self,
    GPTBigCode.self,
    GPTJ.self,
    GPTNeo.self,
    GPTNeoX.self,
    GPTOSS.self,
    Granite.self,
    GraniteHybrid.self,
    GraniteMoE.self,
    Helium.self,
    Hunyuan.self,
    InternLM2.self,
    Jais.self,
    Jamba.self,
    LFM2.self,
    Llama.self,
    Llama4.self,
    Mamba.self,
    Mamba2.self,
    MiniCPM.self,
    MiniCPM3.self,
    MiniMaxM2.self,
    Mistral.self,
    Mixtral.self,
    MPT.self,
    Nemotron.self,
    NemotronH.self,
    OLMo.self,
    OLMo2.self,
    OLMoE.self,
    OLMoHybrid.self,
    OPT.self,
    Orion.self,
    Persimmon.self,
    Phi.self,
    Phi3.self,
    PhiMoE.self,
    Qwen.self,
    Qwen2.self,
    Qwen2MoE.self,
    Qwen3.self,
    Qwen35.self,
    SmolLM3.self,
    StableLM.self,
    Starcoder2.self,
    XGLM.self,
  ]

  /// All values of `model_type` that are known, sorted.
  package static var modelTypes: [String] { all.flatMap { $0.modelTypes }.sorted() }

  /// The family that a `config.json` names.
  /// - Throws: `ArchitectureError`, with the list of known families where this one is not among them.
  package static func make(for config: JSON) throws -> any Architecture {
    guard let modelType = config["model_type"]?.string else {
      throw ArchitectureError(.badConfiguration, "config.json has no 'model_type'")
    }
    guard let family = all.first(where: { $0.modelTypes.contains(modelType) }) else {
      throw ArchitectureError(
        .unknownArchitecture,
        "the architecture '\(modelType)' is not supported. Known are: \(modelTypes.joined(separator: ", "))")
    }
    return try family.init(ModelConfiguration(config, defaults: family.defaults(for: modelType)))
  }
}
