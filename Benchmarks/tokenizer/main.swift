import Foundation
import Tokenization

// bench-tokenizer TOKENIZER.JSON TEXT [RUNS]: times loading and encoding on one core, and prints the best of each
// as one line of JSON. compare.py runs it beside other tokenizers.

let usage = "usage: bench-tokenizer TOKENIZER.JSON TEXT [RUNS]\n"
guard CommandLine.arguments.count >= 3 else {
  FileHandle.standardError.write(Data(usage.utf8))
  exit(64)
}

/// The processor time of this process in seconds: other work on the machine does not count.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The shortest of several runs in seconds, and what the last one gave.
func best<T>(of runs: Int, _ body: () throws -> T) rethrows -> (seconds: Double, value: T) {
  var start = processorSeconds()
  var value = try body()
  var shortest = processorSeconds() - start
  for _ in 1..<max(runs, 1) {
    start = processorSeconds()
    value = try body()
    shortest = min(shortest, processorSeconds() - start)
  }
  return (shortest, value)
}

do {
  let file = Array(try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
  let data = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2]))
  let text = String(decoding: data, as: UTF8.self)
  let runs = CommandLine.arguments.count > 3 ? Int(CommandLine.arguments[3]) ?? 3 : 3
  let loading = try best(of: runs) { try Tokenizer(contentsOf: file) }
  let encoding = best(of: runs) { loading.value.encode(text, addSpecialTokens: false) }
  let decoding = best(of: runs) { loading.value.decode(encoding.value, skipSpecialTokens: false) }
  let megabytes = Double(data.count) / 1e6
  print(
    """
    {"load_seconds": \(loading.seconds), "encode_megabytes_per_second": \(megabytes / encoding.seconds), \
    "decode_megabytes_per_second": \(megabytes / decoding.seconds), "tokens": \(encoding.value.count), \
    "round_trip": \(Array(decoding.value.utf8) == Array(data))}
    """)
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(65)
}
