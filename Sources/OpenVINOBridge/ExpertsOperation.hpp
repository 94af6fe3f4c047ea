// Mixtures of experts inside a compiled model: of each token only the chosen experts are computed.
#pragma once

#include "PlacedOperation.hpp"

namespace bridge {

// x [..., hidden] and a weight for each expert and token [experts, tokens], zero for those that were not chosen, become
// Σ weight · down(silu(gate · x) · (up · x)), [..., hidden]. Each of the three matrices is that of all experts, one under
// the other.
class Experts final : public PlacedOperation {
 public:
  OPENVINO_OP("Experts", "oven");

  Experts() = default;
  Experts(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices, int64_t experts,
          bool exact);
  Experts(const ov::OutputVector &inputs, const Experts &other);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

 private:
  int64_t experts = 0;
  // Whether x is multiplied as it is, and not rounded to 8 bits.
  bool exact = false;
};

}  // namespace bridge
