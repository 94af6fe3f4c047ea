import CFuzzer

// The reader is named by the environment, because libFuzzer owns the arguments.
if hasReader {
  var argumentCount = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  _ = LLVMFuzzerRunDriver(&argumentCount, &arguments) { fuzz($0, $1) }
}
