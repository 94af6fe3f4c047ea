import Testing
import oven

@Suite("Chat commands")
struct ChatSlashTests {
  @Test func commandsWithAndWithoutArguments() {
    #expect(ChatSlash("/help") == .help)
    #expect(ChatSlash("  /system  Speak like a pirate. ") == .system("Speak like a pirate."))
    #expect(ChatSlash("/system") == .system(nil))
    #expect(ChatSlash("/save my chat.json") == .save("my chat.json"))
    #expect(ChatSlash("/device NPU") == .device("NPU"))
    #expect(ChatSlash("/quit") == .exit)
  }

  @Test func questionsMayHaveSlashes() {
    #expect(ChatSlash("What is 1/2?") == .question("What is 1/2?"))
    #expect(ChatSlash("//etc is a folder") == .question("/etc is a folder"))
  }

  @Test(arguments: ["/save", "/load ", "/unknown thing", "/"])
  func mistakesAreTold(_ line: String) {
    guard case .mistake = ChatSlash(line) else {
      Issue.record("\(line) is taken for something")
      return
    }
  }
}
