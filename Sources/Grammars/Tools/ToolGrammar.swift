import Generation
import JSON

/// Whether an answer has to call a tool.
package enum ToolChoice: Sendable, Equatable {
  /// As the model likes; the arguments of strict tools satisfy their schemas.
  case auto
  /// At least one call.
  case required
  /// A call of this tool.
  case named(String)
}

extension ToolForm {
  /// The constraint that makes a choice of tools hold, in the form that the model writes.
  ///
  /// - Parameters:
  ///   - isParallel: whether there may be several calls.
  ///   - begin: the text after which the calls have to come: the end of a thought that the prompt has opened.
  /// - Returns: nil where nothing has to be enforced.
  /// - Throws: `GrammarError` where the choice or a strict tool's schema cannot be enforced in this form.
  package func constraint(
    tools: [ToolDescription], choice: ToolChoice, isParallel: Bool = true, after begin: String? = nil
  ) throws(GrammarError) -> OutputConstraint? {
    var offered = tools
    switch choice {
    case .auto: guard tools.contains(where: \.isStrict) else { return nil }
    case .required: break
    case .named(let name):
      offered = tools.filter { $0.name == name }
      guard !offered.isEmpty else {
        throw GrammarError(
          "tool_choice", at: "",
          "`tool_choice` names \(name.debugDescription), which is no tool of the request")
      }
    }
    guard !offered.isEmpty else {
      throw GrammarError("tool_choice", at: "", "`tool_choice` asks for a call, and there are no tools")
    }
    guard let block = CallBlock(self) else {
      throw GrammarError(
        "tool_choice", at: "",
        "calls cannot be enforced for this model: its chat template shows no form of calls that is known")
    }
    var calls: [String] = []
    for tool in offered { calls.append("(\(try block.call(tool)))") }
    let call = calls.joined(separator: " | ")
    let several = "call" + (isParallel && block.maySeveral ? " (\(quoted(block.separator)) call)*" : "")
    let whole = "\(quoted(block.open)) \(several) \(quoted(block.close))"
    let text: String
    let constraint: OutputConstraint
    if choice == .auto {
      // The opening mark has been written when the grammar begins.
      guard let mark = openings.first, !isBare, self != .functionary else {
        throw GrammarError(
          "strict", at: "",
          "strict tools need a mark before a call, and this model writes none; use `tool_choice` \"required\""
        )
      }
      text = "start: \(whole)\ncall: \(call)\n"
      constraint = OutputConstraint(.grammar(Self.dropping(mark, from: text)), begin: mark, isOptional: true)
    } else {
      text = "start: /[ \\n]{0,4}/ \(block.preamble) \(whole)\ncall: \(call)\n"
      constraint = OutputConstraint(.grammar(text), begin: begin)
    }
    try GrammarCompiler.check(constraint)
    return constraint
  }

  /// A grammar without the first opening mark: of the block where it stands there, else of its first call.
  private static func dropping(_ mark: String, from grammar: String) -> String {
    let lines = grammar.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let text = String(quoted(mark).dropFirst().dropLast())
    guard lines.count >= 2 else { return grammar }
    let start = lines[0].dropFirst("start: ".count)
    if start.hasPrefix("\"" + text) {
      return "start: \"\(start.dropFirst(text.count + 1))\n" + lines[1...].joined(separator: "\n")
    }
    // Each call has a mark of its own; all up to the first one is there already.
    let rest = lines[1].dropFirst("call: ".count)
    let first = rest.replacing("(\"" + text, with: "(\"")
    guard let mark = start.firstRange(of: " call") else { return grammar }
    return "start: first\(start[mark.upperBound...])\nfirst: \(first)\n"
      + lines[1...].joined(separator: "\n")
  }
}

/// A text as literals of the notation; a NUL in it is an end of line that may be left out.
func quoted(_ text: String) -> String {
  text.split(separator: "\0", omittingEmptySubsequences: false).map { literal(String($0)) }
    .joined(separator: " \"\\n\"? ")
}

