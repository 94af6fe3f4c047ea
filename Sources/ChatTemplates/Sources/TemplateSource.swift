import Files
import Foundation
import JSON
import OrderedCollections

/// The templates of a model: usually one, sometimes several with names.
package struct TemplateSet: Sendable {
  /// The texts by name; the usual one is called `default`, one for conversations with tools `tool_use`.
  package var texts: OrderedDictionary<String, String>
  /// Where they come from, for messages: a file's path, or what the caller said.
  package var origin: String

  /// One template without a name, for example that of a GGUF file (`tokenizer.chat_template`).
  package init(text: String, origin: String) {
    self.init(texts: ["default": text], origin: origin)
  }

  /// Several templates by name.
  package init(texts: OrderedDictionary<String, String>, origin: String) {
    self.texts = texts
    self.origin = origin
  }

  /// A template without a name and others with names; nil where there is neither.
  package init?(default text: String?, named: [String: String], origin: String) {
    var texts: OrderedDictionary<String, String> = [:]
    texts["default"] = text ?? named["default"]
    for (name, text) in named.sorted(by: { $0.key < $1.key }) where name != "default" { texts[name] = text }
    if texts.isEmpty { return nil }
    self.init(texts: texts, origin: origin)
  }

  /// The template for a conversation, chosen as transformers does: `tool_use` if there are tools and there is one,
  /// else `default`.
  ///
  /// - Throws: `TemplateError` of code `.file` where neither exists.
  package func text(hasTools: Bool) throws(TemplateError) -> String {
    if hasTools, let text = texts["tool_use"] { return text }
    if let text = texts["default"] { return text }
    if texts.count == 1, let text = texts.values.first { return text }
    throw TemplateError(
      .file, "\(origin) has no chat template named 'default', only: \(texts.keys.joined(separator: ", "))",
      mend: "name the one to use 'default'")
  }
}

/// Finds what a model's folder says about its prompts.
package enum TemplateSource {
  /// The templates of a folder: `chat_template.jinja` (and `additional_chat_templates/NAME.jinja`), else those in
  /// `tokenizer_config.json`, else `chat_template.json`; nil where there are none.
  ///
  /// - Throws: `TemplateError` of code `.file` for a file that cannot be read or makes no sense.
  package static func inFolder(_ folder: String) throws(TemplateError) -> TemplateSet? {
    let text = try read(folder + "/chat_template.jinja")
    let more = folder + "/additional_chat_templates"
    var named: [String: String] = [:]
    for name in Folders.readableNames(in: more)
    where name.hasSuffix(".jinja") {
      named[String(name.dropLast(6))] = try read(more + "/" + name)
    }
    let origin = text == nil ? more : folder + "/chat_template.jinja"
    if let set = TemplateSet(default: text, named: named, origin: origin) { return set }
    for name in ["tokenizer_config.json", "chat_template.json"] {
      let path = folder + "/" + name
      guard let json = try readJSON(path), let value = json["chat_template"], !value.isNull else { continue }
      return try templates(value, path)
    }
    return nil
  }

  /// A string, an object of named strings, or a list of `{"name": …, "template": …}`.
  private static func templates(_ value: JSON, _ path: String) throws(TemplateError) -> TemplateSet {
    if let text = value.string { return TemplateSet(text: text, origin: path) }
    var texts: OrderedDictionary<String, String> = [:]
    for (name, text) in value.object ?? [:] { texts[name] = text.string }
    for element in value.array ?? [] {
      guard let name = element["name"]?.string, let text = element["template"]?.string else { continue }
      texts[name] = text
    }
    guard !texts.isEmpty else {
      throw TemplateError(.file, "'chat_template' in \(path) is neither a text nor a list of named texts")
    }
    return TemplateSet(texts: texts, origin: path)
  }

  /// The special tokens that templates use as variables (`bos_token`, `image_token`, …): every member of
  /// `tokenizer_config.json` that ends in `_token`, and those of its `extra_special_tokens`. Those of
  /// `special_tokens_map.json` replace them where the configuration does not list added tokens itself.
  ///
  /// - Throws: `TemplateError` of code `.file` for a file that cannot be read.
  package static func specialTokens(inFolder folder: String) throws(TemplateError) -> JSONObject {
    var tokens = JSONObject()
    func read(_ members: JSON?, where isRole: (String) -> Bool = { _ in true }) {
      for (name, value) in members?.object ?? [:] where isRole(name) {
        guard let text = value.string ?? value["content"]?.string else { continue }
        tokens[name] = .string(text)
      }
    }
    let config = try readJSON(folder + "/tokenizer_config.json")
    read(config, where: { $0.hasSuffix("_token") })
    read(config?["extra_special_tokens"])
    if config?["added_tokens_decoder"] == nil {
      let map = try readJSON(folder + "/special_tokens_map.json")
      read(map, where: { $0.hasSuffix("_token") })
      read(map?["extra_special_tokens"])
    }
    return tokens
  }

  private static func readJSON(_ path: String) throws(TemplateError) -> JSON? {
    guard let text = try read(path) else { return nil }
    do throws(JSONError) {
      return try JSON(parsing: text)
    } catch {
      throw TemplateError(.file, "\(path) is no JSON: \(error)")
    }
  }

  /// A file's text; nil where there is no such file.
  private static func read(_ path: String) throws(TemplateError) -> String? {
    guard FileStatus(at: path) != nil else { return nil }
    guard let bytes = SmallFile.bytes(at: path, limit: 1 << 28) else {
      throw TemplateError(.file, "cannot read \(path)", mend: "make the file readable")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TemplateError(.file, "\(path) is not UTF-8 text")
    }
    return text
  }
}
