/// A block of memory that is filled once and only read afterwards.
///
/// The hot path reads it through a plain pointer: no reference counting and no bounds checks per look-up.
/// `@unchecked Sendable` holds because nothing writes after `init` and the pointer lives as long as the
/// object.
final class FrozenBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: Swift.max(elements.count, 1))
    elements.withUnsafeBufferPointer {
      if let base = $0.baseAddress { memory.initialize(from: base, count: $0.count) }
    }
    pointer = UnsafePointer(memory)
    count = elements.count
  }

  deinit { UnsafeMutablePointer(mutating: pointer).deallocate() }

  var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: pointer, count: count) }
}
