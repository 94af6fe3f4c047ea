import Files
import Testing

@Suite struct SafeNameTests {
  @Test(arguments: [
    "../x", "..", ".", "", "/etc/passwd", "a//b", "a/./b", "a/../b", "a\\b", "C:x", "a\u{0}b", "a\nb", "a/",
    "\u{7F}",
    // To characters these have no slash: the accent belongs to it. To the system it is `..` and something.
    "../\u{301}x", "..\u{2F}\u{338}x", "a/../\u{301}b", "../\u{200D}x", "/\u{301}etc", "a/\u{20D2}/../../x",
  ])
  func pathsThatLeadOutAreRefused(path: String) {
    // The system's own view: the parts between the bytes 2F.
    #expect(!SafeName.isPath(path))
    #expect(!SafeName.isName(path))
  }

  @Test(arguments: [
    "a", "model-00001-of-00002.safetensors", "onnx/decoder.onnx", "ünïcødé/文件", "a..b", "...", "-x",
  ])
  func namesBelowAreTaken(path: String) {
    #expect(SafeName.isPath(path))
    #expect(SafeName.isName(path) == !path.contains("/"))
  }

  @Test func lengthsAreTheFileSystems() {
    #expect(SafeName.isName(String(repeating: "x", count: 255)))
    #expect(!SafeName.isName(String(repeating: "x", count: 256)))
    // 128 characters of two bytes.
    #expect(!SafeName.isName(String(repeating: "é", count: 128)))
    #expect(!SafeName.isPath(String(repeating: "x/", count: 600) + "x"))
  }

  /// dirname(1) of coreutils, by bytes.
  @Test(arguments: [
    ("a/b", "a"), ("/a", "/"), ("a", "."), ("/", "/"), ("a/b/", "a"), ("/a/b", "/a"), ("a/\u{301}b", "a"),
  ])
  func parents(path: String, parent: String) {
    #expect(Folders.parent(of: path) == parent)
  }
}
