import Errors

/// What an NPU's compiler says when it refuses a model, and the mend that fits.
///
/// The compiler writes pages of which one line counts; a plugin wraps it in the places that it was thrown through.
package struct NPUCompilerError: Sendable, Hashable {
  /// The compiler's own last line about the fault, without time and marks.
  package var line: String
  /// What the user can do about it.
  package var mend: Wording

  /// Finds the line in what OpenVINO threw.
  package init(_ message: String) {
    let lines = message.split(whereSeparator: \.isNewline).map(Self.plain).filter { !$0.isEmpty }
    // A pass that failed says why, and after it the compiler only that it did.
    let own =
      lines.last { $0.contains("[ERROR]") && $0.contains("Pass failed : ") }
      ?? lines.last { $0.contains("[ERROR]") || $0.contains("Got Diagnostic") }
    let thrown = lines.last { line in
      !Self.wrappings.contains { line.hasPrefix($0) }
    }
    line = Self.bare(own ?? thrown ?? lines.last ?? "it does not say why")
    mend = Self.mends.first { known in known.signs.contains { message.contains($0) } }?.mend ?? Self.usualMend
  }

  /// Lines that only say where an error came through.
  private static let wrappings = [
    "Exception from", "Compilation failed", "Check '", "Failed to compile", "General",
  ]

  /// Without the colours of a terminal and the space around.
  private static func plain(_ line: Substring) -> String {
    var text = "", isEscape = false
    for character in line {
      if character == "\u{1B}" {
        isEscape = true
      } else if isEscape {
        isEscape = !character.isLetter
      } else {
        text.append(character)
      }
    }
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  /// Without "[ERROR] 12:34:56.789 [vpux-compiler]" before it, and not longer than two lines of a terminal.
  private static func bare(_ line: String) -> String {
    var rest = line[...]
    if let mark = rest.firstRange(of: "[ERROR]") { rest = rest[mark.upperBound...] }
    while let first = rest.first, first.isNumber || first.isWhitespace || first == ":" || first == "." {
      rest.removeFirst()
    }
    if rest.first == "[", let end = rest.firstIndex(of: "]") { rest = rest[rest.index(after: end)...] }
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    return rest.count > 240 ? rest.prefix(240) + "…" : String(rest)
  }

  private static let usualMend: Wording =
    "Run `\(setting: .doctor)`; a newer NPU driver brings a newer compiler. \(setting: .device) CPU runs the model."

  /// What signs of the compiler mean, the particular ones first (docs/npu.md has the graphs behind them).
  private static let mends: [(signs: [String], mend: Wording)] = [
    (
      ["finds experts in whole rows"],
      "Bake again with \(setting: .bakedTarget) npu, which gives experts whole rows."
    ),
    (
      ["to_shape was called on a dynamic shape", "dynamic shape", "upper bound"],
      """
      It compiles fixed shapes only: bake with \(setting: .bakedShapes) and run with \(setting: .runsFixedShapes), \
      or leave NPU_USE_NPUW alone.
      """
    ),
    (
      ["invalid map<K, T> key", "zero point", "zero_point"],
      """
      It takes symmetric 4-bit weights only: bake again with \(setting: .bakedTarget) npu \
      \(setting: .bakedFormat) int4.
      """
    ),
    (
      ["UnrollPermuteDMA", "merged sub output shape"],
      "This platform's compiler cannot transpose one head at a time: bake again with this Oven, whose graphs avoid it."
    ),
    (
      ["cannot schedule", "FeasibleAllocation", "not covered by aliases", "CMX", "ERROR_INPUT_TOO_BIG"],
      """
      A step does not fit into the NPU's memory: bake again with this Oven, or give a shorter \
      \(setting: .longestPrompt).
      """
    ),
    (
      ["undeclared parameters", "unregistered_parameters"],
      """
      OpenVINO's splitter cannot cut this model, which has too few layers alike: bake and run it with \
      \(setting: .runsFixedShapes).
      """
    ),
    (
      ["Non-'-1' output dimensions do not evenly divide"],
      """
      OpenVINO's splitter takes a mixture's width, or the number of its experts, for the tokens that are computed at once \
      where these are as many: leave NPUW's properties of prompts alone, or give another \(setting: .longestPrompt).
      """
    ),
    (
      ["OUT_OF_DEVICE_MEMORY", "OUT_OF_HOST_MEMORY", "bad_alloc", "out of memory"],
      """
      There is too little memory: close programs, or give a shorter \(setting: .longestPrompt) and \
      \(setting: .responseLength).
      """
    ),
    (
      ["UNSUPPORTED_VERSION", "unsupported version", "ELF", "compatibility"],
      "Driver and compiler do not fit together: install the newest NPU driver (`\(setting: .doctor)` names yours)."
    ),
  ]
}
