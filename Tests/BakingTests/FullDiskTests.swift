#if os(Linux)
  import Baking
  import Foundation
  import Glibc
  import Testing

  /// A bake onto a disk that is too small, or becomes too small while it runs.
  @Suite(.enabled(if: SmallDisk.isAvailable, "this user may not mount a file system"))
  struct FullDiskTests {
    @Test func isRefusedBeforeTheWork() throws {
      let folder = try TemporaryFolder()
      let disk = try SmallDisk(at: folder["disk"], byteCount: 256 << 10)
      let error = failure(of: tinyBake(Fixture.url("llama"), disk.url.appending(path: "baked"))) as? BakeError
      #expect(error?.code == .io)
      #expect(error?.message.contains("not enough space") == true)
      #expect(disk.names == [])
    }

    @Test(arguments: ["weightsBegin", "weightsProgress", "weightsEnd"])
    func leavesNothingWhenItFillsUp(at moment: String) throws {
      let folder = try TemporaryFolder()
      let disk = try SmallDisk(at: folder["disk"], byteCount: 8 << 20)
      let destination = disk.url.appending(path: "baked")
      let hasBegun = Counter()
      #expect {
        try Bake(tinyBake(Fixture.url("llama"), destination)).run(events: { event in
          guard "\(event)".hasPrefix(moment), hasBegun.count == 0 else { return }
          hasBegun.add()
          disk.fill()
        })
      } throws: { error in
        guard let error = error as? BakeError else { return false }
        return error.code == .io && error.message.contains("no space left")
      }
      #expect(disk.names == ["filler"])
      // Once there is space again, nothing that the failure left is in the way.
      try FileManager.default.removeItem(at: disk.url.appending(path: "filler"))
      #expect(failure(of: tinyBake(Fixture.url("llama"), destination)) == nil)
    }
  }

  /// A file system of a few bytes in memory.
  final class SmallDisk: Sendable {
    let url: URL

    /// Whether one can be made here: tests that need it are skipped otherwise.
    static var isAvailable: Bool {
      guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
      return (try? SmallDisk(at: folder["disk"], byteCount: 1 << 16)) != nil
    }

    init(at url: URL, byteCount: Int) throws {
      self.url = url
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      guard mount("none", url.path, "tmpfs", 0, "size=\(byteCount)") == 0 else {
        throw CocoaError(.fileWriteNoPermission)
      }
    }

    deinit { umount2(url.path, Int32(MNT_DETACH)) }

    /// The names on it.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }

    /// Takes all the space that is left.
    func fill() {
      let file = open(url.appending(path: "filler").path, O_WRONLY | O_CREAT, 0o644)
      let block = [UInt8](repeating: 1, count: 4096)
      while write(file, block, block.count) > 0 {}
      close(file)
    }
  }
#endif
