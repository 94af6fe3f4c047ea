import Foundation
import Testing

/// `scripts/install-openvino` on made-up machines: programs of ours stand first in PATH and play theirs.
@Suite final class InstallScriptTests {
  private let root: String
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/install-openvino")

  init() throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("oven-\(UUID().uuidString)").path
    try place("project/scripts/install-openvino", String(contentsOf: Self.script, encoding: .utf8))
    try program("uname", "[ \"$1\" = -m ] && echo x86_64 || echo Linux")
    try program("ldd", "echo 'ldd (GNU libc) 2.36'")
    try program("pkg-config", "exit 1")
    // A pip that has no network, and obeys the rule about virtual environments as pip does.
    try program(
      "python3",
      """
      case "$*" in
        *"pip --version"*) [ "${PIP_REQUIRE_VIRTUALENV:-0}" = 0 ] || true; echo pip 24 ;;
        *"pip download"*)
          if [ "${PIP_REQUIRE_VIRTUALENV:-0}" != 0 ]; then
            echo "ERROR: Could not find an activated virtualenv (required)." >&2
            exit 3
          fi
          echo "ran: $*" >>"$LOG"
          exit 1 ;;
      esac
      """)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  private func place(_ path: String, _ text: String) throws {
    let url = URL(fileURLWithPath: root + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func program(_ name: String, _ text: String) throws {
    try place("bin/\(name)", "#!/bin/sh\n\(text)\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: "\(root)/bin/\(name)")
  }

  /// An OpenVINO as an archive has it, as far as the script looks at it.
  private func runtime(_ folder: String, _ version: String, abi: String) throws {
    let numbers = version.split(separator: ".")
    try place(folder + "/include/openvino/openvino.hpp", "")
    try place(
      folder + "/include/openvino/core/version.hpp",
      zip(["MAJOR", "MINOR", "PATCH"], numbers).map { "#define OPENVINO_VERSION_\($0) \($1)\n" }.joined())
    try place(folder + "/lib/libopenvino.so.\(abi)", "__cxx11")
    try place(folder + "/lib/libopenvino.so", "__cxx11")
  }

  private func run(_ variables: [String: String] = [:]) throws -> (status: Int32, said: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [root + "/project/scripts/install-openvino"]
    process.environment = ["PATH": "\(root)/bin:/usr/bin:/bin", "LOG": root + "/log"].merging(variables) {
      $1
    }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }

  private var downloads: String { (try? String(contentsOfFile: root + "/log", encoding: .utf8)) ?? "" }
  private func link(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: root + "/project/.openvino/" + path)
  }

  @Test func anotherSystemIsRefusedBeforeAnythingIsSearched() throws {
    try program("uname", "[ \"$1\" = -m ] && echo arm64 || echo Darwin")
    let mac = try run()
    #expect(mac.status == 69 && mac.said.contains("this is Darwin") && mac.said.contains("mend: use a Linux"))
    try program("uname", "[ \"$1\" = -m ] && echo x86_64 || echo Linux")
    try program("ldd", "echo 'musl libc (x86_64)' >&2; echo 'Version 1.2.5' >&2; exit 1")
    let alpine = try run()
    #expect(alpine.status == 69 && alpine.said.contains("musl") && alpine.said.contains("mend:"))
    #expect(downloads.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: root + "/project/.openvino"))
  }

  @Test func theRuleAboutVirtualEnvironmentsDoesNotStopADownload() throws {
    let run = try run(["PIP_REQUIRE_VIRTUALENV": "1"])
    // The made-up network is down: that, and no rule, is the reason.
    #expect(run.status == 69 && run.said.contains("could not download"))
    #expect(downloads.contains("pip download") && downloads.contains("openvino==2026.4.1"))
  }

  @Test func whatPkgConfigFindsIsLinkedTo() throws {
    try runtime("opt/ov", "2026.4.1", abi: "2641")
    try program("pkg-config", pkgConfig(own: "2026.4.1"))
    let run = try run()
    #expect(run.status == 0, "\(run.said)")
    #expect(link("include") == root + "/opt/ov/include")
    #expect(link("lib/libopenvino.so.2641") == root + "/opt/ov/lib/libopenvino.so.2641")
  }

  /// A pkg-config that finds our own file where PKG_CONFIG_PATH has its folder, as the Makefile exports it, and
  /// otherwise the machine's, if that has one.
  private func pkgConfig(own version: String) -> String {
    """
    case ":${PKG_CONFIG_PATH:-}:" in
      *"/.openvino/lib/pkgconfig:"*) place=\(root)/project/.openvino ;;
      *) place=\(root)/opt/ov; [ -d $place ] || exit 1 ;;
    esac
    case "$*" in
      *--exists*) exit 0 ;;
      *--modversion*) echo \(version) ;;
      *libdir*) echo $place/lib ;;
      *includedir*) echo $place/include ;;
      *prefix*) echo $place ;;
    esac
    """
  }

  /// Every user's next upgrade: a wheel of an older patch version is in .openvino, and pkg-config is told of it.
  @Test func anOlderInstallationIsNotLinkedToItself() throws {
    try runtime("project/.openvino", "2026.4.0", abi: "2640")
    try place("project/.openvino/lib/pkgconfig/openvino.pc", "")
    try place("project/.openvino/stamp", "wheel 2026.4.0 00")
    try program("pkg-config", pkgConfig(own: "2026.4.0"))
    let own = root + "/project/.openvino/lib/pkgconfig"
    for path in [
      own, own + ":/usr/lib/pkgconfig", "/nowhere:" + own,
      root + "/project/scripts/../.openvino/lib/pkgconfig",
    ] {
      let run = try run(["PKG_CONFIG_PATH": path])
      // It goes on to the download, which this machine has no network for; what was there stays.
      #expect(run.status == 69 && run.said.contains("could not download"), "\(run.said)")
      #expect(link("include") == nil && link("lib/libopenvino.so") == nil)
      #expect(
        FileManager.default.fileExists(atPath: root + "/project/.openvino/include/openvino/openvino.hpp"))
    }
    #expect(downloads.contains("openvino==2026.4.1"))
    // The machine's own is found behind ours.
    try runtime("opt/ov", "2026.4.1", abi: "2641")
    #expect(try self.run(["PKG_CONFIG_PATH": own]).status == 0)
    #expect(link("include") == root + "/opt/ov/include")
  }

  @Test func theVariableCannotNameTheFolderThatIsReplaced() throws {
    try runtime("project/.openvino", "2026.4.1", abi: "2641")
    let run = try run(["OPENVINO_DIR": root + "/project/.openvino"])
    #expect(
      run.status == 69 && run.said.contains("is to be replaced") && run.said.contains("unset OPENVINO_DIR"))
    #expect(link("include") == nil)
  }
}
