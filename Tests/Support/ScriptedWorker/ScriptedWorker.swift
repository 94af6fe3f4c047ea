import Generation
import ScriptedModels
import Supervisor

/// A worker with a scripted model instead of a device: for the tests that kill it.
@main
struct ScriptedWorker {
  static func main() throws {
    try Worker().run { limits in
      let own = RunnerLimits(
        contextLength: 400, blockLength: 4, blockCount: 120, sequences: 6, stepTokens: 24, takesDrafts: true)
      return ScriptedRunner(.hashing(vocabulary: 40), limits: limits ?? own)
    }
  }
}
