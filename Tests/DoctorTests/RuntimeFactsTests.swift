import Doctor
import JSON
import Testing

@Suite("Facts of the runtime from a process of its own")
struct RuntimeFactsTests {
  @Test("facts survive the way as text")
  func roundTrip() throws {
    var facts = MadeUpMachine.meteorLake().facts
    facts.pluginFailures = ["GPU": "libOpenCL.so.1: \"missing\"\n"]
    let text = facts.json.serialized(.compact)
    #expect(RuntimeFacts(json: try JSON(parsing: text)) == facts)
    let none = RuntimeFacts(problem: "none", mend: "some")
    #expect(RuntimeFacts(json: try JSON(parsing: none.json.serialized(.compact))) == none)
    #expect(RuntimeFacts(json: [1, 2]) == RuntimeFacts())
  }

  @Test("a runtime that crashes or hangs over a driver")
  func crash() {
    var machine = MadeUpMachine.meteorLake()
    machine.facts = RuntimeFacts(
      library: MadeUpMachine.library, problem: "it crashed (signal 11)", mend: "Update.")
    let crashed = machine.examine().check("OpenVINO", "runtime")
    #expect(
      crashed?.status == .failure && crashed?.detail.contains("signal 11") == true
        && crashed?.mend == "Update.")
    machine.facts.isSlow = true
    #expect(machine.examine().check("OpenVINO", "runtime")?.status == .warning)
  }
}
