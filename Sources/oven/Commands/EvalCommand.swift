import ArgumentParser
import Foundation
import JSON
import OpenVINO
import Supervisor
import Tokenization

/// `oven eval`: how good a baked model still is.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure a baked model on a text: its perplexity, or how far it is from another bake.",
    discussion: """
      The text is read in windows that do not overlap, and every token but a window's first is predicted. Compare
      bakes of the same model on the same text: lower is better.

        oven eval models/smollm2_int4 --text book.txt

      With a second folder, such as a bake of the same source with --weight-format fp32, the predictions of the first
      are compared with those of the second: divergence, how often the likeliest token is another one, and the
      places where they differ most. Lower is better.

        oven eval models/smollm2_int4 models/smollm2_fp32 --text book.txt
      """)

  @Argument(help: "The baked folder.", completion: .model) var folder: String
  @Argument(help: "Another folder of the same model, which counts as right.", completion: .model)
  var reference: String?
  @Option(help: "The text, a UTF-8 file.", completion: .file()) var text: String
  @Option(parsing: .unconditional, help: "Tokens that are seen together.") var window: Int = 512
  @Option(parsing: .unconditional, help: "Read only so many tokens of the text.") var maxTokens: Int?
  @Flag(help: "Compute in float32 throughout, for comparisons with other programs.") var exact = false
  @Flag(help: "Print the figures as JSON.") var json = false
  @OptionGroup(title: "Device") var runtime: RuntimeOptions

  func validate() throws {
    guard !runtime.usesFixedShapes else {
      throw ValidationError("--static computes the logits of a prompt's last token only; leave it out")
    }
    guard runtime.engine != .paged else {
      throw ValidationError("--engine paged computes the logits of a prompt's last token only; leave it out")
    }
    guard window >= 2 else { throw ValidationError("--window must be 2 or more") }
    if let maxTokens, maxTokens < 2 { throw ValidationError("--max-tokens must be 2 or more") }
  }

  func run() throws {
    let model = try ModelFolder(named: folder)
    let right = try reference.map { try ModelFolder(named: $0) }
    if let size = model.vocabularySize, let other = right?.vocabularySize, size != other {
      throw ErrorReport(
        what: "predictions of \(size) and of \(other) tokens cannot be compared",
        why: "\(folder) and \(reference ?? "") are not bakes of the same model",
        mend: "give two bakes of one model", status: .badData)
    }
    let tokenizer = try Tokenizer.load(folder: model.folder)
    let tokens = Array(tokenizer.encode(try readText()).prefix(maxTokens ?? .max))
    guard tokens.count >= 2 else {
      throw ErrorReport(
        what: "\(text) has \(tokens.count) tokens", why: "one token must be left to be predicted",
        mend: "give a longer text", status: .badData)
    }
    let screen = LoadScreen()
    var request = runtime.request(for: model)
    request.allLogits = true
    if exact { request.properties = Properties.float32.merging(request.properties) }
    let loaded = try runtime.makeLoader { screen.show($0) }.load(request)
    let engine = try StatefulEngine(loaded, options: EngineOptions(for: loaded))
    if let right {
      return try compare(engine, with: right, tokens, tokenizer, screen)
    }
    let window = min(window, engine.contextLength)
    let bar = ProgressBar("Reading", total: tokens.count, unit: .tokens)
    let begin = ContinuousClock.now
    let result = try Perplexity(of: tokens, window: window, on: engine) {
      bar.update($0, detail: "\($0) tokens")
    }
    bar.finish()
    try check(result.value, of: folder)
    show(
      result, window: window, device: loaded.report.device.name,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  private func compare(
    _ engine: StatefulEngine, with reference: ModelFolder, _ tokens: [Int], _ tokenizer: Tokenizer,
    _ screen: LoadScreen
  ) throws {
    var request = runtime.request(for: reference)
    request.allLogits = true
    if exact { request.properties = Properties.float32.merging(request.properties) }
    let loaded = try runtime.makeLoader { screen.show($0) }.load(request)
    let right = try StatefulEngine(loaded, options: EngineOptions(for: loaded))
    let bar = ProgressBar("Reading", total: tokens.count, unit: .tokens)
    let result = try Divergence(
      of: tokens, window: min(window, engine.contextLength, right.contextLength), on: engine, from: right
    ) { bar.update($0, detail: "\($0) tokens") }
    bar.finish()
    try check(result.referencePerplexity.value, of: self.reference ?? "the other one")
    try check(result.mean, of: folder)
    let report = ComparisonReport(result, tokens: tokens, tokenizer: tokenizer)
    if json {
      Terminal.output.line(report.json.serialized(.pretty))
    } else {
      Terminal.output.rows(report.lines)
    }
  }

  /// Refuses a model that computes nothing that figures could be made of.
  private func check(_ figure: Double, of folder: String) throws {
    guard !figure.isFinite else { return }
    throw ErrorReport(
      what: "\(folder) computes no numbers", why: "its predictions are NaN or infinite",
      mend: "bake it again with --max-kl, which refuses such a result", status: .badData)
  }

  private func readText() throws -> String {
    guard let data = FileManager.default.contents(atPath: text),
      let content = String(bytes: data, encoding: .utf8)
    else {
      throw ErrorReport(
        what: "cannot read \(text)", why: "it does not exist, or is not UTF-8 text", mend: "give a text file",
        status: .noInput)
    }
    return content
  }

  private func show(_ result: Perplexity, window: Int, device: String, seconds: Double) {
    if json {
      let figures: JSON = [
        "perplexity": .double(result.value), "mean_loss": .double(result.meanLoss),
        "tokens": .int(result.count),
        "window": .int(window), "device": .string(device), "seconds": .double(seconds),
      ]
      Terminal.output.line(figures.serialized(.pretty))
    } else {
      // What the model gives the right token, in the geometric mean: the same figure the other way round.
      let probability = 1 / result.value
      Terminal.output.rows([
        "perplexity \(Units.decimals(result.value, 3)) over \(result.count) tokens in windows of \(window)",
        "the right token had \(Units.decimals(probability * 100, 1)) %  \(Bar.text(probability, of: 1))",
      ])
    }
  }
}
