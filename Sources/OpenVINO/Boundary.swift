import COpenVINO

extension OpenVINORuntime {
  /// Throws what the last call on this thread left behind, unless `status` is good.
  func check(_ status: ovb_status, _ what: @autoclosure () -> String) throws(OpenVINOError) {
    guard status != ovb_status(OVB_OK) else { return }
    let said = String(cString: table.pointee.last_error())
    throw OpenVINOError(Self.code(of: status), "\(what()): \(said)")
  }

  private static func code(of status: ovb_status) -> OpenVINOError.Code {
    switch Int(status) {
    case OVB_CANCELLED: .cancelled
    case OVB_BUSY: .busy
    case OVB_NOT_IMPLEMENTED: .unsupported
    case OVB_OUT_OF_MEMORY: .outOfMemory
    case OVB_BAD_ARGUMENT: .badArgument
    default: .failed
    }
  }

  /// The handle that a call makes.
  func make(
    _ what: @autoclosure () -> String, _ call: (UnsafeMutablePointer<OpaquePointer?>) -> ovb_status
  ) throws(OpenVINOError) -> OpaquePointer {
    var handle: OpaquePointer?
    try check(call(&handle), what())
    guard let handle else { throw OpenVINOError(.failed, "\(what()): nothing was made") }
    return handle
  }

  /// The number that a call gives.
  func count(
    _ what: @autoclosure () -> String, _ call: (UnsafeMutablePointer<Int>) -> ovb_status
  ) throws(OpenVINOError) -> Int {
    var count = 0
    try check(call(&count), what())
    return count
  }

  /// The strings of the list that a call makes.
  func strings(
    _ what: @autoclosure () -> String, _ call: (UnsafeMutablePointer<OpaquePointer?>) -> ovb_status
  ) throws(OpenVINOError) -> [String] {
    take(try make(what(), call))
  }

  /// The strings of a list, which is released.
  func take(_ list: OpaquePointer) -> [String] {
    defer { table.pointee.list_release(list) }
    return (0..<table.pointee.list_count(list)).map { String(cString: table.pointee.list_item(list, $0)) }
  }

  /// An input or output of a model, through the function of the table that describes one.
  func port(
    _ what: @autoclosure () -> String,
    _ call: (UnsafeMutablePointer<ovb_port>, UnsafeMutablePointer<OpaquePointer?>) -> ovb_status
  ) throws(OpenVINOError) -> (port: ovb_port, names: [String]) {
    var port = ovb_port()
    let names = try strings(what()) { call(&port, $0) }
    return (port, names)
  }
}

/// Lends an array of strings to C.
func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>>) -> Result
) -> Result {
  let copies = texts.map { text -> UnsafeMutablePointer<CChar> in
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
    return copy
  }
  defer { copies.forEach { $0.deallocate() } }
  let pointers = UnsafeMutablePointer<UnsafePointer<CChar>>.allocate(capacity: max(1, texts.count))
  defer { pointers.deallocate() }
  for (index, copy) in copies.enumerated() {
    (pointers + index).initialize(to: UnsafePointer(copy))
  }
  return body(UnsafePointer(pointers))
}
