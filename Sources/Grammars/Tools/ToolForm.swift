/// How a family of models writes the calls of tools.
package enum ToolForm: String, Sendable, CaseIterable {
  /// None that is known: all text is text.
  case none
  /// Hermes, Qwen 2.5 and 3, Granite 4 and many others: `<tool_call>` around a JSON object.
  case hermes
  /// Qwen 3 Coder, Step: `<tool_call>`, `<function=…>` and `<parameter=…>`.
  case qwenCoder
  /// Llama 3: a JSON object alone, or after `<|python_tag|>`.
  case llama3
  /// Llama 3.2 and 4: `[name(key=value)]` alone.
  case pythonic
  /// Mistral until 2024: `[TOOL_CALLS]` and a list.
  case mistralList
  /// Mistral since 2025: `[TOOL_CALLS]name[ARGS]{…}`.
  case mistral
  /// Granite 3: `<|tool_call|>` and a list.
  case granite
  /// Gemma 4: `<|tool_call>call:name{…}<tool_call|>`.
  case gemma
  /// FunctionGemma: `<start_function_call>call:name{…}<end_function_call>`.
  case functionGemma
  /// DeepSeek V3 and R1: the arguments in a JSON block.
  case deepseek
  /// DeepSeek V3.1: the arguments alone.
  case deepseekV31
  /// DeepSeek V3.2: tags with a mark of their own.
  case deepseekTags
  /// DeepSeek V4: the same in a block of another name.
  case deepseekV4
  /// GLM 4.5 and later, Ling 3, Laguna: `<arg_key>` and `<arg_value>`.
  case glm
  /// gpt-oss: channels.
  case harmony
  /// LFM2: Python's calls between marks.
  case lfm2
  /// Phi 4: `<|tool_call|>[…]<|/tool_call|>`, or `functools[…]`.
  case phi
  /// Functionary 3.2: `>>>name` and JSON on the next line.
  case functionary
  /// Functionary 3.1 and Llama's custom tools: `<function=name>{…}</function>`.
  case functionTag
  /// Kimi K2.
  case kimi
  /// MiniMax M2: `<invoke>` and `<parameter>`.
  case minimax
  /// Seed: `<seed:tool_call>` around Qwen's tags.
  case seed
  /// Cohere: `<|START_ACTION|>` around a list.
  case cohere
  /// Apertus: objects with the tool's name as their only key.
  case apertus
  /// Nemotron Nano 2: `<TOOLCALL>[…]</TOOLCALL>`.
  case nemotron
  /// GigaChat: `<|function_call|>` and an object.
  case gigachat
  /// MiniCPM 5: `<function name="…">` and `<param name="…">`.
  case minicpm

  /// The form that a chat template's text speaks of.
  package static func detect(template: String) -> ToolForm {
    func has(_ text: String) -> Bool { template.contains(text) }
    if has("<|channel|>") { return .harmony }
    if has("｜DSML｜") { return has("function_calls") ? .deepseekTags : .deepseekV4 }
    if has("<｜tool▁call▁begin｜>") { return has("```json") ? .deepseek : .deepseekV31 }
    if has("<|tool_call_argument_begin|>") { return .kimi }
    if has("<|tool_call>") { return .gemma }
    if has("<start_function_call>") { return .functionGemma }
    if has("<seed:tool_call>") { return .seed }
    if has("<minimax:tool_call>") { return .minimax }
    if has("<arg_key>") { return .glm }
    if has("<function=") && has("<parameter=") { return .qwenCoder }
    if has("<function name=") && has("<param name=") { return .minicpm }
    if has("<|tool_call_start|>") { return .lfm2 }
    if has("[TOOL_CALLS]") { return has("[ARGS]") ? .mistral : .mistralList }
    if has("<|START_ACTION|>") { return .cohere }
    if has("<|tools_prefix|>") { return .apertus }
    if has("<TOOLCALL>") { return .nemotron }
    if has("<|function_call|>") { return .gigachat }
    if has("<|/tool_call|>") || has("functools[") { return .phi }
    if has("<|tool_call|>") { return .granite }
    if has("<tool_call>") { return .hermes }
    if has(">>>") && has("recipient") { return .functionary }
    if has("<function=") { return .functionTag }
    if has("<|python_tag|>") || has("<|start_header_id|>ipython") || has("\"ipython\"") || has("'ipython'") {
      return has("func_name1(params_name1") ? .pythonic : .llama3
    }
    return .none
  }

  /// The marks that open a block of calls.
  var openings: [String] {
    switch self {
    case .none, .pythonic, .harmony: []
    case .hermes: ["<tool_call>"]
    case .qwenCoder: ["<tool_call>", "<function="]
    case .llama3: ["<|python_tag|>"]
    case .mistralList, .mistral: ["[TOOL_CALLS]"]
    case .granite: ["<|tool_call|>", "<tool_call>"]
    case .gemma: ["<|tool_call>"]
    case .functionGemma: ["<start_function_call>"]
    case .deepseek, .deepseekV31: ["<｜tool▁call▁begin｜>"]
    case .deepseekTags, .deepseekV4: ["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>"]
    case .glm: ["<tool_call>"]
    case .lfm2: ["<|tool_call_start|>"]
    case .phi: ["<|tool_call|>", "functools"]
    case .functionary: [">>>"]
    case .functionTag: ["<function="]
    case .kimi: ["<|tool_call_begin|>"]
    case .minimax: ["<minimax:tool_call>"]
    case .seed: ["<seed:tool_call>"]
    case .cohere: ["<|START_ACTION|>"]
    case .apertus: ["<|tools_prefix|>"]
    case .nemotron: ["<TOOLCALL>"]
    case .gigachat: ["<|function_call|>"]
    case .minicpm: ["<function name=\""]
    }
  }

  /// Marks around blocks of calls that say nothing and are no text.
  var silentMarks: [String] {
    switch self {
    case .deepseek, .deepseekV31: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"]
    case .kimi: ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"]
    case .cohere: ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"]
    default: []
    }
  }

  /// Whether text without a mark may be a call at the beginning of an answer.
  var isBare: Bool { self == .llama3 || self == .pythonic }

  /// The reader of the calls after an opening mark; nil for no mark (`isBare`).
  func reader(_ opening: String?) -> any CallReader {
    switch self {
    case .none, .harmony: return JSONCallReader(.init())
    case .hermes: return JSONCallReader(.init(close: "</tool_call>"))
    case .llama3:
      return opening == nil ? JSONCallReader(.init(isBare: true, hasMore: true)) : PythonTagReader()
    case .pythonic: return LiteralCallReader(.python, close: "", isBare: true)
    case .mistralList, .gigachat: return JSONCallReader(.init())
    case .granite: return JSONCallReader(.init(close: opening == "<tool_call>" ? "</tool_call>" : ""))
    case .phi: return JSONCallReader(.init(close: opening == "functools" ? "" : "<|/tool_call|>"))
    case .cohere: return JSONCallReader(.init(close: "<|END_ACTION|>"))
    case .apertus: return JSONCallReader(.init(close: "<|tools_suffix|>", isKeyedByName: true))
    case .nemotron: return JSONCallReader(.init(close: "</TOOLCALL>"))
    case .mistral: return NamedCallReader(.init(afterName: ["[CALL_ID]", "[ARGS]"], beforeID: "[CALL_ID]"))
    case .deepseek, .deepseekV31:
      return NamedCallReader(
        .init(
          beforeName: "<｜tool▁sep｜>", afterName: ["<｜tool▁sep｜>", "\n"], close: "<｜tool▁call▁end｜>"))
    case .functionary: return NamedCallReader(.init(afterName: ["\n"]))
    case .functionTag: return NamedCallReader(.init(afterName: [">"], close: "</function>"))
    case .kimi:
      return NamedCallReader(
        .init(afterName: ["<|tool_call_argument_begin|>"], close: "<|tool_call_end|>"))
    case .gemma: return LiteralCallReader(.gemma(quote: "<|\"|>"), close: "<tool_call|>")
    case .functionGemma: return LiteralCallReader(.gemma(quote: "<escape>"), close: "<end_function_call>")
    case .lfm2: return LiteralCallReader(.python, close: "<|tool_call_end|>")
    case .qwenCoder, .seed:
      var form = TaggedCallReader.Form(
        function: "<function=", parameter: "<parameter=", parameterEnd: "</parameter>",
        functionEnd: "</function>")
      if self == .seed { form.close = "</seed:tool_call>" }
      if opening == "<tool_call>" { form.close = "</tool_call>" }
      return TaggedCallReader(form, isInside: opening == "<function=")
    case .minicpm:
      return TaggedCallReader(
        .init(
          function: "<function name=\"", nameEnds: ["\">"], parameter: "<param name=\"",
          parameterNameEnd: ">",
          parameterEnd: "</param>", functionEnd: "</function>"), isInside: true)
    case .minimax:
      return TaggedCallReader(
        .init(
          function: "<invoke name=\"", nameEnds: ["\">"], parameter: "<parameter name=\"",
          parameterNameEnd: ">",
          parameterEnd: "</parameter>", functionEnd: "</invoke>", close: "</minimax:tool_call>"))
    case .deepseekTags, .deepseekV4:
      let block = opening?.dropFirst() ?? "｜DSML｜function_calls>"
      return TaggedCallReader(
        .init(
          function: "<｜DSML｜invoke name=\"", nameEnds: ["\">"], parameter: "<｜DSML｜parameter name=\"",
          parameterNameEnd: ">", parameterEnd: "</｜DSML｜parameter>", functionEnd: "</｜DSML｜invoke>",
          close: "</" + block))
    case .glm:
      return TaggedCallReader(
        .init(
          nameEnds: ["<arg_key>", "\n"], parameter: "<arg_key>", parameterNameEnd: "</arg_key>",
          valueOpen: "<arg_value>", parameterEnd: "</arg_value>", functionEnd: "</tool_call>"))
    }
  }
}
