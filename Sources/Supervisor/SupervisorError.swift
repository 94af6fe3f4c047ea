import Errors

/// Why a model could not be loaded or run.
package typealias SupervisorError = CodedError<SupervisorFault>

/// The library of `SupervisorError`.
package enum SupervisorFault: ErrorLibrary {}

extension ErrorCode where Library == SupervisorFault {
  /// No model where one was named.
  package static var noModel: Self { "no-model" }
  /// The model's files are there, and this user may not read them.
  package static var forbidden: Self { "forbidden" }
  /// The system gives no more threads or processes.
  package static var outOfThreads: Self { "out-of-threads" }
  /// The system gives no more memory.
  package static var outOfMemory: Self { "out-of-memory" }
  /// A model whose inputs, outputs or variables are not those of a language model.
  package static var badModel: Self { "bad-model" }
  /// The device that was asked for cannot be used.
  package static var deviceUnavailable: Self { "device-unavailable" }
  /// The device refused the model.
  package static var loadFailed: Self { "load-failed" }
  /// Kernels of ours compute too little of the model.
  static var kernelsUnsuited: Self { "kernels-unsuited" }
  /// The device computes something else than the CPU.
  package static var deviceDisagrees: Self { "device-disagrees" }
  /// The prompt does not fit into the context.
  package static var promptTooLong: Self { "prompt-too-long" }
  /// The context is full.
  package static var contextFull: Self { "context-full" }
  /// The cache folder cannot be read or written.
  package static var cacheUnusable: Self { "cache-unusable" }
  /// A file cannot be written where it is asked for.
  package static var cannotCreate: Self { "cannot-create" }
  /// The device stopped with an error.
  package static var inferenceFailed: Self { "inference-failed" }
  /// The process that computes has ended, or had to be ended.
  package static var workerLost: Self { "worker-lost" }
  /// Somebody asked to stop.
  package static var cancelled: Self { "cancelled" }
}
