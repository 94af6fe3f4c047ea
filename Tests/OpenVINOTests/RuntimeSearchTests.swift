import Foundation
import OpenVINO
import Testing

/// The search on made-up trees of several machines.
@Suite final class RuntimeSearchTests {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("oven-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  private func place(_ path: String, _ content: String = "") throws {
    let url = URL(fileURLWithPath: root + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content.utf8).write(to: url)
  }

  private func search(
    program: String = "project/.build/release", _ variables: [String: String] = [:], standard: [String] = []
  ) -> RuntimeSearch {
    RuntimeSearch(
      programFolders: [root + "/" + program],
      variables: variables.mapValues { $0.replacing("ROOT", with: root) },
      standardFolders: standard.map { root + "/" + $0 }, packageConfigFolders: [root + "/usr/lib/pkgconfig"])
  }

  private func found(_ search: RuntimeSearch, abi: String = "2641") throws -> String {
    let real = URL(fileURLWithPath: root).resolvingSymlinksInPath().path
    return try search.find(abi: abi).library.replacing(real + "/", with: "").replacing(root + "/", with: "")
  }

  @Test func projectsOwnFolderIsFoundFromTheBuildFolder() throws {
    try place("project/.openvino/lib/libopenvino.so.2641")
    #expect(try found(search()) == "project/.openvino/lib/libopenvino.so.2641")
  }

  /// A folder like /tmp is above programs of everybody.
  @Test func otherFoldersAboveTheProgramAreNotSearched() throws {
    try place(".openvino/lib/libopenvino.so.2641")
    try place("project/.openvino/lib/libopenvino.so.2641")
    for program in ["project/bin", "project/sub/folder", "bin", "project/sub/.build/release"] {
      try place("\(program)/oven")
      #expect(search(program: program).candidates().isEmpty, "\(program)")
    }
    // Beside the program itself it came with it.
    #expect(try found(search(program: "project")) == "project/.openvino/lib/libopenvino.so.2641")
  }

