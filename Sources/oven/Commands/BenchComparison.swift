import Files
import Generation
import JSON
import OpenVINO
import Supervisor
import Tokenization

/// `oven bench --compare A B`: two folders, or one folder with two settings, measured in turn.
struct BenchComparison {
  /// One of the two.
  struct Side {
    /// As the user wrote it.
    let name: String
    let folder: ModelFolder
    let runtime: RuntimeOptions
  }

  let first: Side
  let second: Side
  let promptTokens: Int
  let generateTokens: Int
  /// Pairs; fewer than `PairedDifference.leastPairs` tell nothing.
  let pairs: Int

  /// Reads the two operands: names of models, or settings of `model` such as `engine=paged,precision=f32`.
  ///
  /// - Throws: an `ErrorReport` for an operand that is neither.
  init(
    _ operands: [String], model: String?, options: RuntimeOptions, promptTokens: Int,
    generateTokens: Int, repetitions: Int
  ) throws {
    guard operands.count == 2 else {
      throw ErrorReport(
        what: "--compare has \(operands.count == 1 ? "one operand" : "\(operands.count) operands")",
        why: "two things are compared",
        mend:
          "oven bench --compare FOLDER FOLDER, or oven bench FOLDER --compare engine=paged engine=stateful",
        status: .usage)
    }
    let sides = try operands.map { try Self.side($0, model: model, options: options) }
    (first, second) = (sides[0], sides[1])
    self.promptTokens = promptTokens
    self.generateTokens = generateTokens
    pairs = max(repetitions, PairedDifference.leastPairs + 2)
  }

  private static func side(
    _ operand: String, model: String?, options: RuntimeOptions
  ) throws -> Side {
    guard operand.contains("="), FileStatus(at: operand) == nil else {
      return Side(name: operand, folder: try ModelFolder(named: operand), runtime: options)
    }
    guard let model else {
      throw ErrorReport(
        what: "\(operand) is a setting, and no model is named", why: "",
        mend: "oven bench FOLDER --compare \(operand) …", status: .usage)
    }
    let settings = operand.split(separator: ",").flatMap { setting -> [String] in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      return ["--" + parts[0].replacing("_", with: "-")] + parts.dropFirst()
    }
    var runtime = try RuntimeOptions.parse(settings)
    if !settings.contains("--device") { runtime.device = options.device }
    (runtime.cacheDir, runtime.cacheBudget) = (options.cacheDir, options.cacheBudget)
    (runtime.noCache, runtime.noCanary) = (options.noCache, options.noCanary)
    return Side(name: operand, folder: try ModelFolder(named: model), runtime: runtime)
  }

  /// What was measured of both.
  struct Report {
    let names: [String]
    let devices: [String]
    let prefill: [Spread]
    let decode: [Spread]
  }

  /// Loads both, and lets them answer in turn: which one begins changes from pair to pair.
  func measure() async throws -> Report {
    let screen = LoadScreen()
    var loads: [LoadReport] = []
    var benches: [BatchBench] = []
    for side in [first, second] {
      let (load, bench) = try await load(side, screen)
      loads.append(load)
      benches.append(bench)
    }
    var rates: [(prefill: [Double], decode: [Double])] = [([], []), ([], [])]
    let bar = ProgressBar("Comparing", total: pairs * 2, unit: .steps)
    func order(_ pair: Int) -> [Int] { pair % 2 == 0 ? [0, 1] : [1, 0] }
    for pair in -1..<pairs {
      for (turn, index) in order(pair).enumerated() {
        let rate = try await benches[index].answer(number: pair + 1)
        // The first pair warms both up.
        guard pair >= 0 else { continue }
        rates[index].prefill.append(rate.prefill)
        rates[index].decode.append(rate.decode)
        bar.update(pair * 2 + turn + 1, detail: "pair \(pair + 1) of \(pairs)")
      }
    }
    bar.finish()
    return Report(
      names: [first.name, second.name],
      devices: loads.map { "\($0.device.device), \($0.engine.rawValue) engine" },
      prefill: rates.map { Spread(values: $0.prefill) }, decode: rates.map { Spread(values: $0.decode) })
  }

  /// Loads a side for one conversation.
  private func load(_ side: Side, _ screen: LoadScreen) async throws -> (LoadReport, BatchBench) {
    let loader = try side.runtime.makeLoader { screen.show($0) }
    let model = try loader.loadRunnable(side.runtime.request(for: side.folder), servesMany: false)
    let tokenizer = try Tokenizer.load(folder: side.folder.folder)
    var options = PagedRunner.Options()
    options.sequences = 1
    let service = try await BatchBench.service(of: model, options, tokenizer)
    let room = min(service.longestPrompt, service.contextLength - generateTokens - 1)
    return (
      model.report,
      BatchBench(
        service: service, tokenizer: tokenizer, promptTokens: max(1, min(promptTokens, room)),
        generateTokens: generateTokens, repetitions: 1)
    )
  }
}

extension BenchComparison.Report {
  private func difference(_ spreads: [Spread]) -> PairedDifference {
    PairedDifference(spreads[0].values, spreads[1].values)
  }

  /// A line a figure, and what is to be made of it.
  var lines: [String] {
    var lines = zip(["A", "B"], zip(names, devices)).map { "\($0): \($1.0) (\($1.1))" }
    for (title, spreads) in [("prefill", prefill), ("decode", decode)] {
      let most = spreads.map(\.median).max() ?? 0
      var table = Table([.left, .right, .left])
      for (name, spread) in zip(["A", "B"], spreads) {
        table.add(
          "\(title), \(name)", spread.text { Units.decimals($0, 1) } + " tokens/s",
          Bar.text(spread.median, of: most))
      }
      lines += table.lines + ["  " + difference(spreads).line("B")]
    }
    return lines
  }

  /// The same for scripts.
  var json: JSON {
    func figures(_ spreads: [Spread]) -> JSON {
      let difference = difference(spreads)
      return [
        "a_tokens_per_second": spreads[0].json, "b_tokens_per_second": spreads[1].json,
        "b_to_a": .double(1 + difference.ratio), "p_value": .double(difference.chance),
        "is_real": .bool(difference.isReal && difference.pairs >= PairedDifference.leastPairs),
      ]
    }
    return [
      "a": .string(names[0]), "b": .string(names[1]), "prefill": figures(prefill), "decode": figures(decode),
    ]
  }
}
