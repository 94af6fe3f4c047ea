import ArgumentParser
import ChatTemplates
import Foundation
import JSON

/// `oven template`: what a model's chat template makes of a conversation.
struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Show what a chat template makes of a conversation, exactly as transformers renders it.",
    discussion: """
      DIR is any folder with chat_template.jinja, tokenizer_config.json or chat_template.json, baked or not; a
      .jinja or a .gguf file will do too. With --jsonl, every line of stdin is an object with messages, tools,
      add_generation_prompt and whatever else the template uses, and gives the text as a JSON string, or
      {"error": …}. Special tokens such as bos_token come from the folder where the line does not give them.

        oven template models/smollm2_int4 "Why is the sky blue?"
        oven template models/smollm2_int4 --jsonl < conversations.jsonl
        oven template models/smollm2_int4                 (shows the template itself)

      OVEN_TEMPLATE_NOW=2026-01-14T21:00:00 pins the clock of strftime_now.
      """)

  @Argument(help: "A model's folder, a .jinja or .gguf file, or a name of the store.", completion: .model)
  var dir: String

  @Argument(help: "The user's message.")
  var message: [String] = []

  @Flag(help: "Read a conversation a line, write a JSON string a line.") var jsonl = false

  @Option(help: "The system's message, before the user's.") var system: String?

  @Option(
    name: [.customLong("chat-style"), .customLong("chat_style")],
    help: "A named style instead of the template: neural, llama2, llama3, chatml, alpaca or raw.")
  var chatStyle: ChatStyle?

  func validate() throws {
    if jsonl, !message.isEmpty || system != nil {
      throw ValidationError("--jsonl reads the conversations from stdin; leave the message out.")
    }
  }

  func run() throws {
    try checkClock()
    var source = try PromptSource(path: try ModelPlace.any(dir), style: chatStyle)
    if jsonl {
      try renderLines(&source)
    } else if message.isEmpty, system == nil {
      Terminal.output.line(try source.text())
    } else {
      var messages: [JSON] = system.map { [["role": "system", "content": .string($0)]] } ?? []
      messages.append(["role": "user", "content": .string(message.joined(separator: " "))])
      let context: JSONObject = ["messages": .array(messages), "add_generation_prompt": true]
      Terminal.output.line(try source.render(context))
    }
  }

  private func checkClock() throws {
    guard let text = ProcessInfo.processInfo.environment["OVEN_TEMPLATE_NOW"] else { return }
    guard TemplateTime(iso8601: text) != nil else {
      throw ErrorReport(
        what: "OVEN_TEMPLATE_NOW is no time: \(text)", why: "it must be a time of ISO 8601",
        mend: "write it like 2026-01-14T21:00:00, or unset it", status: .usage)
    }
  }

  private func renderLines(_ source: inout PromptSource) throws {
    let lines = try JSONLines.process { (line) throws in
      guard let context = line.object else {
        throw TemplateError(
          .value, "the line is \(line.serialized().prefix(60)), not an object with messages")
      }
      return .string(try source.render(context))
    }
    guard lines.failed == 0 else {
      throw ErrorReport(
        what: "\(lines.failed) of \(lines.count) conversations could not be rendered",
        why: "their lines of the output say why", mend: "", status: .badData)
    }
  }
}

/// A template with the special tokens that belong to it, or a style.
private struct PromptSource {
  private let templates: TemplateSet?
  private let style: ChatStyle?
  private let specialTokens: JSONObject
  private var parsed: [String: ChatTemplate] = [:]

  init(path: String, style: ChatStyle?) throws {
    self.style = style
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ErrorReport(
        what: "there is no \(path)", why: "", mend: "name a model's folder, or a .jinja or .gguf file",
        status: .noInput)
    }
    if isFolder.boolValue {
      templates = style == nil ? try TemplateSource.inFolder(path) : nil
      specialTokens = try TemplateSource.specialTokens(inFolder: path)
    } else if path.hasSuffix(".gguf") {
      let file = try GGUFPrompt(path: path)
      templates = file.templates
      specialTokens = file.specialTokens
    } else {
      let bytes = FileManager.default.contents(atPath: path)
      guard let text = bytes.flatMap({ String(validating: $0, as: UTF8.self) }) else {
        throw TemplateError(.file, "cannot read \(path) as UTF-8 text")
      }
      templates = TemplateSet(text: text, origin: path)
      specialTokens = [:]
    }
    guard templates != nil || style != nil else {
      throw ErrorReport(
        what: "\(path) has no chat template",
        why: "neither chat_template.jinja, tokenizer_config.json nor chat_template.json has one",
        mend: "name a style: --chat-style neural|llama2|llama3|chatml|alpaca|raw", status: .noInput)
    }
  }

  /// The template itself.
  func text() throws -> String {
    guard let templates else {
      throw ErrorReport(
        what: "a style has no template to show", why: "", mend: "give a message", status: .usage)
    }
    if templates.texts.count == 1 { return try templates.text(hasTools: false) }
    return templates.texts.map { "{# \($0.key) #}\n\($0.value)" }.joined(separator: "\n")
  }

  mutating func render(_ given: JSONObject) throws -> String {
    if let style {
      return try style.render(
        given["messages"]?.array ?? [], addGenerationPrompt: given["add_generation_prompt"]?.bool ?? false)
    }
    // An empty list of tools is one, too, to transformers.
    let hasTools = given["tools"].map { !$0.isNull } ?? false
    let text = try templates?.text(hasTools: hasTools) ?? ""
    let template = try parsed[text] ?? ChatTemplate(source: text)
    parsed[text] = template
    return try template.apply(given.merging(specialTokens) { line, _ in line })
  }
}
