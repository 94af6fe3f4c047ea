import Files
import Foundation
import Hub
import Testing

@Suite("Configuration, names and places of the hub")
struct ConfigurationTests {
  private func read(_ variables: [String: String], files: [String: String] = [:]) -> HubConfiguration {
    HubConfiguration.fromEnvironment(["HOME": "/home/u"].merging(variables) { $1 }, readFile: { files[$0] })
  }

  @Test("the cache folder, with the precedence of huggingface_hub")
  func cacheFolder() {
    #expect(read([:]).cacheFolder == "/home/u/.cache/huggingface/hub")
    #expect(read(["XDG_CACHE_HOME": "/x"]).cacheFolder == "/x/huggingface/hub")
    #expect(read(["XDG_CACHE_HOME": "/x", "HF_HOME": "~/hf"]).cacheFolder == "/home/u/hf/hub")
    #expect(read(["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"]).cacheFolder == "/old")
    #expect(read(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"]).cacheFolder == "/new")
  }

  @Test("the token, from the variable or the file that a log-in left")
  func token() {
    let files = ["/home/u/.cache/huggingface/token": "hf_file\n", "/t": " hf_other "]
    #expect(read([:]).token == nil)
    #expect(read([:], files: files).token == "hf_file")
    #expect(read(["HF_TOKEN": "hf_var\r\n"], files: files).token == "hf_var")
    #expect(read(["HF_TOKEN_PATH": "/t"], files: files).token == "hf_other")
    #expect(read(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], files: files).token == nil)
    #expect(read(["HF_TOKEN": "not ascii é"]).token == nil)
  }

  @Test("endpoint and offline mode")
  func endpoint() throws {
    #expect(read([:]).endpoint == "https://huggingface.co")
    #expect(read(["HF_ENDPOINT": "http://mirror:8080/"]).endpoint == "http://mirror:8080")
    for yes in ["1", "on", "YES", "True"] { #expect(read(["HF_HUB_OFFLINE": yes]).offline) }
    for no in ["0", "", "no"] { #expect(!read(["HF_HUB_OFFLINE": no]).offline) }
    #expect(read(["TRANSFORMERS_OFFLINE": "1"]).offline)
    #expect(throws: HubError.self) { try HubClient(HubConfiguration(endpoint: "mirror", cacheFolder: "/c")) }
  }

  @Test("proxies, and hosts that are excepted from them")
  func proxy() {
    #expect(read([:]).proxy == nil)
    let proxy = read(["HTTPS_PROXY": "http://u:p@proxy:3128", "HTTP_PROXY": "http://other:1"]).proxy
    #expect(proxy == HubProxy(host: "proxy", port: 3128, user: "u", password: "p"))
    #expect(read(["https_proxy": "proxy:80", "NO_PROXY": "localhost, .huggingface.co"]).proxy == nil)
    #expect(read(["https_proxy": "proxy:81", "NO_PROXY": "face.co"]).proxy?.port == 81)
  }

  @Test(
    "good names of models",
    arguments: [
      ("Intel/neural-chat-7b-v3-1", "models--Intel--neural-chat-7b-v3-1"), ("gpt2", "models--gpt2"),
      ("https://huggingface.co/Qwen/Qwen3-0.6B/tree/main", "models--Qwen--Qwen3-0.6B"),
      ("hf.co/a/b_c", "models--a--b_c"),
    ])
  func names(text: String, folder: String) throws {
    #expect(HubCache(folder: "/c", id: try HubModelID(text)).modelFolder == "/c/\(folder)")
  }

  @Test(
    "bad names of models",
    arguments: [
      "", "/", "a/", "/a", "a/b/c", "../x", "a/..", "a--b", "a/b.git", "-a/b", "a/b.", "a b", "a\\b",
      "a/\u{e9}", "a/b?x",
    ])
  func badNames(text: String) { #expect(throws: HubError.self) { try HubModelID(text) } }

  @Test(
    "names of files that would leave their folder",
    arguments: [
      "", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/.", "a\\..\\b", "C:x", "a\u{0}b", "a\nb",
      "a/", "../\u{301}x", "a/..\u{2F}\u{338}b",
    ])
  func unsafePaths(path: String) throws {
    #expect(!SafeName.isPath(path))
    let escaped = path.unicodeScalars.map {
      $0.value < 0x20 || $0 == "\\" ? String(format: "\\u%04x", $0.value) : "\($0)"
    }
    let listing =
      #"{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"\#(escaped.joined())","size":1}]}"#
    let id = try HubModelID("a/b")
    #expect(throws: HubError.self) {
      try ListingReader.model(id: id, revision: "main", bytes: Array(listing.utf8))
    }
  }

  @Test(
    "listings with sizes, sums or names that cannot be",
    arguments: [
      #"{"rfilename":"a","size":-1}"#, #"{"rfilename":"a"}"#, #"{"rfilename":"a","size":1e30}"#,
      #"{"size":1}"#,
      #"{"rfilename":"a","size":1,"blobId":"../../x"}"#,
      #"{"rfilename":"a","size":1,"lfs":{"sha256":"ZZ","size":1}}"#,
      #"{"rfilename":"a","size":1},{"rfilename":"a","size":1}"#,
    ])
  func badListings(sibling: String) throws {
    let listing = #"{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[\#(sibling)]}"#
    let id = try HubModelID("a/b")
    #expect(throws: HubError.self) {
      try ListingReader.model(id: id, revision: "main", bytes: Array(listing.utf8))
    }
  }

  @Test("revisions")
  func revisions() throws {
    for good in ["main", "v1.0", "refs/pr/3", "feature/x"] { try SafeName.checkRevision(good) }
    for bad in ["", "../x", "a..b", "/x", "-x", "a b", "a\u{7f}"] {
      #expect(throws: HubError.self) { try SafeName.checkRevision(bad) }
    }
    let address = try HubAddress(endpoint: "http://h:1/base")
    let url = try address.listing(try HubModelID("a/b"), revision: "refs/pr/3")
    #expect(url.absoluteString == "http://h:1/base/api/models/a/b/revision/refs%2Fpr%2F3?blobs=true")
    let file = try address.content(try HubModelID("a/b"), commit: "c", path: "d e/f#g.json")
    #expect(file.absoluteString == "http://h:1/base/a/b/resolve/c/d%20e/f%23g.json")
  }

  @Test("redirections never lead from an encrypted connection to an open one")
  func downgrade() throws {
    let url = try #require(URL(string: "https://hub/a/b"))
    #expect(HubAddress.target(of: "http://hub/x", from: url) == nil)
    #expect(HubAddress.target(of: "/x?y=%2B", from: url)?.absoluteString == "https://hub/x?y=%2B")
    #expect(HubAddress.target(of: "//other/x", from: url)?.absoluteString == "https://other/x")
  }
}
