import Errors
import OpenVINO

// How a compiled model is found in the cache, or compiled and kept there.
extension ModelLoader {
  /// A compiled model, and where it came from.
  typealias Found = (compiled: CompiledModel, fromCache: Bool, entry: CacheEntry?)

  /// Imports the model of a plan, or compiles it.
  func find(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> Found {
    guard let cache else {
      return (try compile(try prepare(request, plan), plan, reason: nil), false, nil)
    }
    let key = plan.key(try request.model.identity(), request.model, core)
    let first = cache.entry(for: key)
    if let first, let found = try importEntry(first, request, plan, cache) { return found }
    // What `oven compile` wrote for a platform whose driver it could not know.
    if let ahead = key.aheadOfTime, let entry = cache.entry(for: ahead),
      let found = try importEntry(entry, request, plan, cache)
    {
      return found
    }
    // Before anybody is told that it compiles: a model without a paged form is loaded in another way.
    let model = try prepare(request, plan)
    guard cache.isWritable else {
      let compiled = try compile(model, plan, reason: cache.explain(key))
      report(.cacheWarning(cache.notWritable))
      return (compiled, false, nil)
    }
    do {
      var waiting = false
      return try cache.withLock(
        on: key,
        whileWaiting: {
          if !waiting { report(.waiting) }
          waiting = true
        },
        {
          // Somebody may have compiled it for us before we had the lock, whether we had to wait for it or not.
          if let entry = cache.entry(for: key), !entry.isSameContent(as: first),
            let found = try importEntry(entry, request, plan, cache)
          {
            return found
          }
          let reason = cache.explain(key)
          if let entry = cache.entry(for: key) { cache.discard(entry) }
          return try compileAndKeep(model, plan, reason, key, cache)
        })
    } catch let error as SupervisorError {
      throw error
    } catch {
      // The lock file cannot be made: a folder that was taken away under our feet.
      report(
        .cacheWarning(
          SupervisorError(
            .cacheUnusable, wording: "the cache cannot be used: \(Wording(describing: error))")))
      return (try compile(model, plan, reason: nil), false, nil)
    }
  }

  private func compileAndKeep(
    _ model: Model, _ plan: LoadPlan, _ reason: CacheExplanation?, _ key: CacheKey,
    _ cache: CompiledModelCache
  ) throws(SupervisorError) -> Found {
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = try compile(model, plan, reason: reason)
    let seconds = (clock.now - start) / .seconds(1)
    do {
      let entry = try cache.store(key, compileSeconds: seconds) { try compiled.export(to: $0) }
      return (compiled, false, entry)
    } catch let error as SupervisorError {
      report(.cacheWarning(error))
    } catch {
      report(
        .cacheWarning(
          SupervisorError(
            .cacheUnusable,
            wording: """
              \(plan.identity.device) does not give its compiled model away: \(Wording(describing: error))
              """)))
    }
    return (compiled, false, nil)
  }

  /// The compiled model of an entry; `nil`, with the reason reported, where it cannot be used.
  ///
  /// - Throws: Where threads or memory are short, which is no fault of the entry's.
  private func importEntry(
    _ entry: CacheEntry, _ request: Request, _ plan: LoadPlan, _ cache: CompiledModelCache
  ) throws(SupervisorError) -> Found? {
    guard cache.isIntact(entry) else {
      report(.discarded(reason: "its bytes are not those that were written (\(entry.folder))"))
      return nil
    }
    report(.fromCache(plan.identity))
    do throws(OpenVINOError) {
      try plan.recipe.prepareImport(core)
      // The key holds the sum, so that the blob's operations find what they were made for.
      if plan.kernels == .oven { try core.provideWeights(request.model.weights, as: entry.key.model) }
      let blob = try Tensor(mapping: entry.blob, runtime: core.runtime)
      let compiled = try core.importModel(blob, for: plan.identity.device, properties: plan.importProperties)
      cache.noteUse(of: entry)
      return (compiled, true, entry)
    } catch {
      if let shortage = SupervisorError(shortage: error, "\(plan.identity.device) cannot load the model") {
        throw shortage
      }
      report(.discarded(reason: error.messageWording))
      return nil
    }
  }
}
