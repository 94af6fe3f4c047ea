import NIOHTTP1

/// What an answer that is no success means for a user.
package struct HubFailure: Sendable {
  package var id: HubModelID
  package var revision: String
  /// The file that was asked for; nil for the listing.
  package var path: String?
  package var page: String
  package var tokenPage: String
  package var hasToken: Bool

  /// The subject of a message: the file of the model, or the model.
  private var subject: String { path.map { "\($0) of \(id)" } ?? "\(id) at revision \(revision)" }

  package func error(status: Int, headers: HTTPHeaders) -> HubError {
    // The hub says more in a header than by the status (huggingface_hub reads the same one).
    switch headers.first(name: "X-Error-Code") ?? "" {
    case "GatedRepo": return gated
    case "RevisionNotFound": return noRevision
    case "EntryNotFound": return noEntry
    case "RepoNotFound": return noModel
    default: break
    }
    switch status {
    case 401: return hasToken ? badToken : noModel
    case 403: return forbidden(headers.first(name: "X-Error-Message"))
    case 404, 410: return path == nil ? noModel : noEntry
    case 416: return HubError(.sizeMismatch, "\(subject) is shorter than the listing says")
    case 429:
      return HubError(
        .rateLimited,
        "the hub refuses further requests for now (429)\(hasToken ? "" : "; no token was sent")",
        mend:
          "Repeat the command later: it goes on where it stopped. With a token in HF_TOKEN the limits are wider."
      )
    default:
      return HubError(
        .serverFailure, "the hub answered \(status) for \(subject)",
        mend:
          "Repeat the command later: it goes on where it stopped. status.huggingface.co tells about outages.")
    }
  }

  private var howToGiveToken: String {
    "make a token at \(tokenPage) and give it with HF_TOKEN=hf_…"
  }

  private var gated: HubError {
    let mend =
      hasToken
      ? "Open \(page) as the user of your token, accept the terms, and see that the token may read gated repositories."
      : "Open \(page), log in and accept the terms; then \(howToGiveToken)."
    return HubError(.gated, "\(id) is gated: its users must accept terms first", mend: mend)
  }

  private var badToken: HubError {
    HubError(
      .unauthorized, "the hub does not accept the token for \(subject) (401)",
      mend: "It may have expired: \(howToGiveToken), or unset HF_TOKEN for public models.")
  }

  private func forbidden(_ reason: String?) -> HubError {
    let told = reason.map { ": " + $0.filter { $0 == " " || !$0.isWhitespace }.prefix(200) } ?? ""
    return HubError(
      .unauthorized, "the hub forbids access to \(subject) (403)\(told)",
      mend:
        "Open \(page) and see what it asks for; \(hasToken ? "check your token's rights at \(tokenPage)" : howToGiveToken)."
    )
  }

  private var noModel: HubError {
    HubError(
      .notFound,
      "there is no model \(id) on the hub\(hasToken ? " that your token may see" : ", or it is private")",
      mend: hasToken
        ? "Check the name at \(page)." : "Check the name at \(page); for a private model, \(howToGiveToken).")
  }

  private var noRevision: HubError {
    HubError(
      .notFound, "\(id) has no revision \"\(revision)\"",
      mend: "See its branches and commits at \(page)/tree/main.")
  }

  private var noEntry: HubError {
    HubError(
      .notFound, "\(id) has no file \(path ?? "of that name") at revision \(revision)",
      mend: "See its files at \(page)/tree/\(revision).")
  }
}
