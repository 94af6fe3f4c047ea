import JSON

/// One message of a conversation.
package struct ChatMessage: Sendable, Equatable {
  /// `system`, `user` or `assistant`.
  package var role: String
  /// The text.
  package var content: String

  /// A message.
  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  /// As chat templates and files have it.
  package var json: JSON { ["role": .string(role), "content": .string(content)] }

  /// Reads a message; nil where role or content is missing.
  package init?(json: JSON) {
    guard let role = json["role"]?.string, let content = json["content"]?.string else { return nil }
    self.init(role: role, content: content)
  }
}

/// A conversation: its messages, and its tokens so far, so that answers are not turned into tokens a second time,
/// which may give other tokens than the model chose.
package struct ChatSession {
  /// Turns messages into a prompt that ends where the assistant's answer begins.
  package typealias Render = ([ChatMessage]) throws -> String
  /// Turns a prompt into tokens.
  package typealias Encode = (String) throws -> [Int]

  /// The messages so far.
  package private(set) var messages: [ChatMessage] = []
  private let render: Render
  private let encode: Encode
  /// Prompt and answer so far, as text and as tokens.
  private var text = ""
  private var tokens: [Int] = []

  /// A conversation without messages.
  package init(render: @escaping Render, encode: @escaping Encode) {
    self.render = render
    self.encode = encode
  }

  /// Sets the system's message, the first one, or removes it.
  package mutating func setSystem(_ content: String?) {
    if messages.first?.role == "system" { messages.removeFirst() }
    if let content { messages.insert(ChatMessage(role: "system", content: content), at: 0) }
  }

  /// Replaces all messages, for example by those of a file.
  package mutating func replaceMessages(_ messages: [ChatMessage]) {
    self.messages = messages
    (text, tokens) = ("", [])
  }

  /// Forgets everything but the system's message.
  package mutating func reset() {
    replaceMessages(messages.first?.role == "system" ? [messages[0]] : [])
  }

  /// Takes the oldest question and its answer out, but not the system's message.
  ///
  /// - Returns: False where there is none.
  package mutating func dropOldestTurn() -> Bool {
    guard let first = messages.firstIndex(where: { $0.role != "system" }) else { return false }
    let next = messages[(first + 1)...].firstIndex { $0.role == "user" } ?? messages.count
    var rest = messages
    rest.removeSubrange(first..<next)
    replaceMessages(rest)
    return true
  }

  /// Adds a user's message.
  ///
  /// - Returns: The tokens of the whole conversation up to where the answer begins. They begin with the tokens so far
  ///   if the template repeats the conversation as it was.
  /// - Throws: What rendering and encoding throw; the message is then not added.
  package mutating func ask(_ content: String) throws -> [Int] {
    let asked = messages + [ChatMessage(role: "user", content: content)]
    let prompt = try render(asked)
    let ids = try continued(prompt)
    messages = asked
    (text, tokens) = (prompt, ids)
    return ids
  }

  /// Adds the assistant's answer.
  ///
  /// - Parameters:
  ///   - content: Its text.
  ///   - tokens: Its tokens, without an end token.
  ///   - isExact: Whether these tokens are all of this text; not so where a stop string was cut off.
  package mutating func answer(_ content: String, tokens: [Int], isExact: Bool = true) {
    messages.append(ChatMessage(role: "assistant", content: content))
    if isExact {
      text += content
      self.tokens += tokens
    } else {
      (text, self.tokens) = ("", [])
    }
  }

  /// Takes the last question back, with its answer if there is one.
  ///
  /// - Returns: The question's text.
  package mutating func takeBack() -> String? {
    guard let index = messages.lastIndex(where: { $0.role == "user" }) else { return nil }
    let question = messages[index].content
    replaceMessages(Array(messages[..<index]))
    return question
  }

  /// The tokens of a prompt. Where it goes on from the text so far, and a token begins exactly there, the tokens so
  /// far are kept and only those of the rest are taken.
  private func continued(_ prompt: String) throws -> [Int] {
    let ids = try encode(prompt)
    guard !tokens.isEmpty, prompt.utf8.starts(with: text.utf8) else { return ids }
    let before = try encode(text)
    guard ids.starts(with: before) else { return ids }
    return tokens + ids[before.count...]
  }
}
