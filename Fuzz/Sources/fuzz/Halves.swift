/// Two inputs in one: what stands before the first zero byte, and what stands behind it.
struct Halves {
  let head: [UInt8]
  let tail: [UInt8]

  init(_ bytes: [UInt8]) {
    let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
    head = Array(bytes[..<end])
    tail = Array(bytes[end...].dropFirst())
  }

  /// The second input as text.
  var text: String { String(decoding: tail, as: UTF8.self) }
}
