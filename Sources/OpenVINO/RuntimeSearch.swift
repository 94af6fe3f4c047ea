import Files

/// Where to look for OpenVINO. Pure but for the folders that it lists, so that tests give it made-up trees.
public struct RuntimeSearch: Sendable {
  /// The folders of the program, and of the library that this code is linked into.
  public var programFolders: [String]
  /// The environment.
  public var variables: [String: String]
  /// Folders that are searched last; `*` stands for any text in the last component.
  public var standardFolders: [String]
  /// Folders of `openvino.pc` that pkg-config searches by itself.
  public var packageConfigFolders: [String]

  /// Makes a search from its parts.
  public init(
    programFolders: [String], variables: [String: String],
    standardFolders: [String] = RuntimeSearch.usualFolders,
    packageConfigFolders: [String] = RuntimeSearch.usualPackageConfigFolders
  ) {
    self.programFolders = programFolders
    self.variables = variables
    self.standardFolders = standardFolders
    self.packageConfigFolders = packageConfigFolders
  }

  /// Where archives and distributions put OpenVINO.
  public static let usualFolders = [
    "/opt/intel/openvino", "/opt/intel/openvino*", "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib", "/usr/local/lib64",
  ]

  /// Where distributions put pkg-config files.
  public static let usualPackageConfigFolders = [
    "/usr/local/lib/pkgconfig", "/usr/lib/x86_64-linux-gnu/pkgconfig",
    "/usr/lib/aarch64-linux-gnu/pkgconfig", "/usr/lib64/pkgconfig", "/usr/lib/pkgconfig",
  ]

  /// A `libopenvino` and why it was looked at.
  public struct Candidate: Sendable, Hashable {
    /// The library's absolute path, without symbolic links.
    public var library: String
    /// The number of its binary interface (2641 for 2026.4.1), where its name has it.
    public var abi: String?
    /// "OPENVINO_DIR", ".openvino", ...
    public var origin: String
  }

  /// All libraries found, the preferred one first. `OPENVINO_DIR` excludes everything else.
  public func candidates() -> [Candidate] {
    var found: [Candidate] = []
    for place in places where place.refusal == nil {
      for folder in Self.libraryFolders(of: place.folder) {
        guard let candidate = Self.library(in: folder, origin: place.origin),
          !found.contains(where: { $0.library == candidate.library })
        else { continue }
        found.append(candidate)
      }
    }
    return found
  }

  /// The folders looked at, in order, for the error that says that nothing was found.
  public var searched: [String] {
    places.map { "\($0.folder) (\($0.origin)\($0.refusal.map { ", not used: \($0)" } ?? ""))" }
  }

  /// The candidate that has the binary interface `abi`, or why there is none.
  public func find(abi wanted: String) throws(OpenVINOError) -> Candidate {
    let all = candidates()
    if let match = all.first(where: { $0.abi == wanted }) { return match }
    // A name without a number: only the loader can tell.
    if let unnumbered = all.first(where: { $0.abi == nil }) { return unnumbered }
    guard let other = all.first else {
      let places = searched.map { "  \($0)" }.joined(separator: "\n")
      throw OpenVINOError(
        .missing, "no OpenVINO runtime (libopenvino.so.\(wanted)) was found in\n\(places)",
        mend: "Run `make demo`, which installs it, or set OPENVINO_DIR to the folder of an OpenVINO.")
    }
    let list = all.map { "\($0.library) (\($0.origin))" }.joined(separator: ", ")
    throw OpenVINOError(
      .wrongVersion,
      "Oven was built for \(Self.name(ofABI: wanted)); found \(Self.name(ofABI: other.abi ?? "?")): \(list)",
      mend: "Set OPENVINO_DIR to the folder of an \(Self.name(ofABI: wanted)), or run `make build` again.")
  }

