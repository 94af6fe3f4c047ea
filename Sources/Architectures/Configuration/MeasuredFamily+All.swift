extension MeasuredFamily {
  /// By model type. Written by `Tests/Peers/families_run.sh` from runs, not by hand.
  package static let all: [String: MeasuredFamily] = [
    "apertus": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.7e-07),
    "arcee": .init(
      error: 5.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.7e-07),
    "baichuan": .init(
      error: 6.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "bamba": .init(
      error: 8.2e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "biogpt": .init(
      error: 4.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "bitnet": .init(
      error: 7.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.9e-07),
    "bloom": .init(
      error: 2.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 1.9e-07),
    "chatglm": .init(
      error: 3.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "codegen": .init(
      error: 4.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "cohere": .init(
      error: 2.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 1.6e-07),
    "cohere2": .init(
      error: 6.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.0e-07),
    "dbrx": .init(
      error: 6.4e-07, paged: .yes, npu: .no, fixedShapes: .yes, ggufError: 3.4e-07),
    "deepseek_v2": .init(
      error: 1.0e-06, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.3e-07),
    "deepseek_v3": .init(
      error: 6.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.3e-07),
    "dots1": .init(
      error: 2.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.3e-07),
    "ernie4_5": .init(
      error: 3.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "ernie4_5_moe": .init(
      error: 6.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.5e-07),
    "exaone": .init(
      error: 3.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "exaone4": .init(
      error: 8.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "falcon": .init(
      error: 4.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 2.4e-07),
    "falcon_h1": .init(
      error: 7.0e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 5.7e-07),
    "falcon_mamba": .init(
      error: 1.0e-06, paged: .no, npu: .no, fixedShapes: .no, ggufError: 1.5e-07),
    "gemma": .init(
      error: 3.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma2": .init(
      error: 4.3e-07, paged: .no, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma3_text": .init(
      error: 1.0e-06, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gemma3n_text": .init(
      error: 2.8e-06, paged: .yes, npu: .yes, fixedShapes: .no, ggufError: 2.0e-06),
    "gemma4_text": .init(
      error: 7.2e-06, paged: .yes, npu: .yes, fixedShapes: .partly, ggufError: 3.4e-06),
    "glm": .init(
      error: 5.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.0e-07),
    "glm4": .init(
      error: 7.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "glm4_moe": .init(
      error: 5.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.7e-07),
    "glm4_moe_lite": .init(
      error: 5.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt2": .init(
      error: 3.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt_bigcode": .init(
      error: 3.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 2.0e-07),
    "gpt_neo": .init(
      error: 4.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt_neox": .init(
      error: 4.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "gpt_oss": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 2.9e-07),
    "gptj": .init(
      error: 4.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "granite": .init(
      error: 3.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "granitemoe": .init(
      error: 3.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "granitemoehybrid": .init(
      error: 8.5e-07, paged: .partly, npu: .no, fixedShapes: .no, ggufError: 3.5e-07),
    "granitemoeshared": .init(
      error: 9.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "helium": .init(
      error: 4.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "hunyuan_v1_dense": .init(
      error: 4.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "hunyuan_v1_moe": .init(
      error: 6.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.5e-07),
    "internlm": .init(
      error: 3.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "internlm2": .init(
      error: 3.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "internlm3": .init(
      error: 7.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "jais": .init(
      error: 3.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.1e-07),
    "jamba": .init(
      error: 1.0e-06, paged: .no, npu: .no, fixedShapes: .no, ggufError: 3.6e-07),
    "lfm2": .init(
      error: 8.4e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 5.1e-07),
    "lfm2_moe": .init(
      error: 7.3e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 4.5e-07),
    "llama": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .partly, ggufError: 4.1e-07),
    "llama4_text": .init(
      error: 8.4e-07, paged: .no, npu: .yes, fixedShapes: .yes, ggufError: 3.3e-07),
    "mamba": .init(
      error: 4.0e-07, paged: .no, npu: .no, fixedShapes: .no, ggufError: 1.2e-07),
    "mamba2": .init(
      error: 7.7e-07, paged: .no, npu: .no, fixedShapes: .no, ggufError: 3.6e-07),
    "minicpm": .init(
      error: 8.7e-08, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "minicpm3": .init(
      error: 2.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 8.7e-08),
    "minimax_m2": .init(
      error: 4.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.0e-07),
    "ministral": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "ministral3": .init(
      error: 7.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 2.4e-07),
    "mistral": .init(
      error: 5.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "mixtral": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "mpt": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.5e-07),
    "nemotron": .init(
      error: 1.1e-06, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.7e-07),
    "nemotron_h": .init(
      error: 7.4e-07, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 3.2e-07),
    "olmo": .init(
      error: 4.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "olmo2": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "olmo3": .init(
      error: 6.3e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 5.9e-07),
    "olmo_hybrid": .init(
      error: 6.8e-06, paged: .yes, npu: .no, fixedShapes: .no, ggufError: nil),
    "olmoe": .init(
      error: 4.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.1e-07),
    "opt": .init(
      error: 4.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "orion": .init(
      error: 3.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.7e-07),
    "persimmon": .init(
      error: 5.6e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "phi": .init(
      error: 4.2e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "phi3": .init(
      error: 5.7e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "phimoe": .init(
      error: 5.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 3.3e-07),
    "qwen": .init(
      error: 4.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.1e-07),
    "qwen2": .init(
      error: 4.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen2_moe": .init(
      error: 3.8e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3": .init(
      error: 5.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3_5_moe_text": .init(
      error: 3.3e-06, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 4.1e-07),
    "qwen3_5_text": .init(
      error: 3.9e-05, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 3.8e-06),
    "qwen3_moe": .init(
      error: 4.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "qwen3_next": .init(
      error: 2.1e-05, paged: .yes, npu: .no, fixedShapes: .no, ggufError: 1.1e-06),
    "seed_oss": .init(
      error: 4.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 2.9e-07),
    "smollm3": .init(
      error: 5.5e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "solar_open": .init(
      error: 3.9e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "stablelm": .init(
      error: 5.0e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "starcoder2": .init(
      error: 5.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "xglm": .init(
      error: 3.4e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: nil),
    "xverse": .init(
      error: 4.1e-07, paged: .yes, npu: .yes, fixedShapes: .yes, ggufError: 4.1e-07),
  ]
}
