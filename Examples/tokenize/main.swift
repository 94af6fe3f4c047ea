// Text to ids and back with the tokenizer of a baked folder: example-tokenize FOLDER TEXT
import Foundation
import Tokenization

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("usage: example-tokenize FOLDER TEXT")
  exit(64)
}

do {
  let file = URL(filePath: arguments[1]).appending(path: "tokenizer.json")
  let tokenizer = try Tokenizer(contentsOf: [UInt8](Data(contentsOf: file)))
  let ids = tokenizer.encode(arguments[2])
  print(ids)
  print(tokenizer.decode(ids))
} catch {
  print("no tokenizer there: \(error)")
  exit(65)
}
