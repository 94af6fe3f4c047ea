import Files
import Foundation
import Hub

/// The listing of a model, and behind a zero byte a header of an answer. Whatever a hub says, the files that are
/// fetched lie in the model's folder and have believable sizes, and no address leads out of the encrypted network.
@Sendable private func runHub(_ bytes: [UInt8]) {
  let input = Halves(bytes)
  guard let id = try? HubModelID("owner/name") else { return }
  if let model = try? ListingReader.model(id: id, revision: "main", bytes: input.head) {
    choose(model, header: input.text)
  }
  readHeader(input.text)
}

private func choose(_ model: HubModel, header: String) {
  var selections = [
    FileSelection(), FileSelection(everything: true), FileSelection(weights: [.gguf], gguf: header),
  ]
  selections += WeightKind.allCases.map { FileSelection(weights: [$0], requiresTokenizer: false) }
  let listed = Set(model.files)
  for selection in selections {
    guard let files = try? selection.files(of: model) else { continue }
    precondition(Set(files.map(\.path)).count == files.count && listed.isSuperset(of: files))
    for file in files {
      precondition(SafeName.isPath(file.path) && (0...ListingReader.sizeLimit).contains(file.size))
      _ = SafeName.isSafeBlobName(file.etag ?? "")
    }
  }
}

private func readHeader(_ text: String) {
  if let range = ContentRange(text) {
    precondition(!range.range.isEmpty && range.range.lowerBound >= 0)
    precondition(range.total.map { $0 >= range.range.upperBound } ?? true)
  }
  var machine = RetryMachine(RetryPolicy())
  for wait in [
    RetryAfter.wait(retryAfter: text, rateLimit: nil, now: 1_000_000_000),
    RetryAfter.wait(retryAfter: nil, rateLimit: text, now: 0),
  ] {
    precondition(wait.map { $0 >= .zero } ?? true)
    if case .wait(let pause) = machine.failed(.status(429, retryAfter: wait), random: 0.9) {
      precondition(pause >= .zero && pause < .seconds(3600))
    }
  }
  if let start = URL(string: "https://hub.example/model"),
    let target = HubAddress.target(of: text, from: start)
  {
    precondition(target.scheme?.lowercased() == "https")
  }
  if let named = try? HubModelID(text) { precondition(SafeName.isName(named.cacheFolderName)) }
  _ = try? SafeName.checkRevision(text)
  precondition(HubAddress.escaped(text, keeping: "/").utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
}

/// The readers of a server's answers.
let answerReaders: [String: @Sendable ([UInt8]) -> Void] = ["hub": runHub]
