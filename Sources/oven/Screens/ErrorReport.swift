import ArgumentParser
import Files
import Foundation

/// An error as the user sees it: what, why and the mend in three short lines, and an exit code.
package struct ErrorReport {
  /// What ArgumentParser shows itself: usage errors, `--help`, `--version`.
  private let parserError: (any Error)?
  /// What happened.
  package let what: String
  /// Why, or empty.
  package let why: String
  /// What to do about it, or empty.
  package let mend: String
  /// How the program ends.
  package let status: ExitStatus

  init(what: String, why: String, mend: String, status: ExitStatus, parserError: (any Error)? = nil) {
    self.parserError = parserError
    self.what = what
    self.why = why
    self.mend = mend
    self.status = status
  }

  /// Finds the words for any error that a command can end with.
  package init(_ error: any Error) {
    switch error {
    case let report as ErrorReport: self = report
    case let error as any ErrorReportConvertible: self = error.report
    default: self.init(what: "", why: "", mend: "", status: .software, parserError: error)
    }
  }

  /// Prints the report to stderr and ends the program.
  func exit() -> Never {
    RawTerminal.leaveBeforeExit()
    let arguments = OptionSpelling.normalized(CommandLine.arguments.dropFirst())
    if let parserError {
      let status = Oven.exitCode(for: parserError)
      let message = Oven.fullMessage(for: parserError)
      guard status.isSuccess else {
        // A code without words has said what there is to say.
        if parserError is ExitCode || message.isEmpty { Foundation.exit(status.rawValue) }
        // What is no error of the command line has no usage to explain.
        if status == .validationFailure { HelpRequest.report(parserError, arguments).exit() }
        ErrorReport(what: Oven.message(for: parserError), why: "", mend: "", status: .software).exit()
      }
      if message.hasPrefix("OVERVIEW:") || message.hasPrefix("USAGE:") {
        HelpRequest.lines(arguments).forEach { Terminal.output.line($0) }
      } else if !message.isEmpty {
        Terminal.output.line(message)
      }
      Terminal.outputFailure?.exit()
      Foundation.exit(status.rawValue)
    }
    show(on: .error)
    Foundation.exit(status.rawValue)
  }

  /// Shows it: three short lines, which only the terminal itself breaks, so that a command in them can be copied.
  func show(on terminal: Terminal) {
    terminal.line("\(terminal.styled("error:", .red)) \(what)")
    if !why.isEmpty { terminal.line("  why:  \(Self.phrase(why))") }
    if !mend.isEmpty { terminal.line("  mend: \(Self.phrase(mend))") }
  }

  /// What the modules and the system say, as it stands behind "why:" and "mend:": without a capital, a full stop and the
  /// marks of code.
  static func phrase(_ text: String) -> String {
    var text = text.replacing("`", with: "")
    if text.hasSuffix("."), !text.hasSuffix(".."), !text.dropLast().contains(". ") { text.removeLast() }
    let word = text.prefix { $0.isLetter }
    let isPlain = word.count > 1 && word.dropFirst().allSatisfy(\.isLowercase)
    guard isPlain, !names.contains(String(word)) else { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  private static let names: Set<String> = ["Oven", "Intel", "Linux", "Windows", "Debian", "Python", "Ctrl"]
}

/// An error of a module that knows its own report.
protocol ErrorReportConvertible: Error {
  /// The error in the program's words.
  var report: ErrorReport { get }
}

extension ErrorReport: Error {}
