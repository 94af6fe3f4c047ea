import JSON

/// What `oven tune` found for one model on one device of one machine, with everything that it tried.
package struct TuningRecord: Sendable, Hashable {
  /// What it holds for: another driver or runtime has another.
  package var key: CacheKey
  /// What is fastest.
  package var settings: TunedSettings
  /// What was tried, in this order.
  package var trials: [Trial]
  /// When, in seconds since 1970.
  package var date: Int

  /// A record.
  package init(key: CacheKey, settings: TunedSettings, trials: [Trial], date: Int) {
    self.key = key
    self.settings = settings
    self.trials = trials
    self.date = date
  }

  /// One setting, compared with the best of those before it.
  package struct Trial: Sendable, Hashable {
    /// What came of it.
    package enum Verdict: String, Sendable {
      /// What all others are compared with: nothing set.
      case usual
      /// Faster: what follows is compared with it.
      case kept
      /// Not faster, or not by enough to be sure.
      case noGain = "no gain"
      /// Faster perhaps, but it computes something else.
      case inexact = "less exact"
      /// The device does not take it.
      case refused
      /// The time was over.
      case notTried = "not tried"
    }

    /// The setting: "KV_CACHE_PRECISION=u8".
    package var setting: String
    /// What came of it.
    package var verdict: Verdict
    /// Tokens of a prompt in a second; 0 where nothing was measured.
    package var prefill = 0.0
    /// Tokens of an answer in a second.
    package var decode = 0.0
    /// How much faster prompts and answers are than with the best before, in turn: 1.1 for 10 %.
    package var prefillRatio = 1.0, decodeRatio = 1.0
    /// How far its predictions are from those without any rounding, in nats.
    package var divergence = 0.0
    /// Why it was refused.
    package var reason = ""

    /// A setting of which nothing is known yet.
    package init(setting: String, verdict: Verdict) {
      self.setting = setting
      self.verdict = verdict
    }
  }
}

extension TuningRecord {
  private static let format = 1

  /// The record as JSON.
  package var json: JSON {
    .object([
      "format": .int(Self.format), "date": .int(date), "key": key.json, "settings": settings.json,
      "trials": .array(trials.map(\.json)),
    ])
  }

  /// Reads what `json` wrote; nil for anything else.
  package init?(json: JSON) {
    guard json["format"]?.int == Self.format, let date = json["date"]?.int,
      let key = json["key"].flatMap(CacheKey.init(json:)),
      let settings = json["settings"].flatMap(TunedSettings.init(json:)), let trials = json["trials"]?.array
    else { return nil }
    let known = trials.compactMap(Trial.init(json:))
    guard known.count == trials.count else { return nil }
    self.init(key: key, settings: settings, trials: known, date: date)
  }
}

extension TuningRecord.Trial {
  fileprivate var json: JSON {
    .object([
      "setting": .string(setting), "verdict": .string(verdict.rawValue), "prefill": .double(prefill),
      "decode": .double(decode), "prefill_ratio": .double(prefillRatio), "decode_ratio": .double(decodeRatio),
      "divergence": .double(divergence), "reason": .string(reason),
    ])
  }

  fileprivate init?(json: JSON) {
    func number(_ name: String) -> Double? { json[name]?.double }
    guard let setting = json["setting"]?.string,
      let verdict = json["verdict"]?.string.flatMap(Verdict.init(rawValue:)),
      let prefill = number("prefill"), let decode = number("decode"),
      let prefillRatio = number("prefill_ratio"), let decodeRatio = number("decode_ratio"),
      let divergence = number("divergence"), let reason = json["reason"]?.string
    else { return nil }
    self.init(setting: setting, verdict: verdict)
    (self.prefill, self.decode, self.divergence, self.reason) = (prefill, decode, divergence, reason)
    (self.prefillRatio, self.decodeRatio) = (prefillRatio, decodeRatio)
  }
}
