import IRFormat
import Tokenization

/// The part of the tokenizer graph that handles text: ragged dimensions, strings and (after the split at special
/// tokens) a flag for each piece that later steps must leave alone.
struct TextPipeline {
  var document: IRBuilder
  /// Begins and ends of each text's pieces.
  var ragged: [IRBuilder.Output]
  /// Begins, ends and characters of the pieces.
  var strings: [IRBuilder.Output]
  /// One flag a piece; empty before the split at special tokens.
  var skips: [IRBuilder.Output] = []
  /// What the graph does otherwise than the tokenizer.
  var differences: [String] = []

  init(_ document: IRBuilder) {
    self.document = document
    let input = self.document.one(
      "Parameter", version: "opset1", [("shape", "?"), ("element_type", "string")], [], (.string, 1),
      names: ["string_input"])
    strings = self.document.add(
      "StringTensorUnpack", version: "opset15", [("mode", "begins_ends")], [input],
      [(.i32, 1), (.i32, 1), (.u8, 1)])
    let shape = self.document.one(
      "ShapeOf", version: "opset3", [("output_type", "i64")], [strings[0]], (.i64, 1))
    let zero = self.document.long(0)
    let one = self.document.long(1)
    let count = self.document.one(
      "Gather", version: "opset8", [("batch_dims", "0")], [shape, zero, zero], (.i64, 0))
    let begins = self.document.one(
      "Range", version: "opset4", [("output_type", "i32")], [zero, count, one], (.i32, 1))
    let beyond = self.document.one(
      "Add", version: "opset1", [("auto_broadcast", "numpy")], [count, one], (.i64, 0))
    let ends = self.document.one(
      "Range", version: "opset4", [("output_type", "i32")], [one, beyond, one], (.i32, 1))
    ragged = [begins, ends]
  }

  private var skipKinds: [IRBuilder.Kind] { skips.map { _ in (.boolean, 1) } }

  /// Cuts the texts at added tokens, which stay whole from there on.
  mutating func splitSpecialTokens(_ tokens: [AddedToken]) {
    if tokens.isEmpty { return }
    // Longer ones first: alternatives are tried in order.
    let sorted = tokens.sorted { ($0.content.utf8.count, $1.id) > ($1.content.utf8.count, $0.id) }
    var branches: [String] = []
    for strips in [(false, false), (true, false), (false, true), (true, true)] {
      let texts = sorted.filter { $0.stripsLeft == strips.0 && $0.stripsRight == strips.1 }
        .map { RegexText.quoted($0.content) }
      if texts.isEmpty { continue }
      branches.append(
        (strips.0 ? "(?:\\s*)" : "") + "(" + texts.joined(separator: "|") + ")" + (strips.1 ? "(?:\\s*)" : "")
      )
    }
    let pattern = document.text(branches.joined(separator: "|"))
    let outputs = document.add(
      "SpecialTokensSplit", [], ragged + strings + [pattern],
      [(.i32, 1), (.i32, 1), (.i32, 1), (.i32, 1), (.u8, 1), (.boolean, 1)])
    ragged = Array(outputs[0..<2])
    strings = Array(outputs[2..<5])
    skips = [outputs[5]]
    if tokens.contains(where: \.isSingleWord) {
      differences.append("added tokens that must be whole words are found inside of words too")
    }
  }

  /// Replaces every match of `search` (PCRE2) by `replacement` (with `$1` and the like).
  mutating func replace(_ search: String, by replacement: String) {
    let outputs = document.add(
      "RegexNormalization", [("global_replace", "true")],
      strings + skips + [document.text(search), document.text(replacement)],
      [(.i32, 1), (.i32, 1), (.u8, 1)] + skipKinds)
    strings = Array(outputs[0..<3])
    skips = Array(outputs[3...])
  }

  /// A Unicode normal form or a character map.
  mutating func mapCharacters(form: String, charsmap: [UInt8]? = nil) {
    var inputs = strings + skips
    if let charsmap { inputs.append(document.constant(.u8, shape: [charsmap.count], charsmap)) }
    let outputs = document.add(
      "CharsMapNormalization",
      [
        ("add_dummy_prefix", "false"), ("remove_extra_whitespaces", "false"), ("escape_whitespaces", "false"),
        ("normalization_form", form), ("case_fold", "false"), ("nmt", "false"),
      ], inputs, [(.i32, 1), (.i32, 1), (.u8, 1)] + skipKinds)
    strings = Array(outputs[0..<3])
    skips = Array(outputs[3...])
  }

  /// Cuts pieces at the matches of `pattern` (PCRE2).
  mutating func split(_ pattern: String, _ behaviour: String, invert: Bool = false) {
    let outputs = document.add(
      "RegexSplit",
      [("behaviour", behaviour), ("invert", invert ? "true" : "false"), ("max_splits", "-1")],
      ragged + strings + skips + [document.text(pattern)],
      [(.i32, 1), (.i32, 1), (.i32, 1), (.i32, 1), (.u8, 1)] + skipKinds)
    ragged = Array(outputs[0..<2])
    strings = Array(outputs[2..<5])
    skips = Array(outputs[5...])
  }
}
