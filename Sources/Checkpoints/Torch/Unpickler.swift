import Tensors

/// A restricted unpickler: it builds what state dictionaries contain and refuses everything else by its name.
///
/// Opcodes: Python's `pickletools`, protocols 2 to 5. Nothing is imported or called: a name stands for one of the
/// cases of `PickleGlobal`, or the file is refused.
struct Unpickler {
  private let file: String
  private let bytes: [UInt8]
  private var position = 0
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private var tuples: [[PickleValue]] = []
  private var lists: [[PickleValue]] = []
  private var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private var storages: [TorchStorage] = []
  private var tensors: [TorchTensorRecord] = []
  /// What may still be stored in containers and the memo.
  private var budget = 4_000_000

  /// Reads `bytes`; `file` is for messages.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The tensors of the dictionary that the pickle holds, in order; other members are left out.
  ///
  /// A tensor costs about 40 entries of containers and memo, of which there may be four million: a hundred thousand
  /// tensors, or some hundred megabytes for an attacker.
  static func stateDictionary(_ bytes: [UInt8], file: String) throws(CheckpointError) -> [(
    name: String, tensor: TorchTensorRecord
  )] {
    var unpickler = Unpickler(bytes, file: file)
    guard case .dictionary(var index) = try unpickler.run() else {
      throw unpickler.malformed("it is not a dictionary of tensors")
    }
    func members(_ index: Int) -> [(name: String, value: PickleValue)] {
      unpickler.dictionaries[index].compactMap { key, value in key.string.map { ($0, value) } }
    }
    // Training programs put the state dictionary into another one.
    if let inner = members(index).first(where: { $0.name == "state_dict" || $0.name == "model" }),
      case .dictionary(let nested) = inner.value
    {
      index = nested
    }
    return members(index).compactMap { name, value in
      guard case .tensor(let tensor) = value else { return nil }
      return (name, unpickler.tensors[tensor])
    }
  }

  private func malformed(_ what: String) -> CheckpointError {
    CheckpointError(.malformed, "\(file), byte \(position) of its pickle: \(what)")
  }
}

// MARK: - Reading

extension Unpickler {
  private mutating func take(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw malformed("it is cut off") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func byte() throws(CheckpointError) -> UInt8 {
    guard position < bytes.count else { throw malformed("it is cut off") }
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian number of `count` bytes without a sign; what does not fit is too large for any file.
  private mutating func number(_ count: Int) throws(CheckpointError) -> Int {
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw malformed("the length \(value) is not plausible") }
    return number
  }

  /// A little-endian number in two's complement.
  private mutating func signedNumber(_ count: Int) throws(CheckpointError) -> Int {
    guard count > 0 else { return 0 }
    guard count <= 8 else { throw malformed("an integer of \(count) bytes") }
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let shift = 64 - 8 * count
    return Int(Int64(bitPattern: value << shift) >> shift)
  }

  private mutating func text(_ count: Int) throws(CheckpointError) -> PickleValue {
    .string(String(decoding: try take(count), as: UTF8.self))
  }

  private mutating func line() throws(CheckpointError) -> String {
    guard let end = bytes[position...].firstIndex(of: 10) else { throw malformed("it is cut off") }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}

// MARK: - The stack

extension Unpickler {
  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard let value = stack.popLast() else { throw malformed("its stack is empty") }
    return value
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    let start = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let start else { throw malformed("there is no mark") }
    let values = Array(stack[(start + 1)...])
    stack.removeSubrange(start...)
    return values
  }

  private mutating func spend(_ count: Int) throws(CheckpointError) {
    budget -= count
    guard budget >= 0, stack.count <= 1 << 20 else { throw malformed("it has more values than any model") }
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws(CheckpointError) {
    try spend(values.count + 1)
    tuples.append(values)
    stack.append(.tuple(tuples.count - 1))
  }

  private mutating func pushTuple(count: Int) throws(CheckpointError) {
    guard stack.count >= count else { throw malformed("its stack is empty") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    try pushTuple(values)
  }

  private mutating func pushDictionary() throws(CheckpointError) {
    try spend(1)
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private func top() throws(CheckpointError) -> PickleValue {
    guard let value = stack.last else { throw malformed("its stack is empty") }
    return value
  }

  private mutating func append(_ values: [PickleValue]) throws(CheckpointError) {
    guard case .list(let index) = try top() else {
      throw malformed("something is appended to what is no list")
    }
    try spend(values.count)
    lists[index] += values
  }

  private mutating func setItems(_ values: [PickleValue]) throws(CheckpointError) {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw malformed("an item is set in what is no dictionary")
    }
    try spend(values.count)
    for pair in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[pair], values[pair + 1]))
    }
  }
}

// MARK: - Opcodes

