import Graph
import IRFormat
import OpenVINO
import Supervisor
import Testing

/// The NPU plugin's way with language models, run on the CPU: it fixes all shapes, keeps the cache itself, and computes
/// in half precision.
@Suite struct NPUPathTests {
  @Test(arguments: [
    "llama", "mistral-window", "phi3", "gemma2", "granite", "cohere", "mixtral", "bloom-six", "mpt", "llama4",
  ])
  func prefillAndDecode(_ name: String) throws { try compare(name, GraphOptions()) }

  /// What `--target npu` bakes.
  @Test(arguments: [
    "llama", "mistral-window", "phi3", "gemma2", "gemma3", "qwen3", "mixtral", "falcon-rw", "llama4",
    "gemma4-moe", "qwen3-moe", "gpt-oss", "olmoe", "qwen2-moe",
  ])
  func formsForNPUs(_ name: String) throws { try compare(name, GraphOptions(isForNPU: true)) }

  private func compare(_ name: String, _ options: GraphOptions) throws {
    let model = TinyModel(name: name)
    let reference = try model.reference()
    let properties = NPUProperties(promptLength: 64, responseLength: 64)
      .properties(merging: ["NPUW_DEVICES": "CPU"])
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
    // Half precision: found between 0.0007 and 0.08. Keys at wrong places gave 0.15 and more, wrong experts 0.4.
    #expect(difference / largest < 0.1)
  }
}
