import Errors
import Hub
import Testing
import oven

@Suite("Errors as the program says them")
struct ErrorReportTests {
  /// sysexits.h, by the kind of fault.
  @Test(
    arguments: [
      (.invalidName, 64), (.ambiguousChoice, 64), (.malformedListing, 65), (.unsafePath, 65),
      (.checksumMismatch, 65),
      (.sizeMismatch, 65), (.contentChanged, 65), (.notFound, 66), (.missingFile, 66), (.offline, 66),
      (.cannotWrite, 73), (.diskFull, 74), (.rateLimited, 75), (.serverFailure, 75), (.noRanges, 75),
      (.unreachable, 75), (.unauthorized, 77), (.gated, 77), (.cancelled, 130),
    ] as [(HubError.Code, Int32)])
  func exitCodesOfTheHub(_ code: HubError.Code, _ status: Int32) {
    #expect(ErrorReport(HubError(code, "something")).status.rawValue == status)
  }

  @Test func settingsAreNamedAsTheUserGivesThem() {
    let error = HubError(.ambiguousChoice, "two", advice: "Choose one with \(setting: .ggufChoice).")
    #expect(ErrorReport(error).mend == "Choose one with --gguf.")
    #expect(error.mend == "Choose one with FileSelection.gguf.")
  }
}
