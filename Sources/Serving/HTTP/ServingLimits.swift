/// How much of everything a client may ask for.
package struct ServingLimits: Sendable, Equatable {
  /// The bytes of a request's body.
  package var bodyBytes = 32 << 20
  /// The bytes of all headers.
  package var headerBytes = 32 << 10
  /// Connections open at once; more wait in the system's queue.
  package var connections = 1024
  /// The tokens of a prompt; nil for what the model's context holds.
  package var promptTokens: Int?
  /// Independent answers to one prompt.
  package var branches = 16
  /// Arrays and objects inside one another in a body.
  package var jsonDepth = 128
  /// Within which a body must have arrived.
  package var bodyTime = Duration.seconds(60)
  /// After which a connection without a request is closed, also one that has not finished its headers.
  package var idleTime = Duration.seconds(120)
  /// After which a silent stream gets a sign of life.
  package var pingTime = Duration.seconds(10)
  /// After which running answers are cut when the server goes down.
  package var drainTime = Duration.seconds(60)
  /// After which a service that has work and makes no step is taken for stuck.
  package var stallTime = Duration.seconds(60)

  /// The defaults.
  package init() {}
}
