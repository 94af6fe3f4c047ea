/// Text that has come and is not understood yet.
struct ByteQueue {
  private var storage: [UInt8] = []
  private var start = 0

  /// What is left.
  var bytes: ArraySlice<UInt8> { storage[start...] }
  var isEmpty: Bool { start == storage.count }
  var first: UInt8? { bytes.first }

  mutating func append(_ text: String) {
    if start > 4096 || start == storage.count {
      storage.removeFirst(start)
      start = 0
    }
    storage.append(contentsOf: text.utf8)
  }

  @discardableResult
  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { start = min(start + count, storage.count) }
    return storage[start..<min(start + count, storage.count)]
  }

  mutating func takeAll() -> ArraySlice<UInt8> { take(storage.count - start) }

  mutating func skipBlanks() {
    while let byte = first, byte == 32 || (9...13).contains(byte) { start += 1 }
  }

  func hasPrefix(_ text: String) -> Bool { bytes.starts(with: text.utf8) }

  /// Takes a text that comes next.
  mutating func take(_ text: String) -> Bool {
    guard hasPrefix(text) else { return false }
    start += text.utf8.count
    return true
  }

  /// Whether what is left is the beginning of a text, and not all of it.
  func isBeginning(of text: String) -> Bool {
    bytes.count < text.utf8.count && text.utf8.starts(with: bytes)
  }

  /// How many bytes stand before the first of some texts; the longest where several begin there.
  func find(_ texts: [String]) -> (offset: Int, text: String)? {
    var best: (offset: Int, text: String)?
    for text in texts {
      let wanted = Array(text.utf8)
      guard let head = wanted.first, bytes.count >= wanted.count else { continue }
      var at = bytes.startIndex
      let last = bytes.endIndex - wanted.count
      while at <= last {
        if bytes[at] == head, bytes[at..<at + wanted.count].elementsEqual(wanted) {
          let offset = at - bytes.startIndex
          let isBetter =
            best.map { offset < $0.offset || offset == $0.offset && wanted.count > $0.text.utf8.count }
            ?? true
          if isBetter { best = (offset, text) }
          break
        }
        at += 1
      }
    }
    return best
  }

  /// How many bytes at the end may be the beginning of one of some texts.
  func heldBack(_ texts: [String]) -> Int {
    var longest = 0
    for text in texts {
      let wanted = Array(text.utf8)
      var length = min(wanted.count - 1, bytes.count)
      while length > longest {
        if bytes.suffix(length).elementsEqual(wanted[..<length]) { longest = length } else { length -= 1 }
      }
    }
    return longest
  }

  /// How many blank bytes stand before the last `count` bytes.
  func blanks(before count: Int) -> Int {
    var blanks = 0
    for byte in bytes.dropLast(count).reversed() {
      guard byte == 32 || (9...13).contains(byte) else { break }
      blanks += 1
    }
    return blanks
  }
}
