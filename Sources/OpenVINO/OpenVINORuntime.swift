import COpenVINO
import Files
import Synchronization

/// The OpenVINO of this process: its library and our bridge to it, loaded when first needed.
///
/// Nothing of OpenVINO is linked into the program, so that it starts, bakes and explains itself without.
public final class OpenVINORuntime: @unchecked Sendable {
  // The table never changes after it was made, and its functions may be called from any thread.
  let table: UnsafePointer<ovb_table>

  /// The library that was loaded.
  public let library: String
  /// Why that one: "OPENVINO_DIR", ".openvino", ...
  public let origin: String
  /// Its build, as "2026.4.1-22982-...".
  public let version: String

  /// The name of our library beside the program.
  static let bridgeName = "libOvenOpenVINOBridge.so"
  /// OpenVINO 2026.4.1, where the bridge does not say what it was built for.
  static let defaultABI = "2641"

  private static let loaded = Mutex<OpenVINORuntime?>(nil)

  /// The runtime of this process; found and loaded by the first call, which may fail and be repeated.
  public static func shared() throws(OpenVINOError) -> OpenVINORuntime {
    let result: Result<OpenVINORuntime, OpenVINOError> = loaded.withLock { loaded in
      if let loaded { return .success(loaded) }
      do throws(OpenVINOError) {
        let runtime = try OpenVINORuntime(search: .ofThisProcess)
        loaded = runtime
        return .success(runtime)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Where `shared` would find the runtime, without loading it: for diagnosis.
  public static func locate(
    _ search: RuntimeSearch = .ofThisProcess
  ) throws(OpenVINOError) -> RuntimeSearch.Candidate {
    try search.find(abi: Bridge.find(in: search.programFolders)?.abi ?? defaultABI)
  }

  package init(search: RuntimeSearch) throws(OpenVINOError) {
    let bridge = Bridge.find(in: search.programFolders)
    let candidate = try search.find(abi: bridge?.abi ?? Self.defaultABI)
    guard let bridge else {
      throw OpenVINOError(
        .bridgeMissing,
        "\(Self.bridgeName) is not beside the program, in \(search.programFolders.joined(separator: " or "))",
        mend: "Copy it together with the program, or build both with `make build`.")
    }
    do throws(LoaderError) {
      // By its full path and first: the bridge asks for it by its name, and gets the one that is loaded.
      _ = try DynamicLibrary(path: candidate.library)
    } catch {
      throw OpenVINOError(
        .missing, "OpenVINO of \(candidate.origin) cannot be loaded: \(error.message)",
        mend: "Install it again: delete .openvino and run `make demo`, or set OPENVINO_DIR.")
    }
    table = try bridge.load(candidate)
    library = candidate.library
    origin = candidate.origin
    var list: OpaquePointer?
    guard table.pointee.runtime_version(&list) == OVB_OK, let list else {
      throw OpenVINOError(.failed, "\(candidate.library) does not tell its version")
    }
    defer { table.pointee.list_release(list) }
    version = table.pointee.list_count(list) > 0 ? String(cString: table.pointee.list_item(list, 0)) : ""
  }
}

extension RuntimeSearch {
  /// The search as this process makes it.
  public static var ofThisProcess: RuntimeSearch {
    RuntimeSearch(
      programFolders: Folders.ofProgram.map { [$0] } ?? [],
      variables: Processes.variables(["OPENVINO_DIR", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH"]))
  }
}
