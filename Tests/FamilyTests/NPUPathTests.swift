import Graph
import IRFormat
import OpenVINO
import Testing

/// The NPU plugin's way with language models, run on the CPU: it fixes all shapes, keeps the cache itself, and computes
/// in half precision.
@Suite struct NPUPathTests {
  @Test(arguments: ["llama", "mistral-window", "phi3", "gemma2", "granite", "cohere", "mixtral"])
  func prefillAndDecode(_ name: String) throws { try compare(name, GraphOptions()) }

  /// What `--target npu` bakes.
  @Test(arguments: ["llama", "mistral-window", "phi3", "gemma2", "gemma3", "qwen3"])
  func formsForNPUs(_ name: String) throws { try compare(name, GraphOptions(isForNPU: true)) }

  private func compare(_ name: String, _ options: GraphOptions) throws {
    let model = TinyModel(name: name)
    let reference = try model.reference()
    let properties: Properties = [
      "NPU_USE_NPUW": "YES", "NPUW_LLM": "YES", "NPUW_DEVICES": "CPU", "NPUW_LLM_MAX_PROMPT_LEN": "64",
      "NPUW_LLM_MIN_RESPONSE_LEN": "64",
    ]
    let run = try TinyRun(IRWriter.serialize(model.graph(options)), device: "NPU", properties: properties)
    let prompt = reference.tokens.count - 4
    var logits = Array(try run.logits(Array(reference.tokens.prefix(prompt))).suffix(reference.vocabulary))
    for position in prompt..<reference.tokens.count {
      logits += try run.logits([reference.tokens[position]], after: position).suffix(reference.vocabulary)
    }
    let expected = reference.logits.suffix(5 * reference.vocabulary)
    let largest = expected.map(abs).max() ?? 0
    let difference = zip(logits, expected).map { $0.isFinite ? abs($0 - $1) : .infinity }.max() ?? .infinity
    #expect(logits.count == expected.count)
    // Half precision: found between 0.0007 and 0.03.
    #expect(difference / largest < 0.05)
  }
}
