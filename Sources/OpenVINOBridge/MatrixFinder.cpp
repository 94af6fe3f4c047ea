#include "MatrixFinder.hpp"

#include <algorithm>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

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

// A constant, perhaps converted.
std::shared_ptr<ov::op::v0::Constant> plain(Node node) {
  if (as<ov::op::v0::Convert>(node)) node = input(node, 0);
  return as<ov::op::v0::Constant>(node);
}

}  // namespace

Node only_user(const Node &node) {
  const auto users = node->output(0).get_target_inputs();
  return users.size() == 1 ? users.begin()->get_node()->shared_from_this() : nullptr;
}

std::optional<PlacedMatrix> MatrixFinder::matrix(Node node, size_t rank) const {
  if (as<ov::op::v0::Convert>(node)) node = input(node, 0);
  const auto final_shape = node->get_output_partial_shape(0);
  if (as<ov::op::v1::Reshape>(node)) node = input(node, 0);
  if (!as<ov::op::v1::Multiply>(node) || final_shape.is_dynamic() || final_shape.size() != rank) return {};
  for (const size_t scales_at : {1, 0}) {
    const auto scales = plain(input(node, scales_at));
    if (!scales) continue;
    const auto found = codes(input(node, 1 - scales_at));
    if (!found) return {};
    return with_scales(*found, final_shape.to_shape(), *scales);
  }
  return {};
}

std::optional<MatrixFinder::Codes> MatrixFinder::codes(Node node) const {
  Codes result;
  if (as<ov::op::v1::Subtract>(node)) {
    const auto zeros = plain(input(node, 1));
    if (!zeros || !place(*zeros, result.matrix.zero_type, result.matrix.zeros)) return {};
    result.zero_count = ov::shape_size(zeros->get_shape());
    node = input(node, 0);
  }
  if (!as<ov::op::v0::Convert>(node)) return {};
  const auto constant = as<ov::op::v0::Constant>(input(node, 0));
  if (!constant || !place(*constant, result.matrix.code_type, result.matrix.codes)) return {};
  result.shape = constant->get_shape();
  return result;
}

std::optional<PlacedMatrix> MatrixFinder::with_scales(Codes codes, const ov::Shape &matrix,
                                                      const ov::op::v0::Constant &scales) const {
  auto &result = codes.matrix;
  const auto &shape = codes.shape;
  if (!place(scales, result.scale_type, result.scales)) return {};
  const size_t columns = matrix.back(), rows = ov::shape_size(matrix) / std::max<size_t>(columns, 1);
  // [.., rows, columns], or [.., rows, groups, group].
  const bool has_groups = shape.size() == matrix.size() + 1;
  if ((!has_groups && shape.size() != matrix.size()) || ov::shape_size(shape) != rows * columns ||
      !std::equal(matrix.begin(), matrix.end() - 1, shape.begin())) {
    return {};
  }
  const size_t groups = has_groups ? shape[matrix.size() - 1] : 1;
  ov::Shape expected = shape;
  expected.back() = 1;
  if (scales.get_shape() != expected || groups == 0 || (codes.zero_count != 0 && codes.zero_count != rows * groups)) {
    return {};
  }
  result.rows = static_cast<int64_t>(rows);
  result.columns = static_cast<int64_t>(columns);
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
bool MatrixFinder::place(const ov::op::v0::Constant &constant, oven_number &type, int64_t &offset) const {
  type = number_of(constant.get_element_type());
  const auto *data = static_cast<const uint8_t *>(constant.get_data_ptr());
  if (type == oven_number_none || !data || data < file.data() || data >= file.data() + file.size()) return false;
  offset = data - file.data();
  return true;
}

}  // namespace bridge
