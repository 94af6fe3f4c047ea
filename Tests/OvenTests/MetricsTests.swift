import Generation
import JSON
import OpenVINO
import Supervisor
import Testing
import oven

@Suite("Metrics")
struct MetricsTests {
  private func metrics(busy: Double?) -> GenerationMetrics {
    var metrics = GenerationMetrics()
    metrics.promptTokens = 20
    metrics.generatedTokens = 3
    metrics.timeToFirstToken = 0.5
    metrics.tokenTimes = [0.25, 0.25]
    metrics.totalTime = 1
    metrics.npuBusyTime = busy
    return metrics
  }

  private func report(busy: Double?) -> MetricsReport {
    let result = GenerationResult(
      text: "Hi", tokens: [1, 2, 3], reason: .length, metrics: metrics(busy: busy))
    let load = LoadReport(device: .cpu, fromCache: true, seconds: 1, passedOver: [])
    return MetricsReport(result: result, load: load, warmUpSeconds: 0.1, peakMemory: 1000)
  }

  @Test func anAnswerTellsItsTimesAndOnAnNPUItsBusyTime() {
    #expect(report(busy: nil).lines.last?.hasSuffix("generated 3, 4.0 tokens/s (250.0 ms)") == true)
    #expect(report(busy: 0.75).lines.last?.hasSuffix("(250.0 ms), NPU busy for 0.75 s") == true)
    #expect(report(busy: nil).json["npu_busy_seconds"] == nil)
    #expect(report(busy: 0.75).json["npu_busy_seconds"]?.double == 0.75)
    #expect(report(busy: 0.75).json["tokens_per_second"]?.double == 4)
  }

  @Test func totalsAddUp() {
    var totals = ChatTotals()
    totals.add(metrics(busy: nil))
    #expect(!totals.line(peakMemory: 0).contains("NPU"))
    totals.add(metrics(busy: 0.5))
    totals.add(metrics(busy: 0.75))
    #expect(totals.answers == 3)
    #expect(totals.line(peakMemory: 0).contains("4.0 tokens/s, NPU busy for 1.25 s, peak memory"))
  }
}

extension DeviceIdentity {
  fileprivate static var cpu: DeviceIdentity { DeviceIdentity("CPU", in: NoCatalog()) }
}

private struct NoCatalog: DeviceCatalog {
  let runtimeVersion = ""
  func devices() -> [String] { [] }
  func property(_ key: PropertyKey, of device: String) -> String { "" }
}
