import Doctor
import Foundation
import Testing

@Suite("Reading shared libraries without loading them")
struct SharedLibraryTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/doctor").path

  /// What `readelf -d` says of the library (make_library.sh built it with a linker that is not ours).
  @Test(
    "a real library",
    arguments: [
      ("runpath", ["libone.so.1", "libtwo.so"], ["{}/../lib", "/opt/x"], []),
      ("rpath", ["libone.so.1"], [], ["{}"]),
    ] as [(String, [String], [String], [String])])
  func real(name: String, needed: [String], runpath: [String], rpath: [String]) throws {
    let path = "\(Self.folder)/lib\(name).so"
    let library = try #require(SharedLibrary(path, in: DiskTree()))
    #expect(library.needed == needed)
    #expect(library.runpath == runpath.map { $0.replacing("{}", with: Self.folder) })
    #expect(library.rpath == rpath.map { $0.replacing("{}", with: Self.folder) })
  }

  @Test("damaged libraries are refused or say less, and never do harm")
  func damaged() {
    let good = MadeUpLibrary.bytes(needs: ["libc.so.6", "libm.so.6"], rpath: "$ORIGIN")
    func read(_ bytes: [UInt8]) -> SharedLibrary? {
      var tree = MadeUpTree()
      tree.file("/x.so", bytes: bytes)
      return SharedLibrary("/x.so", in: tree)
    }
    #expect(read(good)?.needed == ["libc.so.6", "libm.so.6"])
    #expect(read(good)?.rpath == ["/"] || read(good)?.rpath == [""])
    for count in 0..<good.count { _ = read(Array(good.prefix(count))) }
    for index in good.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = good
        bytes[index] = value
        _ = read(bytes)
      }
    }
    #expect(read(Array("#!/bin/sh".utf8)) == nil)
    #expect(read([]) == nil)
  }

  @Test("the disk below another root")
  func diskTree() throws {
    let root = NSTemporaryDirectory() + "oven-doctor-\(UUID().uuidString)"
    let files = FileManager.default
    defer { try? files.removeItem(atPath: root) }
    try files.createDirectory(atPath: root + "/sys/devices/a", withIntermediateDirectories: true)
    try files.createDirectory(atPath: root + "/sys/class", withIntermediateDirectories: true)
    try Data("0x8086\n".utf8).write(to: URL(fileURLWithPath: root + "/sys/devices/a/vendor"))
    try files.createSymbolicLink(atPath: root + "/sys/class/b", withDestinationPath: "../devices/a")
    let tree = DiskTree(root: root)
    #expect(tree.names(in: "/sys") == ["class", "devices"])
    #expect(tree.resolved("/sys/class/b") == "/sys/devices/a")
    #expect(tree.bytes(at: "/sys/class/b/vendor", offset: 2, count: 3) == Array("808".utf8))
    #expect(tree.entry(at: "/sys/class/b")?.kind == .folder)
    #expect(tree.entry(at: "/none") == nil && tree.bytes(at: "/none", offset: 0, count: 1) == nil)
    #expect(tree.allows(.write, at: "/sys"))
    #expect((tree.freeSpace(at: "/sys") ?? 0) > 0)
  }

  @Test("this machine is examined without harm")
  func thisMachine() throws {
    struct NoRuntime: RuntimeProbe { func facts() -> RuntimeFacts { RuntimeFacts() } }
    let machine = Machine(files: DiskTree(), user: .current, variables: [:], currentFolder: "/tmp")
    let diagnosis = Doctor(machine: machine, runtime: NoRuntime(), folders: []).examine()
    #expect(diagnosis.sections.map(\.title) == ["OpenVINO", "CPU", "GPU", "NPU", "Folders"])
    // What another program says of the same machine.
    #if arch(x86_64)
      let cpu = diagnosis.sections[1].checks.map(\.detail).joined(separator: "\n")
      for word in try Self.said(by: "lscpu", "Model name") where !word.contains("@") {
        #expect(cpu.contains(word))
      }
    #endif
  }

  /// The words behind a name in a program's output.
  private static func said(by program: String, _ name: String) throws -> [Substring] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program]
    process.environment = ["LC_ALL": "C", "PATH": "/usr/bin:/bin"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + ":") })
    return line.dropFirst(name.count + 1).split(separator: " ")
  }
}
