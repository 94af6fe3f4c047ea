import Checkpoints
import Foundation
import Tensors
import Testing

/// A file that is not what its name says: the error names what it is, and what to take instead.
@Suite struct RefusedFileTests {
  struct Case: Sendable {
    var start: [UInt8]
    var word: String
    var mend: String

    init(_ start: String, _ word: String, mend: String) {
      (self.start, self.word, self.mend) = (Array(start.utf8), word, mend)
    }

    init(_ start: [UInt8], _ word: String, mend: String) {
      (self.start, self.word, self.mend) = (start, word, mend)
    }
  }

  private static let pointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

  /// By the magic numbers of file(1) and the texts that hubs answer with.
  static let kinds = [
    Case(pointer, "Git-LFS pointer", mend: "git lfs pull"),
    Case("<!DOCTYPE html><html><head><title>Log in</title>", "web page", mend: "token"),
    Case("\n<HTML lang=en>", "web page", mend: "token"),
    Case("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "a server's answer", mend: "token"),
    Case("<Error><Code>AccessDenied</Code></Error>", "a server's refusal", mend: "token"),
    Case("Entry not found", "a server's refusal", mend: "token"),
    Case("Access to model acme/big is restricted.", "a server's refusal", mend: "token"),
    Case("Invalid username or password.", "a server's refusal", mend: "token"),
    Case("{\"error\":\"Repository not found\"}", "a server's refusal", mend: "token"),
    Case([0x1F, 0x8B, 8, 0], "gzip", mend: "gunzip"), Case("BZh91AY&SY", "bzip2", mend: "bunzip2"),
    Case([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz", mend: "unxz"),
    Case([0x28, 0xB5, 0x2F, 0xFD, 4], "zstd", mend: "unzstd"),
    Case([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7-Zip", mend: "Unpack"),
    Case("Rar!\u{1A}\u{7}", "RAR", mend: "Unpack"),
    Case([UInt8](repeating: 0x61, count: 257) + Array("ustar\u{0}00".utf8), "tar archive", mend: "tar xf"),
    Case("lmgg\u{1}\u{0}\u{0}\u{0}", "older than GGUF", mend: "GGUF"),
    Case("tjgg\u{3}\u{0}\u{0}\u{0}", "older than GGUF", mend: "GGUF"),
    Case([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "Keras", mend: "safetensors"),
    Case([0x93] + Array("NUMPY\u{1}\u{0}v\u{0}".utf8), "numpy", mend: "safetensors"),
    Case("\u{18}\u{0}\u{0}\u{0}TFL3", "TensorFlow Lite", mend: "safetensors"),
    Case("%PDF-1.7", "PDF", mend: "model's own file"),
  ]

  @Test(arguments: kinds) func isNamedWhateverItIsCalled(kind: Case) throws {
    let bytes = kind.start + [UInt8](repeating: 0x20, count: 600)
    for name in ["model.safetensors", "pytorch_model.bin", "model.gguf", "model.safetensors.index.json"] {
      let folder = try RefusedFolder([name: bytes, "config.json": Array("{}".utf8)])
      folder.expectRefusal([name, kind.word], mend: kind.mend)
      folder.expectRefusal(of: name, [name, kind.word], mend: kind.mend)
    }
    let shards = try RefusedFolder([
      "model-00001-of-00002.safetensors": RefusedFolder.safetensors,
      "model-00002-of-00002.safetensors": bytes,
    ])
    shards.expectRefusal(["model-00002-of-00002.safetensors", kind.word], mend: kind.mend)
    let config = try RefusedFolder(["model.safetensors": RefusedFolder.safetensors, "config.json": bytes])
    config.expectRefusal(["config.json", kind.word], mend: kind.mend)
  }

  @Test func adaptersAreNamedToo() throws {
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      let folder = try RefusedFolder([
        "adapter_config.json": Array(#"{"peft_type": "LORA", "r": 4, "lora_alpha": 8}"#.utf8),
        "adapter_model.safetensors": RefusedFolder.safetensors,
      ])
      try folder.add(name, Array(Self.pointer.utf8))
      #expect {
        _ = try LoRAAdapter(folder: folder.path)
      } throws: {
        let error = $0 as? CheckpointError
        return error?.message.contains("\(name) is a Git-LFS pointer") == true
          && error?.mend.contains("git lfs pull") == true
      }
    }
  }

  @Test func whatIsCutOffIsFetchedAgain() throws {
    for name in ["model.safetensors", "model.gguf", "pytorch_model.bin"] {
      try RefusedFolder([name: []]).expectRefusal([name, "empty"], mend: "Fetch it again")
      try RefusedFolder([name: [UInt8](repeating: 0, count: 4096)])
        .expectRefusal([name, "nothing but zeros"], mend: "reserved")
    }
    let whole = RefusedFolder.safetensors
    for count in [4, 20, whole.count - 1] {
      try RefusedFolder(["model.safetensors": Array(whole.prefix(count))])
        .expectRefusal(["model.safetensors"], mend: "Fetch it again")
    }
    let gguf = try MappedFile.bytes(Fixtures.path("gguf/models/llama.gguf"))
    for count in [40, 300, gguf.count / 2, gguf.count - 64] {
      try RefusedFolder(["model.gguf": Array(gguf.prefix(count))])
        .expectRefusal(["model.gguf"], mend: "Fetch it again")
    }
    let torch = try MappedFile.bytes(Fixtures.path("torch/types.bin"))
    try RefusedFolder(["pytorch_model.bin": Array(torch.dropLast(100))])
      .expectRefusal(["pytorch_model.bin", "not a whole zip"], mend: "Fetch it again")
  }

  /// What a file holds counts more than what it is called.
  @Test func aFileUnderAnotherFormatsNameIsRead() throws {
    let gguf = try MappedFile.bytes(Fixtures.path("gguf/models/llama.gguf"))
    let torch = try MappedFile.bytes(Fixtures.path("torch/types.bin"))
    for (name, bytes) in [
      ("pytorch_model.bin", RefusedFolder.safetensors), ("model.ckpt", RefusedFolder.safetensors),
      ("model.safetensors", torch), ("model.bin", gguf), ("model.safetensors", gguf),
    ] {
      let folder = try RefusedFolder([name: bytes])
      #expect(try Checkpoint.open(path: "\(folder.path)/\(name)").weights.tensorNames.isEmpty == false)
    }
  }
}
