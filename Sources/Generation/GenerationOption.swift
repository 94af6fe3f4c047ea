/// What there is to know of an option of generation: its names, its usual value, which values are legal, and its words
/// on a command line. Files, requests, command lines and chats read their options by these rows.
package struct GenerationOption: Sendable {
  /// Where a value is kept.
  package typealias Path<Value> = WritableKeyPath<GenerationOptions, Value?> & Sendable

  /// The type of an option, and what it is where nobody says.
  package enum Value: Sendable {
    case flag(any Path<Bool>)
    case number(any Path<Double>, usual: Double, @Sendable (Double) -> Bool)
    case integer(any Path<Int>, usual: Int?, from: Int)
    case seed(any Path<UInt64>)
    case texts(any Path<[String]>)
    case biases(any Path<[Int: Double]>)
    case tokens(any Path<[Int]>)
  }

  /// As transformers' `GenerationConfig` names it, where it has it.
  package let name: String
  /// Its type.
  package let value: Value
  /// Which values are legal, for people.
  var legal = ""
  /// Whether `generation_config.json` may have it.
  var isInFiles = true
  /// Whether whoever gives it wants to sample.
  package var asksToSample = false
  /// Another name in requests.
  var requestAlias: String?
  /// Another name on command lines and in chats.
  var shortName: String?
  /// What it does, for the command line; nil where it is not given there.
  package var help: String?

  /// The names in requests.
  package var requestNames: [String] { [name] + (requestAlias.map { [$0] } ?? []) }
  /// The name on command lines and in chats, with underscores.
  package var userName: String { shortName ?? name }

  /// All of them.
  package static let all: [GenerationOption] = [
    .init(name: "do_sample", value: .flag(\.doSample)),
    .init(
      name: "max_new_tokens", value: .integer(\.maxNewTokens, usual: nil, from: 1), legal: "1 or more",
      help: "Tokens to generate at most. (default: what the model says, else 8192 or the end of the context)"),
    .init(
      name: "min_new_tokens", value: .integer(\.minNewTokens, usual: 0, from: 0), legal: "0 or more",
      help: "Tokens to generate before the end may come."),
    .init(
      name: "temperature", value: .number(\.temperature, usual: 1) { $0 >= 0 && $0 < 1e38 },
      legal: "0 (greedy) or more, and less than 1e38", asksToSample: true,
      help: "0 for the most probable token; below 1 more certain, above 1 more varied."),
    .init(
      name: "top_k", value: .integer(\.topK, usual: 50, from: 0), legal: "0 (all tokens) or more",
      asksToSample: true, help: "Draw from the so many most probable tokens; 0 for all."),
    .init(
      name: "top_p", value: .number(\.topP, usual: 1) { (0...1).contains($0) }, legal: "from 0 to 1",
      asksToSample: true,
      help: "Draw from the most probable tokens that together have this probability."),
    .init(
      name: "min_p", value: .number(\.minP, usual: 0) { (0...1).contains($0) }, legal: "from 0 to 1",
      asksToSample: true, help: "Drop tokens less probable than this part of the most probable one."),
    .init(
      name: "typical_p", value: .number(\.typicalP, usual: 1) { $0 > 0 && $0 <= 1 },
      legal: "above 0 and at most 1", asksToSample: true,
      help: "Draw from the tokens of typical surprise, up to this probability."),
    .init(
      name: "repetition_penalty", value: .number(\.repetitionPenalty, usual: 1) { (1e-6...1e6).contains($0) },
      legal: "from 0.000001 to 1000000", requestAlias: "repeat_penalty",
      help: "Make tokens that occurred less probable; 1 is off."),
    .init(
      name: "presence_penalty", value: .number(\.presencePenalty, usual: 0) { (-2...2).contains($0) },
      legal: "from -2 to 2", help: "Subtract this from the logits of tokens that were generated."),
    .init(
      name: "frequency_penalty", value: .number(\.frequencyPenalty, usual: 0) { (-2...2).contains($0) },
      legal: "from -2 to 2", help: "Subtract this for every time that a token was generated."),
    .init(
      name: "seed", value: .seed(\.seed), isInFiles: false,
      help: "A whole number from 0, where the random numbers begin: the same seed gives the same answer."),
    .init(
      name: "stop_strings", value: .texts(\.stopStrings), shortName: "stop",
      help: "A text that ends the answer; may be repeated."),
    .init(
      name: "logit_bias", value: .biases(\.logitBias), isInFiles: false,
      help: "Add to the logit of a token, as ID=VALUE; may be repeated."),
    // Of several files at once, see `init(generationConfig:modelConfig:)`.
    .init(name: "eos_token_id", value: .tokens(\.eosTokenIDs), legal: "0 or more", isInFiles: false),
    .init(name: "ignore_eos", value: .flag(\.ignoresEOS), isInFiles: false),
  ]

  /// Refuses an illegal value.
  ///
  /// - Throws: `GenerationError` of code `.badOption`, naming the option, its value and the legal range.
  func check(_ options: GenerationOptions) throws(GenerationError) {
    switch value {
    case .flag, .seed: break
    case .number(let path, _, let isLegal):
      if let number = options[keyPath: path] { try check(number, isLegal(number)) }
    case .integer(let path, _, let least):
      if let number = options[keyPath: path] { try check(number, number >= least) }
    case .texts(let path):
      guard options[keyPath: path]?.contains("") != true else {
        throw GenerationError(
          .badOption, "a stop string is empty", mend: "give a text of one character or more")
      }
    case .tokens(let path):
      for id in options[keyPath: path] ?? [] { try check(id, id >= 0) }
    case .biases(let path):
      for (id, bias) in options[keyPath: path] ?? [:] {
        try Self.check("a token of \(name)", id, "0 or more", id >= 0)
        try Self.check("\(name) of token \(id)", bias, "a number", !bias.isNaN && bias != .infinity)
      }
    }
  }

  private func check(_ value: some Any, _ isLegal: Bool) throws(GenerationError) {
    try Self.check(name, value, legal, isLegal)
  }

  static func check(
    _ name: String, _ value: some Any, _ legal: String, _ isLegal: Bool
  ) throws(GenerationError) {
    guard isLegal else {
      throw GenerationError(.badOption, "\(name) is \(value)", mend: "\(name) must be \(legal)")
    }
  }
}

