import ChatTemplates
import Foundation
import JSON
import Testing

@Suite("Where templates come from")
struct SourceTests {
  private func folder(_ files: [String: String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    return folder.path
  }

  @Test func theJinjaFileComesFirst() throws {
    let folder = try folder([
      "chat_template.jinja": "file", "tokenizer_config.json": #"{"chat_template": "config"}"#,
      "additional_chat_templates/tool_use.jinja": "tools",
    ])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let set = try #require(try TemplateSource.inFolder(folder))
    #expect(try set.text(hasTools: false) == "file")
    #expect(try set.text(hasTools: true) == "tools")
    #expect(set.origin.hasSuffix("chat_template.jinja"))
  }

  @Test(arguments: [
    #"{"chat_template": "a"}"#,
    #"{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]}"#,
    #"{"chat_template": {"default": "a", "tool_use": "b"}}"#,
  ])
  func theTokenizerConfig(text: String) throws {
    let folder = try folder([
      "tokenizer_config.json": text, "chat_template.json": #"{"chat_template": "old"}"#,
    ])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let set = try #require(try TemplateSource.inFolder(folder))
    #expect(try set.text(hasTools: false) == "a")
    #expect(try set.text(hasTools: true) == (text.contains("tool_use") ? "b" : "a"))
  }

  @Test func theProcessorsFileAndNothing() throws {
    let old = try folder(["tokenizer_config.json": "{}", "chat_template.json": #"{"chat_template": "old"}"#])
    let none = try folder(["config.json": "{}"])
    let broken = try folder(["tokenizer_config.json": "{"])
    defer { for folder in [old, none, broken] { try? FileManager.default.removeItem(atPath: folder) } }
    #expect(try TemplateSource.inFolder(old)?.text(hasTools: true) == "old")
    #expect(try TemplateSource.inFolder(none) == nil)
    #expect(throws: TemplateError.self) { try TemplateSource.inFolder(broken) }
  }

  @Test func onlyNamedFiles() throws {
    let folder = try folder([
      "additional_chat_templates/rag.jinja": "r", "additional_chat_templates/tool_use.jinja": "t",
      "tokenizer_config.json": #"{"chat_template": "config"}"#,
    ])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let set = try #require(try TemplateSource.inFolder(folder))
    #expect(set.texts == ["rag": "r", "tool_use": "t"])
  }

  /// What transformers hands to a template: `special_tokens_map` of the tokenizer.
  @Test func everyRoleIsAVariable() throws {
    let config = #"""
      {"bos_token": "<s>", "image_token": {"__type": "AddedToken", "content": "<img>"}, "pad_token": null,
       "extra_special_tokens": {"think_token": "<think>"}, "add_bos_token": true}
      """#
    let map = #"{"bos_token": {"content": "<bos>"}, "sep_token": "<sep>"}"#
    let folder = try folder(["tokenizer_config.json": config, "special_tokens_map.json": map])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tokens = try TemplateSource.specialTokens(inFolder: folder)
    #expect(
      tokens == [
        "bos_token": "<bos>", "image_token": "<img>", "think_token": "<think>", "sep_token": "<sep>",
      ])
  }

  /// `apply_chat_template` passes them on as None where they are not given.
  @Test func toolsAndDocumentsAreNone() throws {
    let source =
      "{{ tools is defined }} {{ tools is none }} {{ documents }} {{ add_generation_prompt }} {{ x is defined }}"
    #expect(try ChatTemplate(source: source).apply([:]) == "True True None False False")
    #expect(
      try ChatTemplate(source: "{{ tools }} {{ documents }}").apply(["tools": [1], "documents": []])
        == "[1] []")
  }

  @Test func severalNamesWithoutADefault() {
    let set = TemplateSet(texts: ["rag": "r", "tool_use": "t"], origin: "here")
    #expect(throws: TemplateError.self) { try set.text(hasTools: false) }
    #expect(throws: Never.self) { try set.text(hasTools: true) }
  }

  /// As transformers reads them: the map replaces what the configuration says, unless that lists added tokens.
  @Test func specialTokens() throws {
    let folder = try folder([
      "tokenizer_config.json": #"{"bos_token": null, "eos_token": {"content": "</s>"}}"#,
      "special_tokens_map.json":
        #"{"bos_token": "<s>", "eos_token": "other", "additional_special_tokens": ["x"]}"#,
    ])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try TemplateSource.specialTokens(inFolder: folder) == ["eos_token": "other", "bos_token": "<s>"])
  }
}

@Suite("Styles of models without a template")
struct StyleTests {
  private let messages: [JSON] = [
    ["role": "system", "content": "S"], ["role": "user", "content": "Q"],
    ["role": "assistant", "content": "A"],
    ["role": "user", "content": [["type": "text", "text": "R"]]],
  ]

  @Test func forms() throws {
    let expected: [ChatStyle: String] = [
      .neural: "### System:\nS\n### User:\nQ\n### Assistant:\nA\n### User:\nR\n### Assistant:\n",
      .llama2: "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ [/INST] A </s><s>[INST] R [/INST]",
      .llama3: "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nR<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
      .chatml:
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        + "<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\n",
      .alpaca: "S\n\n### Instruction:\nQ\n\n### Response:\nA\n\n### Instruction:\nR\n\n### Response:\n",
      .raw: "SQAR",
    ]
    for style in ChatStyle.allCases { #expect(try style.render(messages) == expected[style]) }
    #expect(
      try ChatStyle.chatml.render([["role": "user", "content": "x"]], addGenerationPrompt: false)
        == "<|im_start|>user\nx<|im_end|>\n")
  }

  @Test func whoWritesTheBeginToken() throws {
    for style in ChatStyle.allCases {
      let text = try style.render(messages)
      #expect(style.writesBeginToken == (text.hasPrefix("<s>") || text.hasPrefix("<|begin_of_text|>")))
    }
  }

  @Test func messagesWithoutTextAreRefused() {
    #expect(throws: TemplateError.self) { try ChatStyle.neural.render([["role": "user"]]) }
    #expect(throws: TemplateError.self) { try ChatStyle.neural.render([["content": "x"]]) }
  }
}

@Suite("The template's clock")
struct TimeTests {
  @Test func isoTimes() {
    let evening = TemplateTime(year: 2026, month: 1, day: 14, hour: 21, minute: 5, second: 9)
    for text in [
      "2026-01-14T21:05:09", "2026-01-14 21:05:09", "2026-01-14T21:05:09.123Z", "2026-01-14T21:05:09+02:00",
      "20260114T210509Z",
    ] {
      #expect(TemplateTime(iso8601: text) == evening, "\(text)")
    }
    #expect(TemplateTime(iso8601: "2026-01-14") == TemplateTime(year: 2026, month: 1, day: 14))
    #expect(
      TemplateTime(iso8601: "2026-01-14T21:05+02:00")
        == TemplateTime(year: 2026, month: 1, day: 14, hour: 21, minute: 5))
    for text in ["", "now", "2026", "2026-13-01", "2026-01-14T25:00", "2026-1-4"] {
      #expect(TemplateTime(iso8601: text) == nil, "\(text)")
    }
  }

  @Test func weeksAndYears() {
    // From Python's datetime.strftime.
    #expect(
      TemplateTime(year: 2021, month: 1, day: 3).formatted("%a %j %U %W %V %G %g")
        == "Sun 003 01 00 53 2020 20")
    #expect(
      TemplateTime(year: 2024, month: 12, day: 31, hour: 12).formatted("%A %j %U %W %V %G %I%p")
        == "Tuesday 366 52 53 01 2025 12PM")
  }
}