  /// "OpenVINO 2026.4 (libopenvino.so.2641)" of "2641": year, release, patch.
  static func name(ofABI abi: String) -> String {
    guard abi.count >= 4, abi.allSatisfy(\.isNumber) else { return "libopenvino.so.\(abi)" }
    let year = abi.prefix(2)
    let release = abi.dropFirst(2).dropLast()
    return "OpenVINO 20\(year).\(release).\(abi.suffix(1)) (libopenvino.so.\(abi))"
  }

  private struct Place {
    var folder: String
    var origin: String
    /// Why nothing is loaded from it; nil for a good one.
    var refusal: String?

    init(_ folder: String, _ origin: String, refusal: String? = nil) {
      (self.folder, self.origin, self.refusal) = (folder, origin, refusal)
    }
  }

  private var places: [Place] {
    if let folder = variables["OPENVINO_DIR"], !folder.isEmpty { return [Place(folder, "OPENVINO_DIR")] }
    var places: [Place] = []
    for folder in programFolders { places += Self.places(near: folder) }
    for folder in Self.list(variables["LD_LIBRARY_PATH"]) { places.append(Place(folder, "LD_LIBRARY_PATH")) }
    for folder in Self.list(variables["PKG_CONFIG_PATH"]) + packageConfigFolders {
      if let libraries = PackageConfig.libraryFolder(of: folder + "/openvino.pc") {
        places.append(Place(libraries, "pkg-config"))
      }
    }
    for pattern in standardFolders {
      for folder in FolderPattern.matches(pattern) { places.append(Place(folder, "standard folder")) }
    }
    return places
  }

  /// What nobody has named is code from where the program is: beside it, or in the checkout that it was built in. What
  /// others than its owner could have put there is not loaded.
  private static func places(near program: String) -> [Place] {
    var places = [Place(program + "/openvino", "beside the program")]
    var own = [program + "/.openvino"]
    if let checkout = checkout(of: program) { own.append(checkout + "/.openvino") }
    places += own.filter { FileStatus(at: $0) != nil }.map { Place($0, ".openvino") }
    for index in places.indices {
      places[index].refusal = distrust(places[index].folder, program)
    }
    return places
  }

  /// The folder whose `.build` a program is in; nil for a program that is elsewhere.
  private static func checkout(of program: String) -> String? {
    let parts = program.split(separator: "/")
    guard let build = parts.lastIndex(of: ".build") else { return nil }
    return "/" + parts[..<build].joined(separator: "/")
  }

  private static func distrust(_ folder: String, _ program: String) -> String? {
    let owner = FileStatus(at: program)?.owner ?? Owners.user
    for path in [folder, folder + "/lib"] {
      guard let link = FileStatus(at: path, followsLinks: false), let status = FileStatus(at: path) else {
        continue
      }
      for one in [link, status] where one.owner != owner && one.owner != 0 && one.owner != Owners.user {
        return "\(path) belongs to \(Owners.name(ofUser: one.owner))"
      }
      if let reason = Owners.distrust(status, user: status.owner) { return "\(path): \(reason)" }
    }
    return nil
  }

  private static func list(_ variable: String?) -> [String] {
    (variable ?? "").split(separator: ":").map(String.init)
  }

  /// Where the libraries are in a folder of ours, an archive, a wheel, a distribution.
  private static func libraryFolders(of folder: String) -> [String] {
    let inner = [
      "", "/lib", "/libs", "/lib64", "/runtime/lib/intel64", "/runtime/lib/aarch64", "/runtime/lib/arm64",
      "/lib/intel64", "/lib/aarch64", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/openvino/libs",
    ]
    return inner.map { folder + $0 }
  }

  private static func library(in folder: String, origin: String) -> Candidate? {
    let names = Folders.readableNames(in: folder).filter { $0.hasPrefix("libopenvino.so") }
    func abi(_ name: String) -> String? {
      let number = name.dropFirst("libopenvino.so.".count)
      return !number.isEmpty && number.allSatisfy(\.isNumber) ? String(number) : nil
    }
    guard let name = names.last(where: { abi($0) != nil }) ?? names.last,
      let path = Folders.realPath(folder + "/" + name)
    else { return nil }
    return Candidate(library: path, abi: abi(name), origin: origin)
  }
}
