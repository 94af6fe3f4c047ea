import ArgumentParser
import Foundation
import JSON
import Tokenization

/// `oven tokenize`: text to ids and back, by the tokenizer of a folder.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn text into ids and ids into text, exactly as the model's own tokenizer does.",
    discussion: """
      DIR is any folder with a tokenizer.json, tokenizer.model, *.tiktoken, or vocab.json and merges.txt, baked or
      not; a .gguf file will do too. The text comes from the arguments or, as it is, from stdin. Ids are JSON arrays, decoded text is a JSON
      string; with --jsonl there is one of them a line.

        oven tokenize models/smollm2_int4 "Hello, world"
        oven tokenize models/smollm2_int4 --pieces "Hello, world"
        oven tokenize models/smollm2_int4 --jsonl < texts.jsonl > ids.jsonl
        oven tokenize models/smollm2_int4 --jsonl --decode < ids.jsonl
        oven tokenize models/smollm2_int4 --decode 19556 28 905
      """)

  @Argument(help: "A model's folder, a .gguf file, or a name of the store.", completion: .model)
  var dir: String

  @Argument(parsing: .remaining, help: "The text, or the ids with --decode.")
  var text: [String] = []

  @Flag(help: "Read a JSON value a line, write one a line.") var jsonl = false
  @Flag(help: "Turn ids into text.") var decode = false
  @Flag(help: "Do not add special tokens; with --decode, leave them out of the text.") var noSpecial = false
  @Flag(help: "Show the pieces of the text, in colour on a terminal.") var pieces = false

  func validate() throws {
    if jsonl, !text.isEmpty { throw ValidationError("--jsonl reads from stdin; leave the text out.") }
    if pieces, jsonl || decode {
      throw ValidationError("--pieces shows one text: leave --jsonl and --decode out.")
    }
  }

  func run() throws {
    let tokenizer = try TokenizerFolder.open(try ModelPlace.any(dir))
    if jsonl || (decode && text.isEmpty) {
      let lines = try JSONLines.process { decode ? try decoded($0, tokenizer) : try encoded($0, tokenizer) }
      guard lines.failed == 0 else {
        throw ErrorReport(
          what: "\(lines.failed) of \(lines.count) lines could not be read",
          why: "their lines of the output say why", mend: "", status: .badData)
      }
    } else if decode {
      do {
        Terminal.output.line(try decoded(try idsOfArguments(), tokenizer).serialized())
      } catch let error as LineError {
        throw ErrorReport(
          what: error.description, why: "", mend: "give ids, as 1 2 3 or [1, 2, 3]", status: .badData)
      }
    } else {
      let text = text.isEmpty ? try JSONLines.standardInput() : text.joined(separator: " ")
      if pieces {
        PieceScreen(tokenizer, addsSpecialTokens: !noSpecial).show(text)
      } else {
        Terminal.output.line(try encoded(.string(text), tokenizer).serialized())
      }
    }
  }

  private func encoded(_ line: JSON, _ tokenizer: Tokenizer) throws -> JSON {
    guard let text = line.string else { throw LineError("expected a JSON string, got", line) }
    return .array(tokenizer.encode(text, addSpecialTokens: !noSpecial).map { .int($0) })
  }

  private func decoded(_ line: JSON, _ tokenizer: Tokenizer) throws -> JSON {
    guard let elements = line.array else { throw LineError("expected an array of ids, got", line) }
    var ids: [Int] = []
    for element in elements {
      guard let id = element.int, tokenizer.token(of: id) != nil else {
        throw LineError("no token of this vocabulary has the id", element)
      }
      ids.append(id)
    }
    return .string(tokenizer.decode(ids, skipSpecialTokens: noSpecial))
  }

  /// `1 2 3`, `1,2,3` or `[1, 2, 3]`.
  private func idsOfArguments() throws -> JSON {
    let words = text.joined(separator: " ").split { " ,[]".contains($0) }
    return .array(
      try words.map { word in
        guard let id = Int(word) else { throw LineError("--decode reads ids, not", .string(String(word))) }
        return .int(id)
      })
  }

  private struct LineError: Error, CustomStringConvertible {
    let description: String

    init(_ message: String, _ value: JSON) { description = "\(message) \(value.serialized().prefix(80))" }
  }
}

/// Shows how a text falls into tokens.
private struct PieceScreen {
  private let tokenizer: Tokenizer
  private let addsSpecialTokens: Bool

  init(_ tokenizer: Tokenizer, addsSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    self.addsSpecialTokens = addsSpecialTokens
  }

  /// In colour, the text itself with a background that changes from token to token; otherwise a line a token with id
  /// and text.
  func show(_ text: String) {
    let pieces = pieces(of: text)
    guard Terminal.output.usesColor else {
      for piece in pieces { Terminal.output.line("\(piece.id)\t\(JSON.string(piece.text).serialized())") }
      return
    }
    // Black on the pale colours of the 256-colour palette.
    let backgrounds = [153, 223, 157, 218, 229]
    var line = ""
    for (index, piece) in pieces.enumerated() {
      let color = TerminalText.style("30;48;5;\(backgrounds[index % backgrounds.count])")
      let visible =
        piece.text.isEmpty
        ? "∅"
        : piece.text.replacing("\t", with: "⇥").replacing("\n", with: "⏎\(TerminalText.style("0"))\n\(color)")
      line += color + visible + TerminalText.style("0")
    }
    Terminal.output.line(line)
    Terminal.error.line("\(pieces.count) tokens for \(text.utf8.count) bytes")
  }

  /// Tokens with the text they stand for; special tokens, which stand for none, with their names.
  private func pieces(of text: String) -> [(id: Int, text: String)] {
    let bytes = Array(text.utf8)
    let own = tokenizer.pieces(of: text).map { piece in
      (id: piece.id, text: String(decoding: bytes[piece.range], as: UTF8.self))
    }
    guard addsSpecialTokens else { return own }
    let all = tokenizer.encode(text, addSpecialTokens: true)
    let ids = own.map(\.id)
    let start = (0...max(all.count - ids.count, 0)).first { all.dropFirst($0).starts(with: ids) } ?? 0
    return all.enumerated().map { index, id in
      own.indices.contains(index - start) ? own[index - start] : (id, tokenizer.token(of: id) ?? "")
    }
  }
}
