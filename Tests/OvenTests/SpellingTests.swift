import Testing
import oven

@Suite("Misspelt names")
struct SpellingTests {
  /// Distances that a textbook has (Levenshtein; a swap of neighbours counts once).
  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("flaw", "lawn", 2), ("form", "from", 1),
  ])
  func distances(_ first: String, _ second: String, _ expected: Int) {
    #expect(Spelling.distance(Array(first), Array(second)) == expected)
    #expect(Spelling.distance(Array(second), Array(first)) == expected)
  }

  @Test func onlyWhatIsNear() {
    let verbs = ["run", "bake", "bench", "supervisor"]
    #expect(Spelling.nearest(to: "runn", in: verbs) == "run")
    #expect(Spelling.nearest(to: "supervise", in: verbs) == "supervisor")
    #expect(Spelling.nearest(to: "--modelxml", in: ["--model-xml", "--model"]) == "--model-xml")
    // One letter says nothing; a part of a name does, where it is only one's.
    #expect(Spelling.nearest(to: "x", in: ["f"]) == nil)
    let models = ["SmolLM2-135M-Instruct.Q4_1", "Qwen/Qwen3-0.6B"]
    #expect(Spelling.nearest(to: "smollm2", in: models) == models[0])
    #expect(Spelling.nearest(to: "smollm2", in: models + ["SmolLM2-360M"]) == nil)
    #expect(Spelling.nearest(to: "fly", in: verbs) == nil && Spelling.nearest(to: "", in: verbs) == nil)
  }
}
