import Generation
import Supervisor

/// Whether a question can fit at all, as far as that can be known before a model is loaded.
struct PromptCheck {
  let folder: ModelFolder
  let runtime: RuntimeOptions

  /// - Throws: an `ErrorReport` for a question that no load would make fit.
  func check(_ question: String, in session: ChatSession) throws {
    var trial = session
    let count = try trial.ask(question).count
    let limit = limit
    guard let tokens = limit.tokens, count > tokens else { return }
    throw ErrorReport(
      what: "the question has \(count) tokens, the context holds \(tokens)", why: limit.why, mend: limit.mend,
      status: .badData)
  }

  private var limit: (tokens: Int?, why: String, mend: String) {
    if runtime.device.uppercased().hasPrefix("NPU"), !runtime.usesFixedShapes {
      return (
        NPUProperties(promptLength: runtime.promptLength, responseLength: runtime.responseLength)
          .roundedPromptLength, "--prompt-length is \(runtime.promptLength) on an NPU",
        "shorten it, or give a longer --prompt-length, which compiles again"
      )
    }
    return (
      folder.contextLength, "config.json says how far the model can see",
      "shorten it, or take a model with a longer context"
    )
  }
}
