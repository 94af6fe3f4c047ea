/// The normalization forms of Unicode (UAX 15).
package enum UnicodeForm: String, Sendable {
  case nfc, nfd, nfkc, nfkd

  func apply(to text: inout NormalizedText) {
  }
}
