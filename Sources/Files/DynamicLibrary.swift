#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A library that stays loaded until the process ends: threads of its own do not survive an unload.
package struct DynamicLibrary: @unchecked Sendable {
  // A handle of the loader, which is safe to use from any thread.
  private let handle: UnsafeMutableRawPointer

  /// Loads `path`; throws the loader's own sentence.
  package init(path: String) throws(LoaderError) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw LoaderError(message: dlerror().map { String(cString: $0) } ?? "cannot load \(path)")
    }
    self.handle = handle
  }

  /// The address of a symbol, as a function of type `Function`.
  package func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    guard let address = dlsym(handle, name) else { return nil }
    return unsafeBitCast(address, to: type)
  }
}

/// What the dynamic loader said.
package struct LoaderError: Error {
  /// Its sentence.
  package var message: String
}
