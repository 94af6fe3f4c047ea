import Hummingbird

/// `GET /`: a page to chat with.
enum PageRoute {
  /// The page. Everything that it is made of is in it: no request goes anywhere else, and nothing that a model writes can
  /// run.
  static func page() -> Response {
    var response = Response(text: PageSource.html, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] = policy
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.cacheControl] = "no-cache"
    return response
  }

  /// What probes of Ollama's clients ask for.
  static func head() -> Response {
    Response(status: .ok, headers: [.contentType: "text/html; charset=utf-8"])
  }

  private static let policy =
    "default-src 'none'; script-src '\(PageSource.scriptHash)'; style-src '\(PageSource.styleHash)'; "
    + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
