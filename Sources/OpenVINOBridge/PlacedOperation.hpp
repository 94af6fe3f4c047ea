// What operations of ours are made of: matrices, and the identity of the file that holds them.
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

class PlacedOperation : public ov::op::Op {
 public:
  PlacedOperation() = default;
  PlacedOperation(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices);

  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }

  const std::string &weights() const { return attributes->weights; }
  const std::vector<PlacedMatrix> &placed() const { return attributes->placed; }

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

}  // namespace bridge
