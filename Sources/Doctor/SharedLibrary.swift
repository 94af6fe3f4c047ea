/// What a shared library says about itself to the loader: read from its file, without loading it.
///
/// The format is ELF, 64 bits, little endian (System V ABI, chapters 4 and 5).
package struct SharedLibrary: Hashable {
  /// The libraries that it needs.
  package var needed: [String] = []
  /// Folders before all others, for it and for what it loads.
  package var rpath: [String] = []
  /// Folders after `LD_LIBRARY_PATH`, for itself only.
  package var runpath: [String] = []

  /// Nil where the file is no such library, or is damaged.
  package init?(_ path: String, in files: any FileTree) {
    guard let reader = ELFReader(path, files), let dynamic = reader.dynamicEntries() else { return nil }
    guard let table = dynamic.first(where: { $0.tag == 5 })?.value, let strings = reader.fileOffset(of: table)
    else {
      return nil
    }
    let origin = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    func folders(_ offset: Int) -> [String] {
      (reader.string(strings, offset) ?? "").split(separator: ":").map {
        String($0).replacing("${ORIGIN}", with: origin).replacing("$ORIGIN", with: origin)
      }
    }
    for entry in dynamic {
      switch entry.tag {
      case 1: if let name = reader.string(strings, entry.value) { needed.append(name) }
      case 15: rpath += folders(entry.value)
      case 29: runpath += folders(entry.value)
      default: break
      }
    }
    // RUNPATH takes RPATH's place where a library has both.
    if !runpath.isEmpty { rpath = [] }
  }
}

/// Reads the parts of an ELF file that lead to its dynamic section. All offsets are checked: the file may be anything.
private struct ELFReader {
  private struct Segment {
    var type: Int
    var offset: Int
    var address: Int
    var size: Int
  }

  private let path: String
  private let files: any FileTree
  private let segments: [Segment]

  init?(_ path: String, _ files: any FileTree) {
    self.path = path
    self.files = files
    guard let header = files.bytes(at: path, offset: 0, count: 64), header.count == 64,
      header[0..<6] == [0x7F, 0x45, 0x4C, 0x46, 2, 1]
    else { return nil }
    let table = Self.number(header, 32, 8)
    let size = Self.number(header, 54, 2)
    let count = Self.number(header, 56, 2)
    guard size == 56, count <= 256, table > 0,
      let bytes = Self.bytes(files, path, table, size * count), bytes.count == size * count
    else { return nil }
    segments = (0..<count).map { index in
      let start = index * size
      return Segment(
        type: Self.number(bytes, start, 4), offset: Self.number(bytes, start + 8, 8),
        address: Self.number(bytes, start + 16, 8), size: Self.number(bytes, start + 32, 8))
    }
  }

  func dynamicEntries() -> [(tag: Int, value: Int)]? {
    guard let segment = segments.first(where: { $0.type == 2 }),
      let bytes = Self.bytes(files, path, segment.offset, segment.size)
    else { return nil }
    var entries: [(tag: Int, value: Int)] = []
    for start in stride(from: 0, to: bytes.count - 15, by: 16) {
      let tag = Self.number(bytes, start, 8)
      if tag == 0 { break }
      entries.append((tag, Self.number(bytes, start + 8, 8)))
    }
    return entries
  }

  /// Where the byte that is loaded to `address` is in the file.
  func fileOffset(of address: Int) -> Int? {
    for segment in segments where segment.type == 1 {
      let distance = address.subtractingReportingOverflow(segment.address)
      guard !distance.overflow, distance.partialValue >= 0, distance.partialValue < segment.size else {
        continue
      }
      let offset = segment.offset.addingReportingOverflow(distance.partialValue)
      return offset.overflow || offset.partialValue < 0 ? nil : offset.partialValue
    }
    return nil
  }

  /// The string at `offset` of the table; at most 4096 bytes.
  func string(_ table: Int, _ offset: Int) -> String? {
    let start = table.addingReportingOverflow(offset)
    guard offset >= 0, !start.overflow, let bytes = Self.bytes(files, path, start.partialValue, 4096),
      let end = bytes.firstIndex(of: 0)
    else { return nil }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// Bytes of the file, where position and number are such as a library has.
  private static func bytes(_ files: any FileTree, _ path: String, _ offset: Int, _ count: Int) -> [UInt8]? {
    guard (0..<1 << 40).contains(offset), (1...65_536).contains(count) else { return nil }
    return files.bytes(at: path, offset: offset, count: count)
  }

  /// A little-endian number. Those of 64 bits that are no `Int` become -1, which every check refuses.
  private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for index in (start..<start + count).reversed() { value = value << 8 | UInt64(bytes[index]) }
    return Int(exactly: value) ?? -1
  }
}

/// Finds what a library needs and the machine does not have.
struct LibraryNeeds {
  let files: any FileTree
  let search: LibrarySearch

  /// A library that is missing, and the one that needs it.
  struct Missing: Hashable {
    var name: String
    var neededBy: String
  }

  /// What is missing for the library at `path`, directly or through others.
  func missing(for path: String) -> [Missing] {
    var result: [Missing] = []
    var seen: Set<String> = [path]
    var waiting: [(path: String, rpath: [String])] = [(path, [])]
    while let (path, inherited) = waiting.popLast(), seen.count < 500 {
      guard let library = SharedLibrary(path, in: files) else { continue }
      let early = library.runpath.isEmpty ? library.rpath + inherited : []
      for name in library.needed where !Self.isLoader(name) {
        if let found = search.find(name, early: early, late: library.runpath) {
          if seen.insert(found).inserted { waiting.append((found, early)) }
        } else if !result.contains(where: { $0.name == name }) {
          result.append(
            Missing(name: name, neededBy: path.split(separator: "/").last.map(String.init) ?? path))
        }
      }
    }
    return result
  }

  /// The loader itself is there, or this program would not run.
  private static func isLoader(_ name: String) -> Bool {
    name.hasPrefix("ld-linux") || name.hasPrefix("ld-musl")
  }
}
