import Files

/// The settings that are worth a try on a device, in the order in which they are tried: each alternative of one is
/// compared with the best so far.
package struct TuningCandidates: Sendable {
  /// One thing that can be set, with its values.
  package struct Choice: Sendable {
    /// Settings of which one may be added to those that were kept.
    package var alternatives: [TunedSettings]
  }

  /// The choices.
  package let choices: [Choice]

  /// What is worth a try.
  ///
  /// - Parameters:
  ///   - device: OpenVINO's name.
  ///   - precisions: What the device can compute with, as `OPTIMIZATION_CAPABILITIES` says: FP32, BF16, FP16.
  ///   - groups: The lengths of the folder's groups of weights.
  ///   - processors: How many there are.
  ///   - otherEngine: The engine that is not taken by itself.
  package init(
    device: String, precisions: [String], groups: [Int], processors: Int,
    otherEngine: EngineChoice = .stateful
  ) {
    func choice(_ name: String, _ values: [String]) -> Choice {
      Choice(
        alternatives: values.map { value in
          var settings = TunedSettings()
          settings.properties[name] = value
          return settings
        })
    }
    let types = precisions.filter { ["BF16", "FP16", "FP32"].contains($0) }.map {
      $0.lowercased().replacing("fp", with: "f")
    }
    var merged = TunedSettings()
    merged.mergesProjections = true
    var choices = [Choice(alternatives: [merged])]
    if device == "CPU" {
      // First, since most of the others say how the plugin's are to compute.
      var plugin = TunedSettings()
      plugin.kernels = .plugin
      choices.insert(Choice(alternatives: [plugin]), at: 0)
    }
    guard device == "CPU" else {
      // Threads and pages are the CPU's; the rest is what GPUs take, too.
      self.choices = choices + [choice("KV_CACHE_PRECISION", ["f16", "u8"])]
      return
    }
    // A group of activations that is as long as the weights' needs one scale for both; twice as long, fewer sums.
    let lengths = Set(groups + groups.map { 2 * $0 } + [32, 128]).filter { $0 > 0 && $0 <= 256 }.sorted()
    choices.append(choice("DYNAMIC_QUANTIZATION_GROUP_SIZE", lengths.map(String.init)))
    choices.append(choice("INFERENCE_PRECISION_HINT", types))
    // Units for matrices compute in 16 bits, for which a single token is no work.
    if types.contains("bf16") || types.contains("f16") {
      var few = TunedSettings()
      few.fewTokensPrecision = "f32"
      choices.append(Choice(alternatives: [few]))
    }
    choices.append(choice("KV_CACHE_PRECISION", ["u8"] + types.filter { $0 != "f32" }))
    if processors > 1 {
      let counts = Set([processors, max(1, processors / 2)]).sorted(by: >)
      choices.append(choice("INFERENCE_NUM_THREADS", counts.map(String.init)))
    }
    choices.append(choice("ENABLE_CPU_PINNING", ["YES", "NO"]))
    var other = TunedSettings()
    other.engine = otherEngine
    choices.append(Choice(alternatives: [other]))
    self.choices = choices
  }
}

extension TunedSettings {
  /// These, with those of `other` in place of the same ones.
  func adding(_ other: TunedSettings) -> TunedSettings {
    var result = self
    result.properties.merge(other.properties) { _, new in new }
    if let engine = other.engine { result.engine = engine }
    if other.mergesProjections { result.mergesProjections = true }
    if let type = other.fewTokensPrecision { result.fewTokensPrecision = type }
    if let kernels = other.kernels { result.kernels = kernels }
    return result
  }
}
