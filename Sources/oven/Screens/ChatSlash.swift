/// A command of the chat: a line that begins with a slash.
package enum ChatSlash: Equatable {
  case help
  /// Shows the system's message, or sets it.
  case system(String?)
  case reset
  case save(String)
  case load(String)
  case metrics
  /// Shows the device, or changes to one.
  case device(String?)
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
    case "/reset": self = .reset
    case "/save": self = argument.map { .save($0) } ?? .mistake("/save needs a file: /save chat.json")
    case "/load": self = argument.map { .load($0) } ?? .mistake("/load needs a file: /load chat.json")
    case "/metrics": self = .metrics
    case "/device": self = .device(argument)
    case "/exit", "/quit", "/bye": self = .exit
    default: self = .mistake("there is no command \(name); /help lists them, and // sends a slash")
    }
  }

  /// What `/help` shows.
  static let helpLines = [
    "/system [TEXT]   show or set the system's message; /system - removes it",
    "/reset           begin a new conversation",
    "/save FILE       write the conversation as JSON",
    "/load FILE       go on with a conversation from a file",
    "/metrics         what the answers took so far",
    "/device [NAME]   show the device, or move to another: NPU, GPU, CPU",
    "/exit            end (also Ctrl-D)",
    "Ctrl-C stops an answer. A backslash before Enter, or Alt-Enter, begins a new line.",
  ]
}

extension Substring {
  fileprivate var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