  @Test func librariesThatOthersCouldHavePutThereAreNotLoaded() throws {
    for (library, program) in [("project/.openvino", "project/.build/release"), ("app/openvino", "app")] {
      try place("\(library)/lib/libopenvino.so.2641")
      try place("\(program)/oven")
      #expect(search(program: program).candidates().count == 1)
      for folder in [library, library + "/lib"] {
        let path = root + "/" + folder
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
        #expect(search(program: program).candidates().isEmpty, "\(folder)")
        let error = #expect(throws: OpenVINOError.self) { try search(program: program).find(abi: "2641") }
        #expect(error?.message.contains("not used: \(path): everybody may write to it") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        guard NSUserName() == "root" else { continue }
        try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: path)
        #expect(search(program: program).candidates().isEmpty, "\(folder)")
        try FileManager.default.setAttributes([.ownerAccountID: 0], ofItemAtPath: path)
      }
    }
  }

  @Test func theProjectsFolderMayLinkToAnotherPlace() throws {
    try place("opt/ov/runtime/lib/intel64/libopenvino.so.2026.4.1")
    try place("project/.openvino/lib/pkgconfig/openvino.pc")
    try FileManager.default.createSymbolicLink(
      atPath: root + "/project/.openvino/lib/libopenvino.so.2641",
      withDestinationPath: root + "/opt/ov/runtime/lib/intel64/libopenvino.so.2026.4.1")
    #expect(try found(search()) == "opt/ov/runtime/lib/intel64/libopenvino.so.2026.4.1")
  }

  @Test func theVariableExcludesAllOthers() throws {
    try place("project/.openvino/lib/libopenvino.so.2641")
    for layout in ["a/runtime/lib/intel64", "b/libs", "c/lib", "d/lib/x86_64-linux-gnu", "e"] {
      try place("\(layout)/libopenvino.so.2641")
      let folder = "ROOT/" + layout.prefix(1)
      #expect(try found(search(["OPENVINO_DIR": folder])) == "\(layout)/libopenvino.so.2641")
    }
    let error = #expect(throws: OpenVINOError.self) {
      try search(["OPENVINO_DIR": "ROOT/nothing"]).find(abi: "2641")
    }
    #expect(error?.code == .missing)
    #expect(error?.message.contains("nothing (OPENVINO_DIR)") == true)
  }

  @Test func aFolderBesideTheProgramComesWithIt() throws {
    try place("app/openvino/lib/libopenvino.so.2641")
    #expect(try found(search(program: "app")) == "app/openvino/lib/libopenvino.so.2641")
  }

  @Test func packageConfigIsAsked() throws {
    try place(
      "usr/lib/pkgconfig/openvino.pc", "prefix=\(root)/usr\nlibdir=${prefix}/lib/ov\nLibs: -L${libdir}\n")
    try place("usr/lib/ov/libopenvino.so.2641")
    #expect(try found(search()) == "usr/lib/ov/libopenvino.so.2641")
    try place("own/openvino.pc", "libdir=${pcfiledir}/libs")
    try place("own/libs/libopenvino.so.2641")
    #expect(try found(search(["PKG_CONFIG_PATH": "ROOT/own"])) == "own/libs/libopenvino.so.2641")
  }

  @Test func theOneThatFitsIsTakenAmongSeveral() throws {
    try place("opt/openvino_2025.2/lib/libopenvino.so.2520")
    try place("opt/openvino_2026.4/lib/libopenvino.so.2641")
    try place("opt/openvino_2027.0/lib/libopenvino.so.2700")
    let search = search(standard: ["opt/openvino*"])
    #expect(try found(search) == "opt/openvino_2026.4/lib/libopenvino.so.2641")
    #expect(search.candidates().map(\.abi) == ["2700", "2641", "2520"])
  }

  @Test func anotherVersionIsNamedWithTheWantedOne() throws {
    try place("project/.openvino/lib/libopenvino.so.2520")
    let error = #expect(throws: OpenVINOError.self) { try search().find(abi: "2641") }
    #expect(error?.code == .wrongVersion)
    #expect(error?.message.contains("OpenVINO 2026.4.1 (libopenvino.so.2641)") == true)
    #expect(error?.message.contains("OpenVINO 2025.2.0 (libopenvino.so.2520)") == true)
    #expect(error?.mend.isEmpty == false)
  }

  @Test func nothingFoundListsThePlacesAndTheMend() throws {
    let error = #expect(throws: OpenVINOError.self) {
      try search(["LD_LIBRARY_PATH": "/a:/b"], standard: ["opt/intel/openvino"]).find(abi: "2641")
    }
    #expect(error?.code == .missing)
    for place in ["/a (LD_LIBRARY_PATH)", "opt/intel/openvino", "project/.build/release/openvino"] {
      #expect(error?.message.contains(place) == true)
    }
    #expect(error?.mend.contains("make demo") == true)
  }

  @Test func bridgeTellsWhatItWasBuiltFor() {
    #expect(Bridge.abi(neededBy: Array("\0libstdc++.so.6\0libopenvino.so.2641\0".utf8)) == "2641")
    #expect(Bridge.abi(neededBy: Array("libopenvino.so.\0libopenvino.so.2700".utf8)) == "2700")
    #expect(Bridge.abi(neededBy: Array("libc.so.6".utf8)) == nil)
  }

  @Test func aMissingBridgeIsItsOwnError() throws {
    try place("project/.openvino/lib/libopenvino.so.2641", "no library")
    let error = #expect(throws: OpenVINOError.self) { try OpenVINORuntime(search: search()) }
    #expect(error?.code == .bridgeMissing)
    #expect(error?.mend.contains("make build") == true)
  }

  @Test func aLibraryThatDoesNotLoadIsReported() throws {
    try place("project/.openvino/lib/libopenvino.so.2641", "no library")
    try place("project/.build/release/libOvenOpenVINOBridge.so", "libopenvino.so.2641\0")
    let error = #expect(throws: OpenVINOError.self) { try OpenVINORuntime(search: search()) }
    #expect(error?.code == .missing)
    #expect(error?.message.contains("libopenvino.so.2641") == true)
  }
}
