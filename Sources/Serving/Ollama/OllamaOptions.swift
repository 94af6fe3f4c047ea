import Generation
import JSON

/// What Ollama's requests have in common.
package enum OllamaOptions {
  /// Reads `options`.
  static func options(_ reader: WireReader) throws(ServingError) -> GenerationOptions {
    guard let given = try reader.nested("options") else { return GenerationOptions() }
    var options = try SamplingMembers.options(given)
    if let count = try given.int("num_predict") {
      // -1 and -2 mean up to the end of the context.
      guard count >= -2 else {
        throw given.fault("num_predict is \(count): -2, -1 or a number of tokens", "num_predict")
      }
      if count > 0 { options.maxNewTokens = count }
    }
    return options
  }

  /// A context that is asked for and not there is an error, never a prompt cut silently.
  static func checkContext(_ reader: WireReader, _ model: ServedModel) throws(ServingError) {
    guard let wanted = try reader.member("options")?.int("num_ctx") else { return }
    let length = model.service.contextLength
    guard wanted <= length else {
      throw reader.fault(
        "options.num_ctx is \(wanted), and this model's context holds \(length)", "options.num_ctx")
    }
  }

  /// What the answer must be: `"json"` or a schema.
  static func format(_ reader: WireReader) throws(ServingError) -> OutputConstraint.Language? {
    guard let format = reader.member("format") else { return nil }
    switch format.json {
    case .string(""): return nil
    case .string("json"): return .jsonObject
    case .object: return .jsonSchema(format.json.serialized())
    default: throw format.fault("format is neither \"json\" nor a schema")
    }
  }

  /// How long a model is to stay: seconds, or a number with a unit as Go writes it; negative for ever.
  static func keepAlive(_ reader: WireReader) throws(ServingError) -> Duration? {
    guard let member = reader.member("keep_alive") else { return nil }
    if let seconds = member.json.double { return duration(seconds) }
    guard let text = member.json.string else {
      throw member.fault("keep_alive is neither a number nor a time")
    }
    guard let duration = duration(text) else {
      throw member.fault("keep_alive '\(text.prefix(40))' is no time such as 5m, 24h or -1")
    }
    return duration
  }

  /// A time as Go writes it, such as `1h30m` or `-1`; nil where it is none.
  package static func duration(_ text: String) -> Duration? {
    if let seconds = Double(text) { return duration(seconds) }
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative { rest = rest.dropFirst() }
    if rest.isEmpty { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = factors[String(unit)] else { return nil }
      total += number * factor
    }
    return duration(isNegative ? -1 : total)
  }

  private static let factors = ["ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]

  /// Negative and enormous times mean for ever.
  private static func duration(_ seconds: Double) -> Duration {
    seconds.isFinite && seconds >= 0 && seconds < 1e9 ? .seconds(seconds) : .seconds(1_000_000_000)
  }
}

extension CompletionUsage {
  /// The figures of a last line; times in nanoseconds.
  var ollamaMembers: JSONObject {
    [
      "total_duration": .int(Clocks.nanoseconds(totalTime)), "load_duration": .int(0),
      "prompt_eval_count": .int(promptTokens),
      "prompt_eval_duration": .int(Clocks.nanoseconds(timeToFirstToken - queueTime)),
      "eval_count": .int(generatedTokens),
      "eval_duration": .int(Clocks.nanoseconds(totalTime - timeToFirstToken)),
    ]
  }
}
