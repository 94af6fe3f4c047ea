import ChatTemplates
import Generation
import JSON
import Tokenization

/// How a model wants conversations written, and into which tokens: the tokenizer and the chat template that were
/// baked with it.
package struct PromptFormat: Sendable {
  /// The tokenizer.
  package let tokenizer: Tokenizer
  /// Texts that end an answer, because the model would go on to speak for the user.
  package let stopStrings: [String]
  /// Such texts that are special tokens of the vocabulary: they end an answer, but never appear in its text.
  package let stopTokens: [Int]
  /// The end token that the tokenizer's own configuration names; nil where it names none of the vocabulary.
  package let endToken: Int?
  private let form: Form
  private let specialTokens: JSONObject
  /// The template for conversations with tools, where it is another one.
  private let toolTemplate: ChatTemplate?

  private enum Form: Sendable {
    case template(ChatTemplate)
    case style(ChatStyle)
  }

  /// Whether nothing says how the model wants conversations written, so that texts are sent as they are.
  package let isGuess: Bool

  /// Reads the tokenizer and the template of a folder.
  ///
  /// - Parameters:
  ///   - folder: a baked folder, or any other with `tokenizer.json`.
  ///   - style: a named style of old models instead of the folder's template; it also serves where there is none.
  /// - Throws: `TokenizerError`, or `TemplateError` for a template that cannot be read.
  package init(folder: String, style: ChatStyle? = nil) throws {
    tokenizer = try Tokenizer.load(folder: folder)
    specialTokens = try TemplateSource.specialTokens(inFolder: folder)
    endToken = specialTokens["eos_token"]?.string.flatMap { [tokenizer] in tokenizer.id(of: $0) }
    let templates = style == nil ? try TemplateSource.inFolder(folder) : nil
    isGuess = style == nil && templates == nil
    if let templates {
      let template = try ChatTemplate(source: try templates.text(hasTools: false))
      form = .template(template)
      let withTools = try templates.text(hasTools: true)
      toolTemplate = withTools == template.source ? nil : try ChatTemplate(source: withTools)
      stopStrings = []
      stopTokens = Self.answerEnd(template, tokenizer, specialTokens).map { [$0] } ?? []
    } else {
      let style = style ?? .raw
      form = .style(style)
      toolTemplate = nil
      let special = tokenizer.specialTokenIDs
      let ids = style.stopStrings.map { [tokenizer] in
        tokenizer.id(of: $0).flatMap { special.contains($0) ? $0 : nil }
      }
      stopStrings = zip(style.stopStrings, ids).filter { $1 == nil }.map(\.0)
      stopTokens = ids.compactMap { $0 }
    }
  }

  /// The special token that the template writes behind an answer, which the model was trained to end with; nil where
  /// it writes none.
  private static func answerEnd(
    _ template: ChatTemplate, _ tokenizer: Tokenizer, _ specialTokens: JSONObject
  ) -> Int? {
    let answer = "0f7c answer 0f7c"
    var context = specialTokens
    context["messages"] = .array(
      [ChatMessage(role: "user", content: "question"), ChatMessage(role: "assistant", content: answer)].map(
        \.json)
    )
    context["add_generation_prompt"] = false
    guard let text = try? template.apply(context) else { return nil }
    let pieces = Array(text.utf8)
    let pattern = Array(answer.utf8)
    let starts = stride(from: pieces.count - pattern.count, through: 0, by: -1)
    guard let start = starts.first(where: { pieces[$0..<$0 + pattern.count].elementsEqual(pattern) }) else {
      return nil
    }
    let rest = String(decoding: pieces[(start + pattern.count)...], as: UTF8.self)
    let special = tokenizer.specialTokenIDs
    let ids = tokenizer.encode(rest, addSpecialTokens: false)
    guard let first = ids.firstIndex(where: special.contains) else { return nil }
    let before = tokenizer.decode(Array(ids[..<first]))
    return before.allSatisfy(\.isWhitespace) ? ids[first] : nil
  }

  /// The text of a conversation, up to where the assistant's answer begins.
  package func render(_ messages: [ChatMessage]) throws -> String {
    let list = messages.map(\.json)
    switch form {
    case .style(let style): return try style.render(list)
    case .template(let template):
      var context = specialTokens
      context["messages"] = .array(list)
      context["add_generation_prompt"] = true
      return try template.apply(context)
    }
  }

  /// The template's text; empty where there is none.
  package var templateText: String {
    guard case .template(let template) = form else { return "" }
    return (toolTemplate ?? template).source
  }

  /// The text of a conversation with all that a template may use, up to where the assistant's answer begins.
  ///
  /// - Parameters:
  ///   - messages: Objects with `role`, `content` and whatever else templates know, such as `tool_calls`.
  ///   - tools: What the model may call, in OpenAI's form; empty for nothing.
  ///   - variables: What else the template may use, such as `enable_thinking`.
  package func render(_ messages: [JSON], tools: [JSON], variables: JSONObject) throws -> String {
    switch form {
    case .style(let style): return try style.render(messages)
    case .template(let template):
      var context = specialTokens
      context.merge(variables) { _, given in given }
      context["messages"] = .array(messages)
      context["add_generation_prompt"] = true
      if !tools.isEmpty { context["tools"] = .array(tools) }
      return try (tools.isEmpty ? template : toolTemplate ?? template).apply(context)
    }
  }

  /// The tokens of such a text. A template writes the special tokens itself; some styles leave that to the tokenizer.
  package func encode(_ text: String) -> [Int] {
    if case .style(let style) = form, !style.writesBeginToken { return tokenizer.encode(text) }
    return tokenizer.encode(text, addSpecialTokens: false)
  }

  /// A conversation without messages.
  package func makeSession() -> ChatSession {
    ChatSession(render: { try render($0) }, encode: { encode($0) })
  }
}
