import JSON

/// What runs of each family and how far its tiny models are from transformers.
///
/// Written by `Tests/Peers/families_run.sh` from runs, not by hand.
package struct MeasuredFamily: Sendable {
  /// The largest difference of a logit, relative to the largest logit.
  package let error: Double
  /// Whether every layer has a paged form; nil where it was not tried.
  package let isPaged: Bool?
  /// Whether the NPU plugin's path runs it; nil where it was not tried.
  package let runsOnNPU: Bool?
  /// Whether it bakes with fixed shapes; nil where it was not tried.
  package let hasFixedShapes: Bool?

  /// By model type.
  package static let all: [String: MeasuredFamily] = {
    let table = (try? JSON(parsing: text))?.object ?? [:]
    return Dictionary(
      table.map { entry in
        (
          entry.key,
          MeasuredFamily(
            error: entry.value["error"]?.double ?? .nan, isPaged: entry.value["paged"]?.bool,
            runsOnNPU: entry.value["npu"]?.bool, hasFixedShapes: entry.value["static"]?.bool)
        )
      }, uniquingKeysWith: { first, _ in first })
  }()

  private static let text = """
    {
      "apertus": {"error": 5.6e-07, "paged": true, "static": true},
      "arcee": {"error": 5.5e-07, "paged": true, "static": true},
      "baichuan": {"error": 6.0e-07, "paged": true, "static": true},
      "bamba": {"error": 8.2e-07, "paged": true, "npu": false, "static": false},
      "biogpt": {"error": 4.3e-07, "paged": true, "static": true},
      "bitnet": {"error": 7.3e-07, "paged": true, "static": true},
      "bloom": {"error": 4.5e-07, "paged": true, "static": true},
      "codegen": {"error": 4.3e-07, "paged": true, "static": true},
      "cohere": {"error": 2.5e-07, "paged": true, "npu": true, "static": true},
      "cohere2": {"error": 6.2e-07, "paged": true, "static": true},
      "dbrx": {"error": 4.3e-07, "paged": true, "static": true},
      "deepseek_v2": {"error": 1.0e-06, "paged": true, "static": true},
      "deepseek_v3": {"error": 6.9e-07, "paged": true, "static": true},
      "ernie4_5": {"error": 3.8e-07, "paged": true, "npu": true, "static": true},
      "ernie4_5_moe": {"error": 6.1e-07, "paged": true, "static": true},
      "exaone": {"error": 3.5e-07, "paged": true, "static": true},
      "exaone4": {"error": 8.3e-07, "paged": true, "npu": true, "static": true},
      "falcon": {"error": 4.7e-07, "paged": true, "static": true},
      "falcon_h1": {"error": 7.0e-07, "paged": true, "npu": false, "static": false},
      "falcon_mamba": {"error": 1.0e-06, "paged": false, "npu": false, "static": false},
      "gemma": {"error": 3.2e-07, "paged": true, "npu": true, "static": true},
      "gemma2": {"error": 4.3e-07, "paged": false, "npu": true, "static": true},
      "gemma3_text": {"error": 1.0e-06, "paged": true, "npu": true, "static": true},
      "gemma3n_text": {"error": 2.8e-06, "paged": true, "static": false},
      "gemma4_text": {"error": 7.2e-06, "paged": true, "static": false},
      "glm": {"error": 5.4e-07, "paged": true, "npu": true, "static": true},
      "glm4": {"error": 7.3e-07, "paged": true, "npu": true, "static": true},
      "glm4_moe": {"error": 5.2e-07, "paged": true, "static": true},
      "glm4_moe_lite": {"error": 4.6e-07, "paged": true, "static": true},
      "gpt2": {"error": 4.7e-07, "paged": true, "npu": true, "static": true},
      "gpt_bigcode": {"error": 4.9e-07, "paged": true, "static": true},
      "gpt_neo": {"error": 4.4e-07, "paged": true, "static": true},
      "gpt_neox": {"error": 4.3e-07, "paged": true, "npu": true, "static": true},
      "gpt_oss": {"error": 5.7e-07, "paged": true, "static": true},
      "gptj": {"error": 4.3e-07, "paged": true, "static": true},
      "granite": {"error": 3.1e-07, "paged": true, "npu": true, "static": true},
      "granitemoe": {"error": 3.6e-07, "paged": true, "npu": true, "static": true},
      "granitemoehybrid": {"error": 8.5e-07, "paged": false, "npu": false, "static": false},
      "granitemoeshared": {"error": 9.9e-07, "paged": true, "static": true},
      "helium": {"error": 4.7e-07, "paged": true, "npu": true, "static": true},
      "hunyuan_v1_dense": {"error": 4.4e-07, "paged": true, "npu": true, "static": true},
      "hunyuan_v1_moe": {"error": 6.5e-07, "paged": true, "static": true},
      "internlm2": {"error": 3.9e-07, "paged": true, "npu": true, "static": true},
      "internlm3": {"error": 4.4e-07, "paged": true, "static": true},
      "jamba": {"error": 1.0e-06, "paged": false, "npu": false, "static": false},
      "lfm2": {"error": 8.4e-07, "paged": true, "npu": false, "static": false},
      "lfm2_moe": {"error": 7.3e-07, "paged": true, "npu": false, "static": false},
      "llama": {"error": 5.7e-07, "paged": true, "npu": true, "static": false},
      "llama4_text": {"error": 8.4e-07, "paged": false, "static": true},
      "mamba": {"error": 4.0e-07, "paged": false, "npu": false, "static": false},
      "mamba2": {"error": 7.7e-07, "paged": false, "npu": false, "static": false},
      "minicpm": {"error": 8.7e-08, "paged": true, "npu": true, "static": true},
      "minicpm3": {"error": 2.3e-07, "paged": true, "static": true},
      "minimax_m2": {"error": 4.8e-07, "paged": true, "static": true},
      "ministral": {"error": 5.6e-07, "paged": true, "static": true},
      "ministral3": {"error": 7.6e-07, "paged": true, "static": true},
      "mistral": {"error": 5.0e-07, "paged": true, "npu": true, "static": true},
      "mixtral": {"error": 5.7e-07, "paged": true, "npu": true, "static": true},
      "nemotron": {"error": 1.1e-06, "paged": true, "static": true},
      "nemotron_h": {"error": 7.4e-07, "paged": true, "npu": false, "static": false},
      "olmo": {"error": 4.1e-07, "paged": true, "npu": true, "static": true},
      "olmo2": {"error": 5.6e-07, "paged": true, "npu": true, "static": true},
      "olmo3": {"error": 5.4e-07, "paged": true, "static": true},
      "olmoe": {"error": 4.2e-07, "paged": true, "static": true},
      "opt": {"error": 4.0e-07, "paged": true, "static": true},
      "persimmon": {"error": 5.6e-07, "paged": true, "static": true},
      "phi": {"error": 4.2e-07, "paged": true, "npu": true, "static": true},
      "phi3": {"error": 5.7e-07, "paged": true, "npu": true, "static": true},
      "phimoe": {"error": 5.9e-07, "paged": true, "static": true},
      "qwen2": {"error": 4.9e-07, "paged": true, "npu": true, "static": true},
      "qwen2_moe": {"error": 3.8e-07, "paged": true, "npu": true, "static": true},
      "qwen3": {"error": 5.1e-07, "paged": true, "npu": true, "static": true},
      "qwen3_5_moe_text": {"error": 3.3e-06, "paged": true, "npu": false, "static": false},
      "qwen3_5_text": {"error": 3.9e-05, "paged": true, "npu": false, "static": false},
      "qwen3_moe": {"error": 4.5e-07, "paged": true, "npu": true, "static": true},
      "qwen3_next": {"error": 2.1e-05, "paged": true, "npu": false, "static": false},
      "seed_oss": {"error": 4.9e-07, "paged": true, "static": true},
      "smollm3": {"error": 5.5e-07, "paged": true, "npu": true, "static": true},
      "stablelm": {"error": 5.0e-07, "paged": true, "npu": true, "static": true},
      "starcoder2": {"error": 5.1e-07, "paged": true, "npu": true, "static": true},
      "xglm": {"error": 3.4e-07, "paged": true, "static": true}
    }
    """
}
