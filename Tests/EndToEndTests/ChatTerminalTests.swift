import Foundation
import Testing

/// The chat as a person has it: on a pseudo-terminal.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"), .serialized)
struct ChatTerminalTests {
  /// What a CPU makes of 4-bit weights differs: no test here is about the words of an answer, nor waits for its end.
  private static let short = ["--max-new-tokens", "12"]

  @Test func asksAnswersAndEnds() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(baked, state: folder.url, Self.short)
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("/nonsense\r")
    #expect(chat.wait(for: "there is no command /nonsense"))
    // A device that is not there is refused while the model still is.
    chat.type("/device TPU\r")
    #expect(chat.wait(for: "TPU cannot be used"))
    chat.type("/device CPU\r")
    #expect(chat.wait(for: "warm-up"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
    #expect(chat.text.contains("in total") || chat.text.contains("answer"))
    // The history has what was asked, for this user alone.
    let history = folder.url.appending(path: "oven/history")
    #expect(try String(contentsOf: history, encoding: .utf8).contains("capital of France"))
    let permissions =
      try FileManager.default.attributesOfItem(atPath: history.path)[.posixPermissions] as? Int
    #expect(permissions == 0o600)
  }

  /// What yesterday's history or a file's name has in it does not reach the terminal as a command.
  @Test func escapesOfOthersAreShown() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let history = folder.url.appending(path: "oven/history")
    try FileManager.default.createDirectory(
      at: history.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("\"evil \\u001b]0;owned\\u0007\"\n".utf8).write(to: history)
    let chat = try TerminalSession(baked, state: folder.url)
    try #require(chat.wait(for: "> "), "\(chat.text)")
    // Arrow up, then away with it.
    chat.type("\u{1B}[A")
    #expect(chat.wait(for: "evil ␛]0;owned␇"))
    chat.type("\u{15}/load no\u{16}such\r")
    chat.type("/load \u{1B}[200~x\u{1B}]0;owned\u{7}\u{1B}[201~\r")
    #expect(chat.wait(for: "cannot read x"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
    #expect(!chat.text.contains("\u{1B}]0;"))
  }

  @Test func controlCCutsTheAnswerAndTheChatGoesOn() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(baked, state: folder.url, ["--min-new-tokens", "5000"])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("Tell a very long story.\r")
    #expect(chat.wait(for: "\n", after: "story."))
    usleep(300_000)
    chat.type("\u{3}")
    #expect(chat.wait(for: "stopped; "))
    chat.type("/exit\r")
    #expect(chat.end() == 0)
  }

  @Test func questionsAreTakenBackChangedAndAskedAgain() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(baked, state: folder.url, Self.short)
    // What is typed while the model loads is the first question, and no line break in it.
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("/regen\r")
    #expect(chat.wait(for: "tokens/s"))
    #expect(chat.wait(for: "/set temperature 0.8"))
    chat.type("/edit\r")
    #expect(chat.wait(for: "Change the question"))
    #expect(chat.wait(for: "of France?"))
    chat.type("\u{17}\u{17}of Italy?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("/undo\r")
    #expect(chat.wait(for: "Taken back: What is the capital of Italy?"))
    chat.type("/set temp\t0.0\r")
    #expect(chat.wait(for: "temperature is 0.0."))
    chat.type("/save \(folder.url.path)/chat.json\r")
    #expect(chat.wait(for: "0 messages"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
  }

  /// A conversation goes to a file and comes back, and goes on with another model.
  @Test func conversationsAreSavedLoadedAndMoved() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(
      baked, state: folder.url, Self.short + ["--system", "Be brief."],
      environment: ["HOME": folder.url.path])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("/save ~/chat.json\r")
    #expect(chat.wait(for: "3 messages"))
    chat.type("/reset\r/show\r")
    #expect(chat.wait(for: "context: 0 questions"))
    chat.type("/load ~/ch\t\r")
    #expect(chat.wait(for: "3 messages; the next answer"))
    chat.type("/model ~/bak\t\r")
    #expect(chat.wait(for: "The conversation goes on with"))
    chat.type("/show\r")
    #expect(chat.wait(for: "context: 1 question,"))
    #expect(chat.wait(for: "system: Be brief."))
    chat.type("/model nothing\r")
    #expect(chat.wait(for: "there is no model nothing"))
    chat.type("And of Italy?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
  }

  /// Thinking that is hidden leaves a word, and nothing that looks like an answer.
  @Test func hiddenThinkingIsToldOf() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let template = baked.appending(path: "chat_template.jinja")
    let text = try String(contentsOf: template, encoding: .utf8)
    // Real line breaks stand within the template's quotes.
    let opened = text.replacing("<|im_start|>assistant\n' }}", with: "<|im_start|>assistant\n<think>\n' }}")
    try #require(opened != text)
    try Data(opened.utf8).write(to: template)
    let chat = try TerminalSession(baked, state: folder.url, Self.short + ["--hide-thinking"])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "it has only thought, which is hidden"))
    chat.type("/set thinking show\r/regen\r")
    #expect(chat.wait(for: "thinking is show."))
    #expect(chat.wait(for: "tokens/s"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
  }

  /// Neither the prompt that is too long nor a full context ends a chat.
  @Test func aFullContextLeavesTheOldestTurnsOut() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let config = baked.appending(path: "config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    let short = text.replacing(/"max_position_embeddings": *[0-9]+/, with: "\"max_position_embeddings\": 160")
    try Data(short.utf8).write(to: config)
    let chat = try TerminalSession(
      baked, state: folder.url, ["--min-new-tokens", "40", "--max-new-tokens", "40"])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    for _ in 0..<3 {
      chat.type("Count from one to twenty in words.\r")
      #expect(chat.wait(for: "cut at 40 tokens (--max-new-tokens)"))
    }
    #expect(chat.text.contains("left out.") && chat.text.contains("% full"))
    chat.type(String(repeating: "word ", count: 400) + "\r")
    #expect(chat.wait(for: "the context holds 160"))
    chat.type("What is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
  }

  @Test func aPrinterGetsNoControlSequences() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(baked, state: folder.url, Self.short, environment: ["TERM": "dumb"])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    chat.type("What is the capital of France?\n")
    #expect(chat.wait(for: "tokens/s"))
    #expect(chat.wait(for: "> "))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
    #expect(!chat.text.contains("\u{1B}"))
  }
}
