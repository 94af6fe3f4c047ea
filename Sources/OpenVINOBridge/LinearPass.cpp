// Finds the products with compressed weights in a model, and puts operations of ours in their place.
#include <algorithm>
#include <map>
#include <optional>

#include "ChainOperation.hpp"
#include "LinearOperation.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/core/model.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

using Node = std::shared_ptr<ov::Node>;

template <typename Type>
std::shared_ptr<Type> as(const Node &node) {
  return ov::as_type_ptr<Type>(node);
}

Node input(const Node &node, size_t index) { return node->get_input_node_shared_ptr(index); }

oven_number number_of(ov::element::Type type) {
  if (type == ov::element::u4) return oven_number_u4;
  if (type == ov::element::i4) return oven_number_i4;
  if (type == ov::element::u8) return oven_number_u8;
  if (type == ov::element::i8) return oven_number_i8;
  if (type == ov::element::f16) return oven_number_f16;
  if (type == ov::element::f32) return oven_number_f32;
  if (type == ov::element::nf4) return oven_number_nf4;
  if (type == ov::element::f4e2m1) return oven_number_f4;
  if (type == ov::element::f8e8m0) return oven_number_e8m0;
  return oven_number_none;
}

class Finder {
 public:
  explicit Finder(const WeightFile &file) : file(file) {}

  // The matrix that a chain Convert? ← Reshape? ← Multiply ← Subtract? ← Convert ← Constant computes.
  std::optional<PlacedMatrix> matrix(Node node) const {
    if (as<ov::op::v0::Convert>(node)) node = input(node, 0);
    const auto final_shape = node->get_output_partial_shape(0);
    if (as<ov::op::v1::Reshape>(node)) node = input(node, 0);
    if (!as<ov::op::v1::Multiply>(node) || final_shape.is_dynamic() || final_shape.size() != 2) return {};
    for (const size_t scales_at : {1, 0}) {
      const auto scales = plain(input(node, scales_at));
      if (!scales) continue;
      auto result = codes(input(node, 1 - scales_at));
      if (!result) return {};
      result->rows = final_shape[0].get_length();
      result->columns = final_shape[1].get_length();
      return with_scales(*result, *scales);
    }
    return {};
  }

 private:
  // A constant, perhaps converted.
  std::shared_ptr<ov::op::v0::Constant> plain(Node node) const {
    if (as<ov::op::v0::Convert>(node)) node = input(node, 0);
    return as<ov::op::v0::Constant>(node);
  }

  // Codes and zero points.
  std::optional<PlacedMatrix> codes(Node node) const {
    PlacedMatrix result;
    if (as<ov::op::v1::Subtract>(node)) {
      const auto zeros = plain(input(node, 1));
      if (!zeros || !place(*zeros, result.zero_type, result.zeros)) return {};
      zero_count = ov::shape_size(zeros->get_shape());
      node = input(node, 0);
    } else {
      zero_count = 0;
    }
    if (!as<ov::op::v0::Convert>(node)) return {};
    const auto constant = as<ov::op::v0::Constant>(input(node, 0));
    if (!constant || !place(*constant, result.code_type, result.codes)) return {};
    shape = constant->get_shape();
    return result;
  }

  std::optional<PlacedMatrix> with_scales(PlacedMatrix result, const ov::op::v0::Constant &scales) const {
    if (!place(scales, result.scale_type, result.scales)) return {};
    const auto rows = static_cast<size_t>(result.rows), columns = static_cast<size_t>(result.columns);
    // [rows, columns], or [rows, groups, group].
    if (shape.size() < 2 || shape.size() > 3 || shape[0] != rows || ov::shape_size(shape) != rows * columns) return {};
    const size_t groups = shape.size() == 3 ? shape[1] : 1;
    ov::Shape expected = shape;
    expected.back() = 1;
    if (scales.get_shape() != expected || groups == 0 || (zero_count != 0 && zero_count != rows * groups)) return {};
    result.group = static_cast<int64_t>(columns / groups);
    oven_matrix kind{};
    kind.code_type = result.code_type;
    kind.scale_type = result.scale_type;
    kind.zero_type = result.zero_type;
    kind.minimum_type = oven_number_none;
    kind.rows = rows;
    kind.columns = columns;
    kind.group = static_cast<size_t>(result.group);
    if (!oven_linear_supports(&kind)) return {};
    return result;
  }

  // Where a constant is in the file; none that was computed while the model was read.
  bool place(const ov::op::v0::Constant &constant, oven_number &type, int64_t &offset) const {
    type = number_of(constant.get_element_type());
    const auto *data = static_cast<const uint8_t *>(constant.get_data_ptr());
    if (type == oven_number_none || !data || data < file.data() || data >= file.data() + file.size()) return false;
    offset = data - file.data();
    return true;
  }

  const WeightFile &file;
  mutable ov::Shape shape;
  mutable size_t zero_count = 0;
};

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
  const auto only_user = [](const Node &node) -> Node {
    const auto users = node->output(0).get_target_inputs();
    return users.size() == 1 ? users.begin()->get_node()->shared_from_this() : nullptr;
  };
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
                     bool exact) {
  const Finder finder(*file);
  // In the model's order, so that the same model becomes the same operations.
  std::vector<std::pair<ov::Output<ov::Node>, std::vector<Product>>> by_input;
  Placed placed;
  const auto note = [&](const PlacedMatrix &matrix) {
    const bool is_short = matrix.code_type != oven_number_u8 && matrix.code_type != oven_number_i8;
    const auto codes = static_cast<size_t>(matrix.rows * matrix.columns);
    placed.count++;
    placed.bytes += is_short ? codes / 2 : codes;
  };
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
  chain_rows(model);
  for (const auto &node : model.get_ordered_ops()) {
    if (const auto constant = as<ov::op::v0::Constant>(node)) placed.other_bytes += constant->get_byte_size();
  }
  return placed;
}

}  // namespace bridge
