import COpenVINO

/// Tensors of texts. OpenVINO keeps each as bytes, which need not be UTF-8 and may hold zeros.
extension Tensor {
  /// Makes a tensor [count] of texts.
  public convenience init(texts: [String], runtime: OpenVINORuntime) throws(OpenVINOError) {
    try self.init(.string, shape: [texts.count], runtime: runtime)
    var sizes: [Int] = []
    var bytes: [CChar] = []
    for text in texts {
      sizes.append(text.utf8.count)
      bytes += text.utf8.map { CChar(bitPattern: $0) }
    }
    try runtime.check(
      runtime.table.pointee.tensor_set_strings(handle, bytes, sizes, sizes.count), "writing texts to \(self)")
  }

  /// A copy of the elements of a tensor of texts, each as its bytes.
  public func texts() throws(OpenVINOError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for index in 0..<(try layout().shape.reduce(1, *)) {
      var bytes: UnsafePointer<CChar>?
      var size = 0
      try runtime.check(
        runtime.table.pointee.tensor_string(handle, index, &bytes, &size), "reading text \(index) of \(self)")
      texts.append(UnsafeRawBufferPointer(start: bytes, count: size).map { $0 })
    }
    return texts
  }
}
