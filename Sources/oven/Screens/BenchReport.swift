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

  let model: String
  let device: String
  let deviceName: String
  let runtime: String
  /// What keeps the conversation.
  let engine: EngineKind
  /// What computes products with compressed weights, on a CPU.
  let kernels: CPUKernels
  /// Without a cache, the entry's writing included.
  let compileSeconds: Double
  let cachedSeconds: Spread
  let warmUpSeconds: Double
  let prefills: [Prefill]
  let decode: Decode
  let peakMemory: Int

  var lines: [String] {
    var table = Table([.left, .right, .left])
    let longest = [compileSeconds, cachedSeconds.median, warmUpSeconds].max() ?? 0
    let fastest = (prefills.map(\.tokensPerSecond.median) + [decode.tokensPerSecond.median]).max() ?? 0
    table.add("load, compiled", Units.time(compileSeconds), Bar.text(compileSeconds, of: longest))
    table.add(
      "load, from cache", cachedSeconds.text(Units.time), Bar.text(cachedSeconds.median, of: longest))
    table.add("warm-up", Units.time(warmUpSeconds), Bar.text(warmUpSeconds, of: longest))
    for prefill in prefills {
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
    table.add("peak memory", Units.bytes(peakMemory), "")
    let products = kernels == .oven ? ", Oven's kernels" : ""
    let place = "\(model) on \(device) (\(deviceName)), OpenVINO \(runtime)"
    return ["\(place), \(engine.rawValue) engine\(products)"] + table.lines
  }

  var json: JSON {
    [
      "model": .string(model), "device": .string(device), "device_name": .string(deviceName),
      "openvino": .string(runtime), "engine": .string(engine.rawValue), "kernels": .string(kernels.rawValue),
      "load": [
        "compiled": ["seconds": .double(compileSeconds)], "cached": ["seconds": cachedSeconds.json],
        "warm_up_seconds": .double(warmUpSeconds),
      ],
      "prefill": .array(
        prefills.map {
          [
            "prompt_tokens": .int($0.tokens), "seconds": $0.seconds.json,
            "tokens_per_second": $0.tokensPerSecond.json,
          ]
        }),
      "decode": [
        "prompt_tokens": .int(decode.promptTokens), "generated_tokens": .int(decode.generatedTokens),
        "tokens_per_second": decode.tokensPerSecond.json, "overhead": decode.overhead.json,
      ],
      "peak_memory_bytes": .int(peakMemory),
    ]
  }
}
