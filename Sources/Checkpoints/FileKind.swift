import Errors
import Tensors

/// Files that are not what their name says, told by how they begin: what they are, and what to take instead.
package struct FileKind: Sendable {
  /// What the file is.
  package let what: String
  /// What to do about it.
  package let mend: Wording
  private let start: [UInt8]
  /// Where the bytes stand that tell it.
  private let offset: Int
  /// Whether a small text that a program reads as it is, such as a template, cannot begin like that.
  private let holdsForTexts: Bool

  private init(
    _ start: String, at offset: Int = 0, holdsForTexts: Bool = false, _ what: String, _ mend: Wording
  ) {
    self.start = start.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    (self.offset, self.holdsForTexts, self.what, self.mend) = (offset, holdsForTexts, what, mend)
  }

  /// What to do about an answer that was saved in place of a file.
  private static let again: Wording = "Download the file itself, with a token where the model asks for one."
  private static let page = "a web page and no model: a download ended at a login or an error page"
  private static let answer = "a server's refusal and no model: a download was answered with a few words"

  private static let known: [FileKind] =
    [
      FileKind(
        "version https://git-lfs", holdsForTexts: true,
        "a Git-LFS pointer, a few lines that stand for the file and not the file itself",
        "Fetch the content: 'git lfs pull' in the folder, or '\(setting: .pull)' with the model's id."),
      FileKind("<!doctype html", holdsForTexts: true, page, again),
      FileKind("<html", holdsForTexts: true, page, again),
      FileKind(
        "<?xml", "a text and no model: a server's answer to a download that it refused",
        "Download the file again, with a token where the model asks for one."),
      FileKind("\u{1F}\u{8B}", "compressed with gzip", "Unpack it first: gunzip FILE."),
      FileKind("BZh", "compressed with bzip2", "Unpack it first: bunzip2 FILE."),
      FileKind("\u{FD}7zXZ", "compressed with xz", "Unpack it first: unxz FILE."),
      FileKind("\u{28}\u{B5}\u{2F}\u{FD}", "compressed with zstd", "Unpack it first: unzstd FILE."),
      FileKind("7z\u{BC}\u{AF}", "a 7-Zip archive", "Unpack it first."),
      FileKind("Rar!", "a RAR archive", "Unpack it first."),
      FileKind("ustar", at: 257, "a tar archive", "Unpack it first: tar xf FILE."),
      FileKind("\u{89}HDF", "a file of Keras or TensorFlow", "Take the model as safetensors."),
      FileKind("\u{93}NUMPY", "an array of numpy", "Take the model as safetensors."),
      FileKind("TFL3", at: 4, "a TensorFlow Lite model", "Take the model as safetensors."),
      FileKind("%PDF", "a PDF document", "Name the model's own file."),
      FileKind("\u{89}PNG", "a picture", "Name the model's own file."),
    ]
    + ["lmgg", "tjgg", "fmgg", "algg"].map {
      FileKind($0, "a GGML file of 2023, older than GGUF", "Take a GGUF file of the model.")
    }
    // What the hub and the stores behind it say in place of a file.
    + [
      "Entry not found", "Repository not found", "Access to model", "Access to dataset", "Invalid username",
      "Invalid credentials", "Invalid user token", "Unauthorized", "Forbidden", "Not Found", "404: Not Found",
      "403 Forbidden", "{\"error\"", "<error>",
    ].map { FileKind($0, holdsForTexts: true, answer, again) }

  /// What a file is that begins with `start`, of which 512 bytes tell all kinds; nil for what may be what it should be.
  ///
  /// - Parameter isText: whether the file is a text that may begin with anything but what never is one.
  package init?(start: [UInt8], isText: Bool = false) {
    // Web pages may begin with a line feed; letters of markup come in both cases.
    let trimmed = start.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }
    let isMarkup = trimmed.first == UInt8(ascii: "<")
    let lowered = isMarkup ? trimmed.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } : Array(trimmed)
    let found = Self.known.first { kind in
      guard kind.holdsForTexts || !isText else { return false }
      return kind.offset == 0
        ? lowered.starts(with: kind.start) : start.dropFirst(kind.offset).starts(with: kind.start)
    }
    guard let found else { return nil }
    self = found
  }

  /// Refuses a file that is empty, or begins like something else.
  static func check(_ source: any ByteSource) throws {
    guard source.byteCount > 0 else {
      throw CheckpointError(
        .malformed, "\(source.name) is empty", mend: "Fetch it again: its download did not begin.")
    }
    let start = try source.bytes(at: 0, count: min(512, source.byteCount))
    if let kind = FileKind(start: start) {
      throw CheckpointError(.notACheckpoint, "\(source.name) is \(kind.what)", advice: kind.mend)
    }
    guard start.count < 64 || start.prefix(64).contains(where: { $0 != 0 }) else {
      throw CheckpointError(
        .malformed, "\(source.name) begins with nothing but zeros",
        mend: "Fetch it again: a download reserved the space and did not fill it.")
    }
  }
}
