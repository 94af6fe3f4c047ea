/// A model whose weights are read from the hub and never stored.
package struct HubStream: Sendable {
  /// The folder with config, tokenizer and the index of the shards; the weights are not in it.
  package var folder: String
  /// The model at its commit.
  package var model: HubModel
  /// The files in `folder`.
  package var companions: [HubFile]
  /// The files of the weights, in the order of the shards. Each is checked by its SHA-256 if it is read nearly in
  /// order between `begin` and `finish`.
  package var weights: [RemoteRangeReader]
}

extension HubClient {
  /// Fetches config and tokenizer of a model, and opens its weights for reading by ranges.
  ///
  /// A model that a cache already has is better read from there: see `download`.
  /// - Throws: `HubError` as `download`; `offline` where the network must not be used.
  package func stream(
    _ id: HubModelID, revision: String = "main", selecting selection: FileSelection = .init(),
    policy: ReadAheadPolicy = .init(), events: @escaping HubEventHandler = { _ in }
  ) async throws(HubError) -> HubStream {
    let model = try await model(id, revision: revision, events: events)
    return try await stream(model, files: try selection.files(of: model), policy: policy, events: events)
  }

  /// The same of a model that is known already.
  func stream(
    _ model: HubModel, files: [HubFile], policy: ReadAheadPolicy = .init(), events: @escaping HubEventHandler
  ) async throws(HubError) -> HubStream {
    let companions = files.filter { !WeightFiles.isWeights($0) }
    let snapshot = try await download(model, files: companions, events: events)
    var readers: [RemoteRangeReader] = []
    for file in files where WeightFiles.isWeights(file) {
      readers.append(try RemoteRangeReader(file, of: model, client: self, policy: policy, events: events))
    }
    return HubStream(folder: snapshot.folder, model: model, companions: companions, weights: readers)
  }
}
