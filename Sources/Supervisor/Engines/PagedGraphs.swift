import OpenVINO

/// The compiled forms of one model with paged attention: one for all steps, and perhaps another one that is faster where
/// a step has few tokens. Both read the same blocks of keys and values, and the same feed.
///
/// A processor's units for matrices want many rows: a type that is best for a prompt may be slow for a token of an answer.
final class PagedGraphs {
  /// More tokens are computed by the form for all steps.
  private static let fewest = 12

  /// What both take and give.
  let interface: PagedInterface
  private let main: Graph
  private let few: Graph?

  /// A request, and where it gives logits.
  struct Graph {
    var request: InferRequest
    var interface: PagedInterface

    /// The logits of the last run.
    func logits() throws(OpenVINOError) -> Tensor { try request.output(interface.logits) }
  }

  /// Makes requests of what was loaded.
  init(_ model: LoadedModel) throws(SupervisorError) {
    interface = try PagedInterface(model.compiled)
    do throws(OpenVINOError) {
      main = Graph(request: try model.compiled.makeRequest(), interface: interface)
    } catch {
      throw StatefulEngine.failed(error)
    }
    few = try model.few.map { compiled throws(SupervisorError) in
      let interface = try PagedInterface(compiled)
      do throws(OpenVINOError) {
        return Graph(request: try compiled.makeRequest(), interface: interface)
      } catch {
        throw StatefulEngine.failed(error)
      }
    }
  }

  /// All of them, to be given their inputs.
  var all: [Graph] { [main] + (few.map { [$0] } ?? []) }

  /// What runs a step of so many tokens.
  func graph(for tokens: Int) -> Graph { tokens <= Self.fewest ? few ?? main : main }
}
