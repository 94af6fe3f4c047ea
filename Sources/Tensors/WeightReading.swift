/// The buffers that one worker needs to read weights: one for bytes of the file, one for a transposition.
public final class WeightReader {
  private let bytes = ScratchBuffer()
  private let floats = ScratchBuffer()

  /// A reader for one worker; not shared between threads.
  public init() {}

  /// Reads rows of `weight` as float32 into `output`, `rows.count · columns` elements, row after row.
  ///
  /// Rows count over all axes but the last: a weight [experts, out, in] has experts · out rows.
  public func read(
    _ rows: Range<Int>, of weight: Weight, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    precondition(output.count == rows.count * weight.shape.columns && rows.upperBound <= weight.shape.rows)
    let columns = weight.shape.columns
    switch weight.expression {
    case .stored(let tensor): try tensor.readRows(rows, into: output, scratch: bytes)
    case .literal(let values):
      for (index, value) in values[rows.lowerBound * columns..<rows.upperBound * columns].enumerated() {
        output[index] = value
      }
    case .reshaped(let inner) where inner.shape.columns != columns:
      try readWhole(inner) { output.copyAll(from: $0, rows.lowerBound * columns) }
    case .reordered(let inner, let order) where columns == 1:
      // A vector as a column: row by row, all of it would be read again for each number.
      try readWhole(inner) { for (index, row) in rows.enumerated() { output[index] = $0[order[row]] } }
    case .rows, .stacked, .reordered, .reshaped:
      try weight.forEachRun(of: rows) { inner, innerRows, done in
        let part = output[done * columns..<(done + innerRows.count) * columns]
        try read(innerRows, of: inner, into: UnsafeMutableBufferPointer(rebasing: part))
      }
    case .transposed(let inner): try readTransposed(rows, of: inner, into: output)
    case .affine(let inner, let factor, let offset):
      try read(rows, of: inner, into: output)
      for index in output.indices { output[index] = output[index] * factor + offset }
    case .columnsScaled(let inner, let factors):
      try read(rows, of: inner, into: output)
      for row in 0..<rows.count {
        for column in 0..<columns { output[row * columns + column] *= factors[column] }
      }
    case .rowsScaled(let inner, let factors):
      try read(rows, of: inner, into: output)
      for row in 0..<rows.count {
        let factor = factors[rows.lowerBound + row]
        for column in 0..<columns { output[row * columns + column] *= factor }
      }
    case .rowsNormalized(let inner):
      try read(rows, of: inner, into: output)
      for row in 0..<rows.count {
        let elements = row * columns..<(row + 1) * columns
        let length = elements.reduce(into: Float(0)) { $0 += output[$1] * output[$1] }.squareRoot()
        for index in elements { output[index] /= max(length, 1e-12) }
      }
    }
  }

  /// Reads rows of `weight` in its `keptFormat`.
  /// - Throws: `TensorError` of code `unsupportedType` where there is none.
  public func readKept(_ rows: Range<Int>, of weight: Weight, into output: CompressedRows) throws {
    if case .stored(let tensor) = weight.expression {
      return try tensor.readKeptRows(rows, into: output, scratch: bytes)
    }
    guard let format = weight.keptFormat else {
      throw TensorError(.unsupportedType, "the weight has no quantised values to keep")
    }
    let columns = weight.shape.columns
    try weight.forEachRun(of: rows) { inner, innerRows, done in
      try readKept(innerRows, of: inner, into: output.run(of: innerRows.count, after: done, format, columns))
    }
  }

