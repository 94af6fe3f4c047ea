import ArgumentParser
import Generation

/// How an answer is generated. What is left out is as the model's `generation_config.json` has it.
struct SamplingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Tokens to generate at most. (default: what the model says, else 8192 or the end of the context)")
  var maxNewTokens: Int?
  @Option(parsing: .unconditional, help: "Tokens to generate before the end may come.")
  var minNewTokens: Int?
  @Option(
    parsing: .unconditional, help: "0 for the most probable token; below 1 more certain, above 1 more varied."
  )
  var temperature: Double?
  @Option(parsing: .unconditional, help: "Draw from the so many most probable tokens; 0 for all.")
  var topK: Int?
  @Option(
    parsing: .unconditional, help: "Draw from the most probable tokens that together have this probability.")
  var topP: Double?
  @Option(parsing: .unconditional, help: "Drop tokens less probable than this part of the most probable one.")
  var minP: Double?
  @Option(parsing: .unconditional, help: "Draw from the tokens of typical surprise, up to this probability.")
  var typicalP: Double?
  @Option(parsing: .unconditional, help: "Make tokens that occurred less probable; 1 is off.")
  var repetitionPenalty: Double?
  @Option(parsing: .unconditional, help: "Subtract this from the logits of tokens that were generated.")
  var presencePenalty: Double?
  @Option(parsing: .unconditional, help: "Subtract this for every time that a token was generated.")
  var frequencyPenalty: Double?
  @Option(
    parsing: .unconditional,
    help: "A whole number from 0, where the random numbers begin: the same seed gives the same answer.")
  var seed: UInt64?
  @Option(name: .customLong("stop"), help: "A text that ends the answer; may be repeated.") var stop:
    [String] = []
  @Option(help: "Add to the logit of a token, as ID=VALUE; may be repeated.") var logitBias: [LogitBias] = []

  /// As Generation takes them.
  var options: GenerationOptions {
    var options = GenerationOptions()
    options.maxNewTokens = maxNewTokens
    options.minNewTokens = minNewTokens
    options.temperature = temperature
    options.topK = topK
    options.topP = topP
    options.minP = minP
    options.typicalP = typicalP
    options.repetitionPenalty = repetitionPenalty
    options.presencePenalty = presencePenalty
    options.frequencyPenalty = frequencyPenalty
    options.seed = seed
    options.stopStrings = stop.isEmpty ? nil : stop
    options.logitBias =
      logitBias.isEmpty ? nil : Dictionary(logitBias.map { ($0.id, $0.value) }, uniquingKeysWith: { $1 })
    return options
  }
}

/// `ID=VALUE` of `--logit-bias`.
struct LogitBias: ExpressibleByArgument {
  let id: Int
  let value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let id = Int(parts[0]), let value = Double(parts[1]) else { return nil }
    self.id = id
    self.value = value
  }
}