extension GenerationOption.Value {
  /// Whether some options have a value of this one.
  package func isGiven(in options: GenerationOptions) -> Bool {
    switch self {
    case .flag(let path): options[keyPath: path] != nil
    case .number(let path, _, _): options[keyPath: path] != nil
    case .integer(let path, _, _): options[keyPath: path] != nil
    case .seed(let path): options[keyPath: path] != nil
    case .texts(let path): options[keyPath: path] != nil
    case .biases(let path): options[keyPath: path] != nil
    case .tokens(let path): options[keyPath: path] != nil
    }
  }

  /// Takes a value over where it is given.
  func copy(from source: GenerationOptions, to target: inout GenerationOptions) {
    guard isGiven(in: source) else { return }
    switch self {
    case .flag(let path): target[keyPath: path] = source[keyPath: path]
    case .number(let path, _, _): target[keyPath: path] = source[keyPath: path]
    case .integer(let path, _, _): target[keyPath: path] = source[keyPath: path]
    case .seed(let path): target[keyPath: path] = source[keyPath: path]
    case .texts(let path): target[keyPath: path] = source[keyPath: path]
    case .biases(let path): target[keyPath: path] = source[keyPath: path]
    case .tokens(let path): target[keyPath: path] = source[keyPath: path]
    }
  }

  /// Decides a number that is not given.
  func complete(_ options: inout GenerationOptions) {
    switch self {
    case .number(let path, let usual, _): options[keyPath: path] = options[keyPath: path] ?? usual
    case .integer(let path, let usual, _): options[keyPath: path] = options[keyPath: path] ?? usual
    default: break
    }
  }
}
