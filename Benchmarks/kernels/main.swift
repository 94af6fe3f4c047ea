// Times the products with compressed matrices on one thread, by format and by rows of numbers, and attention by heads and by
// tokens: gigabytes a second where rows are few and memory sets the pace, and thousand millions of operations a second where
// they are many.

import Foundation
import LinearKernels

let rounds = 5
let matrices = MatrixKind.all
print("\(String(cString: oven_linear_instruction_set())), one thread, best of interleaved rounds")
print("format      bits   1 row          4 rows         16 rows        512 rows")
// Rounds alternate, so that a machine whose speed drifts is unfair to no format.
var best = [[Double]](
  repeating: Array(repeating: .infinity, count: MatrixKind.counts.count), count: matrices.count)
let benches = matrices.map { MatrixBench($0) }
for _ in 0..<rounds {
  for (index, bench) in benches.enumerated() {
    for (place, count) in MatrixKind.counts.enumerated() {
      best[index][place] = min(best[index][place], bench.seconds(count))
    }
  }
}
for (index, bench) in benches.enumerated() {
  let columns = MatrixKind.counts.enumerated().map { place, count in
    let seconds = best[index][place]
    guard count >= 16 else { return padded("\(text(Double(bench.size) / seconds / 1e9)) GB/s", 15) }
    let operations = 2 * Double(count * MatrixKind.rows * MatrixKind.columns)
    return padded("\(text(operations / seconds / 1e9)) GFLOP/s", 15)
  }
  let bits = Double(bench.size * 8) / Double(MatrixKind.rows * MatrixKind.columns)
  print(padded(bench.name, 12) + padded(text(bits), 7) + columns.joined())
}

let attentions = AttentionBench.all()
var bestOfHeads = [[Double]](
  repeating: Array(repeating: .infinity, count: AttentionBench.counts.count), count: attentions.count)
for _ in 0..<rounds {
  for (index, bench) in attentions.enumerated() {
    for (place, count) in AttentionBench.counts.enumerated() {
      bestOfHeads[index][place] = min(bestOfHeads[index][place], bench.seconds(count))
    }
  }
}
print("\nattention, \(AttentionBench.seen) tokens seen")
print("heads              1 token        8 tokens       256 tokens")
for (index, bench) in attentions.enumerated() {
  let columns = AttentionBench.counts.enumerated().map { place, count in
    let seconds = bestOfHeads[index][place]
    guard count > 1 else { return padded("\(text(Double(bench.size) / seconds / 1e9)) GB/s", 15) }
    return padded("\(text(bench.operations(count) / seconds / 1e9)) GFLOP/s", 15)
  }
  print(padded(bench.name, 19) + columns.joined())
}

func text(_ number: Double) -> String { String(format: number < 100 ? "%.2f" : "%.0f", number) }

func padded(_ text: String, _ width: Int) -> String {
  text.padding(toLength: width, withPad: " ", startingAt: 0)
}
