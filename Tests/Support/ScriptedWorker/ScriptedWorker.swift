import Foundation
import Generation
import ScriptedModels
import Supervisor

/// A worker with a scripted model instead of a device: for the tests that kill it. With `hang` it stops at its third step, as
/// drivers sometimes do.
@main
struct ScriptedWorker {
  static func main() throws {
    let hangs = CommandLine.arguments.contains("hang")
    try Worker().run { limits, _ in
      let own = RunnerLimits(
        contextLength: 400, blockLength: 4, blockCount: 120, sequences: 6, stepTokens: 24, takesDrafts: true)
      return LoadedRunner(
        ScriptedRunner(
          .hashing(vocabulary: 40), limits: limits ?? own,
          beforeStep: { if hangs, $0.number >= 2 { Thread.sleep(forTimeInterval: 60) } }))
    }
  }
}
