import Dispatch
import Files
import Foundation
import Generation
import OpenVINO
import ScriptedModels
import Supervisor
import Testing

/// A runner in a process that is killed at random moments, as the system's out-of-memory killer would.
private final class DoomedRunner: ModelRunner {
  private let worker: WorkerRunner
  private var random: RandomSource
  /// Kills that are still to come.
  private var kills: Int

  var limits: RunnerLimits { worker.limits }
  var deviceName: String { worker.deviceName }
  var engineName: String { worker.engineName }

  init(_ worker: WorkerRunner, seed: UInt64, kills: Int) {
    self.worker = worker
    self.kills = kills
    random = RandomSource(seed: seed)
  }

  func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    if kills > 0, Int.random(in: 0..<6, using: &random) == 0, let process = worker.process {
      kills -= 1
      // A step takes some tens of microseconds here: before, within, and after it.
      let moment = DispatchTime.now() + .microseconds(Int.random(in: 0..<300, using: &random))
      DispatchQueue.global().asyncAfter(deadline: moment) { Processes.end(process) }
    }
    return try worker.run(step, isCancelled: isCancelled)
  }

  func recover() throws { try worker.recover() }
}

/// The scripted worker as it was built beside these tests; nil where it was not.
private enum WorkerProgram {
  static let path: String? = {
    let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(path: "scripted-worker")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program.path : nil
  }()
}

@Suite("Worker processes", .enabled(if: WorkerProgram.path != nil))
struct WorkerTests {
  private func request(_ number: Int) throws -> CompletionRequest {
    var options = GenerationOptions()
    options.maxNewTokens = 20 + number % 30
    options.doSample = number % 2 == 0
    options.temperature = number % 2 == 0 ? 1.5 : nil
    options.seed = UInt64(number)
    let prompt = (0..<(5 + number % 40)).map { $0 % 7 }
    return CompletionRequest(prompt: prompt, config: try GenerationConfig(options))
  }

  private func answer(_ service: ModelService, _ number: Int) async throws -> [Int] {
    var tokens: [Int] = []
    for try await event in try await service.complete(request(number)) {
      if case .text(_, _, let new, _) = event { tokens += new }
    }
    return tokens
  }

  private func answers(_ service: ModelService, count: Int) async throws -> [Int: [Int]] {
    try await withThrowingTaskGroup(of: (Int, [Int]).self) { group in
      for number in 0..<count { group.addTask { (number, try await answer(service, number)) } }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  private func service(kills: Int, seed: UInt64, crashLimit: Int = .max) async throws -> ModelService {
    let program = try #require(WorkerProgram.path)
    var options = Scheduler.Options()
    options.crashLimit = crashLimit
    return try await ModelService(options: options, makeStream: { _ in NumberText() }) {
      DoomedRunner(
        try WorkerRunner(WorkerProcess(.init(path: program, arguments: [])), deadline: 20), seed: seed,
        kills: kills)
    }
  }

  @Test func noAnswerIsLostOrDoubled() async throws {
    let quiet = try await answers(service(kills: 0, seed: 0), count: 60)
    let service = try await service(kills: 100, seed: 7)
    #expect(try await answers(service, count: 60) == quiet)
    let status = await service.status()
    #expect(status.restarts > 30)
    #expect(status.running == 0 && status.waiting == 0 && status.cacheUsage == 0)
  }

  @Test func aProgramThatIsNoWorkerIsReportedWithItsEnd() throws {
    #expect {
      try WorkerRunner(
        WorkerProcess(.init(path: "/bin/sh", arguments: ["-c", "echo no such device >&2; exit 3"])))
    } throws: { error in
      "\(error)".contains("exit code 3") && "\(error)".contains("no such device")
    }
    #expect(throws: SupervisorError.self) {
      try WorkerRunner(WorkerProcess(.init(path: "/no/such/program", arguments: [])))
    }
  }

  @Test func aWorkerWithoutMemorySaysSo() throws {
    let words = "echo 'Fatal error: failed to allocate 64 bytes of memory with alignment 8' >&2; exit 3"
    let error = #expect(throws: SupervisorError.self) {
      try WorkerRunner(WorkerProcess(.init(path: "/bin/sh", arguments: ["-c", words])))
    }
    #expect(error?.code == .outOfMemory)
  }

  /// What happens while a model is loaded there is shown here.
  @Test func whatIsToldOfALoadCrosses() throws {
    let device = DeviceIdentity("CPU", in: NoCatalog())
    var report = LoadReport(
      device: device, fromCache: true, seconds: 1.5, engine: .paged,
      passedOver: [.init(device: "NPU", reason: "there is none")])
    report.kernels = .oven
    report.tuned = ["threads=1"]
    let warning = SupervisorError(.cacheUnusable, "the cache is full", mend: "make room")
    let events: [LoadEvent] = [
      .passedOver(.init(device: "GPU", reason: "no driver")), .graph(.prefill), .fromCache(device),
      .compiling(device, reason: nil), .waiting, .discarded(reason: "damaged"),
      .modelWritableByOthers("group"), .otherEngine(instead: .stateful, reason: "no pages"),
      .cacheWarning(warning), .loaded(report), .checked(.passed(agreement: 0.875)), .checked(.notNeeded),
      .warmedUp(seconds: 0.25),
    ]
    let bytes = try JSONEncoder().encode(events)
    #expect(try JSONDecoder().decode([LoadEvent].self, from: bytes) == events)
    // Why it compiles is for this side's explanations.
    let reasoned = try JSONEncoder().encode([LoadEvent.compiling(device, reason: .neverCompiled)])
    #expect(
      try JSONDecoder().decode([LoadEvent].self, from: reasoned) == [.compiling(device, reason: nil)])
  }

  @Test func aWordOutOfTurnIsNoGreeting() throws {
    // Answers with what it was sent; then says nothing.
    let command = WorkerProcess.Command(path: "/bin/sh", arguments: ["-c", "head -c 9 <&3 >&3; sleep 60"])
    #expect(throws: SupervisorError.self) { try WorkerRunner(WorkerProcess(command)) }
  }

  @Test func aWorkerThatHangsIsEnded() async throws {
    let program = try #require(WorkerProgram.path)
    let service = try await ModelService(makeStream: { _ in NumberText() }) {
      try WorkerRunner(WorkerProcess(.init(path: program, arguments: ["hang"])), deadline: 0.1)
    }
    await #expect {
      try await answer(service, 1)
    } throws: { error in
      let failure = error as? CompletionFailure
      return failure?.code == .runnerLost && failure?.message.contains("did not finish a step") == true
    }
    #expect(await service.status().restarts == 2)
  }
}

private struct NoCatalog: DeviceCatalog {
  let runtimeVersion = ""
  func devices() -> [String] { [] }
  func property(_ key: PropertyKey, of device: String) -> String { "" }
}
