// Finds mixtures of experts, in the form that the plugins know, too:
//
//   x ← Reshape [tokens, hidden] ← Tile [experts] ← Reshape [experts, tokens, hidden]
//   down(swish(gate · x) · (up · x)) ← Reshape [experts, batch, tokens, hidden]
//   Multiply by weights [experts, tokens] ← Reshape ← Unsqueeze, and ReduceSum over the experts
#include "ExpertsPass.hpp"

#include "ExpertsOperation.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// A product with the matrices of all experts.
struct ExpertProduct {
  Node x;
  PlacedMatrix matrix;
  int64_t experts = 0;
};

struct FoundMixture {
  ov::Output<ov::Node> x, weights;
  std::vector<PlacedMatrix> matrices;
  int64_t experts = 0;
};

class MixtureFinder {
 public:
  explicit MixtureFinder(const MatrixFinder &matrices) : matrices(matrices) {}

  // The mixture whose answers a node adds up.
  std::optional<FoundMixture> mixture(const Node &node) const {
    const auto sum = as<ov::op::v1::ReduceSum>(node);
    const auto axes = sum ? as<ov::op::v0::Constant>(input(node, 1)) : nullptr;
    if (!axes || sum->get_keep_dims() || axes->cast_vector<int64_t>() != std::vector<int64_t>{0}) return {};
    const auto weighted = input(node, 0);
    if (!as<ov::op::v1::Multiply>(weighted)) return {};
    for (const size_t side : {0, 1}) {
      const auto answers = input(weighted, side);
      if (!as<ov::op::v1::Reshape>(answers)) continue;
      const auto down = product(input(answers, 0));
      if (down) return with(*down, weights(input(weighted, 1 - side)));
    }
    return {};
  }

 private:
  std::optional<ExpertProduct> product(const Node &node) const {
    const auto multiplied = as<ov::op::v0::MatMul>(node);
    if (!multiplied || multiplied->get_transpose_a() || !multiplied->get_transpose_b()) return {};
    const auto shape = node->get_input_partial_shape(1);
    if (shape.is_dynamic() || shape.size() != 3 || node->get_output_element_type(0) != ov::element::f32) return {};
    const auto matrix = matrices.matrix(input(node, 1), 3);
    if (!matrix) return {};
    return ExpertProduct{input(node, 0), *matrix, shape[0].get_length()};
  }

  // Of each expert and token [experts, tokens], before they were spread to the answers.
  static ov::Output<ov::Node> weights(const Node &node) {
    if (!as<ov::op::v0::Unsqueeze>(node) || !as<ov::op::v1::Reshape>(input(node, 0))) return {};
    return input(node, 0)->input_value(0);
  }

  std::optional<FoundMixture> with(const ExpertProduct &down, const ov::Output<ov::Node> &weights) const {
    const auto gated = as<ov::op::v1::Multiply>(down.x);
    if (!gated || !weights.get_node()) return {};
    const auto weights_shape = weights.get_partial_shape();
    if (weights_shape.rank() != 2 || weights_shape[0] != down.experts ||
        weights.get_element_type() != ov::element::f32) {
      return {};
    }
    for (const size_t side : {0, 1}) {
      const auto swish = as<ov::op::v4::Swish>(input(gated, side));
      if (!swish || swish->get_input_size() != 1) continue;
      const auto gate = product(input(swish, 0)), up = product(input(gated, 1 - side));
      if (!gate || !up || gate->x != up->x || gate->experts != down.experts || up->experts != down.experts) return {};
      const auto x = untiled(gate->x);
      if (!x.get_node()) return {};
      return FoundMixture{x, weights, {gate->matrix, up->matrix, down.matrix}, down.experts};
    }
    return {};
  }

  // What was repeated for each expert, in the shape that the answer has.
  static ov::Output<ov::Node> untiled(const Node &node) {
    if (!as<ov::op::v1::Reshape>(node) || !as<ov::op::v0::Tile>(input(node, 0))) return {};
    const auto flat = input(input(node, 0), 0);
    if (!as<ov::op::v1::Reshape>(flat)) return {};
    const auto x = flat->input_value(0);
    const auto from = x.get_partial_shape(), to = flat->get_output_partial_shape(0);
    const bool is_flat = from.rank() == 3 && to.rank() == 2 && from[2].is_static() && from[2] == to[1];
    return is_flat && x.get_element_type() == ov::element::f32 ? x : ov::Output<ov::Node>();
  }

  const MatrixFinder &matrices;
};

}  // namespace

std::vector<PlacedMatrix> place_experts(ov::Model &model, const std::string &identity, const MatrixFinder &finder,
                                        bool exact) {
  const MixtureFinder mixtures(finder);
  std::vector<PlacedMatrix> placed;
  for (const auto &node : model.get_ordered_ops()) {
    const auto found = mixtures.mixture(node);
    if (!found || node->get_output_partial_shape(0).rank() != 3) continue;
    std::shared_ptr<Experts> experts;
    try {
      experts = std::make_shared<Experts>(ov::OutputVector{found->x, found->weights}, identity, found->matrices,
                                          found->experts, exact);
    } catch (const ov::NodeValidationFailure &) {
      // A mixture whose parts do not fit stays the plugin's.
      continue;
    }
    experts->set_friendly_name(node->get_friendly_name());
    node->output(0).replace(experts->output(0));
    placed.insert(placed.end(), found->matrices.begin(), found->matrices.end());
  }
  return placed;
}

}  // namespace bridge
