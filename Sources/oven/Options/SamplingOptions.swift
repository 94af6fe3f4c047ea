import ArgumentParser
import Generation

/// How an answer is generated. What is left out is as the model's `generation_config.json` has it.
///
/// The options are those of `GenerationOption.all`, which the parser finds in this type's mirror as it finds the
/// properties of others.
struct SamplingOptions: ParsableArguments, CustomReflectable {
  /// As Generation takes them.
  private(set) var options = GenerationOptions()

  init() {}

  var customMirror: Mirror {
    Mirror(self, children: Self.rows.map { (label: $0.name, value: Self.argument($0)) })
  }

  private static let rows = GenerationOption.all.filter { $0.help != nil }

  private static func argument(_ row: GenerationOption) -> Any {
    let name = NameSpecification.customLong(row.userName.replacing("_", with: "-"))
    let help = ArgumentHelp(row.help ?? "")
    return switch row.value {
    case .flag: Option<Bool?>(name: name, help: help)
    case .number: Option<Double?>(name: name, parsing: .unconditional, help: help)
    case .integer: Option<Int?>(name: name, parsing: .unconditional, help: help)
    case .seed: Option<UInt64?>(name: name, parsing: .unconditional, help: help)
    case .texts: Option<[String]>(wrappedValue: [], name: name, help: help)
    case .biases: Option<[LogitBias]>(wrappedValue: [], name: name, help: help)
    case .tokens: Option<[Int]>(wrappedValue: [], name: name, help: help)
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: RowName.self)
    for row in Self.rows {
      let key = RowName(stringValue: row.name)
      switch row.value {
      case .flag(let path):
        options[keyPath: path] = try values.decode(Option<Bool?>.self, forKey: key).wrappedValue
      case .number(let path, _, _):
        options[keyPath: path] = try values.decode(Option<Double?>.self, forKey: key).wrappedValue
      case .integer(let path, _, _):
        options[keyPath: path] = try values.decode(Option<Int?>.self, forKey: key).wrappedValue
      case .seed(let path):
        options[keyPath: path] = try values.decode(Option<UInt64?>.self, forKey: key).wrappedValue
      case .texts(let path):
        let texts = try values.decode(Option<[String]>.self, forKey: key).wrappedValue
        options[keyPath: path] = texts.isEmpty ? nil : texts
      case .biases(let path):
        let biases = try values.decode(Option<[LogitBias]>.self, forKey: key).wrappedValue
        options[keyPath: path] =
          biases.isEmpty ? nil : Dictionary(biases.map { ($0.id, $0.value) }, uniquingKeysWith: { $1 })
      case .tokens(let path):
        let tokens = try values.decode(Option<[Int]>.self, forKey: key).wrappedValue
        options[keyPath: path] = tokens.isEmpty ? nil : tokens
      }
    }
  }

  /// The name of a row, by which the parser keeps its value.
  private struct RowName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

/// `ID=VALUE` of `--logit-bias`.
struct LogitBias: ExpressibleByArgument, Decodable {
  let id: Int
  let value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let id = Int(parts[0]), let value = Double(parts[1]) else { return nil }
    self.id = id
    self.value = value
  }
}
