import Errors

// What is told of a load crosses from the process that loads to the one that shows it.
extension LoadEvent: Codable {
  /// The same in what can be written down: an error as its sentences, a reason to compile not at all, for nobody shows it.
  private enum Told: Codable {
    case passedOver(DeviceChoice.PassedOver)
    case graph(ModelFolder.Graph)
    case fromCache(DeviceIdentity)
    case compiling(DeviceIdentity)
    case waiting
    case discarded(Wording)
    case modelWritableByOthers(String)
    case otherEngine(EngineKind?, Wording)
    case cacheWarning(WorkerFailure)
    case loaded(LoadReport)
    case checked(Canary.Outcome)
    case warmedUp(Double)
  }

  package func encode(to encoder: any Encoder) throws {
    let told: Told =
      switch self {
      case .passedOver(let note): .passedOver(note)
      case .graph(let graph): .graph(graph)
      case .fromCache(let device): .fromCache(device)
      case .compiling(let device, _): .compiling(device)
      case .waiting: .waiting
      case .discarded(let reason): .discarded(reason)
      case .modelWritableByOthers(let reason): .modelWritableByOthers(reason)
      case .otherEngine(let engine, let reason): .otherEngine(engine, reason)
      case .cacheWarning(let error): .cacheWarning(WorkerFailure(error))
      case .loaded(let report): .loaded(report)
      case .checked(let outcome): .checked(outcome)
      case .warmedUp(let seconds): .warmedUp(seconds)
      }
    try told.encode(to: encoder)
  }

  package init(from decoder: any Decoder) throws {
    self =
      switch try Told(from: decoder) {
      case .passedOver(let note): .passedOver(note)
      case .graph(let graph): .graph(graph)
      case .fromCache(let device): .fromCache(device)
      case .compiling(let device): .compiling(device, reason: nil)
      case .waiting: .waiting
      case .discarded(let reason): .discarded(reason: reason)
      case .modelWritableByOthers(let reason): .modelWritableByOthers(reason)
      case .otherEngine(let engine, let reason): .otherEngine(instead: engine, reason: reason)
      case .cacheWarning(let failure): .cacheWarning(failure.supervisorError)
      case .loaded(let report): .loaded(report)
      case .checked(let outcome): .checked(outcome)
      case .warmedUp(let seconds): .warmedUp(seconds: seconds)
      }
  }
}
