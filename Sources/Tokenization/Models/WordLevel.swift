/// Every piece is a token or unknown.
package struct WordLevel: Sendable {
  package let vocabulary: Vocabulary
  package let unknownToken: String
  private let unknown: UInt32?

  init(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) {
    vocabulary = try tables.vocabulary()
    unknownToken = try component.string("unk_token")
    unknown = vocabulary.id(of: unknownToken.utf8).map(UInt32.init)
  }

  /// Appends the token of a piece.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, into sink: inout TokenSink) {
    if let id = vocabulary.id(of: piece).map(UInt32.init) ?? unknown { sink.append(id, length: piece.count) }
  }
}