  /// Reads rows of `weight` as bytes of its `elementType`, without conversion.
  /// - Throws: `TensorError` of code `unsupportedType` where there is none.
  public func readRaw(_ rows: Range<Int>, of weight: Weight, into output: UnsafeMutableRawBufferPointer)
    throws
  {
    if case .stored(let tensor) = weight.expression { return try tensor.readRawRows(rows, into: output) }
    guard let type = weight.elementType else {
      throw TensorError(.unsupportedType, "the weight is not stored as plain numbers of one type")
    }
    let rowBytes = type.byteCount(of: weight.shape.columns)
    if case .reshaped(let inner) = weight.expression, inner.shape.columns != weight.shape.columns {
      let whole = UnsafeMutableRawBufferPointer.allocate(
        byteCount: type.byteCount(of: inner.shape.elementCount), alignment: 64)
      defer { whole.deallocate() }
      try readRaw(0..<inner.shape.rows, of: inner, into: whole)
      let part = whole[rows.lowerBound * rowBytes..<rows.upperBound * rowBytes]
      return output.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    }
    if case .reordered(let inner, let order) = weight.expression, weight.shape.columns == 1 {
      let whole = UnsafeMutableRawBufferPointer.allocate(
        byteCount: inner.shape.rows * rowBytes, alignment: 64)
      defer { whole.deallocate() }
      try readRaw(0..<inner.shape.rows, of: inner, into: whole)
      for (index, row) in rows.enumerated() {
        let number = whole[order[row] * rowBytes..<(order[row] + 1) * rowBytes]
        UnsafeMutableRawBufferPointer(rebasing: output[index * rowBytes..<(index + 1) * rowBytes])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: number))
      }
      return
    }
    try weight.forEachRun(of: rows) { inner, innerRows, done in
      let part = output[done * rowBytes..<(done + innerRows.count) * rowBytes]
      try readRaw(innerRows, of: inner, into: UnsafeMutableRawBufferPointer(rebasing: part))
    }
  }

  /// Reads all elements of `inner`, a vector or a column, and lends them.
  private func readWhole(_ inner: Weight, _ body: (UnsafeBufferPointer<Float>) -> Void) throws {
    let whole = UnsafeMutableBufferPointer<Float>.allocate(capacity: inner.shape.elementCount)
    defer { whole.deallocate() }
    try read(0..<inner.shape.rows, of: inner, into: whole)
    body(UnsafeBufferPointer(whole))
  }

  /// Reads the columns `rows` of `inner` as rows, one slab of `inner` at a time.
  private func readTransposed(
    _ rows: Range<Int>, of inner: Weight, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    if let (tensor, innerRows) = inner.storedRows(0..<inner.shape.rows),
      try tensor.readColumns(rows, of: innerRows, into: output, scratch: bytes)
    {
      return
    }
    let (innerRows, innerColumns) = (inner.shape.rows, inner.shape.columns)
    let slabRows = max(1, min(innerRows, 1 << 20 / max(innerColumns, 1)))
    let reader = WeightReader()
    try floats.withBytes(slabRows * innerColumns * MemoryLayout<Float>.stride) { raw in
      let slab = raw.bindMemory(to: Float.self)
      for start in stride(from: 0, to: innerRows, by: slabRows) {
        let count = min(slabRows, innerRows - start)
        let part = UnsafeMutableBufferPointer(rebasing: slab[..<(count * innerColumns)])
        try reader.read(start..<start + count, of: inner, into: part)
        for row in 0..<rows.count {
          for innerRow in 0..<count {
            output[row * innerRows + start + innerRow] = slab[innerRow * innerColumns + rows.lowerBound + row]
          }
        }
      }
    }
  }
}

extension Weight {
  /// The stored tensor that these rows are rows of, and which of it; nil where they are made of several or computed.
  fileprivate func storedRows(_ rows: Range<Int>) -> (tensor: any StoredTensor, rows: Range<Int>)? {
    switch expression {
    case .stored(let tensor): return (tensor, rows)
    case .rows(let inner, let from): return inner.storedRows(rows.lowerBound + from..<rows.upperBound + from)
    case .reshaped(let inner) where inner.shape.columns == shape.columns: return inner.storedRows(rows)
    default: return nil
    }
  }

  /// Calls `body` for each run of rows that lies together in one inner weight: the weight, its rows, and how many
  /// rows came before. Only for steps that move rows.
  fileprivate func forEachRun(
    of rows: Range<Int>, _ body: (_ inner: Weight, _ rows: Range<Int>, _ done: Int) throws -> Void
  ) rethrows {
    switch expression {
    case .rows(let inner, let from): try body(inner, rows.lowerBound + from..<rows.upperBound + from, 0)
    case .reshaped(let inner): try body(inner, rows, 0)
    case .stacked(let parts):
      var start = 0
      for part in parts {
        let overlap = rows.clamped(to: start..<start + part.shape.rows)
        if !overlap.isEmpty {
          try body(
            part, overlap.lowerBound - start..<overlap.upperBound - start,
            overlap.lowerBound - rows.lowerBound)
        }
        start += part.shape.rows
      }
    case .reordered(let inner, let order):
      var row = rows.lowerBound
      while row < rows.upperBound {
        var end = row + 1
        while end < rows.upperBound, order[end] == order[end - 1] + 1 { end += 1 }
        try body(inner, order[row]..<order[row] + (end - row), row - rows.lowerBound)
        row = end
      }
    case .stored, .literal, .transposed, .affine, .columnsScaled, .rowsScaled, .rowsNormalized:
      preconditionFailure("only steps that move rows have runs")
    }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Fills the buffer with the elements of `source` from `start` on.
  fileprivate func copyAll(from source: UnsafeBufferPointer<Float>, _ start: Int) {
    for index in indices { self[index] = source[start + index] }
  }
}

extension CompressedRows {
  /// The part of `self` that holds `count` rows after the first `done`.
  ///
  /// Every part of a row must fill whole bytes; formats whose rows do not are never kept (see `keptFormat`).
  fileprivate func run(of count: Int, after done: Int, _ format: CompressedFormat, _ columns: Int)
    -> CompressedRows
  {
    func part(_ buffer: UnsafeMutableRawBufferPointer, _ size: (Int, Int) -> Int)
      -> UnsafeMutableRawBufferPointer
    {
      let start = size(done, columns)
      return UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + size(count, columns)])
    }
    return CompressedRows(
      values: part(values, format.valueByteCount), scales: part(scales, format.scaleByteCount),
      zeroPoints: part(zeroPoints, format.zeroPointByteCount))
  }
}
