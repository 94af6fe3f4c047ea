import Metrics
import Synchronization

/// Keeps swift-metrics' figures and shows them in Prometheus' text form.
package final class PrometheusFactory: MetricsFactory {
  private struct Key: Hashable {
    var label: String
    var dimensions: String
  }

  private let series = Mutex<[Key: any PrometheusSeries]>([:])
  private let buckets: @Sendable (String) -> [Double]

  /// - Parameter buckets: the upper bounds of a distribution's buckets, by its label.
  package init(buckets: @escaping @Sendable (String) -> [Double]) { self.buckets = buckets }

  private func find<Series: PrometheusSeries>(
    _ label: String, _ dimensions: [(String, String)], _ make: () -> Series
  ) -> Series {
    let key = Key(label: label, dimensions: Self.text(of: dimensions))
    return series.withLock { series in
      if let found = series[key] as? Series { return found }
      let made = make()
      series[key] = made
      return made
    }
  }

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    find(label, dimensions, CounterSeries.init)
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    find(label, dimensions, CounterSeries.init)
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    find(label, dimensions, GaugeSeries.init)
  }

  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    find(label, dimensions) { HistogramSeries(bounds: buckets(label)) }
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label, dimensions) { HistogramSeries(bounds: buckets(label)) }
  }

  // What was counted stays: a figure that goes back to 0 looks like a restart.
  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  /// All figures in the text form, version 0.0.4.
  package func exposition() -> String {
    let all = series.withLock { $0 }
    var text = ""
    for (label, members) in Dictionary(grouping: all, by: \.key.label).sorted(by: { $0.key < $1.key }) {
      guard let kind = members.first?.value.kind else { continue }
      text += "# TYPE \(label) \(kind)\n"
      for (key, series) in members.sorted(by: { $0.key.dimensions < $1.key.dimensions }) {
        series.write(label, key.dimensions, to: &text)
      }
    }
    return text
  }

  /// `name="value"` pairs, with the escapes that the form wants.
  private static func text(of dimensions: [(String, String)]) -> String {
    dimensions.map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
        "\n", with: "\\n")
      return "\(name)=\"\(escaped)\""
    }.joined(separator: ",")
  }
}

/// One line, or the lines of one distribution.
private protocol PrometheusSeries: AnyObject, Sendable {
  /// The word for its type.
  var kind: String { get }
  /// Appends its lines.
  func write(_ label: String, _ dimensions: String, to text: inout String)
}

private func braces(_ dimensions: String) -> String { dimensions.isEmpty ? "" : "{\(dimensions)}" }

private final class CounterSeries: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
  private let value = Mutex(0.0)
  let kind = "counter"

  func increment(by amount: Int64) { value.withLock { $0 += Double(amount) } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func reset() { value.withLock { $0 = 0 } }

  func write(_ label: String, _ dimensions: String, to text: inout String) {
    text += "\(label)\(braces(dimensions)) \(value.withLock { $0 })\n"
  }
}

private final class GaugeSeries: PrometheusSeries, MeterHandler {
  private let value = Mutex(0.0)
  let kind = "gauge"

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ new: Double) { value.withLock { $0 = new } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }

  func write(_ label: String, _ dimensions: String, to text: inout String) {
    text += "\(label)\(braces(dimensions)) \(value.withLock { $0 })\n"
  }
}

private final class HistogramSeries: PrometheusSeries, RecorderHandler, TimerHandler {
  private struct State {
    var counts: [Int]
    var count = 0
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>
  let kind = "histogram"

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
  }

  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func record(_ value: Double) {
    state.withLock { state in
      state.count += 1
      state.sum += value
      if let index = bounds.firstIndex(where: { value <= $0 }) { state.counts[index] += 1 }
    }
  }

  func write(_ label: String, _ dimensions: String, to text: inout String) {
    let state = state.withLock { $0 }
    let prefix = dimensions.isEmpty ? "" : dimensions + ","
    var below = 0
    for (bound, count) in zip(bounds, state.counts) {
      below += count
      text += "\(label)_bucket{\(prefix)le=\"\(bound)\"} \(below)\n"
    }
    text += "\(label)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n"
    text += "\(label)_sum\(braces(dimensions)) \(state.sum)\n"
    text += "\(label)_count\(braces(dimensions)) \(state.count)\n"
  }
}