extension Unpickler {
  private mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try spend(0)
      if try runValue(opcode) { continue }
      if try runContainer(opcode) { continue }
      guard try runObject(opcode) else {
        throw malformed("the opcode \(opcode) does not belong in a state dictionary")
      }
    }
  }

  /// Opcodes that push a plain value.
  private mutating func runValue(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case 0x80: try skip(1)  // PROTO
    case 0x95: try skip(8)  // FRAME
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.int(try number(1)))
    case UInt8(ascii: "M"): stack.append(.int(try number(2)))
    case UInt8(ascii: "J"): stack.append(.int(try signedNumber(4)))
    case 0x8A: stack.append(.int(try signedNumber(try number(1))))
    case UInt8(ascii: "G"):
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.float(Double(bitPattern: bits)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(try text(try number(4)))
    case UInt8(ascii: "U"), 0x8C: stack.append(try text(try number(1)))
    case 0x8D: stack.append(try text(try number(8)))
    default: return false
    }
    return true
  }

  private mutating func skip(_ count: Int) throws(CheckpointError) { _ = try take(count) }

  /// Opcodes that build containers, and the memo.
  private mutating func runContainer(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case UInt8(ascii: "("): stack.append(.mark)
    case UInt8(ascii: ")"): try pushTuple([])
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case 0x85, 0x86, 0x87: try pushTuple(count: Int(opcode) - 0x84)
    case UInt8(ascii: "}"): try pushDictionary()
    case UInt8(ascii: "]"):
      try spend(1)
      lists.append([])
      stack.append(.list(lists.count - 1))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try setItems([try pop(), value])
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "q"): try remember(try number(1))
    case UInt8(ascii: "r"): try remember(try number(4))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "h"): try recall(try number(1))
    case UInt8(ascii: "j"): try recall(try number(4))
    default: return false
    }
    return true
  }

  private mutating func remember(_ index: Int) throws(CheckpointError) {
    try spend(1)
    memo[index] = try top()
  }

  private mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw malformed("it recalls what it never stored") }
    stack.append(value)
  }

  /// Opcodes that refer to names.
  private mutating func runObject(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
    case 0x93:
      let name = try pop()
      guard let name = name.string, let module = try pop().string else {
        throw malformed("a name is no text")
      }
      try pushGlobal(module: module, name: name)
    case UInt8(ascii: "Q"): try pushStorage()
    case UInt8(ascii: "R"), 0x81: try reduce()
    case UInt8(ascii: "b"):
      // PyTorch hangs the versions of modules on the dictionary; they are not needed.
      _ = try pop()
      guard case .dictionary = try top() else { throw malformed("state is set on what is no dictionary") }
    default: return false
    }
    return true
  }

  private mutating func pushGlobal(module: String, name: String) throws(CheckpointError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw CheckpointError(
        .unsupported, "\(file) refers to '\(module).\(name)', which does not belong in a state dictionary",
        mend: "Nothing of it was run. Take the model's safetensors files if it has any.")
    }
    stack.append(.global(global))
  }

  /// `("storage", class, key, location, count)`.
  private mutating func pushStorage() throws(CheckpointError) {
    guard case .tuple(let index) = try pop(), tuples[index].count >= 5, tuples[index][0].string == "storage",
      case .global(.storage(let type)) = tuples[index][1], let key = tuples[index][2].string,
      let count = tuples[index][4].int, count >= 0
    else { throw malformed("a storage is not described as PyTorch does it") }
    try spend(1)
    storages.append(TorchStorage(key: key, type: type, count: count))
    stack.append(.storage(storages.count - 1))
  }

  private mutating func reduce() throws(CheckpointError) {
    guard case .tuple(let index) = try pop(), case .global(let global) = try pop() else {
      throw malformed("something is called that is no name")
    }
    let arguments = tuples[index]
    switch global {
    case .orderedDictionary where arguments.isEmpty: try pushDictionary()
    case .size where arguments.count == 1:
      guard case .tuple = arguments[0] else { throw malformed("a size that is no tuple") }
      stack.append(arguments[0])
    case .rebuildTensor, .rebuildTypedTensor:
      let record = try tensor(arguments, global)
      try spend(record.dimensions.count + record.strides.count + 8)
      tensors.append(record)
      stack.append(.tensor(tensors.count - 1))
    case .rebuildParameter:
      guard case .tensor = arguments.first else { throw malformed("a parameter that is no tensor") }
      stack.append(arguments[0])
    default: throw malformed("a call that does not belong in a state dictionary")
    }
  }

  /// `(storage, offset, size, strides, requires_grad, hooks)`, and a type for untyped storages.
  private func tensor(_ arguments: [PickleValue], _ global: PickleGlobal) throws(CheckpointError)
    -> TorchTensorRecord
  {
    guard arguments.count >= 4, case .storage(let number) = arguments[0], let offset = arguments[1].int,
      case .tuple(let size) = arguments[2], case .tuple(let strides) = arguments[3]
    else { throw malformed("a tensor is not described as PyTorch does it") }
    let storage = storages[number]
    let dimensions = tuples[size].compactMap(\.int)
    let steps = tuples[strides].compactMap(\.int)
    guard dimensions.count == tuples[size].count, steps.count == tuples[strides].count else {
      throw malformed("a tensor's size is not made of integers")
    }
    var type = storage.type
    if case .rebuildTypedTensor = global, arguments.count >= 7, case .global(.type(let named)) = arguments[6]
    {
      type = named
    }
    guard let type else { throw malformed("a tensor without a type") }
    return TorchTensorRecord(
      storage: storage, type: type, offset: offset, dimensions: dimensions, strides: steps)
  }
}
