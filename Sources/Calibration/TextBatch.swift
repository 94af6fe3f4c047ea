import OpenVINO

/// Some windows of the text, side by side, and what the segments so far computed of them.
package struct TextBatch {
  /// Windows of equal length.
  let tokens: [[Int]]
  /// The values that cross from segment to segment, by name.
  var values: [String: BatchValue] = [:]

  /// Windows of equal length.
  package init(_ windows: [[Int]]) { tokens = windows }

  var tokenCount: Int { tokens.reduce(0) { $0 + $1.count } }
  private var length: Int { tokens.first?.count ?? 0 }

  /// The text in batches of so many windows.
  static func batches(of windows: [[Int]], size: Int) -> [TextBatch] {
    stride(from: 0, to: windows.count, by: size).map {
      TextBatch(Array(windows[$0..<min($0 + size, windows.count)]))
    }
  }

  /// The tensor for an input of a segment.
  func tensor(_ name: String, _ runtime: OpenVINORuntime) throws -> Tensor {
    let shape = [tokens.count, length]
    switch name {
    case "input_ids": return try Tensor(tokens.flatMap { $0.map(Int64.init) }, shape: shape, runtime: runtime)
    case "attention_mask":
      return try Tensor([Int64](repeating: 1, count: tokenCount), shape: shape, runtime: runtime)
    case "position_ids":
      return try Tensor(tokens.flatMap { $0.indices.map(Int64.init) }, shape: shape, runtime: runtime)
    case "beam_idx":
      return try Tensor(tokens.indices.map(Int32.init), shape: [tokens.count], runtime: runtime)
    default:
      guard let value = values[name] else {
        throw CalibrationError(.unsupported, "a layer reads '\(name)', which no earlier one computed")
      }
      return try value.tensor(runtime)
    }
  }
}
