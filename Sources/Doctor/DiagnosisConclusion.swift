extension Diagnosis {
  /// What this machine will use, and the one thing that would help most: the sentence at the end.
  package var conclusion: String {
    let device = ["NPU", "GPU", "CPU"].lazy.compactMap { name in devices.first { $0.name.hasPrefix(name) } }
      .first
    let begin =
      device.map { "Models will run on the \($0.name) (\($0.fullName))" } ?? "No device can run models yet"
    guard let mend = mostHelpful else {
      return begin + (device == nil ? "." : ", and nothing is left to mend.")
    }
    // As it stands: it may be a command, to be copied.
    return "\(begin); what would help most, for \(mend.title): \(mend.mend)"
  }

  /// The mend of what weighs most: what keeps everything from working, then the devices in the order in which they are
  /// tried, then the rest; faults before warnings.
  private var mostHelpful: (title: String, mend: String)? {
    let order = ["OpenVINO", "NPU", "GPU", "CPU"]
    let ranked = sections.enumerated().sorted { first, second in
      let places = [first, second].map { order.firstIndex(of: $0.element.title) ?? order.count + $0.offset }
      return places[0] < places[1]
    }.map(\.element)
    for status in [Check.Status.failure, .warning] {
      for section in ranked {
        let check = section.checks.first { $0.status == status && !$0.mend.isEmpty }
        if let check {
          return ("\(section.title), \(check.name)", check.mend.split(separator: "\n").joined(separator: " "))
        }
      }
    }
    return nil
  }
}
