import Generation
import Testing
import oven

@Suite("Settings of the chat")
struct ChatSettingsTests {
  @Test func changesAndRefusals() throws {
    var settings = ChatSettings(GenerationOptions())
    try settings.set("temperature", to: "0.3")
    try settings.set("max-new-tokens", to: "12")
    try settings.set("stop", to: "The end")
    try settings.set("thinking", to: "hide")
    #expect(settings.options.temperature == 0.3 && settings.options.maxNewTokens == 12)
    #expect(settings.options.stopStrings == ["The end"] && settings.hidesThinking)
    for (name, value, said) in [
      ("temperature", "-1", "0 (greedy) or more"), ("temperature", "warm", "is a number"),
      ("top_p", "1.5", "from 0 to 1"), ("temprature", "1", "did you mean temperature"),
      ("min_new_tokens", "13", "at most max_new_tokens"), ("raw", "maybe", "on or off"),
      ("seed", "-3", "from 0"),
    ] {
      let before = settings.options
      let mistake = #expect(throws: ChatSettings.Mistake.self) { try settings.set(name, to: value) }
      #expect(mistake?.message.contains(said) == true, "\(mistake?.message ?? "")")
      #expect(settings.options == before)
    }
    try settings.set("temperature", to: "-")
    #expect(settings.options.temperature == nil)
    var defaults = GenerationOptions()
    defaults.topK = 20
    let lines = settings.lines(defaults: defaults)
    #expect(lines.count == ChatSettings.names.count)
    #expect(lines.contains { $0.hasPrefix("top_k") && $0.hasSuffix("the model's") })
  }

  @Test func commandsOfIt() {
    #expect(ChatSlash("/set temperature 0.3") == .set(name: "temperature", value: "0.3"))
    #expect(ChatSlash("/set temperature=0.3") == .set(name: "temperature", value: "0.3"))
    #expect(ChatSlash("/set stop The end") == .set(name: "stop", value: "The end"))
    #expect(ChatSlash("/set") == .set(name: nil, value: nil))
    #expect(
      ChatSlash("/regne")
        == .mistake("there is no command /regne; did you mean /regen? /help lists them, and // sends a slash")
    )
  }

  private let completion = ChatCompletion(
    list: { $0 == "." ? ["notes.txt", "no/", ".hidden"] : $0 == "no/" ? ["b.json"] : [] },
    models: { ["org/name", "smol"] })

  @Test(arguments: [
    ("/reg", "/regen "), ("/s", "/s"), ("/load no", "no"), ("/load not", "notes.txt"),
    ("/save no/", "no/b.json"),
    ("/load .", ".hidden"), ("/set temp", "temperature "), ("/set thinking h", "hide"), ("/device c", "CPU"),
    ("/model or", "org/name"),
  ])
  func completes(_ text: String, _ expected: String) {
    #expect(completion.complete(text)?.common == expected)
  }

  @Test func questionsAreNotCompleted() {
    #expect(completion.complete("load no") == nil && completion.complete("") == nil)
    var state = LineState(completion: completion)
    _ = state.handle(.text("/load n"))
    #expect(state.handle(.tab) == .editing && state.buffer.text == "/load no")
    #expect(state.handle(.tab) == .choices(["no/", "notes.txt"]))
    _ = state.handle(.text("t"))
    #expect(state.handle(.tab) == .editing && state.buffer.text == "/load notes.txt")
  }
}
