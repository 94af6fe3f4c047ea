import COpenVINO
import Files

/// Our library beside the program, between Swift and OpenVINO's C++.
package struct Bridge {
  var path: String
  /// The binary interface that it was linked against.
  var abi: String?

  /// The first in `folders`.
  static func find(in folders: [String]) -> Bridge? {
    for folder in folders {
      let path = folder + "/" + OpenVINORuntime.bridgeName
      guard let bytes = SmallFile.bytes(at: path, limit: 1 << 28) else { continue }
      return Bridge(path: path, abi: abi(neededBy: bytes))
    }
    return nil
  }

  /// The number after "libopenvino.so." in the library's string table, which holds the names of what it needs.
  package static func abi(neededBy bytes: [UInt8]) -> String? {
    let name = Array("libopenvino.so.".utf8)
    return bytes.withUnsafeBufferPointer { bytes -> String? in
      var start = 0
      while start + name.count < bytes.count {
        guard bytes[start] == name[0], bytes[start..<(start + name.count)].elementsEqual(name) else {
          start += 1
          continue
        }
        let number = bytes[(start + name.count)...].prefix(8).prefix { (48...57).contains($0) }
        if !number.isEmpty { return String(decoding: number, as: UTF8.self) }
        start += name.count
      }
      return nil
    }
  }

  /// Loads the bridge on top of the runtime that is already loaded.
  func load(_ runtime: RuntimeSearch.Candidate) throws(OpenVINOError) -> UnsafePointer<ovb_table> {
    let library: DynamicLibrary
    do throws(LoaderError) {
      library = try DynamicLibrary(path: path)
    } catch {
      throw OpenVINOError(
        .wrongVersion,
        "\(path) does not fit \(runtime.library) (\(runtime.origin)): \(error.message)",
        mend: "Run `make build` again with this OpenVINO, or set OPENVINO_DIR to the one it was built with.")
    }
    guard let entry = library.function(OVB_ENTRY, as: ovb_entry.self),
      let table = entry(UInt32(OVB_TABLE_VERSION)), table.pointee.version == UInt32(OVB_TABLE_VERSION)
    else {
      throw OpenVINOError(
        .bridgeMissing, "\(path) belongs to another build of Oven",
        mend: "Run `make build`, which makes both.")
    }
    return table
  }
}
