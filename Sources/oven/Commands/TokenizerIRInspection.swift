import Baking
import Foundation
import JSON
import OpenVINO
import Supervisor

/// Tries the tokenizer that a bake has written for OpenVINO GenAI, where the machine can run it, and adds the outcome
/// to the report.
struct TokenizerIRInspection {
  /// Whether a difference ends the bake.
  var isStrict: Bool

  /// - Throws: an `ErrorReport` for a difference, only where `isStrict`.
  func inspect(_ folder: URL, _ report: inout BakeReport, _ screen: BakeScreen) throws {
    guard TokenizerIRCheck.applies(to: folder) else { return }
    let runtime: OpenVINORuntime
    let library: TokenizersExtension
    do {
      runtime = try OpenVINORuntime.shared()
      library = try TokenizersExtension(runtime: runtime)
    } catch {
      report.tokenizerIR = ["not_run": .string("\(error)")]
      if isStrict { screen.show(.note("the tokenizer for OpenVINO GenAI was written, not tried: \(error)")) }
      return
    }
    let note: String?
    do {
      let outcome = try TokenizerIRCheck(folder: folder, library, runtime: runtime).run()
      report.tokenizerIR = outcome.json
      note = outcome.note
    } catch {
      report.tokenizerIR = ["failed": .string("\(error)")]
      note = "the tokenizer for OpenVINO GenAI does not run: \(error)"
    }
    guard let note else { return }
    report.notes.append(note)
    screen.show(.note(note))
    guard isStrict else { return }
    throw ErrorReport(
      what: note, why: "--strict-tokenizer asks for a tokenizer that other programs read the same way",
      mend: "leave the option out: Oven itself uses tokenizer.json, which is exact", status: .badData)
  }
}
