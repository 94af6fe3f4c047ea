import Generation
import JSON

/// A conversation to go on with, whichever dialect it came in.
package struct ChatRequest: Sendable {
  /// The messages as templates expect them.
  package var messages: [JSON] = []
  /// What the model may call.
  package var tools: [ToolDefinition] = []
  /// Which of them it is to call.
  package var toolChoice = ToolChoice.auto
  /// Whether it may call several at once.
  package var callsInParallel = true
  /// How to generate, on top of the model's defaults.
  package var options = GenerationOptions()
  /// Independent answers.
  package var branches = 1
  /// How many alternatives of each token to report; nil for no log-probabilities.
  package var topLogProbabilities: Int?
  /// What the answer's text must be; nil for anything.
  package var format: OutputConstraint.Language?
  /// What else the template may use.
  package var variables = JSONObject()

  /// A request without messages.
  package init() {}
}

/// A text to go on with.
package struct TextRequest: Sendable {
  /// The tokens of the prompt.
  package var prompt: [Int]
  /// How to generate, on top of the model's defaults.
  package var options = GenerationOptions()
  /// Independent answers.
  package var branches = 1
  /// How many alternatives of each token to report; nil for no log-probabilities.
  package var topLogProbabilities: Int?
  /// What the text must be; nil for anything.
  package var format: OutputConstraint.Language?
  /// Tokens that end the text besides the model's own.
  var stopTokens: [Int] = []

  /// A request with defaults.
  package init(prompt: [Int]) { self.prompt = prompt }

  /// Makes a prompt the first side of a gap, where there is another.
  mutating func fill(_ gap: (form: FillInMiddle, suffix: [Int])?) {
    guard let gap else { return }
    prompt = gap.form.prompt(before: prompt, after: gap.suffix)
    stopTokens = gap.form.stopTokens
  }
}
