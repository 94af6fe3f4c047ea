import Foundation
import Supervisor

/// What `oven tune` shows.
struct TuningReport {
  /// The model's folder.
  let folder: String

  /// One setting in a line.
  static func line(_ trial: TuningRecord.Trial) -> String {
    cells(trial).filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func cells(_ trial: TuningRecord.Trial) -> [String] {
    switch trial.verdict {
    case .refused: return [trial.setting, trial.verdict.rawValue, LoadScreen.short(trial.reason), "", ""]
    case .notTried: return [trial.setting, trial.verdict.rawValue, "the time was over (--minutes)", "", ""]
    case .usual, .kept, .noGain, .inexact: break
    }
    func figure(_ name: String, _ rate: Double, _ ratio: Double) -> String {
      let change = trial.verdict == .usual ? "" : " (\(Units.decimals(ratio, 2))×)"
      return "\(name) \(Units.decimals(rate, 1))\(change)"
    }
    return [
      trial.setting, trial.verdict.rawValue, figure("prompt", trial.prefill, trial.prefillRatio),
      figure("answer", trial.decode, trial.decodeRatio),
      "\(Units.decimals(trial.divergence * 1000, 2)) mnats from exact",
    ]
  }

  /// What was found, and all that was tried.
  func lines(_ record: TuningRecord) -> [String] {
    let words = record.settings.words
    let place = "\(folder) on \(record.key.device) (\(record.key.deviceName)), OpenVINO \(record.key.runtime)"
    let found =
      words.isEmpty ? "The usual settings are the fastest." : "Fastest: " + words.joined(separator: ", ")
    var table = Table([.left, .left, .left, .left, .left])
    for trial in record.trials {
      let cells = Self.cells(trial)
      table.add(cells[0], cells[1], cells[2], cells[3], cells[4])
    }
    let date = Date(timeIntervalSince1970: Double(record.date)).formatted(.iso8601)
    return [place + ", " + date, found, "Tokens a second; × is to the best of those above."] + table.lines
  }

  /// Why there is nothing to be shown.
  func nothing(on device: String, outdated: TuningRecord?, now: CacheKey) -> ErrorReport {
    let changes = outdated.map { now.differences(since: $0.key) } ?? []
    let why = changes.map { "\($0.name) was \($0.then), is \($0.now)" }.joined(separator: "; ")
    return ErrorReport(
      what: "nothing is tuned for \(folder) on \(device)" + (outdated == nil ? "" : " as it is now"),
      why: why,
      mend: "oven tune \(folder)", status: .noInput)
  }
}
