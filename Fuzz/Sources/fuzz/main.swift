import CFuzzer

/// All readers, by the name that the environment gives.
let readers = checkpointReaders.merging(textReaders) { own, _ in own }.merging(answerReaders) { own, _ in own
}

/// The reader that is fuzzed, chosen once: libFuzzer owns the arguments, so that the environment names it.
let chosenReader = Environment.reader(of: readers.keys.sorted()).flatMap { readers[$0] }

/// Gives one input to the reader.
func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  chosenReader?(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

if chosenReader != nil {
  var argumentCount = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  _ = LLVMFuzzerRunDriver(&argumentCount, &arguments) { fuzz($0, $1) }
}
