extension MeasuredFamily {
  /// By model type. Written by `Tests/Peers/families_run.sh` from runs, not by hand.
  package static let all: [String: MeasuredFamily] = [
    "apertus": .init(
      error: 5.6e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "arcee": .init(
      error: 5.5e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "baichuan": .init(
      error: 6.0e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "bamba": .init(
      error: 8.2e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "biogpt": .init(
      error: 4.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "bitnet": .init(
      error: 7.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "bloom": .init(
      error: 4.5e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "codegen": .init(
      error: 4.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "cohere": .init(
      error: 2.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "cohere2": .init(
      error: 6.2e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "dbrx": .init(
      error: 4.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "deepseek_v2": .init(
      error: 1.0e-06, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "deepseek_v3": .init(
      error: 6.9e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "ernie4_5": .init(
      error: 3.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "ernie4_5_moe": .init(
      error: 6.1e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "exaone": .init(
      error: 3.5e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "exaone4": .init(
      error: 8.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "falcon": .init(
      error: 4.7e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "falcon_h1": .init(
      error: 7.0e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "falcon_mamba": .init(
      error: 1.0e-06, paged: .no, npu: .no, fixedShapes: .no, ggufError: nil),
    "gemma": .init(
      error: 3.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma2": .init(
      error: 4.3e-07, paged: .no, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma3_text": .init(
      error: 1.0e-06, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma3n_text": .init(
      error: 2.8e-06, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "gemma4_text": .init(
      error: 7.2e-06, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "glm": .init(
      error: 5.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "glm4": .init(
      error: 7.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "glm4_moe": .init(
      error: 5.2e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "glm4_moe_lite": .init(
      error: 4.6e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "gpt2": .init(
      error: 4.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt_bigcode": .init(
      error: 4.9e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "gpt_neo": .init(
      error: 4.4e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "gpt_neox": .init(
      error: 4.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt_oss": .init(
      error: 5.7e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "gptj": .init(
      error: 4.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "granite": .init(
      error: 3.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "granitemoe": .init(
      error: 3.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "granitemoehybrid": .init(
      error: 8.5e-07, paged: .no, npu: .no, fixedShapes: .no, ggufError: nil),
    "granitemoeshared": .init(
      error: 9.9e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "helium": .init(
      error: 4.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "hunyuan_v1_dense": .init(
      error: 4.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "hunyuan_v1_moe": .init(
      error: 6.5e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "internlm2": .init(
      error: 3.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "internlm3": .init(
      error: 4.4e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "jamba": .init(
      error: 1.0e-06, paged: .no, npu: .no, fixedShapes: .no, ggufError: nil),
    "lfm2": .init(
      error: 8.4e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "lfm2_moe": .init(
      error: 7.3e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "llama": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .no, ggufError: nil),
    "llama4_text": .init(
      error: 8.4e-07, paged: .no, npu: .no, fixedShapes: .yes, ggufError: nil),
    "mamba": .init(
      error: 4.0e-07, paged: .no, npu: .no, fixedShapes: .no, ggufError: nil),
    "mamba2": .init(
      error: 7.7e-07, paged: .no, npu: .no, fixedShapes: .no, ggufError: nil),
    "minicpm": .init(
      error: 8.7e-08, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "minicpm3": .init(
      error: 2.3e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "minimax_m2": .init(
      error: 4.8e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "ministral": .init(
      error: 5.6e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "ministral3": .init(
      error: 7.6e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "mistral": .init(
      error: 5.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "mixtral": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "nemotron": .init(
      error: 1.1e-06, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "nemotron_h": .init(
      error: 7.4e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "olmo": .init(
      error: 4.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "olmo2": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "olmo3": .init(
      error: 5.4e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "olmoe": .init(
      error: 4.2e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "opt": .init(
      error: 4.0e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "persimmon": .init(
      error: 5.6e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "phi": .init(
      error: 4.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "phi3": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "phimoe": .init(
      error: 5.9e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "qwen2": .init(
      error: 4.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen2_moe": .init(
      error: 3.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3": .init(
      error: 5.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3_5_moe_text": .init(
      error: 3.3e-06, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "qwen3_5_text": .init(
      error: 3.9e-05, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "qwen3_moe": .init(
      error: 4.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3_next": .init(
      error: 2.1e-05, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "seed_oss": .init(
      error: 4.9e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
    "smollm3": .init(
      error: 5.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "stablelm": .init(
      error: 5.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "starcoder2": .init(
      error: 5.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "xglm": .init(
      error: 3.4e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: nil),
  ]
}
