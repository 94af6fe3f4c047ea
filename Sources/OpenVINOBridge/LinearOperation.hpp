// Operations of ours inside a compiled model: products with weights that stay in their file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "PlacedMatrix.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/op.hpp"
#pragma clang diagnostic pop

namespace bridge {

// What both operations are made of: matrices, and the identity of the file that holds them.
class PlacedOperation : public ov::op::Op {
 public:
  PlacedOperation() = default;
  PlacedOperation(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices);

  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }

 protected:
  // Another operation with the same matrices. The plugin makes one at each step, to ask it for shapes.
  PlacedOperation(const ov::OutputVector &inputs, const PlacedOperation &other);

  // Finds the matrices, after all attributes are known.
  void bind();
  const oven_matrix &matrix(size_t index) const { return bound->at(index)->matrix(); }
  size_t matrix_count() const { return bound->size(); }

 private:
  using Matrices = std::vector<std::shared_ptr<const ReadyMatrix>>;

  // Shared by all copies.
  struct Attributes {
    std::string weights;
    std::vector<PlacedMatrix> placed;
  };
  std::shared_ptr<const Attributes> attributes = std::make_shared<Attributes>();
  std::shared_ptr<const Matrices> bound;
};

// x [..., columns] times each of the matrices: one output each, [..., rows]; or, if gated, one output
// silu(x · first) · (x · second).
class Linear final : public PlacedOperation {
 public:
  OPENVINO_OP("Linear", "oven");

  Linear() = default;
  Linear(const ov::Output<ov::Node> &x, std::string weights, std::vector<PlacedMatrix> matrices, bool gated,
         bool exact);
  Linear(const ov::OutputVector &inputs, const Linear &other);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

 private:
  bool gated = false;
  // Whether x is multiplied as it is, and not rounded to 8 bits.
  bool exact = false;
};

// Rows of a matrix: ids [...] become [..., columns].
class Embedding final : public PlacedOperation {
 public:
  OPENVINO_OP("Embedding", "oven");

  Embedding() = default;
  Embedding(const ov::Output<ov::Node> &ids, std::string weights, PlacedMatrix matrix);
  Embedding(const ov::OutputVector &inputs, const Embedding &other);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;
};

// What was replaced in a model.
struct Placed {
  // Products and embeddings.
  size_t count = 0;
  // The bytes of their codes, and those of the constants that are left.
  size_t bytes = 0, other_bytes = 0;
};

// Replaces the products and embeddings of a model whose compressed weights lie in `file`.
Placed place_weights(ov::Model &model, const std::string &identity, const std::shared_ptr<const WeightFile> &file,
                     bool exact);

}  // namespace bridge