private func literal(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// How a form writes a block of calls.
struct CallBlock {
  /// What stands before the first call, between two, and after the last.
  var open = ""
  var separator = ""
  var close = ""
  /// What may stand before the block, in the notation.
  var preamble = ""
  /// Whether a block may hold several calls.
  var maySeveral = true
  private let arguments: Arguments

  /// How a call and its arguments are written.
  private enum Arguments {
    /// JSON between two texts; `#` in the first one is the tool's name, `%` a digit.
    case json(String, String)
    case tagged(Tags)
    case literals(LiteralGrammar)
  }

  /// A call with a tag around each argument.
  struct Tags {
    var open: String
    var close: String
    /// `#` is the argument's name; `%` says whether it is a string.
    var argumentOpen: String
    var argumentClose: String
    /// The text that a value must not contain.
    var end: String
  }

  /// The block of a form; nil for none.
  init?(_ form: ToolForm) {
    switch form {
    case .none: return nil
    case .hermes:
      separator = "\0"
      arguments = .json("<tool_call>\n{\"name\": \"#\", \"arguments\": ", "}\n</tool_call>")
    case .llama3:
      maySeveral = false
      arguments = .json("{\"name\": \"#\", \"parameters\": ", "}")
    case .mistralList: (open, separator, close, arguments) = Self.list("[TOOL_CALLS][", "]")
    case .granite: (open, separator, close, arguments) = Self.list("<|tool_call|>[", "]")
    case .phi: (open, separator, close, arguments) = Self.list("<|tool_call|>[", "]<|/tool_call|>")
    case .nemotron: (open, separator, close, arguments) = Self.list("<TOOLCALL>[", "]</TOOLCALL>")
    case .apertus:
      (open, separator, close, _) = Self.list("<|tools_prefix|>[", "]<|tools_suffix|>")
      arguments = .json("{\"#\": ", "}")
    case .cohere:
      (open, separator, close) = ("<|START_ACTION|>[\n    ", ",\n    ", "\n]<|END_ACTION|>")
      arguments = .json("{\"tool_call_id\": \"%\", \"tool_name\": \"#\", \"parameters\": ", "}")
    case .gigachat:
      maySeveral = false
      arguments = .json("<|function_call|>{\"name\": \"#\", \"arguments\": ", "}")
    case .mistral: arguments = .json("[TOOL_CALLS]#[ARGS]", "")
    case .deepseek:
      (open, separator, close) = ("<｜tool▁calls▁begin｜>", "\n", "<｜tool▁calls▁end｜>")
      arguments = .json("<｜tool▁call▁begin｜>function<｜tool▁sep｜>#\n```json\n", "\n```<｜tool▁call▁end｜>")
    case .deepseekV31:
      (open, close) = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>")
      arguments = .json("<｜tool▁call▁begin｜>#<｜tool▁sep｜>", "<｜tool▁call▁end｜>")
    case .kimi:
      (open, close) = ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>")
      arguments = .json("<|tool_call_begin|>functions.#:%<|tool_call_argument_begin|>", "<|tool_call_end|>")
    case .functionary:
      separator = ">>>"
      arguments = .json("#\n", "")
    case .functionTag: arguments = .json("<function=#>", "</function>")
    case .harmony:
      maySeveral = false
      preamble = "(\"<|channel|>analysis<|message|>\" /[^]*/ \"<|end|><|start|>assistant\")?"
      arguments = .json("<|channel|>commentary to=functions.# <|constrain|>json<|message|>", "")
    case .qwenCoder:
      separator = "\n"
      arguments = .tagged(Self.functionTags("<tool_call>\n", "\n</tool_call>"))
    case .seed:
      separator = "\n"
      arguments = .tagged(Self.functionTags("<seed:tool_call>\n", "\n</seed:tool_call>"))
    case .minicpm:
      separator = "\n"
      arguments = .tagged(
        Tags(
          open: "<function name=\"#\">", close: "</function>", argumentOpen: "<param name=\"#\">",
          argumentClose: "</param>", end: "</param>"))
    case .minimax:
      (open, close) = ("<minimax:tool_call>\n", "</minimax:tool_call>")
      arguments = .tagged(
        Tags(
          open: "<invoke name=\"#\">\n", close: "</invoke>\n", argumentOpen: "<parameter name=\"#\">",
          argumentClose: "</parameter>\n", end: "</parameter>"))
    case .deepseekTags, .deepseekV4:
      let name = form == .deepseekV4 ? "tool_calls" : "function_calls"
      (open, close) = ("<｜DSML｜\(name)>\n", "</｜DSML｜\(name)>")
      arguments = .tagged(
        Tags(
          open: "<｜DSML｜invoke name=\"#\">\n", close: "</｜DSML｜invoke>\n",
          argumentOpen: "<｜DSML｜parameter name=\"#\" string=\"%\">", argumentClose: "</｜DSML｜parameter>\n",
          end: "</｜DSML｜parameter>"))
    case .glm:
      separator = "\0"
      arguments = .tagged(
        Tags(
          open: "<tool_call>#\0", close: "</tool_call>",
          argumentOpen: "<arg_key>#</arg_key>\0<arg_value>", argumentClose: "</arg_value>\0",
          end: "</arg_value>"))
    case .pythonic:
      (open, separator, close) = ("[", ", ", "]")
      arguments = .literals(.python)
    case .lfm2:
      (open, separator, close) = ("<|tool_call_start|>[", ", ", "]<|tool_call_end|>")
      arguments = .literals(.python)
    case .gemma: arguments = .literals(.gemma("<|tool_call>", "<tool_call|>", quote: "<|\"|>"))
    case .functionGemma:
      arguments = .literals(.gemma("<start_function_call>", "<end_function_call>", quote: "<escape>"))
    }
  }

  private static func list(_ open: String, _ close: String) -> (String, String, String, Arguments) {
    (open, ", ", close, .json("{\"name\": \"#\", \"arguments\": ", "}"))
  }

  private static func functionTags(_ open: String, _ close: String) -> Tags {
    Tags(
      open: open + "<function=#>\n", close: "</function>" + close, argumentOpen: "<parameter=#>\n",
      argumentClose: "\n</parameter>\n", end: "</parameter>")
  }

  /// A tool's call in the notation.
  func call(_ tool: ToolDescription) throws(GrammarError) -> String {
    switch arguments {
    case .json(let open, let close):
      let pieces = open.replacing("#", with: tool.name).split(
        separator: "%", maxSplits: 1, omittingEmptySubsequences: false
      ).map { quoted(String($0)) }
      let schema = try Self.schema(tool, tool.parameters)
      return pieces.joined(separator: " /[0-9]{1,2}/ ") + " %json \(schema) " + quoted(close)
    case .tagged(let tags): return try Self.tagged(tool, tags)
    case .literals(let literals): return try literals.call(tool)
    }
  }

  /// A schema that can be enforced: the tool's own, or that of any object where the tool is not strict.
  static func schema(_ tool: ToolDescription, _ schema: JSON) throws(GrammarError) -> String {
    // Arguments are an object, whatever the schema forgets to say.
    var schema = schema
    if case .object(var members) = schema, members["type"] == nil, members["$ref"] == nil {
      members["type"] = "object"
      schema = .object(members)
    }
    do throws(GrammarError) {
      try GrammarCompiler.check(OutputConstraint(.jsonSchema(schema.serialized())))
      return schema.serialized()
    } catch {
      if tool.isStrict {
        throw GrammarError(
          error.keyword, at: "/\(tool.name)/parameters\(error.path)", "tool \(tool.name): \(error.message)")
      }
      return "{\"type\": \"object\"}"
    }
  }

  private static func tagged(_ tool: ToolDescription, _ tags: Tags) throws(GrammarError) -> String {
    var result = quoted(tags.open.replacing("#", with: tool.name))
    let required = Set((tool.parameters["required"]?.array ?? []).compactMap(\.string))
    for (name, schema) in tool.parameters["properties"]?.object ?? [:] {
      let isString = tool.isString(name) ?? false
      let value =
        isString ? text(schema, without: tags.end) : "%json \(try argument(tool, name, schema))"
      let open = tags.argumentOpen.replacing("#", with: name).replacing(
        "%", with: isString ? "true" : "false")
      let whole = "(\(quoted(open)) \(value) \(quoted(tags.argumentClose)))"
      result += " " + whole + (required.contains(name) ? "" : "?")
    }
    return result + " " + quoted(tags.close)
  }

  /// A property's schema, with the definitions that it may refer to.
  static func argument(
    _ tool: ToolDescription, _ name: String, _ schema: JSON
  ) throws(GrammarError) -> String {
    guard case .object(var members) = schema else { return "{}" }
    for key in ["$defs", "definitions"] where members[key] == nil {
      if let definitions = tool.parameters[key] { members[key] = definitions }
    }
    let text = JSON.object(members).serialized()
    do throws(GrammarError) {
      try GrammarCompiler.check(OutputConstraint(.jsonSchema(text)))
      return text
    } catch {
      guard tool.isStrict else { return "{}" }
      throw GrammarError(
        error.keyword, at: "/\(tool.name)/parameters/properties/\(name)\(error.path)",
        "tool \(tool.name): \(error.message)")
    }
  }

  /// A text that stands between tags as it is.
  static func text(_ schema: JSON, without end: String) -> String {
    let values = schema["const"].map { [$0] } ?? schema["enum"]?.array
    if let values {
      return "(" + values.compactMap(\.string).map(quoted).joined(separator: " | ") + ")"
    }
    return "/(?![^]*\(escaped(end)))[^]*/"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\/^$.|?*+()[]{}".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}
