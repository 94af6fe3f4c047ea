import Generation
import JSON

/// How OpenAI's requests, and those of servers that follow them, name the options of generation.
enum SamplingMembers {
  /// Reads the options that chat, completions and responses share.
  static func options(_ reader: WireReader) throws(ServingError) -> GenerationOptions {
    var options = GenerationOptions()
    for option in GenerationOption.all {
      guard case .number(let path, _, _) = option.value else { continue }
      options[keyPath: path] = try reader.double(option.requestNames)
    }
    options.topK = try topK(reader)
    options.seed = try seed(reader)
    options.stopStrings = try stop(reader, "stop")
    options.minNewTokens = try reader.int("min_tokens")
    options.ignoresEOS = try reader.bool("ignore_eos")
    options.logitBias = try logitBias(reader)
    return options
  }

  /// vLLM says -1 for all tokens.
  private static func topK(_ reader: WireReader) throws(ServingError) -> Int? {
    guard let value = try reader.int("top_k") else { return nil }
    return value == -1 ? 0 : value
  }

  /// Any integer is a seed; -1 means none to llama-server's clients.
  static func seed(_ reader: WireReader) throws(ServingError) -> UInt64? {
    guard let value = try reader.int("seed"), value != -1 else { return nil }
    return UInt64(bitPattern: Int64(value))
  }

  /// The texts that end an answer; empty ones are refused.
  static func stop(_ reader: WireReader, _ name: String) throws(ServingError) -> [String]? {
    guard let texts = try reader.strings(name), !texts.isEmpty else { return nil }
    guard texts.count <= 64 else { throw reader.fault("\(name) has more than 64 texts", name) }
    guard !texts.contains("") else { throw reader.fault("a text of \(name) is empty", name) }
    return texts
  }

  /// How many tokens to generate at most, by any of these names.
  static func limit(_ reader: WireReader, _ names: String...) throws(ServingError) -> Int? {
    for name in names {
      guard let value = try reader.int(name) else { continue }
      guard value >= 1 else { throw reader.fault("\(name) is \(value), not 1 or more", name) }
      return value
    }
    return nil
  }

  private static func logitBias(_ reader: WireReader) throws(ServingError) -> [Int: Double]? {
    guard let members = try reader.object("logit_bias"), !members.isEmpty else { return nil }
    var result: [Int: Double] = [:]
    for (key, value) in members {
      guard let id = Int(key), id >= 0 else {
        throw reader.fault("logit_bias names '\(key.prefix(40))', which is no token's number", "logit_bias")
      }
      guard let bias = value.double, (-100...100).contains(bias) else {
        throw reader.fault("logit_bias of \(id) is not from -100 to 100", "logit_bias")
      }
      // OpenAI's -100 bans a token.
      result[id] = bias == -100 ? -.infinity : bias
    }
    return result
  }

  /// How many answers.
  static func branches(_ reader: WireReader, _ limits: ServingLimits) throws(ServingError) -> Int {
    let count = try reader.int("n") ?? 1
    guard (1...limits.branches).contains(count) else {
      throw reader.fault("n is \(count), not from 1 to \(limits.branches)", "n")
    }
    return count
  }

  /// A checked number of alternatives.
  static func top(_ reader: WireReader, _ name: String) throws(ServingError) -> Int? {
    guard let count = try reader.int(name) else { return nil }
    guard (0...20).contains(count) else { throw reader.fault("\(name) is \(count), not from 0 to 20", name) }
    return count
  }

  /// What the answer must be, as `response_format` and vLLM's and llama-server's own members say it.
  static func format(_ reader: WireReader) throws(ServingError) -> OutputConstraint.Language? {
    if let format = reader.member("response_format") { return try self.format(object: format) }
    if let schema = reader.member("guided_json") ?? reader.member("json_schema") {
      return .jsonSchema(schema.json.string ?? schema.json.serialized())
    }
    if let pattern = try reader.string("guided_regex") { return .regex(pattern) }
    if let grammar = try reader.string("guided_grammar", "grammar"), !grammar.isEmpty {
      return .grammar(grammar)
    }
    return nil
  }

  /// Reads an object with a `type`. The schema stands in `json_schema`, or beside the type in the Responses interface.
  static func format(object format: WireReader) throws(ServingError) -> OutputConstraint.Language? {
    let type = try format.requiredString("type")
    switch type {
    case "text": return nil
    case "json_object":
      // llama-server takes a schema here as well.
      if let schema = format.member("schema") { return .jsonSchema(schema.json.serialized()) }
      return .jsonObject
    case "json_schema":
      let holder = format.member("json_schema") ?? format
      guard let schema = holder.member("schema") else { throw holder.missing("schema") }
      guard schema.json.object != nil || schema.json.bool != nil else {
        throw schema.fault("a schema is an object, or true or false")
      }
      return .jsonSchema(schema.json.serialized())
    default:
      throw format.fault("'\(type.prefix(40))' is not one of text, json_object and json_schema", "type")
    }
  }
}
