// Finds the products with compressed weights in a model, and puts operations of ours in their place.
#include <algorithm>

#include "AttentionPass.hpp"
#include "ChainOperation.hpp"
#include "ExpertsPass.hpp"
#include "LinearOperation.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/core/model.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// A product of the model that can be replaced.
struct Product {
  Node node;
  PlacedMatrix matrix;
  // What the kernels read; kept until an operation has it.
  std::shared_ptr<const ReadyMatrix> ready;
};

bool may_share(const Product &first, const Product &second) {
  return oven_linear_same_preparation(&first.ready->matrix(), &second.ready->matrix());
}

// The Multiply that gates: silu(first) · second, where nothing else uses either.
Node gate_of(const Product &first, const Product &second) {
  const auto swish = only_user(first.node);
  if (!swish || !as<ov::op::v4::Swish>(swish) || swish->get_input_size() != 1) return nullptr;
  const auto product = only_user(swish);
  if (!product || !as<ov::op::v1::Multiply>(product) || product != only_user(second.node)) return nullptr;
  const bool is_pair = (input(product, 0) == swish && input(product, 1) == second.node) ||
                       (input(product, 1) == swish && input(product, 0) == second.node);
  return is_pair && first.matrix.rows == second.matrix.rows ? product : nullptr;
}

// Replaces the products of one input. Those whose matrices are of one kind become one operation.
void replace(std::vector<Product> products, const std::string &identity, bool exact) {
  // Asked for now: what they shared may have been replaced meanwhile.
  const auto x = products.front().node->input_value(0);
  while (!products.empty()) {
    std::vector<Product> together, others;
    for (const auto &product : products) {
      (may_share(products.front(), product) ? together : others).push_back(product);
    }
    products = others;
    if (together.size() == 2) {
      auto gate = gate_of(together[0], together[1]);
      if (!gate) {
        gate = gate_of(together[1], together[0]);
        if (gate) std::swap(together[0], together[1]);
      }
      if (gate) {
        const auto linear = std::make_shared<Linear>(
            x, identity, std::vector{together[0].matrix, together[1].matrix}, true, exact);
        linear->set_friendly_name(gate->get_friendly_name());
        gate->output(0).replace(linear->output(0));
        continue;
      }
    }
    std::vector<PlacedMatrix> matrices;
    for (const auto &product : together) matrices.push_back(product.matrix);
    const auto linear = std::make_shared<Linear>(x, identity, matrices, false, exact);
    linear->set_friendly_name(together.front().node->get_friendly_name());
    for (size_t i = 0; i < together.size(); i++) together[i].node->output(0).replace(linear->output(i));
  }
}

bool multiplies_rows(const ov::op::v0::MatMul &product) {
  const auto x = product.get_input_partial_shape(0);
  return !product.get_transpose_a() && product.get_transpose_b() && x.rank().is_static() && x.size() >= 2 &&
         product.get_input_element_type(0) == ov::element::f32 && product.get_output_element_type(0) == ov::element::f32;
}

}  // namespace

Placed place_weights(ov::Model &model, const std::string &identity, const std::shared_ptr<const WeightFile> &file,
                     bool exact, bool own_attention) {
  const MatrixFinder finder(*file);
  // In the model's order, so that the same model becomes the same operations.
  std::vector<std::pair<ov::Output<ov::Node>, std::vector<Product>>> by_input;
  Placed placed;
  const auto note = [&](const PlacedMatrix &matrix) {
    const bool is_short = matrix.code_type != oven_number_u8 && matrix.code_type != oven_number_i8;
    const auto codes = static_cast<size_t>(matrix.rows * matrix.columns);
    placed.count++;
    placed.bytes += is_short ? codes / 2 : codes;
  };
  for (const auto &matrix : place_experts(model, identity, finder, exact)) note(matrix);
  for (const auto &node : model.get_ordered_ops()) {
    if (const auto product = as<ov::op::v0::MatMul>(node)) {
      if (!multiplies_rows(*product)) continue;
      const auto matrix = finder.matrix(input(node, 1));
      if (!matrix) continue;
      const Product found{node, *matrix, ready_matrix(file, *matrix)};
      const auto x = node->input_value(0);
      const auto known = std::find_if(by_input.begin(), by_input.end(), [&](const auto &i) { return i.first == x; });
      if (known == by_input.end()) {
        by_input.push_back({x, {found}});
      } else {
        known->second.push_back(found);
      }
      note(*matrix);
    } else if (const auto gather = as<ov::op::v8::Gather>(node)) {
      const auto axis = as<ov::op::v0::Constant>(input(node, 2));
      const auto matrix = finder.matrix(input(node, 0));
      if (!matrix || !axis || ov::shape_size(axis->get_shape()) != 1 || axis->cast_vector<int64_t>()[0] != 0 ||
          gather->get_batch_dims() != 0 || node->get_output_element_type(0) != ov::element::f32 ||
          node->get_input_partial_shape(1).rank().is_dynamic() || !node->get_input_element_type(1).is_integral_number()) {
        continue;
      }
      const auto embedding = std::make_shared<Embedding>(node->input_value(1), identity, *matrix);
      embedding->set_friendly_name(node->get_friendly_name());
      node->output(0).replace(embedding->output(0));
      note(*matrix);
    }
  }
  for (const auto &[x, products] : by_input) replace(products, identity, exact);
  // Nodes that are replaced must not live on as users of values, which a chain would give to them.
  by_input.clear();
  if (own_attention) place_attention(model, identity);
  chain_rows(model);
  for (const auto &node : model.get_ordered_ops()) {
    if (const auto constant = as<ov::op::v0::Constant>(node)) placed.other_bytes += constant->get_byte_size();
  }
  return placed;
}

}  // namespace bridge
