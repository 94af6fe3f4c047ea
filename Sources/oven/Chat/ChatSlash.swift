/// A command of the chat: a line that begins with a slash.
package enum ChatSlash: Equatable {
  case help
  /// Shows the system's message, or sets it.
  case system(String?)
  case reset
  /// Asks the last question again.
  case regen
  /// Takes the last question and its answer back.
  case undo
  /// Takes them back, and the question into the editor.
  case edit
  /// Shows the settings, or changes one.
  case set(name: String?, value: String?)
  /// Shows model, device, context and settings.
  case show
  case save(String)
  case load(String)
  case metrics
  /// Shows the device, or changes to one.
  case device(String?)
  /// Shows the model, or changes to another.
  case model(String?)
  case exit
  /// A text for the model.
  case question(String)
  /// Something that is none of these, and why.
  case mistake(String)

  /// Reads a line. `//` at the beginning stands for a slash that belongs to the question.
  package init(_ line: String) {
    let line = String(line.drop(while: \.isWhitespace))
    if line.hasPrefix("//") {
      self = .question(String(line.dropFirst()))
      return
    }
    guard line.hasPrefix("/") else {
      self = .question(line)
      return
    }
    let name = line.prefix { !$0.isWhitespace }
    let rest = line.dropFirst(name.count).trimmed
    let argument = rest.isEmpty ? nil : rest
    switch name {
    case "/help", "/?": self = .help
    case "/system": self = .system(argument)
    case "/reset", "/clear": self = .reset
    case "/regen": self = .regen
    case "/undo": self = .undo
    case "/edit": self = .edit
    case "/set":
      // As Ollama's users write it.
      let rest = rest.hasPrefix("parameter ") ? rest.dropFirst("parameter ".count).trimmed : rest
      let setting = rest.prefix { !$0.isWhitespace && $0 != "=" }
      let value = rest.dropFirst(setting.count).drop { $0.isWhitespace || $0 == "=" }.trimmed
      self = .set(name: setting.isEmpty ? nil : String(setting), value: value.isEmpty ? nil : value)
    case "/show": self = .show
    case "/save": self = argument.map { .save($0) } ?? .mistake("/save needs a file: /save chat.json")
    case "/load": self = argument.map { .load($0) } ?? .mistake("/load needs a file: /load chat.json")
    case "/metrics": self = .metrics
    case "/device": self = .device(argument)
    case "/model": self = .model(argument)
    case "/exit", "/quit", "/bye": self = .exit
    default:
      let near = Spelling.nearest(to: String(name), in: Self.names).map { "did you mean \($0)? " } ?? ""
      self = .mistake("there is no command \(name); \(near)/help lists them, and // sends a slash")
    }
  }

  /// All commands, as they are completed.
  package static let names = commands.map { String($0.usage.prefix { $0 != " " }) }

  private static let commands = [
    (usage: "/regen", text: "answer the last question again"),
    (usage: "/edit", text: "change the last question, and ask it again"),
    (usage: "/undo", text: "take the last question and its answer back"),
    (usage: "/reset", text: "begin a new conversation"),
    (usage: "/set [NAME VALUE]", text: "show or change a setting: /set temperature 0.3; - for the usual"),
    (usage: "/show", text: "show model, device, context and settings"),
    (usage: "/system [TEXT]", text: "show or set the system's message; - removes it"),
    (usage: "/model [NAME]", text: "show the model, or go on with another"),
    (usage: "/device [NAME]", text: "show the device, or move to NPU, GPU, CPU"),
    (usage: "/save FILE", text: "write the conversation as JSON"),
    (usage: "/load FILE", text: "go on with a conversation from a file"),
    (usage: "/metrics", text: "what the answers took so far"),
    (usage: "/exit", text: "end (also Ctrl-D)"),
    (usage: "/help", text: "this list"),
  ]

  /// What `/help` shows on so many columns.
  package static func helpLines(width: Int) -> [String] {
    let column = commands.map(\.usage.count).max().map { $0 + 2 } ?? 0
    let isNarrow = width < column + 30
    let list = commands.flatMap { command -> [String] in
      let text = TextWrap.lines(command.text, width: isNarrow ? width - 4 : width - column)
      if isNarrow { return [command.usage] + text.map { "    " + $0 } }
      let head = command.usage + String(repeating: " ", count: column - command.usage.count)
      return [head + text[0]] + text.dropFirst().map { String(repeating: " ", count: column) + $0 }
    }
    return list
      + TextWrap.lines(
        "Ctrl-C stops an answer. Tab completes commands and paths. A backslash before Enter, or Alt-Enter, begins a "
          + "new line.", width: width)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
