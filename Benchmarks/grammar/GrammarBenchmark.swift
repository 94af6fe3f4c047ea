import Foundation
import Generation
import Grammars
import JSON
import Tokenization

/// Times masks on one core: for each schema of a file of JSON lines, the first mask (compiling included) and one before each token
/// of the valid instances. Prints one JSON object.
///
///     bench-grammar TOKENIZER.json SCHEMAS.jsonl [MASKS.bin]
///
/// With a third path it writes every mask there, for a peer to compare: the schema's line and the token that comes next,
/// as 32-bit integers, and the mask's words.
@main
struct GrammarBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print("usage: bench-grammar TOKENIZER.json SCHEMAS.jsonl [MASKS.bin]")
      exit(64)
    }
    let tokenizer = try Tokenizer(json: JSON(parsing: try Data(contentsOf: URL(filePath: arguments[1]))))
    var benchmark = GrammarBenchmark(tokenizer, writesMasks: arguments.count > 3)
    for line in try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n") {
      try benchmark.run(JSON(parsing: String(line)))
    }
    print(benchmark.summary.serialized(.pretty))
    if arguments.count > 3 { try benchmark.masks.write(to: URL(filePath: arguments[3])) }
  }

  private let tokenizer: Tokenizer
  private let vocabulary: GrammarVocabulary
  private let compiler: GrammarCompiler
  private let setUp: Double
  private let writesMasks: Bool
  private var compiled: [Double] = []
  private var first: [Double] = []
  private var masks = Data()
  private var times: [Double] = []
  private var slowest: (time: Double, place: String) = (0, "")
  private var schemas = 0
  private var refused = 0

  private init(_ tokenizer: Tokenizer, writesMasks: Bool) {
    self.tokenizer = tokenizer
    self.writesMasks = writesMasks
    let start = Self.processorTime()
    vocabulary = GrammarVocabulary(tokenizer)
    compiler = GrammarCompiler(vocabulary: vocabulary, endTokens: [tokenizer.id(of: "<|im_end|>") ?? 0])
    setUp = Self.processorTime() - start
  }

  /// The time of this thread on a processor, in microseconds: other work on the machine does not count.
  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  private mutating func run(_ line: JSON) throws {
    guard let schema = line["schema"] else { return }
    schemas += 1
    let text = schema.serialized()
    var words = [UInt64](repeating: .max, count: (vocabulary.tokens.count + 63) / 64)
    let start = Self.processorTime()
    guard var matcher = try? compiler.compile(OutputConstraint(.jsonSchema(text))) else {
      refused += 1
      return
    }
    compiled.append(Self.processorTime() - start)
    matcher.mask(&words)
    first.append(Self.processorTime() - start)
    for test in line["tests"]?.array ?? [] where test["valid"] == true {
      guard let instance = test["data"] else { continue }
      try follow(instance, of: line, text)
    }
  }

  private mutating func follow(_ instance: JSON, of line: JSON, _ schema: String) throws {
    var matcher = try compiler.compile(OutputConstraint(.jsonSchema(schema)))
    for id in tokenizer.encode(instance.serialized(), addSpecialTokens: false) {
      var words = [UInt64](repeating: .max, count: (vocabulary.tokens.count + 63) / 64)
      let start = Self.processorTime()
      matcher.mask(&words)
      let time = Self.processorTime() - start
      times.append(time)
      if time > slowest.time { slowest = (time, line["name"]?.string ?? "") }
      if writesMasks {
        for number in [Int32(schemas - 1), Int32(id)] {
          withUnsafeBytes(of: number) { masks.append(contentsOf: $0) }
        }
        words.withUnsafeBytes { masks.append(contentsOf: $0) }
      }
      guard words[id / 64] >> UInt64(id % 64) & 1 != 0, matcher.accept(id) else { return }
    }
  }

  private var summary: JSON {
    func figures(_ values: [Double]) -> JSON {
      let sorted = values.sorted()
      func at(_ share: Double) -> JSON {
        sorted.isEmpty ? .null : .double((sorted[Int(Double(sorted.count - 1) * share)] * 10).rounded() / 10)
      }
      return [
        "count": .int(sorted.count), "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": at(1),
        "mean": .double((sorted.reduce(0, +) / Double(max(1, sorted.count)) * 10).rounded() / 10),
      ]
    }
    return [
      "tokens": .int(vocabulary.tokens.count), "schemas": .int(schemas), "refused": .int(refused),
      "set_up_us": .double(setUp.rounded()), "compile_us": figures(compiled), "first_mask_us": figures(first),
      "mask_us": figures(times),
      "slowest": .string(slowest.place),
    ]
  }
}
