// Makes one product of those that read the same input, such as queries, keys and values: the device begins fewer of them,
// and each is longer.
#include <cstring>
#include <map>

#include "Handles.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/core/model.hpp"
#include "openvino/core/rt_info.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

using Node = std::shared_ptr<ov::Node>;
using Nodes = std::vector<Node>;
using Constant = ov::op::v0::Constant;

// Deeper is no chain that only decompresses a matrix.
constexpr int deepest = 8;

// What two matrices must have in common to be parts of one: every operation, type and extent but the rows. Empty for
// what is computed from anything but constants.
std::string signature(const Node &node, int depth = 0) {
  if (depth > deepest) return "";
  std::string text = std::string(node->get_type_name()) + ":" + node->get_output_element_type(0).to_string();
  if (const auto constant = ov::as_type_ptr<Constant>(node)) {
    const auto &shape = constant->get_shape();
    text += "/" + std::to_string(shape.size());
    for (size_t axis = 1; axis < shape.size(); axis++) text += "," + std::to_string(shape[axis]);
    return text;
  }
  const bool passes = ov::is_type<ov::op::v0::Convert>(node) || ov::is_type<ov::op::v1::Reshape>(node) ||
                      ov::is_type<ov::op::v1::Multiply>(node) || ov::is_type<ov::op::v1::Subtract>(node);
  if (!passes) return "";
  for (size_t index = 0; index < node->get_input_size(); index++) {
    const auto part = signature(node->get_input_node_shared_ptr(index), depth + 1);
    if (part.empty()) return "";
    text += "(" + part + ")";
  }
  return text;
}

// Puts matrices with the same signature under each other.
class Stack {
 public:
  explicit Stack(std::vector<size_t> rows) : rows(std::move(rows)) {}

  // The operation that computes all of them; null where it cannot be.
  Node join(const Nodes &parts) const {
    if (ov::is_type<Constant>(parts[0])) return constants(parts);
    ov::OutputVector inputs;
    for (size_t index = 0; index < parts[0]->get_input_size(); index++) {
      Nodes behind;
      for (const auto &part : parts) behind.push_back(part->get_input_node_shared_ptr(index));
      const bool is_shape = index == 1 && ov::is_type<ov::op::v1::Reshape>(parts[0]);
      const auto joined = is_shape ? shapes(behind) : join(behind);
      if (!joined) return nullptr;
      inputs.push_back(joined);
    }
    const auto result = parts[0]->clone_with_new_inputs(inputs);
    ov::copy_runtime_info(parts, result);
    return result;
  }

 private:
  Node constants(const Nodes &parts) const {
    const auto first = ov::as_type_ptr<Constant>(parts[0]);
    size_t total = 0;
    bool has_rows = true, is_equal = true;
    for (size_t index = 0; index < parts.size(); index++) {
      const auto part = ov::as_type_ptr<Constant>(parts[index]);
      const auto &shape = part->get_shape();
      has_rows &= shape.size() > 1 && shape[0] == rows[index];
      is_equal &= shape == first->get_shape() && part->get_byte_size() == first->get_byte_size() &&
                  std::memcmp(part->get_data_ptr(), first->get_data_ptr(), first->get_byte_size()) == 0;
      // Rows that end within a byte cannot be followed by others.
      if (part->get_element_type().bitwidth() * ov::shape_size(shape) % 8 != 0) has_rows = false;
      total += rows[index];
    }
    if (!has_rows) return is_equal ? first : nullptr;
    auto shape = first->get_shape();
    shape[0] = total;
    ov::Tensor tensor(first->get_element_type(), shape);
    auto *to = static_cast<char *>(tensor.data());
    for (const auto &node : parts) {
      const auto part = ov::as_type_ptr<Constant>(node);
      std::memcpy(to, part->get_data_ptr(), part->get_byte_size());
      to += part->get_byte_size();
    }
    return std::make_shared<Constant>(tensor);
  }

  // The target of a Reshape: its first extent is the rows.
  Node shapes(const Nodes &parts) const {
    std::vector<int64_t> target;
    int64_t total = 0;
    for (size_t index = 0; index < parts.size(); index++) {
      const auto part = ov::as_type_ptr<Constant>(parts[index]);
      if (!part) return nullptr;
      auto extents = part->cast_vector<int64_t>();
      if (extents.empty() || extents[0] != static_cast<int64_t>(rows[index])) return nullptr;
      total += extents[0];
      extents[0] = 0;
      if (index > 0 && extents != target) return nullptr;
      target = extents;
    }
    target[0] = total;
    return Constant::create(ov::element::i64, {target.size()}, target);
  }

  std::vector<size_t> rows;
};

bool is_projection(const std::shared_ptr<ov::op::v0::MatMul> &product) {
  const auto weights = product->get_input_partial_shape(1);
  const auto rank = product->get_input_partial_shape(0).rank();
  return !product->get_transpose_a() && product->get_transpose_b() && weights.is_static() && weights.size() == 2 &&
         rank.is_static() && rank.get_length() > 1;
}

bool merge(const std::vector<std::shared_ptr<ov::op::v0::MatMul>> &products) {
  std::vector<size_t> rows;
  std::vector<int64_t> lengths;
  Nodes matrices, all;
  for (const auto &product : products) {
    rows.push_back(product->get_input_shape(1)[0]);
    lengths.push_back(static_cast<int64_t>(rows.back()));
    matrices.push_back(product->get_input_node_shared_ptr(1));
    all.push_back(product);
  }
  const auto matrix = Stack(rows).join(matrices);
  if (!matrix) return false;
  const auto product = products[0]->clone_with_new_inputs({products[0]->input_value(0), matrix});
  product->set_friendly_name(products[0]->get_friendly_name() + "/merged");
  ov::copy_runtime_info(all, product);
  const auto axis = Constant::create(ov::element::i64, ov::Shape{}, {-1});
  const auto parts = Constant::create(ov::element::i64, ov::Shape{lengths.size()}, lengths);
  const auto split = std::make_shared<ov::op::v1::VariadicSplit>(product, axis, parts);
  split->set_friendly_name(products[0]->get_friendly_name() + "/parts");
  for (size_t index = 0; index < products.size(); index++) {
    products[index]->output(0).replace(split->output(index));
  }
  return true;
}

size_t merge_projections(const ov::Model &model) {
  std::map<std::string, std::vector<std::shared_ptr<ov::op::v0::MatMul>>> groups;
  for (const auto &node : model.get_ordered_ops()) {
    const auto product = ov::as_type_ptr<ov::op::v0::MatMul>(node);
    if (!product || !is_projection(product)) continue;
    const auto kind = signature(product->get_input_node_shared_ptr(1));
    if (kind.empty()) continue;
    const auto source = product->input_value(0);
    const auto place = std::to_string(source.get_node()->get_instance_id()) + "." + std::to_string(source.get_index());
    groups[place + " " + kind].push_back(product);
  }
  size_t count = 0;
  for (const auto &[place, products] : groups) {
    if (products.size() > 1 && merge(products)) count += products.size();
  }
  return count;
}

}  // namespace

void fill_merged_projections(ovb_table &table) {
  table.model_merge_projections = [](ovb_model *model, size_t *count) {
    return guarded([&] {
      *count = merge_projections(*model->model);
      if (*count > 0) model->model->validate_nodes_and_infer_types();
    });
  };
}

}  // namespace bridge
