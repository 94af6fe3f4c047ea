// Operations of ours inside a compiled model: products with weights that stay in their file.
#pragma once

#include "PlacedOperation.hpp"

namespace bridge {

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

  bool is_gated() const { return gated; }
  bool is_exact() const { return exact; }

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

// Replaces the products and embeddings of a model whose compressed weights lie in `file`, and paged attention where it is to
// be `own_attention`.
Placed place_weights(ov::Model &model, const std::string &identity, const std::shared_ptr<const WeightFile> &file,
                     bool exact, bool own_attention);

}  // namespace bridge
