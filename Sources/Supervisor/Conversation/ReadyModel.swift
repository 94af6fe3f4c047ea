import Errors
import Generation

/// A model that was loaded, checked and warmed up, and answers one conversation.
package struct ReadyModel: Sendable {
  /// What answers.
  package let assistant: Assistant
  /// How it was loaded.
  package let report: LoadReport
  /// Seconds of the first runs, in which plugins repack weights; not part of the report's load time.
  package let warmUpSeconds: Double
  private let service: ModelService

  /// A model of which a service was made.
  ///
  /// - Throws: `GenerationError` for files of the model that make no sense; `SupervisorError` for a runner without a model.
  package init(
    service: ModelService, facts: RunnerFacts, model: ModelFolder, format: PromptFormat
  ) throws {
    guard let report = facts.report else {
      throw SupervisorError(.noModel, "the runner does not say which model it has")
    }
    self.service = service
    self.report = report
    warmUpSeconds = facts.warmUpSeconds
    assistant = try Assistant(
      service: service, model: model, format: format, contextAdvice: facts.contextAdvice,
      npu: report.device.device.contains("NPU") ? NPUBusyTime() : nil)
  }

  /// The most memory that computing took so far beside this process, in bytes.
  package func peakMemory() async -> Int { await service.peakMemory() }

  /// Finishes what is not to be cut off by the end of the program: blocks of prompts that are being kept.
  package func close() async {
    if service.limits.prefixFolder != nil { await service.drain() }
  }
}
