import JSON
import Supervisor

/// What `oven bench` measured.
struct BenchReport {
  /// Prompts of one length.
  struct Prefill {
    let tokens: Int
    /// Until the first token was chosen.
    let seconds: Spread
    var tokensPerSecond: Spread { seconds.map { $0 > 0 ? Double(tokens) / $0 : 0 } }
  }

  /// Answers of one length.
  struct Decode {
    let promptTokens: Int
    let generatedTokens: Int
    /// Beginning with the second token.
    let tokensPerSecond: Spread
    /// The part of the time that was not spent inside the device.
    let overhead: Spread
  }

  /// Requests that came at once and were answered together.
  struct Batch {
    let sequences: Int
    let promptTokens: Int
    let generatedTokens: Int
    /// Of all sequences together, from the first request to the last answer's end.
    let tokensPerSecond: Spread
    /// Until the last of them had its first token.
    let firstTokenSeconds: Spread
    /// The part of the time that was not spent inside the device.
    let overhead: Spread
  }

  /// Two prompts that begin alike, one after the other.
  struct SharedPrefix {
    let tokens: Int
    /// Until the first token of the one that came first, and of the other.
    let first: Spread, second: Spread
    var gain: Double { second.median > 0 ? first.median / second.median : 0 }
  }

  /// One conversation at a time.
  struct Answers {
    let cachedSeconds: Spread
    let warmUpSeconds: Double
    let prefills: [Prefill]
    let decode: Decode
  }

  let model: String
  let device: String
  let deviceName: String
  let runtime: String
  /// What keeps the conversation.
  let engine: String
  /// What computes products with compressed weights, on a CPU; nil where a worker chose it by itself.
  let kernels: CPUKernels?
  /// Without a cache, the entry's writing included.
  let compileSeconds: Double
  /// Nil where only batches were measured.
  var answers: Answers?
  var batch: [Batch] = []
  var sharedPrefix: SharedPrefix?
  /// Workers that had to be started again meanwhile.
  var restarts = 0
  /// Of this process; nil where another one computed.
  var peakMemory: Int?

  var lines: [String] {
    var table = Table([.left, .right, .left])
    let longest = max(compileSeconds, answers?.cachedSeconds.median ?? 0, answers?.warmUpSeconds ?? 0)
    table.add("load, compiled", Units.time(compileSeconds), Bar.text(compileSeconds, of: longest))
    if let answers { add(answers, longest: longest, to: &table) }
    let fastest = batch.map(\.tokensPerSecond.median).max() ?? 0
    for batch in batch {
      table.add(
        "\(batch.sequences) at once, \(batch.generatedTokens) tokens after \(batch.promptTokens)",
        batch.tokensPerSecond.text { Units.decimals($0, 1) } + " tokens/s",
        Bar.text(batch.tokensPerSecond.median, of: fastest))
      table.add("  first token of the last", batch.firstTokenSeconds.text(Units.time), "")
      table.add(
        "  outside of the device", Units.decimals(batch.overhead.median * 100, 2) + " %",
        Bar.text(batch.overhead.median, of: 1))
    }
    if let sharedPrefix {
      let (first, second) = (sharedPrefix.first.text(Units.time), sharedPrefix.second.text(Units.time))
      table.add(
        "first token, \(sharedPrefix.tokens) shared",
        "\(second) after \(first), \(Units.decimals(sharedPrefix.gain, 1)) times faster", "")
    }
    if restarts > 0 { table.add("workers started again", "\(restarts)", "") }
    if let peakMemory { table.add("peak memory", Units.bytes(peakMemory), "") }
    let products = kernels == .oven ? ", Oven's kernels" : ""
    let place = "\(model) on \(device) (\(deviceName)), OpenVINO \(runtime)"
    return ["\(place), \(engine) engine\(products)"] + table.lines
  }

  private func add(_ answers: Answers, longest: Double, to table: inout Table) {
    let cached = answers.cachedSeconds
    table.add("load, from cache", cached.text(Units.time), Bar.text(cached.median, of: longest))
    table.add("warm-up", Units.time(answers.warmUpSeconds), Bar.text(answers.warmUpSeconds, of: longest))
    let decode = answers.decode
    let rates = answers.prefills.map(\.tokensPerSecond.median) + [decode.tokensPerSecond.median]
    let fastest = rates.max() ?? 0
    for prefill in answers.prefills {
      let rate = prefill.tokensPerSecond.text { Units.decimals($0, 1) }
      table.add(
        "prefill, \(prefill.tokens) tokens", "\(Units.time(prefill.seconds.median)), \(rate) tokens/s",
        Bar.text(prefill.tokensPerSecond.median, of: fastest))
    }
    table.add(
      "decode, \(decode.generatedTokens) tokens after \(decode.promptTokens)",
      decode.tokensPerSecond.text { Units.decimals($0, 1) } + " tokens/s",
      Bar.text(decode.tokensPerSecond.median, of: fastest))
    table.add(
      "outside of the device", Units.decimals(decode.overhead.median * 100, 2) + " %",
      Bar.text(decode.overhead.median, of: 1))
  }

  var json: JSON {
    var load: [(String, JSON)] = [("compiled", ["seconds": .double(compileSeconds)])]
    if let answers {
      load += [
        ("cached", ["seconds": answers.cachedSeconds.json]),
        ("warm_up_seconds", .double(answers.warmUpSeconds)),
      ]
    }
    var members: [(String, JSON)] = [
      ("model", .string(model)), ("device", .string(device)), ("device_name", .string(deviceName)),
      ("openvino", .string(runtime)), ("engine", .string(engine)),
      ("kernels", kernels.map { .string($0.rawValue) } ?? .null),
      ("load", .object(JSONObject(uniqueKeysWithValues: load))),
    ]
    if let answers {
      members += [
        ("prefill", .array(answers.prefills.map(\.json))), ("decode", answers.decode.json),
      ]
    }
    if !batch.isEmpty { members.append(("batch", .array(batch.map(\.json)))) }
    if let sharedPrefix { members.append(("shared_prefix", sharedPrefix.json)) }
    if !batch.isEmpty { members.append(("restarts", .int(restarts))) }
    if let peakMemory { members.append(("peak_memory_bytes", .int(peakMemory))) }
    return .object(JSONObject(uniqueKeysWithValues: members))
  }
}

extension BenchReport.Prefill {
  fileprivate var json: JSON {
    [
      "prompt_tokens": .int(tokens), "seconds": seconds.json, "tokens_per_second": tokensPerSecond.json,
    ]
  }
}

extension BenchReport.Decode {
  fileprivate var json: JSON {
    [
      "prompt_tokens": .int(promptTokens), "generated_tokens": .int(generatedTokens),
      "tokens_per_second": tokensPerSecond.json, "overhead": overhead.json,
    ]
  }
}

extension BenchReport.SharedPrefix {
  fileprivate var json: JSON {
    [
      "tokens": .int(tokens), "first_seconds": first.json, "second_seconds": second.json,
      "gain": .double(gain),
    ]
  }
}

extension BenchReport.Batch {
  fileprivate var json: JSON {
    [
      "sequences": .int(sequences), "prompt_tokens": .int(promptTokens),
      "generated_tokens": .int(generatedTokens), "tokens_per_second": tokensPerSecond.json,
      "first_token_seconds": firstTokenSeconds.json, "overhead": overhead.json,
    ]
  }
}
