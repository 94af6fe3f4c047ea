#include "LinearOperation.hpp"

#include <algorithm>

#include "Products.hpp"

namespace bridge {

Linear::Linear(const ov::Output<ov::Node> &x, std::string weights, std::vector<PlacedMatrix> matrices, bool gated,
               bool exact)
    : PlacedOperation({x}, std::move(weights), std::move(matrices)), gated(gated), exact(exact) {
  constructor_validate_and_infer_types();
}

Linear::Linear(const ov::OutputVector &inputs, const Linear &other)
    : PlacedOperation(inputs, other), gated(other.gated), exact(other.exact) {
  constructor_validate_and_infer_types();
}

bool Linear::visit_attributes(ov::AttributeVisitor &visitor) {
  visitor.on_attribute("gated", gated);
  visitor.on_attribute("exact", exact);
  return PlacedOperation::visit_attributes(visitor);
}

void Linear::validate_and_infer_types() {
  bind();
  auto shape = get_input_partial_shape(0);
  const auto &first = matrix(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 0, "x has no known rank");
  auto &columns = shape[shape.size() - 1];
  for (size_t i = 1; i < matrix_count(); i++) {
    NODE_VALIDATION_CHECK(this, oven_linear_same_preparation(&first, &matrix(i)), "matrices of different kinds");
  }
  NODE_VALIDATION_CHECK(this, columns.compatible(static_cast<int64_t>(first.columns)), "x has another width");
  NODE_VALIDATION_CHECK(this, !gated || (matrix_count() == 2 && first.rows == matrix(1).rows), "no pair to gate");
  set_output_size(gated ? 1 : matrix_count());
  for (size_t i = 0; i < get_output_size(); i++) {
    columns = static_cast<int64_t>(matrix(i).rows);
    set_output_type(i, ov::element::f32, shape);
  }
}

std::shared_ptr<ov::Node> Linear::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Linear>(inputs, *this);
}

bool Linear::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  auto shape = inputs.at(0).get_shape();
  const auto &first = matrix(0);
  if (inputs[0].get_element_type() != ov::element::f32 || shape.empty() || shape.back() != first.columns) return false;
  const auto *x = inputs[0].data<const float>();
  const size_t count = ov::shape_size(shape) / first.columns;
  std::vector<Task> tasks;
  for (size_t i = 0; i < outputs.size(); i++) {
    shape.back() = matrix(i).rows;
    outputs[i].set_shape(shape);
    tasks.push_back({&matrix(i), outputs[i].data<float>()});
  }
  if (count == 0) return true;
  if (gated) {
    multiply_gated(first, matrix(1), x, count, exact, tasks[0].output);
  } else {
    multiply_rows(tasks, x, count, exact);
  }
  return true;
}

Embedding::Embedding(const ov::Output<ov::Node> &ids, std::string weights, PlacedMatrix matrix)
    : PlacedOperation({ids}, std::move(weights), {matrix}) {
  constructor_validate_and_infer_types();
}

Embedding::Embedding(const ov::OutputVector &inputs, const Embedding &other) : PlacedOperation(inputs, other) {
  constructor_validate_and_infer_types();
}

void Embedding::validate_and_infer_types() {
  bind();
  auto shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static(), "ids have no known rank");
  shape.push_back(static_cast<int64_t>(matrix(0).columns));
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Embedding::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Embedding>(inputs, *this);
}

bool Embedding::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto &ids = inputs.at(0);
  const auto &table = matrix(0);
  auto shape = ids.get_shape();
  const size_t count = ov::shape_size(shape);
  shape.push_back(table.columns);
  outputs.at(0).set_shape(shape);
  auto *out = outputs[0].data<float>();
  const bool is_long = ids.get_element_type() == ov::element::i64;
  if (!is_long && ids.get_element_type() != ov::element::i32) return false;
  for (size_t i = 0; i < count; i++) {
    int64_t id = is_long ? ids.data<const int64_t>()[i] : ids.data<const int32_t>()[i];
    // As Gather counts: from the end, and zeros beyond.
    if (id < 0) id += static_cast<int64_t>(table.rows);
    float *row = out + i * table.columns;
    if (id < 0 || static_cast<size_t>(id) >= table.rows) {
      std::fill(row, row + table.columns, 0.0f);
    } else {
      oven_linear_decode_row(&table, static_cast<size_t>(id), row);
    }
  }
  return true;
}

}  // namespace bridge
