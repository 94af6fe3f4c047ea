import Foundation

/// Where a request goes, as far as it decides who may see the token.
package struct Origin: Sendable, Hashable {
  package var scheme: String
  package var host: String
  package var port: Int

  /// Nil where the address is not one of HTTP.
  package init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), scheme == "https" || scheme == "http",
      let host = url.host?.lowercased(), !host.isEmpty
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = url.port ?? (scheme == "https" ? 443 : 80)
  }
}

/// The addresses of the hub's interface.
package struct HubAddress: Sendable {
  package let endpoint: URL
  package let origin: Origin

  /// - Throws: `HubError` of code `invalidName` for an endpoint that is no address.
  package init(endpoint text: String) throws(HubError) {
    guard let url = URL(string: text), let origin = Origin(url) else {
      throw HubError(
        .invalidName, "HF_ENDPOINT is \"\(text)\", which is no http or https address",
        mend: "Unset it, or set it to something like \(HubConfiguration.publicEndpoint).")
    }
    endpoint = url
    self.origin = origin
  }

  package func listing(_ id: HubModelID, revision: String) throws(HubError) -> URL {
    try url("/api/models/\(id)/revision/\(Self.escaped(revision, keeping: ""))?blobs=true")
  }

  package func content(_ id: HubModelID, commit: String, path: String) throws(HubError) -> URL {
    try url("/\(id)/resolve/\(Self.escaped(commit, keeping: ""))/\(Self.escaped(path, keeping: "/"))")
  }

  /// The page where a user reads about the model and accepts its terms.
  package func page(_ id: HubModelID) -> String { "\(endpoint.absoluteString)/\(id)" }

  private func url(_ rest: String) throws(HubError) -> URL {
    guard let url = URL(string: endpoint.absoluteString + rest) else {
      throw HubError(.invalidName, "\(endpoint.absoluteString)\(rest) is no address")
    }
    return url
  }

  /// Percent-encodes all but unreserved characters (RFC 3986, 2.3).
  package static func escaped(_ text: String, keeping kept: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isAlphanumeric(byte) || "-._~".utf8.contains(byte) || kept.utf8.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Where a redirection leads, or nil where following it would be wrong: to something else than HTTP, or from
  /// an encrypted connection to an open one.
  package static func target(of location: String, from url: URL) -> URL? {
    guard let target = URL(string: location, relativeTo: url)?.absoluteURL, let next = Origin(target) else {
      return nil
    }
    return url.scheme?.lowercased() == "https" && next.scheme != "https" ? nil : target
  }
}
