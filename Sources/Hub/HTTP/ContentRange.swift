/// The `Content-Range` of a partial answer (RFC 9110, 14.4): `bytes 0-99/1000`.
package struct ContentRange: Equatable {
  /// The bytes that the answer contains.
  package var range: Range<Int>
  /// The size of the whole file, where the server tells it.
  package var total: Int?

  /// Nil for what is no content range of bytes.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard bounds.count == 2, let first = Int(bounds[0]), let last = Int(bounds[1]), first >= 0, last >= first,
      last < Int.max
    else { return nil }
    range = first..<(last + 1)
    if parts[1] != "*" {
      guard let total = Int(parts[1]), total > last else { return nil }
      self.total = total
    }
  }
}
