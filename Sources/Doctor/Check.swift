/// What one look at the machine found.
package struct Check: Sendable, Hashable {
  /// How it stands.
  package enum Status: String, Sendable {
    /// As it should be.
    case ok
    /// It works, but worse than it could, or it may fail later.
    case warning
    /// It does not work.
    case failure
    /// The machine does not have it, and that is no fault.
    case notPresent = "not present"
  }

  /// What was looked at, in a word or two.
  package var name: String
  /// How it stands.
  package var status: Status
  /// What was found: versions, paths, owners.
  package var detail: String
  /// What to do about it. Never empty for a failure.
  package var mend: String

  /// Records a finding.
  package init(_ name: String, _ status: Status, _ detail: String, mend: String = "") {
    self.name = name
    self.status = status
    self.detail = detail
    self.mend = mend
  }
}

/// Checks that belong together.
package struct CheckSection: Sendable, Hashable {
  /// What they are about: "OpenVINO", "NPU", ...
  package var title: String
  /// The findings, in the order of the screen.
  package var checks: [Check]

  /// Puts checks together.
  package init(_ title: String, _ checks: [Check]) {
    self.title = title
    self.checks = checks
  }
}

/// All that the doctor found.
package struct Diagnosis: Sendable, Hashable {
  /// The findings, section by section.
  package var sections: [CheckSection]
  /// What the runtime offers.
  package var devices: [RuntimeFacts.Device]

  /// Puts sections together.
  package init(sections: [CheckSection], devices: [RuntimeFacts.Device] = []) {
    self.sections = sections
    self.devices = devices
  }

  /// Whether something does not work.
  package var hasFailures: Bool { count(.failure) > 0 }

  /// How many checks ended so.
  package func count(_ status: Check.Status) -> Int {
    sections.reduce(0) { $0 + $1.checks.count { $0.status == status } }
  }

  /// The check `name` of the section `title`.
  package func check(_ title: String, _ name: String) -> Check? {
    sections.first { $0.title == title }?.checks.first { $0.name == name }
  }
}
